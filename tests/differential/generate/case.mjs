// One case from chance: a scenario leads to a row of the decision, and then a few things are changed.

import { Random } from '../random.mjs';
import { BROKEN_KEYS, DEVELOPMENT, PRODUCTION } from '../instances.mjs';
import { OUTAGES, directives, keySet, machineAnswer, nonceAnswer, refreshAnswer } from './answers.mjs';
import { machineToken } from './machine.mjs';
import { options } from './options.mjs';
import { NEIGHBOURS, add, clerkQuery, forwarded, page, referrer } from './request.mjs';
import { CATEGORIES, EDGES, sessionToken, spoil } from './session.mjs';

/** Longer than key sets are kept, so that no case knows the keys of the one before. */
const STEP_MS = 400_000;

/** The case of this number. */
export function generate(seed, number) {
  const r = new Random(seed, number);
  const production = r.chance(0.55);
  const instance = r.pick(production ? PRODUCTION : DEVELOPMENT);
  const now = 1_700_000_000_000 + number * STEP_MS + r.pick([0, 0, 1, 499, 500, 999]);
  const draft = {
    r,
    instance,
    seconds: Math.floor(now / 1000),
    cookie: new Map(),
    bearer: undefined,
    case: {
      now,
      request: page(r, r.weighted([[14, 'GET'], [2, 'POST'], [0.5, 'HEAD'], [0.3, 'get'], [0.3, 'OPTIONS'], [0.3, 'patch']])),
      client: { publishableKey: instance.publishableKey, secretKey: `sk_${r.chance(0.9) === instance.production ? 'live' : 'test'}_abc` },
      options: {},
      tokens: {},
      api: { jwks: keySet(r) },
      questions: questions(r),
      narrowTo: r.pick(['session_token', 'any', 'm2m_token', 'api_key', ['session_token', 'oauth_token'], ['m2m_token'], []]),
    },
  };
  if (r.chance(0.8)) draft.case.options.jwtKey = { pem: 'instance', form: r.weighted([[30, 'lf'], [1, 'crlf'], [1, 'cr'], [1, 'one-line'], [1, 'bare'], [1, 'bare-lines']]) };
  r.weighted(SCENARIOS)(draft);
  options(draft);
  noise(draft);
  finish(draft);
  return draft.case;
}

const SCENARIOS = [
  [16, signedIn],
  [6, elsewhere],
  [8, organizations],
  [7, staleSession],
  [12, expired],
  [12, resolving],
  [9, satellite],
  [5, development],
  [4, halfSession],
  [6, suffixes],
  [9, headerSession],
  [13, headerMachine],
  [5, anything],
];

/** C17: a browser with a good session. */
function signedIn(draft) {
  session(draft, 'main');
  if (!draft.instance.production) browser(draft);
  if (draft.r.chance(0.01)) {
    draft.case.tokens.main.claims.aud = draft.r.pick([7, ['api', 7], { api: 1 }, true, [['api']]]);
    draft.case.options.audience = 'api';
  }
}

/** C15: the same, coming from another site. */
function elsewhere(draft) {
  signedIn(draft);
  referrer(draft.r, draft.case.request);
}

/** C16: the same, at an address that names an organization. */
function organizations(draft) {
  const { r } = draft;
  signedIn(draft);
  if (draft.case.tokens.main.claims.sts === 'pending' && r.chance(0.8)) draft.case.tokens.main.claims.sts = 'active';
  patterns(draft);
}

function patterns(draft) {
  const { r, case: { options: own, request } } = draft;
  const [organization, personal, paths] = r.pick(r.chance(0.03) ? NO_PATTERNS : PATTERNS);
  const sync = {};
  if (r.chance(0.9)) sync.organizationPatterns = organization;
  if (r.chance(0.7)) sync.personalAccountPatterns = personal;
  own.organizationSync = sync;
  if (r.chance(0.85)) request.path = r.pick(paths);
}

