// A case made ready to be sent: tokens and keys as text, cookies as a header, one URL.

import { jwkOf, pemOf } from './keys.mjs';
import { Tokens } from './tokens.mjs';

/**
 * @param given the case. @param mark what makes the secret keys of this run unlike those of every other, so that no key
 *   cache of this process remembers anything.
 */
export function build(given, mark) {
  const tokens = new Tokens(given.tokens);
  const { request } = given;
  const query = request.query.map(([name, value]) => (value === undefined ? name : `${name}=${tokens.fill(value)}`)).join('&');
  const headers = request.headers.map(([name, value]) => [name, tokens.fill(value)]);
  if (request.cookies.length > 0) headers.push(['cookie', tokens.fill(request.cookies.join('; '))]);
  const settings = (options) => {
    const { jwtKey, secretKey, ...rest } = options;
    const out = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    if (jwtKey !== undefined) out.jwtKey = pemOf(jwtKey.pem, jwtKey.form);
    if (secretKey !== undefined) out.secretKey = secretKey === '' ? '' : `${secretKey}${mark}`;
    return out;
  };
  return {
    now: given.now,
    mark,
    tokens,
    method: request.method,
    form: request.form,
    url: `${request.origin}${request.path}${request.query.length > 0 ? `?${query}` : ''}${request.fragment ? `#${request.fragment}` : ''}`,
    headers,
    client: settings(given.client),
    options: settings(given.options),
    questions: given.questions,
    narrowTo: given.narrowTo,
    answer: (path) => answer(given.api, tokens, path),
  };
}

const PLACES = [
  [/^\/v1\/jwks$/, 'jwks'],
  [/^\/v1\/sessions\/[^/]*\/refresh$/, 'refresh'],
  [/^\/v1\/clients\/handshake_payload$/, 'nonce'],
  [/^\/m2m_tokens\/verify$/, 'm2m_token'],
  [/^\/oauth_applications\/access_tokens\/verify$/, 'oauth_token'],
  [/^\/api_keys\/verify$/, 'api_key'],
];

const NOT_FOUND = { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'not found' }] } };

/** What the API says at this path: `{drop}`, or `{status, headers, text}`. */
function answer(api, tokens, path) {
  const [, place] = PLACES.find(([pattern]) => pattern.test(path)) ?? [];
  const said = api[place] ?? NOT_FOUND;
  if (said.drop) return { place, drop: true };
  if (said.keys !== undefined) return json(place, 200, {}, { keys: said.keys.map(jwk) });
  if (said.text !== undefined) return { place, status: said.status, headers: { 'content-type': 'text/html', ...said.headers }, text: said.text };
  if (said.body === undefined) return { place, status: said.status, headers: {}, text: '' };
  return json(place, said.status, said.headers ?? {}, tokens.fill(said.body));
}

function json(place, status, headers, body) {
  return { place, status, headers: { 'content-type': 'application/json', ...headers }, text: JSON.stringify(body) };
}

function jwk({ of, ...members }) {
  return { ...jwkOf(of), ...members };
}
