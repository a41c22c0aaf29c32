/** The testing kit: what it makes is known to the API it emulates. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NotFoundError } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

const cookies = (directives) =>
  Object.fromEntries(directives.map((directive) => directive.split(';')[0].split(/=(.*)/s).slice(0, 2)));

test('machine tokens of both forms are known', async (t) => {
  const emulator = Emulator.start({ seed: 7 });
  t.after(() => emulator.stop());
  const clerk = emulator.clerk({ machineSecretKey: emulator.machineSecretKey });
  for (const token of [emulator.mintM2mToken(), emulator.mintM2mToken({ format: 'jwt', expiresInSeconds: 5 })]) {
    const told = await clerk.m2m.verifyToken({ token });
    assert.deepEqual(told.scopes, [emulator.machineId]);
  }
  const tampered = emulator.mintM2mToken({ format: 'jwt', tampered: true });
  await assert.rejects(clerk.m2m.verifyToken({ token: tampered }), NotFoundError);
  assert.throws(() => emulator.mintM2mToken({ tampered: true }), /tampered/);
});

test('access tokens and API keys are known', async (t) => {
  const emulator = Emulator.start({ seed: 7 });
  t.after(() => emulator.stop());
  const clerk = emulator.clerk();
  const application = await clerk.oauthApplications.create({ name: 'App' });
  const token = emulator.mintOAuthToken({ applicationId: application.id, userId: 'user_1' });
  assert.equal((await clerk.oauthAccessTokens.verify({ accessToken: token })).clientId, application.clientId);
  const jwt = emulator.mintOAuthToken({ format: 'jwt', clientId: 'c1' });
  assert.equal((await clerk.oauthAccessTokens.verify({ accessToken: jwt })).clientId, 'c1');
  await clerk.oauthApplications.revokeToken(application.id, { token });
  await assert.rejects(clerk.oauthAccessTokens.verify({ accessToken: token }), NotFoundError);
  const secret = emulator.mintApiKey({ subject: 'org_1', claims: { innerKey: 1 }, expiresInSeconds: 60 });
  const key = await clerk.apiKeys.verify({ secret });
  assert.deepEqual([key.subject, key.claims], ['org_1', { innerKey: 1 }]);
});

for (const production of [false, true]) {
  test(`a browser comes back from the handshake, production ${production}`, async (t) => {
    const emulator = Emulator.start({ seed: 7, production });
    t.after(() => emulator.stop());
    const clerk = emulator.clerk();
    const user = await clerk.users.create({ emailAddress: ['ann@example.com'] });
    const { browser, sessionId } = emulator.browserSignIn({ userId: user.id });
    await clerk.instanceSettings.update({ allowedOrigins: ['https://app.example.com'] });
    const query = new URLSearchParams({ redirect_url: 'https://app.example.com/p', format: 'nonce' });
    const answer = await fetch(`${emulator.url}/v1/client/handshake?${query}`, {
      headers: { cookie: `__client=${browser}` },
      redirect: 'manual',
    });
    assert.equal(answer.status, 307);
    const inQuery = new URL(answer.headers.get('location')).searchParams.get('__clerk_handshake_nonce');
    const inCookie = cookies(answer.headers.getSetCookie()).__clerk_handshake_nonce;
    assert.equal(inQuery === null, production);
    const { directives } = await clerk.clients.getHandshakePayload({ nonce: inQuery ?? inCookie });
    const set = cookies(directives);
    assert.equal((await clerk.verifyToken(set.__session)).sid, sessionId);
    assert.equal('__clerk_db_jwt' in set, !production);
    emulator.browserSignOut(browser);
    assert.throws(() => emulator.browserSignOut('dvb_x'), /no browser/);
  });
}

test('handshakes can be made up', async (t) => {
  const emulator = Emulator.start({ seed: 7 });
  t.after(() => emulator.stop());
  const nonce = emulator.createHandshakeNonce(['a=b']);
  assert.deepEqual((await emulator.clerk().clients.getHandshakePayload({ nonce })).directives, ['a=b']);
  const [header, payload] = emulator
    .mintHandshakeToken({ directives: ['a=b'], header: { cat: 'cl_x' } })
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString());
  assert.equal(JSON.parse(header).cat, 'cl_x');
  assert.deepEqual(JSON.parse(payload), { handshake: ['a=b'] });
});
