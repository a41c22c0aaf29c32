// Tokens of machines: opaque ones, and those that are JWTs.

import { CATEGORIES, EDGES } from './session.mjs';

/** One of any kind; most of the wanted one. */
export function machineToken(r, seconds, wanted) {
  const kind = r.chance(0.8) ? wanted : r.pick(['m2m_token', 'oauth_token', 'api_key']);
  const opaque = kind === 'api_key' || r.chance(0.55);
  if (opaque) return { kind, text: r.pick(OPAQUE[kind]) };
  const token = kind === 'm2m_token' ? m2m(r, seconds) : oauth(r, seconds);
  if (r.chance(0.35)) spoil(r, token, seconds);
  return { kind, ...token };
}

const OPAQUE = {
  m2m_token: ['mt_abc', 'mt_abc', 'mt_', 'mt_a.b.c', 'm2m_abc'],
  oauth_token: ['oat_abc', 'oat_abc', 'oat_', 'oat_a.b.c'],
  api_key: ['ak_abc', 'ak_abc', 'ak_', 'AK_abc', 'ak_a.b.c'],
};

function m2m(r, seconds) {
  const header = { alg: 'RS256', kid: 'ins_main', typ: 'JWT' };
  if (r.chance(0.4)) header.cat = CATEGORIES.m2m;
  const claims = { iss: 'https://clerk.example.com', sub: 'mch_1', iat: seconds - 5, nbf: seconds - 15, exp: seconds + 55 };
  if (r.chance(0.8)) claims.jti = 'mt_jti';
  if (r.chance(0.5)) claims.scopes = r.weighted([[5, 'a b'], [2, ''], [1, 'a  b'], [1, ['a', 'b']], [1, []]]);
  if (r.chance(0.3)) claims.aud = r.pick([['mch_2', 'mch_3'], ['api'], 'api']);
  if (r.chance(0.3)) claims.custom = { a: 1 };
  return { header, claims };
}

function oauth(r, seconds) {
  const header = { alg: 'RS256', kid: 'ins_main', typ: r.pick(['at+jwt', 'application/at+jwt']) };
  const claims = { iss: 'https://clerk.example.com', sub: 'user_1', iat: seconds - 5, nbf: seconds - 15, exp: seconds + 55 };
  if (r.chance(0.8)) claims.jti = 'oat_jti';
  if (r.chance(0.8)) claims.client_id = 'client_1';
  if (r.chance(0.4)) claims.scp = ['profile', 'email'];
  if (r.chance(0.4)) claims.scope = r.pick(['profile email', '', 'profile  email']);
  if (r.chance(0.5)) claims.aud = r.pick(['api', ['api'], ['web', 'api'], 'web', '', [], ['']]);
  return { header, claims };
}

function spoil(r, token, seconds) {
  const { header, claims } = token;
  r.pick([
    () => (claims.exp = seconds + r.pick(EDGES)),
    () => (claims.nbf = seconds + r.pick(EDGES)),
    () => (claims.iat = seconds + r.pick(EDGES)),
    () => delete claims[r.pick(['exp', 'nbf', 'sub', 'jti'])],
    () => (claims.sub = r.pick(['', null, 7, 'mch_', 'user_1', 'mch'])),
    () => (header.typ = r.pick(['JWT', 'at+jwt', 'AT+JWT', undefined, null])),
    () => (header.cat = r.pick([...Object.values(CATEGORIES), null])),
    () => (header.kid = r.pick(['ins_other', 'constructor', undefined])),
    () => (header.alg = r.pick(['none', 'HS256', 'RS512'])),
    () => (token.key = 'other'),
    () => (token.tamper = r.pick(['signature', 'claims', 'padded', 'empty', 'four'])),
    () => (claims.azp = 'https://app.example.com'),
    () => (token.claims_text = 'null'),
    () => (token.claims_text = JSON.stringify(claims).replace('{', '{"__proto__":{"sub":"mch_9"},')),
  ])();
}