const PATTERNS = [
  [['/orgs/:id', '/orgs/:id/(.*)'], ['/me', '/me/(.*)'], ['/orgs/org_1', '/orgs/org_2', '/orgs/org_1/', '/orgs/org_1/x/y', '/orgs/', '/me', '/me/', '/me/x', '/ORGS/org_2', '/other']],
  [['/orgs/:slug', '/orgs/:slug/(.*)'], ['/me(.*)'], ['/orgs/acme', '/orgs/umbrella/settings', '/orgs/%61cme', '/mean', '/me', '/']],
  [['/:locale/orgs/:slug/:page?'], ['/:locale/me'], ['/en/orgs/acme', '/en/orgs/acme/x', '/en/orgs/acme/x/y', '/en/me', '/en/orgs']],
  [['/o/:id([a-z]+_\\d+)'], ['/o/personal'], ['/o/org_1', '/o/org_22', '/o/personal', '/o/Org_1']],
  [['/t-:slug', '/{x-:id}?'], ['/p'], ['/t-acme', '/x-org_1', '/t-', '/', '/p']],
  [['/a/:rest*', '/b/:id+'], ['/a'], ['/a', '/a/b/c', '/b', '/b/org_1', '/b/org_1/x']],
  [['/orgs/:id/:slug'], ['/orgs/(.*)'], ['/orgs/org_1/acme', '/orgs/org_9/acme', '/orgs/x', '/orgs/']],
  [['/plain path', '/dots.and-dashes/:slug.html'], ['/plain path'], ['/plain%20path', '/dots.and-dashes/acme.html', '/dots.and-dashes/acme']],
  [['/orgs/:other'], ['/orgs/:other'], ['/orgs/x', '/orgs/x/']],
  [['(.*)/org/:id'], ['(.*)'], ['/x/org/org_1', '/x/y/org/org_2', '/', '/org/org_1']],
  [[], [], ['/orgs/org_1']],
];

/** What is no pattern. */
const NO_PATTERNS = [
  [['/orgs/:id', '/orgs/(x'], ['/me'], ['/orgs/org_1']],
  [['/orgs/:id'], ['/*'], ['/orgs/org_1']],
  [['/orgs/:'], ['/me'], ['/orgs/org_1']],
  [['/orgs/{:id'], ['/me'], ['/orgs/org_1']],
  [['/orgs/:id(a(b))'], ['/me'], ['/orgs/org_1']],
  [['/orgs/:id('], ['/me'], ['/orgs/org_1']],
  [['/orgs/:id()'], ['/me'], ['/orgs/org_1']],
  [['/:a/:a'], ['/me'], ['/x/y']],
  [['/orgs/:id(?:x)'], ['/me'], ['/orgs/x']],
  [['/orgs/\\:id'], ['/me'], ['/orgs/:id']],
  [['orgs/:id', ''], ['/me'], ['/orgs/org_1', '/']],
];

/** C12, and the other times. */
function staleSession(draft) {
  const { r, seconds } = draft;
  signedIn(draft);
  const { claims } = draft.case.tokens.main;
  r.weighted([
    [5, () => draft.uat(claims.iat + r.pick([-1, 0, 1, 2, 60]))],
    [3, () => (claims.nbf = seconds + r.pick(EDGES))],
    [3, () => (claims.iat = seconds + r.pick(EDGES))],
  ])();
}

/** §3.13: a session that has expired, and mostly the means to refresh it. */
function expired(draft) {
  const { r, seconds, instance, case: given } = draft;
  signedIn(draft);
  const { claims } = given.tokens.main;
  claims.iat = seconds - 100;
  claims.nbf = seconds - 110;
  if (r.chance(0.01)) claims.sid = r.pick([7, true, {}, ['sess_1']]);
  claims.exp = seconds - r.pick([4, 5, 6, 30, 40, 3600]);
  draft.uat(seconds - 1000);
  if (r.chance(0.15)) {
    draft.bearer = '{main}';
    if (r.chance(0.7)) draft.drop('session');
  }
  if (r.chance(0.85)) draft.cookie.set(`__refresh_${instance.suffix}`, 'rt_1');
  else if (r.chance(0.5)) draft.cookie.set('__refresh', 'rt_1');
  fresh(draft);
  given.api.refresh = refreshAnswer(r, 'fresh', instance.suffix);
}

/** The token that the API gives. */
function fresh(draft) {
  const { r, seconds, instance, case: given } = draft;
  given.tokens.fresh = sessionToken(r, seconds, instance, origin(draft));
  const { claims } = given.tokens.fresh;
  if (r.chance(0.15)) {
    const by = r.pick(EDGES);
    Object.assign(claims, { iat: seconds + by, nbf: seconds + by - 10, exp: seconds + by + 60 });
  }
  if (r.chance(0.12)) spoil(r, given.tokens.fresh, seconds);
}

