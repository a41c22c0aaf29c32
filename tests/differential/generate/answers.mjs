// What the Backend API will say: mostly what it should, and each way of failing now and then.

const ERRORS = [
  { status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: 'Invalid key' }] } },
  { status: 401, body: { errors: [{ code: 'authentication_invalid', message: 'Unauthorized' }] } },
  { status: 400, body: { errors: [{ code: 'bad_request', message: 'No' }] } },
  { status: 403, body: { errors: [] } },
  { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'Not found' }] } },
  { status: 422, body: { errors: [{ code: 'form_param_missing', message: 'Missing' }, { code: 'second', message: 'x' }] } },
  { status: 410, body: {} },
];

export const OUTAGES = [
  { status: 500, body: { errors: [{ code: 'internal_clerk_error', message: 'Oops' }] } },
  { status: 503, body: {} },
  { status: 502, text: '<html>Bad gateway</html>' },
  { status: 429, headers: { 'retry-after': '7' }, body: { errors: [{ code: 'rate_limit_exceeded', message: 'Slow' }] } },
  { drop: true },
];

/** A good answer, or one of the bad ones. */
function usually(r, good, odd = []) {
  return r.weighted([
    [70, () => good],
    [12, () => (odd.length > 0 ? r.pick(odd) : good)],
    [14, () => r.pick(ERRORS)],
    [2, () => r.pick(OUTAGES)],
  ])();
}

/** The key set. */
export function keySet(r) {
  const main = { kid: 'ins_main', use: 'sig', alg: 'RS256', of: 'instance' };
  const odd = [
    [{ ...main, kid: 'ins_else' }],
    [{ kid: 'ins_else', use: 'sig', alg: 'RS256', of: 'other' }, main],
    [{ ...main, alg: 'RS512' }],
    [{ ...main, of: 'other' }],
    [{ kid: 'ins_main', of: 'instance' }],
    [],
    [{ kid: 'ins_main', of: 'instance' }],
    [{ ...main, alg: 'RS384' }],
    [{ ...main, use: 'enc' }],
    [{ ...main, key_ops: ['verify'] }],
    [{ ...main, kty: 'EC' }],
    [{ ...main, of: 'other' }, main],
  ];
  return r.weighted([
    [85, () => ({ keys: [main] })],
    [8, () => ({ keys: r.pick(odd) })],
    [1, () => ({ status: 200, body: { keys: null } })],
    [1, () => ({ status: 200, body: {} })],
    [1, () => ({ status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: 'Invalid key' }] } })],
    [1, () => ({ status: 404, body: { errors: [{ code: 'resource_not_found', message: 'x' }] } })],
    [0.7, () => r.pick(OUTAGES)],
  ])();
}

/** Cookies that the API has a browser set; `fresh` is the name of the token in them. */
export function directives(r, fresh, suffix) {
  const session = (name, value, more = 'Path=/; Secure; SameSite=Lax') => `${name}=${value}; ${more}`;
  const value = `{${fresh}}`;
  const good = [
    session('__client_uat', '1700000000', 'Path=/; Domain=example.com; Max-Age=315360000; SameSite=Lax'),
    session(`__client_uat_${suffix}`, '1700000000'),
    session('__session', value),
    session(`__session_${suffix}`, value),
  ];
  return r.weighted([
    [20, () => good],
    [8, () => good.slice(2)],
    [6, () => r.shuffled(good)],
    [5, () => [...good, session(`__refresh_${suffix}`, 'rt_2', 'Path=/; HttpOnly')]],
    [3, () => [...good, session('__session', '', 'Max-Age=0')]],
    [3, () => good.slice(0, 2)],
    [2, () => []],
    [2, () => [session('__session', 'junk')]],
    [2, () => [session('__session', `${value}=`)]],
    [1, () => [`__session_x=${value}`]],
    [1, () => ['__session']],
    [1, () => [`__sessionx=${value}`, '__clerk_db_jwt=dvb_2; Path=/']],
    [1, () => [` __session=${value}`]],
    [1, () => [`__session =${value}`]],
  ])();
}

export function refreshAnswer(r, fresh, suffix) {
  const cookies = directives(r, fresh, suffix);
  return usually(r, { status: 200, body: { object: 'cookies', cookies } }, [
    { status: 200, body: { cookies } },
    { status: 200, body: { object: 'cookies', cookies: [] } },
    { status: 200, body: { object: 'cookies' } },
    { status: 200, body: { object: 'cookies', cookies: null } },
    { status: 204 },
    { status: 200, body: {} },
  ]);
}

export function nonceAnswer(r, fresh, suffix) {
  const good = directives(r, fresh, suffix);
  return usually(r, { status: 200, body: { directives: good } }, [
    { status: 200, body: { object: 'handshake_payload', directives: good } },
    { status: 200, body: { directives: [] } },
    { status: 204 },
  ]);
}

export function machineAnswer(r, kind, seconds) {
  const times = { expiration: (seconds + 100) * 1000, created_at: (seconds - 5) * 1000, updated_at: (seconds - 5) * 1000 };
  const common = { revoked: r.chance(0.1), revocation_reason: null, expired: r.chance(0.1), ...times };
  const body = {
    m2m_token: () => ({
      object: 'machine_to_machine_token',
      id: 'mt_1',
      subject: 'mch_1',
      scopes: r.pick([['mch_2'], [], ['a', 'b']]),
      claims: r.pick([null, { a: 1 }, {}]),
      ...common,
    }),
    oauth_token: () => ({
      object: 'clerk_idp_oauth_access_token',
      id: 'oat_1',
      client_id: 'client_1',
      type: 'oauth:access_token',
      subject: 'user_1',
      scopes: r.pick([['profile'], []]),
      ...(r.chance(0.6) ? { aud: r.pick([['api'], 'api', 'web', ['web'], [], '']) } : {}),
      ...common,
    }),
    api_key: () => ({
      object: 'api_key',
      id: 'ak_1',
      type: 'api_key',
      name: 'A key',
      subject: r.pick(['user_1', 'org_1', 'mch_1', '']),
      scopes: r.pick([['read'], []]),
      claims: r.pick([null, { a: 1 }]),
      ...common,
    }),
  }[kind]();
  const { object: _, ...bare } = body;
  return usually(r, { status: 200, body }, [{ status: 200, body: bare }, { status: 201, body }]);
}
