// The OpenID provider, by a client that nobody here wrote: npm's openid-client, over loopback, and a browser of a few lines.

import assert from 'node:assert/strict';
import * as runner from 'node:test';

import { setupEmulator } from 'clerk-usher/testing';
import * as oidc from 'openid-client';

const { test } = runner;
const { emulator, clerk, createUser } = setupEmulator(runner);
const BACK = 'http://localhost:3000/back';

/** Keeps cookies, follows redirects on the emulator, and stops where it is led away from it. */
class Browser {
  #cookies = new Map();

  async #send(url, init = {}) {
    const headers = { ...init.headers, cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    if (answer.status < 300 || answer.status > 399) return { url, html: await answer.text() };
    const next = new URL(answer.headers.get('location'), url);
    return next.origin === emulator.url ? this.open(next) : { url: next, html: '' };
  }

  open(url) {
    return this.#send(url);
  }

  /** Sends the form of a page that has this button, with what is in it. */
  press(page, button) {
    const forms = page.html.match(/<form.*?<\/form>/gs) ?? [];
    const form = forms.find((text) => text.includes(button)) ?? assert.fail(`no form has ${button}: ${page.html}`);
    const attribute = (text, name) => text.match(new RegExp(` ${name}="([^"]*)"`))?.[1].replaceAll('&amp;', '&') ?? '';
    const pressed = (form.match(/<button[^>]*>/g) ?? []).filter((text) => text.includes(button));
    const fields = [...(form.match(/<input[^>]*>/g) ?? []), ...pressed].filter((text) => attribute(text, 'name') !== '');
    const body = new URLSearchParams(fields.map((field) => [attribute(field, 'name'), attribute(field, 'value')]));
    const action = new URL(attribute(form, 'action'), page.url);
    return this.#send(action, { method: 'POST', body, headers: { origin: action.origin } });
  }
}

async function world({ inBody = false, ...application }) {
  const user = await createUser({ emailAddress: ['ada@example.com'], firstName: 'Ada', lastName: 'Lovelace', publicMetadata: { plan: 'pro' } });
  const made = await clerk.oauthApplications.create({
    name: 'App',
    redirectUris: [BACK],
    scopes: 'openid profile email public_metadata',
    ...application,
  });
  const authentication = made.public ? oidc.None() : inBody ? oidc.ClientSecretPost(made.clientSecret) : oidc.ClientSecretBasic(made.clientSecret);
  const config = await oidc.discovery(new URL(emulator.url), made.clientId, {}, authentication, { execute: [oidc.allowInsecureRequests] });
  return { user, made, config };
}

/** From the application to the code, by way of sign-in and consent. */
async function signIn({ config, user }, more = {}) {
  const browser = new Browser();
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: BACK,
    scope: 'openid profile email public_metadata',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  let page = await browser.open(url);
  assert.equal(page.url.pathname, '/sign-in');
  page = await browser.press(page, user.id);
  assert.match(page.html, /App wants to sign you in/);
  page = await browser.press(page, 'value="allow"');
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return { browser, back: page.url, checks };
}

for (const application of [{}, { inBody: true }, { public: true }, { pkceRequired: true }]) {
  test(`the whole way of a client ${JSON.stringify(application)}`, async () => {
    const it = await world(application);
    const { back, checks } = await signIn(it);
    const tokens = await oidc.authorizationCodeGrant(it.config, back, checks);
    const claims = tokens.claims();
    assert.deepEqual([claims.sub, claims.email, claims.aud], [it.user.id, 'ada@example.com', it.made.clientId]);
    const told = await oidc.fetchUserInfo(it.config, tokens.access_token, claims.sub);
    assert.deepEqual([told.name, told.email_verified, told.public_metadata], ['Ada Lovelace', true, { plan: 'pro' }]);

    const ours = await clerk.oauthAccessTokens.verify({ accessToken: tokens.access_token });
    assert.equal(ours.subject, it.user.id);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const state = await clerk.authenticateRequest(new Request('https://app.example.com/', { headers }), { acceptsToken: 'oauth_token' });
    assert.deepEqual([state.isAuthenticated, state.auth.userId, state.auth.clientId], [true, it.user.id, it.made.clientId]);

    const refreshed = await oidc.refreshTokenGrant(it.config, tokens.refresh_token);
    assert.equal(refreshed.claims().sub, it.user.id);
    if (!it.made.public) {
      assert.equal((await oidc.tokenIntrospection(it.config, refreshed.access_token)).sub, it.user.id);
      assert.equal((await oidc.tokenIntrospection(it.config, tokens.refresh_token)).active, false, 'it was used');
    }
    await oidc.tokenRevocation(it.config, refreshed.refresh_token);
    await assert.rejects(oidc.fetchUserInfo(it.config, refreshed.access_token, claims.sub));
    await assert.rejects(oidc.refreshTokenGrant(it.config, refreshed.refresh_token), (error) => error.error === 'invalid_grant');
  });
}

test('access tokens can be JWTs', async () => {
  await clerk.instanceSettings.updateOAuthApplicationSettings({ oauthJwtAccessTokens: true });
  const it = await world({});
  const { back, checks } = await signIn(it);
  const tokens = await oidc.authorizationCodeGrant(it.config, back, checks);
  assert.equal(tokens.access_token.split('.').length, 3);
  assert.equal((await oidc.fetchUserInfo(it.config, tokens.access_token, it.user.id)).email, 'ada@example.com');
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const state = await clerk.authenticateRequest(new Request('https://app.example.com/', { headers }), { acceptsToken: 'oauth_token' });
  assert.equal(state.auth.userId, it.user.id);
});

test('a client is refused as the standard says', async () => {
  const it = await world({});
  const { back, browser, checks } = await signIn(it);
  await oidc.authorizationCodeGrant(it.config, back, checks);
  await assert.rejects(oidc.authorizationCodeGrant(it.config, back, checks), (error) => error.error === 'invalid_grant');
  const url = oidc.buildAuthorizationUrl(it.config, { redirect_uri: BACK, scope: 'private_metadata', state: 's' });
  const { url: refused } = await browser.open(url);
  await assert.rejects(
    oidc.authorizationCodeGrant(it.config, refused, { expectedState: 's' }),
    (error) => error instanceof oidc.AuthorizationResponseError && error.error === 'invalid_scope',
  );
});