/** C1: back from a handshake, by token or nonce, in the query or a cookie. */
function resolving(draft) {
  const { r, instance, seconds, case: given } = draft;
  if (r.chance(0.4)) signedIn(draft);
  else if (!instance.production && r.chance(0.7)) browser(draft);
  fresh(draft);
  if (r.chance(0.25)) {
    // A clock that is wrong, which development forgives.
    const by = r.pick([-86_500, -86_000, -3600, -300, 300, 3600, 86_000, 86_500]);
    Object.assign(given.tokens.fresh.claims, { iat: seconds + by, nbf: seconds + by - 10, exp: seconds + by + 60 });
  }
  const byNonce = r.chance(0.45);
  if (byNonce || r.chance(0.1)) {
    given.api.nonce = nonceAnswer(r, 'fresh', instance.suffix);
    if (r.chance(instance.production ? 0.2 : 0.85)) given.request.query.push(['__clerk_handshake_nonce', r.weighted([[9, 'nonce_1'], [1, 'n%20%2F%3F%26']])]);
    else draft.cookie.set('__clerk_handshake_nonce', 'nonce_1');
  }
  if (!byNonce || r.chance(0.1)) {
    const handshake = r.weighted([[12, () => directives(r, 'fresh', instance.suffix)], [0.4, () => 'text'], [0.4, () => undefined], [0.4, () => ({})]])();
    given.tokens.handshake = { header: { alg: 'RS256', kid: 'ins_main', typ: 'JWT' }, claims: handshake === undefined ? {} : { handshake } };
    if (r.chance(0.3)) given.tokens.handshake.header.cat = r.weighted([[5, CATEGORIES.session], [1, CATEGORIES.ignore], [1, CATEGORIES.template], [1, CATEGORIES.m2m]]);
    if (r.chance(0.15)) {
      const token = given.tokens.handshake;
      r.pick([
        () => (token.key = 'other'),
        () => (token.tamper = r.pick(['signature', 'claims', 'two', 'cut', 'empty'])),
        () => (token.header.alg = r.pick(['none', 'RS512', 'HS256'])),
        () => (token.header.kid = r.pick(['ins_other', undefined])),
        () => (token.header.typ = r.pick(['at+jwt', undefined, null])),
        () => (token.claims_text = r.pick(['null', '[]', '{'])),
      ])();
    }
    if (r.chance(instance.production ? 0.2 : 0.85)) given.request.query.push(['__clerk_handshake', '{handshake}']);
    else draft.cookie.set('__clerk_handshake', '{handshake}');
  }
  if (r.chance(0.03)) {
    delete given.options.jwtKey;
    given.api.jwks = r.pick(OUTAGES);
  }
  if (r.chance(0.3)) given.request.query.push(['__clerk_help', '1']);
  if (r.chance(0.2)) given.request.query.unshift(['__clerk_db_jwt', 'dvb_1']);
}

/** C2 and C3. */
function satellite(draft) {
  const { r, instance, case: given } = draft;
  Object.assign(given.options, { isSatellite: true, domain: 'sat.com', signInUrl: 'https://app.example.com/sign-in' });
  given.request.origin = r.pick(['https://sat.com', 'https://www.sat.com', 'http://localhost:3001']);
  if (r.chance(0.2)) {
    delete given.options.domain;
    given.options.proxyUrl = r.pick(['/__clerk', '/a/b/', 'https://sat.com/__clerk', 'https://sat.com/__clerk//', 'http://proxy.sat.com:81/x?y=1#z']);
  }
  if (r.chance(0.1)) given.options.signInUrl = r.pick(['', '/sign-in', 'https://sat.com/sign-in', 'https://app.example.com/sign-in?a=b%20c#d', 'https://app.example.com']);
  if (r.chance(0.3)) add(given.request, 'origin', r.pick([given.request.origin, 'https://app.example.com', 'null']));
  if (r.chance(0.45)) given.options.satelliteAutoSync = r.chance(0.8);
  if (r.chance(0.35)) given.request.query.push(['__clerk_synced', r.pick(['false', 'false', 'true'])]);
  if (!instance.production && r.chance(0.7)) browser(draft);
  if (r.chance(0.35)) {
    session(draft, 'main');
    if (r.chance(0.5)) given.tokens.main.claims.iss = 'https://clerk.sat.com';
  }
  if (r.chance(0.2)) referrer(r, given.request);
}

