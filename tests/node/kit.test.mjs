// The testing kit under node:test: an emulator for a file, and session tokens without any server.

import assert from 'node:assert/strict';
import * as runner from 'node:test';

import { ArgumentError, Clerk, TokenError } from 'clerk-usher';
import { ManualClock, jwtKey, mintSessionToken, setupEmulator } from 'clerk-usher/testing';

const { describe, test } = runner;
const { emulator, clerk, createUser, tokenFor, headersFor } = setupEmulator(runner);
const seen = [];

describe('every test begins with a clean instance', () => {
  for (const time of [1, 2]) {
    test(`time ${time}`, async () => {
      assert.equal((await clerk.users.count()).totalCount, 0);
      assert.equal(emulator.requests().length, 1);
      const user = await createUser({ firstName: 'Bob' });
      assert.equal(user.emailAddresses[0].emailAddress, 'user1@example.com');
      assert.deepEqual((await createUser({ username: 'carol' })).emailAddresses, []);
      emulator.addFault({ status: 500 });
      emulator.setClock(0);
      seen.push(user.id);
    });
  }
  test('and with the same ids', () => {
    assert.equal(seen[0], seen[1]);
    assert.ok(Math.abs(emulator.now - Date.now()) < 60_000, 'its clock runs again');
  });
});

test('tokens are of the user, and of members', async () => {
  const ada = await createUser();
  const claims = await clerk.verifyToken(tokenFor(ada, { claims: { plan: 'pro' } }));
  assert.deepEqual([claims.sub, claims.plan], [ada.id, 'pro']);
  assert.equal((await clerk.sessions.get(claims.sid)).userId, ada.id);
  const acme = await clerk.organizations.create({ name: 'Acme', createdBy: ada.id });
  const request = new Request('https://app.example.com/', { headers: headersFor(ada.id, { org: acme }) });
  const state = await clerk.authenticateRequest(request);
  assert.equal(state.auth.orgId, acme.id);
  assert.ok(state.auth.has({ role: 'org:admin' }));
  const bob = await createUser();
  assert.throws(() => tokenFor(bob, { org: acme }), /no member/);
});

test('hooks that are none are told', () => {
  assert.throws(() => setupEmulator({}), (error) => error instanceof ArgumentError && error.argument === 'hooks');
  assert.throws(() => setupEmulator(), ArgumentError, 'node:test has no globals');
});

test('session tokens without a server', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const alone = new Clerk({ jwtKey: jwtKey(), clock, environment: {} });
  const token = mintSessionToken({ userId: 'user_ada', claims: { plan: 'pro', sts: null }, clock });
  const claims = await alone.verifyToken(token);
  assert.deepEqual([claims.sub, claims.plan, claims.sts], ['user_ada', 'pro', undefined]);
  assert.deepEqual([claims.iat, claims.exp], [1_700_000_000, 1_700_000_060]);
  await assert.rejects(alone.verifyToken(mintSessionToken({ expiresInSeconds: -60, clock })), TokenError);
  const others = new Clerk({ jwtKey: emulator.jwtKey, clock, environment: {} });
  await assert.rejects(others.verifyToken(token), TokenError);
});

test('roles and permissions without a server', async () => {
  const alone = new Clerk({ secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, jwtKey: jwtKey(), environment: {} });
  const org = { id: 'org_1', slug: 'acme', role: 'org:admin', permissions: ['org:invoices:read', 'org:reports:write'] };
  const authorization = `Bearer ${mintSessionToken({ userId: 'user_ada', org })}`;
  const { auth } = await alone.authenticateRequest(new Request('https://app.example.com/', { headers: { authorization } }));
  assert.deepEqual([auth.userId, auth.orgId, auth.orgSlug], ['user_ada', 'org_1', 'acme']);
  assert.ok(auth.has({ role: 'org:admin' }) && auth.has({ permission: 'org:reports:write' }));
  assert.ok(!auth.has({ permission: 'org:invoices:write' }));
  const asMember = await alone.authenticateRequest(
    new Request('https://app.example.com/', { headers: { authorization: `Bearer ${mintSessionToken({ org: 'org_2' })}` } }),
  );
  assert.ok(asMember.auth.has({ role: 'org:member' }));
  for (const [options, argument] of [
    [{ org: { role: 'org:admin' } }, 'org'],
    [{ org: { id: 'org_1', permissions: ['read'] } }, 'org'],
    [{ claims: [1] }, 'claims'],
    [{ userId: 1 }, 'userId'],
  ]) {
    assert.throws(() => mintSessionToken(options), (error) => error instanceof ArgumentError && error.argument === argument);
  }
});
