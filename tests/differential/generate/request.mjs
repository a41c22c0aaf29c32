// The request: where it goes and what it carries beside tokens.

export const ORIGINS = ['https://app.example.com', 'https://app.example.com', 'http://localhost:3000', 'https://app.example.com:8443', 'http://127.0.0.1:4000'];

const PATHS = ['/', '/p', '/p/q', '/a%20b', '/%C3%A4/x', '/a.b/../c', '/orgs/org_1', '/orgs/acme/settings', '/me', '/me/x', '/ORGS/org_2/', '/p;x=1', "/it's", '/[x]', '/p/', '/a|b'];

/** A browser that opens a page. */
export function page(r, method = 'GET') {
  const headers = [['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)']];
  if (r.chance(0.93)) headers.push(['sec-fetch-dest', r.weighted([[12, 'document'], [1, 'iframe'], [1, 'empty'], [0.3, ''], [0.3, 'Document'], [0.3, 'image']])]);
  headers.push(['accept', r.weighted([[10, 'text/html,application/xhtml+xml'], [1, 'application/json'], [1, '*/*'], [0.5, 'TEXT/HTML'], [0.5, '']])]);
  return { method, origin: r.pick(ORIGINS), path: r.pick(PATHS), query: r.chance(0.3) ? plainQuery(r) : [], fragment: r.chance(0.05) ? 'top' : '', headers, cookies: [] };
}

function plainQuery(r) {
  return r.some(
    [
      ['a', '1'],
      ['q', 'two%20words'],
      ['q', 'two+words'],
      ['empty', ''],
      ['u', '%C3%A4%26'],
      ['bad', '%zz'],
      ['tilde', "~'()*!"],
      ['bare', undefined],
      ['r', encodeURIComponent('https://x.example/?a=b&c=d')],
      ['', 'noname'],
      ['a', '2'],
    ],
    0.3,
  );
}

/** Headers of proxies. */
export function forwarded(r, request) {
  const { host, protocol } = new URL(request.origin);
  r.weighted([
    [6, () => add(request, 'host', host)],
    [3, () => add(request, 'host', r.pick(['app.example.com', 'other.example.com', 'localhost:3000', 'app.example.com:443', 'APP.example.com']))],
    [
      5,
      () => {
        add(request, 'host', host);
        add(request, 'x-forwarded-host', r.pick(['public.example.com', 'public.example.com:3213', 'public.example.com,inner.local', 'app.example.com']));
        if (r.chance(0.8)) add(request, 'x-forwarded-proto', r.pick(['https', 'http', 'https,http', protocol.slice(0, -1)]));
      },
    ],
    [1, () => add(request, 'x-forwarded-proto', r.pick(['https', 'http', 'https, http', '']))],
    [1, () => add(request, 'cloudfront-forwarded-proto', 'https')],
    [
      1,
      () => {
        add(request, 'x-forwarded-host', r.pick(['<script>', 'user@evil.example', 'evil.example/x', 'a b', '', ',x', 'a:99999', '[::1]:8080', 'exämple.com', 'evil.example?x', 'evil.example\\x', '1.2.3.999', 'a..b', 'xn--a', '%65vil.example', ' spaced.example']));
        if (r.chance(0.5)) add(request, 'x-forwarded-proto', r.pick(['https', 'ftp', 'javascript', 'HTTPS', 'ws', ' https', 'https:']));
      },
    ],
  ])();
  if (r.chance(0.02)) add(request, 'x-forwarded-host', 'second.example.com');
}

const REFERRERS = [
  'https://elsewhere.example/x',
  'https://elsewhere.example',
  'https://sub.app.example.com/',
  'http://app.example.com/',
  'https://app.example.com:444/',
  'https://clerk.example.com/v1/client',
  'http://clerk.example.com:81/',
  'https://accounts.example.com/sign-in',
  'http://accounts.example.com/sign-in',
  'https://accounts.other.io/',
  'https://foo-bar-13.accounts.dev/sign-in',
  'https://foo-bar-13.clerk.accounts.dev/',
  'https://x.accounts.dev/',
  'https://x.accountsstage.dev',
  'https://accounts.inspired.puma-74.lcl.dev/',
  'https://accounts.evil.lcl.dev.evil.example/',
  'https://x.accounts.lclclerk.com/',
  'https://clerk.accounts.dev/',
  'https://public.example.com/',
  'about:client',
  'not a url',
  '/relative',
  'android-app://com.example',
  'null',
  'HTTPS://ELSEWHERE.EXAMPLE/',
  'https://elsewhere.example:443/',
  'blob:https://elsewhere.example/1',
];

export function referrer(r, request) {
  add(request, 'referer', r.chance(0.25) ? `${request.origin}/before` : r.pick(REFERRERS));
}

/** Names that the query may have for Clerk. */
export function clerkQuery(r, request, token) {
  const one = r.weighted([
    [3, ['__clerk_synced', r.pick(['false', 'true', '', 'FALSE'])]],
    [3, ['__clerk_db_jwt', r.pick(['dvb_query', '', token])]],
    [2, ['__dev_session', 'dvb_legacy']],
    [2, ['__clerk_help', '1']],
    [3, ['__clerk_redirect_url', r.pick(['https%3A%2F%2Fsat.com%2Fx%3Fa%3D1', 'https://sat.com', 'not%20a%20url', '', '/relative', 'https%3A%2F%2Fsat.com%2F%3F__clerk_synced%3Dfalse%26__clerk_db_jwt%3Dold%23f', 'mailto:x', 'sat.com:80'])]],
    [1, ['__clerk_handshake', r.pick(['junk', '', token])]],
    [1, ['__clerk_handshake_nonce', r.pick(['nonce_q', ''])]],
    [1, ['suffixed_cookies', 'true']],
    [1, ['__clerk_hs_reason', 'dev-browser-missing']],
    [1, ['__session', 'x']],
    [1, ['redirect_url', 'https%3A%2F%2Fevil.example']],
    [1, ['organization_id', 'org_9']],
    [1, ['%5F_clerk_synced', 'false']],
  ]);
  request.query.splice(r.int(request.query.length + 1), 0, one);
}

export function add(request, name, value) {
  request.headers.push([name, value]);
}

/** Other people's cookies, and odd ones. */
export const NEIGHBOURS = ['theme=dark', 'x=%zz', 'nothing', '=novalue', 'a="quoted; no"', 'b=%3B__session%3Dx', '__sessionx=1', ' spaced = value ', 'é=ü', 'empty=', '__client_uat_wrong123=5', '__session_wrong123=junk', '__proto__=x', 'constructor=1'];
