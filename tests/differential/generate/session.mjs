// Session tokens: mostly good ones, now and then odd in one place or two.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function id(r, prefix) {
  let out = prefix;
  for (let i = 0; i < 8; i += 1) out += ALPHABET[r.int(ALPHABET.length)];
  return out;
}

export const CATEGORIES = { session: 'cl_B7d4PD111AAA', template: 'cl_B7d4PD222AAA', m2m: 'cl_B7d4PD333AAA', ignore: 'cl_I7d4PD111III' };

/** A session token that holds for a minute around `seconds`. */
export function sessionToken(r, seconds, instance, azp) {
  const header = { alg: 'RS256', kid: 'ins_main', typ: 'JWT' };
  if (r.chance(0.5)) header.cat = r.weighted([[8, CATEGORIES.session], [1, CATEGORIES.ignore]]);
  const claims = {
    iss: instance.issuer,
    sub: r.pick(['user_1', 'user_2', 'user_3']),
    sid: r.pick(['sess_1', 'sess_2']),
    iat: seconds - 5,
    nbf: seconds - 15,
    exp: seconds + 55,
  };
  if (r.chance(0.8)) claims.azp = azp;
  if (r.chance(0.6)) claims.fva = r.pick([[0, -1], [10, -1], [10, 60], [-1, 5], [-1, -1], [59, 3], [60, 60], [1439, 0]]);
  if (r.chance(0.4)) claims.sts = r.weighted([[6, 'active'], [3, 'pending'], [1, 'ended']]);
  if (r.chance(0.15)) claims.act = { sub: 'user_9', iss: instance.issuer, sid: 'sess_9' };
  if (r.chance(0.1)) claims.custom = r.pick([{ a: [1, null, 'é'] }, 'text', 12.5, true]);
  if (r.chance(0.7)) versionTwo(r, claims);
  else versionOne(r, claims);
  return { header, claims };
}

function versionOne(r, claims) {
  if (r.chance(0.7)) {
    claims.org_id = r.pick(['org_1', 'org_2']);
    claims.org_slug = r.pick(['acme', 'umbrella']);
    claims.org_role = r.pick(['org:admin', 'org:member', 'admin']);
    claims.org_permissions = r.some(['org:invoices:read', 'org:invoices:manage', 'org:team:read'], 0.6);
  }
  if (r.chance(0.2)) claims.fea = r.pick(['o:invoices', 'u:invoices,o:team', 'invoices']);
  if (r.chance(0.05)) claims.v = r.pick([1, '2', 3, null]);
}

function versionTwo(r, claims) {
  claims.v = 2;
  claims.jti = id(r, '');
  const features = r.some(['invoices', 'team', 'reports', 'chat'], 0.6);
  const scoped = features.map((name) => `${r.weighted([[6, 'o'], [2, 'u'], [1, 'uo'], [1, 'ou']])}:${name}`);
  if (scoped.length > 0 || r.chance(0.3)) claims.fea = scoped.join(r.chance(0.1) ? ' , ' : ',');
  if (r.chance(0.5)) claims.pla = r.pick(['o:pro', 'u:free', 'o:pro,u:free', 'pro', '']);
  if (!r.chance(0.75)) return;
  const permissions = r.some(['read', 'manage', 'delete'], 0.7);
  const owned = scoped.filter((name) => name.split(':')[0].includes('o'));
  // A mask for each feature of organizations, or for each feature at all: both are seen.
  const masks = (r.chance(0.75) ? owned : scoped).map(() => r.int(2 ** permissions.length));
  claims.o = { id: r.pick(['org_1', 'org_2']), slg: r.pick(['acme', 'umbrella']), rol: r.pick(['admin', 'member', 'org:admin']) };
  if (permissions.length > 0) claims.o.per = permissions.join(',');
  if (masks.length > 0) claims.o.fpm = masks.join(',');
  if (r.chance(0.08)) Object.assign(claims.o, r.pick(ODD_ORGANIZATIONS));
}

const ODD_ORGANIZATIONS = [
  { fpm: '9007199254740993,1' },
  { fpm: '-1,3' },
  { fpm: '1.5,1x,3' },
  { fpm: ' 1 , 2 ' },
  { fpm: '' },
  { per: '' },
  { per: ' read , manage ' },
  { rol: '' },
  { rol: 'org:org:admin' },
  { id: '' },
  { slg: '' },
  { fpm: '340282366920938463463374607431768211457' },
];