/** C4 to C6. */
function development(draft) {
  const { r, case: given } = draft;
  if (draft.instance.production) {
    draft.instance = r.pick(DEVELOPMENT);
    given.client.publishableKey = draft.instance.publishableKey;
    given.client.secretKey = 'sk_test_abc';
  }
  if (r.chance(0.5)) session(draft, 'main');
  if (r.chance(0.5)) browser(draft);
  if (r.chance(0.7)) clerkQuery(r, given.request, '{main}');
  if (r.chance(0.4)) given.request.query.push(['__clerk_redirect_url', r.pick([encodeURIComponent("https://sat.com/x?q=two%20words&t=~(*)'"), encodeURIComponent('https://sat.com/x?a=1#top'), encodeURIComponent('https://sat.com/?__clerk_synced=false'), 'nothing'])]);
}

/** C8 and C9. */
function halfSession(draft) {
  const { r } = draft;
  signedIn(draft);
  draft.drop(r.pick(['session', 'uat']));
}

/** §3.4: both sets of cookies. */
function suffixes(draft) {
  const { r, instance, seconds, case: given } = draft;
  if (!instance.production) browser(draft);
  const make = (name) => {
    given.tokens[name] = sessionToken(r, seconds, instance, origin(draft));
    const { claims } = given.tokens[name];
    claims.iat += r.pick([0, 0, -1, -10, 1]);
    claims.exp += r.weighted([[6, 0], [2, -55], [1, -56], [1, -61]]);
    if (r.chance(0.2)) claims.iss = r.pick(['https://clerk.stranger.com', undefined, 7]);
    if (r.chance(0.06)) claims[r.pick(['iat', 'exp'])] = r.pick([null, '', 'text', String(seconds), true, [], {}, 1e300]);
    return `{${name}}`;
  };
  const uat = () => r.weighted([[5, String(seconds - 1000)], [3, '0'], [1, 'junk'], [1, '00'], [1, '']]);
  if (!instance.production && r.chance(0.06)) {
    // Signed out here, signed in there, with a token of which nobody can say when it expires.
    draft.cookie.set('__session', make('main')).set(`__session_${instance.suffix}`, make('suffixed'));
    draft.cookie.set('__client_uat', '0').set(`__client_uat_${instance.suffix}`, String(seconds - 1000));
    given.tokens.suffixed.claims.exp = r.pick([null, '', '5', false, []]);
    return;
  }
  if (r.chance(0.7)) draft.cookie.set('__session', make('main'));
  if (r.chance(0.7)) draft.cookie.set(`__session_${instance.suffix}`, make('suffixed'));
  if (r.chance(0.7)) draft.cookie.set('__client_uat', uat());
  if (r.chance(0.7)) draft.cookie.set(`__client_uat_${instance.suffix}`, uat());
}

/** §3.7 and §3.9: a session token in the header. */
function headerSession(draft) {
  const { r, seconds, instance, case: given } = draft;
  given.tokens.main = sessionToken(r, seconds, instance, origin(draft));
  draft.bearer = '{main}';
  if (r.chance(0.3)) given.options.acceptsToken = r.pick(['any', ['session_token'], ['session_token', 'm2m_token'], ['api_key'], []]);
  if (r.chance(0.2)) signedIn(draft);
  if (r.chance(0.4)) spoil(r, given.tokens.main, seconds);
}

/** §3.8 and §3.9: a machine. */
function headerMachine(draft) {
  const { r, seconds, case: given } = draft;
  const kind = r.pick(['m2m_token', 'oauth_token', 'api_key']);
  const { kind: made, ...token } = machineToken(r, seconds, kind);
  given.tokens.machine = token;
  draft.bearer = '{machine}';
  given.options.acceptsToken = r.weighted([
    [8, kind],
    [3, 'any'],
    [3, [kind]],
    [2, ['session_token', kind]],
    [1, ['session_token']],
    [1, ['m2m_token', 'oauth_token', 'api_key']],
    [1, 'session_token'],
    [1, undefined],
  ]);
  if (r.chance(0.4)) given.options.machineSecretKey = 'ak_machine';
  if (r.chance(0.06)) given.client.secretKey = undefined;
  if (r.chance(0.25)) given.options.audience = r.pick(['api', ['api', 'web'], '', []]);
  if (r.chance(0.2)) given.options.authorizedParties = ['https://app.example.com'];
  given.api[made] = machineAnswer(r, made, seconds);
  if (r.chance(0.1)) draft.bearer = undefined;
}

