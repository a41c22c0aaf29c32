// Keys as Node has them: two instances, every form of a local key, and what is said of unsafe settings.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, test } from 'node:test';

import { Clerk } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

import { failure } from './support.mjs';

// Two instances whose keys have the same id.
const one = Emulator.start({ seed: 31, instanceId: 'ins_same' });
const twin = Emulator.start({ seed: 32, instanceId: 'ins_same' });
after(() => {
  one.stop();
  twin.stop();
});

test('keys of two instances never verify each other’s tokens', async () => {
  const sides = [
    { clerk: one.clerk(), own: one.mintSessionToken({ userId: 'user_1' }), foreign: twin.mintSessionToken({ userId: 'user_2' }) },
    { clerk: twin.clerk(), own: twin.mintSessionToken({ userId: 'user_2' }), foreign: one.mintSessionToken({ userId: 'user_1' }) },
  ];
  for (let round = 0; round < 2; round++) {
    for (const { clerk, own, foreign } of sides) {
      assert.match((await clerk.verifyToken(own)).sub, /^user_/);
      assert.equal((await failure(clerk.verifyToken(foreign))).reason, 'token-invalid-signature');
    }
  }
  assert.deepEqual([one.requests().length, twin.requests().length], [1, 1]);
});

const body = (pem) => pem.split('\n').filter((line) => !line.startsWith('-')).join('');
const FORMS = {
  'real line breaks': (pem) => pem,
  'Windows line breaks': (pem) => pem.replaceAll('\n', '\r\n'),
  'line breaks written out': (pem) => pem.replaceAll('\n', '\\n'),
  'no line breaks': (pem) => pem.replaceAll('\n', ''),
  'bare base64': body,
  'a JWK': (pem) => JSON.stringify(createPublicKey(pem).export({ format: 'jwk' })),
};

for (const [name, form] of Object.entries(FORMS)) {
  test(`a local key: ${name}`, async () => {
    one.clearRequests();
    const clerk = new Clerk({ jwtKey: form(one.jwtKey), environment: {} });
    assert.equal((await clerk.verifyToken(one.mintSessionToken({ userId: 'user_1' }))).sub, 'user_1');
    assert.equal(one.requests().length, 0);
  });
}

test('what is no local key fails when the client is made', () => {
  for (const jwtKey of ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'sk_test_1', '{}']) {
    assert.throws(() => new Clerk({ jwtKey, environment: {} }), (error) => error.option === 'jwtKey');
  }
});

test('cookies without authorized parties are warned of once a process', async () => {
  const seen = [];
  const keep = (warning) => seen.push(warning);
  process.on('warning', keep);
  const publishableKey = 'pk_live_Y2xlcmsuZXhhbXBsZS5jb20k';
  const clerk = new Clerk({ publishableKey, secretKey: one.secretKey, jwtKey: one.jwtKey, environment: {} });
  const azp = 'https://app.example.com';
  const token = one.mintSessionToken({ userId: 'user_1', sessionId: 'sess_1', azp, claims: { iss: 'https://clerk.example.com' } });
  const request = { method: 'GET', url: 'https://app.example.com/', headers: { cookie: `__session=${token}; __client_uat=1` } };
  for (let count = 0; count < 3; count++) assert.equal((await clerk.authenticateRequest(request)).status, 'signed-in');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', keep);
  assert.equal(seen.filter((warning) => warning.message.includes('authorizedParties')).length, 1, String(seen));
});