/** Something wrong, or nearly so, in a session token. */
export function spoil(r, token, seconds) {
  const { header, claims } = token;
  r.weighted([
    [6, () => time(r, claims, seconds)],
    [4, () => (token.key = 'other')],
    [3, () => (token.tamper = r.pick(['signature', 'claims', 'header', 'empty', 'two', 'four', 'cut', 'padded', 'bits', 'space']))],
    [3, () => (header.kid = r.pick(['ins_other', 'constructor', '__proto__', 'toString', '', undefined, null, 7]))],
    [3, () => (header.alg = r.pick(['none', 'HS256', 'RS384', 'RS512', 'rs256', 'ES256', undefined, null, 'constructor']))],
    [2, () => (header.typ = r.pick(['at+jwt', 'jwt', undefined, null, '', 'application/at+jwt', 'JWS']))],
    [4, () => (header.cat = r.pick([...Object.values(CATEGORIES), 'cl_unknown', null, '', 7]))],
    [5, () => claim(r, claims)],
    [2, () => audience(r, claims)],
    [2, () => (claims.azp = r.pick(['https://elsewhere.example', '', null, 7, undefined]))],
    [3, () => (claims.iss = r.pick([undefined, '', null, 7, 'https://clerk.stranger.com', 'HTTP://clerk.example.com', 'clerk.example.com', 'https://clerk.sat.com']))],
    [2, () => (claims.fea = r.pick(['invoices', 'o:invoices,team', ':', 'o:', 'x:invoices,o:team', ',', 'o:a:b,u:c', ' o:invoices ']))],
    [2, () => (claims.pla = r.pick(['pro', 'o:', ':', 'u:free,']))],
    [2, () => (claims.fva = r.pick([[1], [0, 0, 0], 'x', null, [null, 1], [-2, 1], [1.5, 2], {}]))],
    [1, () => (claims.sts = r.pick([null, 'pending', 'PENDING']))],
    [1, () => (claims.sub = 'mch_1')],
    [2, () => unwritable(r, token)],
  ])();
  return token;
}

/** Times at the edges. Of the default skew, of none, of a day. */
export const EDGES = [-86_401, -86_400, -3600, -60, -10, -7, -6, -5, -4, -1, 0, 1, 4, 5, 6, 7, 10, 60, 3600, 86_400, 86_401];

function time(r, claims, seconds) {
  const name = r.pick(['exp', 'exp', 'exp', 'nbf', 'iat']);
  claims[name] = seconds + r.pick(EDGES);
  if (r.chance(0.1)) claims[name] += 0.5;
}

function claim(r, claims) {
  const name = r.pick(['sub', 'sid', 'sid', 'exp', 'nbf', 'iat', 'azp']);
  if (r.chance(0.4)) delete claims[name];
  else claims[name] = r.pick([null, '', 0, false, 'text', {}, [], 1e300, -1, String(claims[name])]);
  // What follows from a wrong shape of an organization's claims is said nowhere, so none is made here.
  if (r.chance(0.2)) delete claims[r.pick(['o', 'v', 'org_id', 'org_permissions', 'org_role', 'org_slug'])];
}

function audience(r, claims) {
  claims.aud = r.pick(['api', 'web', ['api'], ['web', 'api'], ['web'], '', [], [''], null, 7, ['api', 7], { api: 1 }, 'ap', true, false, [null, 'api']]);
}

function unwritable(r, token) {
  const text = JSON.stringify(token.claims);
  r.pick([
    () => (token.claims_text = 'null'),
    () => (token.claims_text = '[]'),
    () => (token.claims_text = '"text"'),
    () => (token.claims_text = `\ufeff${text}`),
    () => (token.claims_text = text.replace('{', '{"odd":"\\ud800",')),
    () => (token.claims_text = text.replace('{', '{"odd":"\\ud83d\\ude00",')),
    () => (token.claims_text = text.replace(/"exp":-?[\d.]+/, '"exp":1e400')),
    () => (token.claims_text = text.replace(/"iat":-?[\d.]+/, '"iat":1e400')),
    () => (token.claims_text = text.replace(/"nbf":-?[\d.]+/, '"nbf":-1e400')),
    () => (token.claims_text = text.replace(/}$/, ',"sub":"user_last"}')),
    () => (token.claims_text = `${text} `),
    () => (token.claims_text = `${text}x`),
    () => (token.claims_text = text.replace('{', '{"__proto__":{"azp":"https://x.example"},')),
    () => (token.header_text = 'null'),
    () => (token.header_text = '[]'),
    () => (token.header_text = '"RS256"'),
    () => (token.header_text = '{"alg":"RS256"'),
    () => (token.claims_bytes = Buffer.from(text.replace('{', '{"odd":"~",')).toString('hex').replace('7e', 'ff')),
  ])();
}