/** Whatever comes. */
function anything(draft) {
  const { r, instance, seconds, case: given } = draft;
  const maybe = (probability, work) => r.chance(probability) && work();
  maybe(0.6, () => session(draft, 'main'));
  maybe(0.4, () => browser(draft));
  maybe(0.3, () => spoil(r, (given.tokens.main ??= sessionToken(r, seconds, instance, origin(draft))), seconds));
  maybe(0.2, () => (draft.bearer = r.pick(['{main}', 'junk', 'a.b.c', 'ak_x', ''])));
  maybe(0.3, () => (given.options.acceptsToken = r.pick(['session_token', 'any', 'api_key', 'm2m_token', 'oauth_token', ['session_token', 'api_key']])));
  for (let i = 0; i < 3; i += 1) maybe(0.4, () => clerkQuery(r, given.request, '{main}'));
  maybe(0.3, () => patterns(draft));
}

/** A session in the cookies of a browser: with the instance's suffix, without, or both. */
function session(draft, name) {
  const { r, instance, seconds, case: given } = draft;
  given.tokens[name] ??= sessionToken(r, seconds, instance, origin(draft));
  const form = r.weighted([[5, 'both'], [2, 'suffixed'], [3, 'plain']]);
  const { claims } = given.tokens[name];
  if (form !== 'plain') draft.cookie.set(`__session_${instance.suffix}`, `{${name}}`);
  if (form !== 'suffixed') draft.cookie.set('__session', `{${name}}`);
  draft.uat = (value) => {
    if (form !== 'plain') draft.cookie.set(`__client_uat_${instance.suffix}`, String(value));
    if (form !== 'suffixed') draft.cookie.set('__client_uat', String(value));
  };
  draft.drop = (what) => {
    const prefix = what === 'uat' ? '__client_uat' : '__session';
    for (const key of [...draft.cookie.keys()]) if (key.startsWith(prefix)) draft.cookie.delete(key);
  };
  draft.uat((claims.iat ?? seconds) - r.pick([0, 1, 60, 100_000]));
}

/** A browser that a development instance knows. */
function browser(draft) {
  const { r, instance } = draft;
  if (r.chance(0.75)) draft.cookie.set('__clerk_db_jwt', 'dvb_1');
  if (r.chance(0.75)) draft.cookie.set(`__clerk_db_jwt_${instance.suffix}`, r.pick(['dvb_1', 'dvb_2']));
}

function origin(draft) {
  return draft.case.request.origin;
}

/** A few changes that no scenario has in mind. */
function noise(draft) {
  const { r, instance, seconds, case: given } = draft;
  const { request, tokens } = given;
  // Two things that only together make a difference.
  if (given.api.jwks.keys?.some((key) => key.alg === undefined) && r.chance(0.5)) {
    delete given.options.jwtKey;
    for (const { header } of Object.values(tokens)) if (header !== undefined) header.alg = r.pick(['RS384', 'RS512']);
  }
  if (request.fragment !== '' && r.chance(0.3)) request.headers.push(['host', new URL(request.origin).host.toUpperCase()]);
  const described = Object.values(tokens).filter((token) => token.claims !== undefined && token.claims.sub !== undefined);
  const maybe = (probability, work) => r.chance(probability) && work();
  maybe(0.55, () => forwarded(r, request));
  maybe(0.12, () => referrer(r, request));
  maybe(0.1, () => described.length > 0 && spoil(r, r.pick(described), seconds));
  maybe(0.08, () => clerkQuery(r, request, '{main}'));
  maybe(0.12, () => draft.cookie.set('__clerk_redirect_count', r.weighted([[3, '1'], [2, '2'], [5, '3'], [1, '0'], [1, r.pick(['4', '5', '-1', '1.5', '0x1', ' 2', '03', '', 'junk', '1e0', '99999999999999999999', 'Infinity', 'NaN', '+1'])]])));
  maybe(0.02, () => request.headers.push(['origin', r.pick(['https://elsewhere.example', 'null', request.origin])]));
  maybe(0.015, () => (request.path = r.pick(['//evil.example/x', '//evil.example', '///x', '/\\evil.example', '/%2F/x', '//', '/@evil.example', '/.//x'])));
  maybe(0.03, () => draft.uat?.(r.pick(['0', '', 'junk', '12abc', '-5', '1.5', '+5', '1e3', '00', ' 7', String(2 ** 53), '99999999999999999999', '0x10', '%31', '"5"'])));
  maybe(0.02, () => {
    const name = r.pick(['__session', '__session_wrong123', '__client_uat', `__session_${instance.suffix}`, '__clerk_handshake', '__clerk_handshake_nonce']);
    draft.cookie.set(name, r.pick(['junk', '', 'a.b.c', '%zz', 'e30.e30.e30', 'null', '{main}']));
  });
  maybe(0.012, () => (given.client.publishableKey = r.pick(BROKEN_KEYS)));
  maybe(0.01, () => (given.client.secretKey = r.pick(['', undefined, 'sk_test_abc', 'test_abc', 'live_abc', 'abc'])));
  maybe(0.02, () => patterns(draft));
}

