// Options that a case's scenario did not set.

import { add } from './request.mjs';

export function options(draft) {
  const { r, case: given } = draft;
  const { options: own, request } = given;
  const maybe = (probability, work) => r.chance(probability) && work();
  maybe(0.1, () => (own.authorizedParties ??= r.weighted([[4, [request.origin]], [1, ['https://elsewhere.example']], [1, []], [1, ['']]])));
  maybe(0.08, () => (own.audience ??= r.pick(['api', ['api', 'web'], '', [], [''], 'ap'])));
  const named = Object.values(given.tokens).some((token) => token.claims?.aud !== undefined);
  maybe(named ? 0.5 : 0, () => (own.audience ??= r.pick(['api', ['api', 'web']])));
  maybe(0.1, () => (own.clockSkewMs = r.pick([0, 0, 1, 999, 5000, 5001, 60_000])));
  maybe(0.02, () => (own.headerType = r.pick(['JWT', 'at+jwt', ['JWT', 'at+jwt'], []])));
  maybe(0.08, () => (own.proxyUrl ??= r.pick(['/__clerk', '/a/b/', '/', 'https://proxy.example.com', 'https://proxy.example.com/__clerk/', 'http://localhost:9/x//', 'https://proxy.example.com/p?q=1#f'])));
  maybe(0.05, () => (own.domain ??= r.pick(['sat.com', 'app.example.com:81', ''])));
  maybe(0.04, () => (own.signInUrl ??= r.pick(['https://app.example.com/sign-in', '/sign-in'])));
  maybe(0.02, () => (own.signUpUrl = 'https://app.example.com/sign-up'));
  maybe(0.02, () => (own.afterSignInUrl = '/after'));
  maybe(0.02, () => (own.afterSignUpUrl = '/welcome'));
  maybe(0.02, () => (own.isSatellite ??= r.chance(0.5)));
  maybe(0.02, () => add(request, 'x-clerk-redirect-to', '1'));
  maybe(0.02, () => (own.acceptsToken ??= r.pick(['session_token', 'any', 'api_key', 'm2m_token', 'oauth_token', ['session_token'], ['session_token', 'oauth_token'], []])));
  maybe(0.02, () => (own.jwtKey = { pem: r.pick(['instance', 'other', 'big']), form: r.pick(['indented', 'blanks', 'tabs', 'wrong', 'cut', 'text', 'lf']) }));
  maybe(0.01, () => {
    own.jwtKey = { pem: 'big', form: r.pick(['lf', 'bare', 'crlf']) };
    for (const token of Object.values(given.tokens)) token.key ??= 'big';
  });
  maybe(0.01, () => (own.secretKey = 'sk_test_own'));
  // Set for the client instead of the call, or for both.
  for (const name of ['jwtKey', 'machineSecretKey', 'proxyUrl', 'domain', 'isSatellite', 'audience']) {
    if (own[name] === undefined || !r.chance(0.3)) continue;
    given.client[name] = own[name];
    if (r.chance(0.7)) delete own[name];
    else if (typeof own[name] === 'string' && r.chance(0.5)) own[name] = '';
  }
}