/** Puts cookies and the authorization header where they belong. */
function finish(draft) {
  const { r, case: { request } } = draft;
  const cookies = [...draft.cookie].map(([name, value]) => `${name}=${r.chance(0.03) ? encoded(value) : value}`);
  if (r.chance(0.15)) cookies.splice(r.int(cookies.length + 1), 0, r.pick(NEIGHBOURS));
  // The first of a name counts.
  if (r.chance(0.03) && cookies.length > 0) cookies.push(`${r.pick(cookies).split('=')[0]}=second`);
  request.cookies = r.chance(0.1) ? r.shuffled(cookies) : cookies;
  if (r.chance(0.02) && cookies.length > 1) request.headers.push(['cookie', request.cookies.pop()]);
  request.form = r.weighted([[6, 'pairs'], [2, 'fetch'], [3, 'received']]);
  const { bearer } = draft;
  if (bearer !== undefined) request.headers.push(['authorization', authorization(r, bearer)]);
  if (bearer !== undefined && r.chance(0.01)) request.headers.push(['Authorization', 'Bearer second']);
  else if (r.chance(0.02)) request.headers.push(['authorization', authorization(r, r.pick(['{main}', 'junk', '']))]);
}

/** Percent-encoded where a name of a token is not. */
function encoded(value) {
  return value.startsWith('{') ? value : [...value].map((c) => `%${c.codePointAt(0).toString(16).padStart(2, '0')}`).join('');
}

function authorization(r, token) {
  return r.weighted([
    [20, `Bearer ${token}`],
    [2, token],
    [0.5, `bearer ${token}`],
    [0.5, `Basic ${token}`],
    [0.3, `Bearer  ${token}`],
    [0.3, `Bearer`],
    [0.3, `Bearer ${token} more`],
    [0.3, `BEARER ${token}`],
    [0.3, ''],
    [0.3, `Bearer ${token}, Bearer second`],
    [0.3, `Bearer\t${token}`],
    [0.3, `${token} `],
  ]);
}

const QUESTIONS = [
  { role: 'org:admin' },
  { role: 'admin' },
  { role: 'org:org:member' },
  { role: 'org:member', permission: 'org:invoices:read' },
  { permission: 'org:invoices:read' },
  { permission: 'invoices:read' },
  { permission: 'org:team:manage' },
  { permission: 'org:chat:delete' },
  { permission: 'org:reports:read' },
  { feature: 'invoices' },
  { feature: 'org:team' },
  { feature: 'user:reports' },
  { feature: 'o:chat' },
  { feature: 'x:chat' },
  { feature: 'org:' },
  { plan: 'pro' },
  { plan: 'user:free' },
  { plan: 'o:pro', feature: 'invoices' },
  { role: 'org:admin', plan: 'pro' },
  { reverification: 'strict' },
  { reverification: 'strict_mfa' },
  { reverification: 'moderate' },
  { reverification: 'lax' },
  { reverification: { level: 'first_factor', afterMinutes: 10 } },
  { reverification: { level: 'multi_factor', afterMinutes: 60 } },
  { reverification: { level: 'second_factor', afterMinutes: 0 } },
  { reverification: 'unknown' },
  { role: 'org:admin', reverification: 'lax' },
  { role: '' },
  { role: 7 },
  {},
];

function questions(r) {
  return Array.from({ length: 4 }, () => r.pick(QUESTIONS));
}
