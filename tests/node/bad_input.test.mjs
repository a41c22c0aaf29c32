// Bad input gets the documented error, before anything is sent.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { ArgumentError, Clerk, ConfigError, TokenError } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { failure, pair } from './support.mjs';

const { emulator, clerk } = pair();
after(() => emulator.stop());

const base = () => ({ secretKey: emulator.secretKey, apiUrl: emulator.url, environment: {} });

const OPTIONS = [
  ['no key at all', { secretKey: undefined }, 'secretKey', /CLERK_SECRET_KEY/],
  ['an empty secret key', { secretKey: '' }, 'secretKey', /./],
  ['a publishable key where a secret belongs', { secretKey: 'pk_test_Y2xlcmsuY2xlcmsuZGV2JA' }, 'secretKey', /publishable/],
  ['a secret key with a line break', { secretKey: 'sk_test_x\ny' }, 'secretKey', /character/],
  ['a secret key that is no text', { secretKey: 7 }, 'secretKey', /string/],
  ['a secret key where a publishable one belongs', { publishableKey: 'sk_test_x' }, 'publishableKey', /./],
  ['a malformed PEM', { jwtKey: '-----BEGIN PUBLIC KEY-----\nnot a key\n-----END PUBLIC KEY-----' }, 'jwtKey', /./],
  ['a private key in its place', { jwtKey: '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----' }, 'jwtKey', /./],
  ['an API URL that is none', { apiUrl: 'not a url' }, 'apiUrl', /./],
  ['a timeout below 0', { timeoutMs: -1 }, 'timeoutMs', /milliseconds/],
  ['a timeout that is no number', { timeoutMs: NaN }, 'timeoutMs', /milliseconds/],
  ['an unknown option', { secretkey: 'sk_test_x' }, 'secretkey', /did you mean `secretKey`/],
  ['an option in another language’s name', { secret_key: 'sk_test_x' }, 'secret_key', /did you mean `secretKey`/],
];

class Settings {
  get authorizedParties() {
    return ['https://app.example.com'];
  }
}

test('an option that JSON would lose is refused, and one from a getter counts', async () => {
  const strict = new Clerk({ ...base(), publishableKey: emulator.publishableKey });
  const token = emulator.mintSessionToken({ userId: 'user_1', claims: { azp: 'https://evil.example.com' } });
  const request = { method: 'GET', url: 'https://app.example.com/', headers: { authorization: `Bearer ${token}` } };
  const lost = [() => ['https://app.example.com'], Symbol('x'), new Map(), new Settings(), 5n, [() => 1]];
  for (const authorizedParties of lost) {
    await assert.rejects(strict.authenticateRequest(request, { authorizedParties }), (error) => {
      assert.ok(error instanceof ConfigError, error.name);
      assert.equal(error.option, 'authorizedParties');
      return true;
    });
    assert.throws(() => new Clerk({ ...base(), authorizedParties }), ConfigError);
  }
  for (const options of [new Settings(), Object.create({ authorizedParties: ['https://app.example.com'] })]) {
    const state = await strict.authenticateRequest(request, options);
    assert.equal(state.reason, 'token-invalid-authorized-parties');
  }
});

test('what is no question for a token is refused, for the answer would be the session’s own', async () => {
  const strict = new Clerk({ ...base(), publishableKey: emulator.publishableKey });
  const token = emulator.mintSessionToken({ userId: 'user_1' });
  const state = await strict.authenticateRequest({ url: 'https://app.example.com/', headers: { authorization: `Bearer ${token}` } });
  assert.equal(await state.auth.getToken(), token);
  for (const odd of ['hasura', null, { templat: 'hasura' }, { template: 7 }, { expiresInSeconds: 'x' }]) {
    await assert.rejects(state.auth.getToken(odd), ArgumentError, JSON.stringify(odd));
  }
  for (const odd of [null, 7, 'sk_test_x']) assert.throws(() => new Clerk(odd), ConfigError);
});

test('only a plain no lets a pending session pass', async () => {
  const strict = new Clerk({ ...base(), publishableKey: emulator.publishableKey });
  const token = emulator.mintSessionToken({ userId: 'user_1', claims: { sts: 'pending' } });
  const state = await strict.authenticateRequest({ url: 'https://app.example.com/', headers: { authorization: `Bearer ${token}` } });
  for (const odd of [0, '', null, undefined, 'false', true]) {
    assert.equal(state.toAuth({ treatPendingAsSignedOut: odd }).isAuthenticated, false, String(odd));
  }
  assert.equal(state.toAuth({ treatPendingAsSignedOut: false }).isAuthenticated, true);
});

for (const [name, options, option, message] of OPTIONS) {
  test(`client: ${name}`, () => {
    assert.throws(
      () => new Clerk({ ...base(), ...options }),
      (error) => {
        assert.ok(error instanceof ConfigError, `${error.name}: ${error.message}`);
        assert.equal(error.kind, 'config');
        assert.equal(error.option, option);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

const CALLS = [
  ['an id with a slash', () => clerk.users.get('user_1/../user_2'), 'userId', /slash/],
  ['an id that is a dot segment', () => clerk.users.get('..'), 'userId', /dot/],
  ['an empty id', () => clerk.users.get(''), 'userId', /empty/],
  ['no id', () => clerk.users.get(), 'userId', /required/],
  ['null for an id', () => clerk.users.get(null), 'userId', /not null/],
  ['a number for an id', () => clerk.users.get(7), 'userId', /string/],
  ['an unknown argument', () => clerk.users.list({ limitt: 5 }), 'limitt', /did you mean `limit`/],
  ['an argument in another language’s name', () => clerk.users.list({ order_by: 'created_at' }), 'order_by', /did you mean `orderBy`/],
  ['limit 501', () => clerk.users.list({ limit: 501 }), 'limit', /from 1 to 500/],
  ['limit 0', () => clerk.users.list({ limit: 0 }), 'limit', /from 1 to 500/],
  ['a limit with a fraction', () => clerk.users.list({ limit: 1.5 }), 'limit', /integer/],
  ['a limit that is no number', () => clerk.users.list({ limit: NaN }), 'limit', /finite/],
  ['a limit that is text', () => clerk.users.list({ limit: '5' }), 'limit', /integer/],
  ['a function for a value', () => clerk.users.create({ firstName: () => 1 }), 'firstName', /function/],
  ['an invalid date', () => clerk.users.list({ createdAtAfter: new Date(NaN) }), 'createdAtAfter', /invalid Date/],
  ['null in a query', () => clerk.users.list({ query: null }), 'query', /leave the argument out/],
  ['a missing required argument', () => clerk.invitations.create({}), 'emailAddress', /required/],
];

for (const [name, call, argument, message] of CALLS) {
  test(`call: ${name}`, async () => {
    emulator.clearRequests();
    const error = await failure(call());
    assert.ok(error instanceof ArgumentError, `${error.name}: ${error.message}`);
    assert.equal(error.argument, argument);
    assert.match(error.message, message);
    assert.equal(emulator.requests().length, 0, 'nothing was sent');
  });
}

const TOKENS = ['', 'x', 'a.b', 'a.b.c', 'not a token', '....', 'ey.ey.ey', '\u0000', '💥.💥.💥', 'a'.repeat(100_000), null, undefined, 7, {}, []];

for (const token of TOKENS) {
  test(`token: ${JSON.stringify(token)?.slice(0, 20)}`, async () => {
    emulator.clearRequests();
    const error = await failure(clerk.verifyToken(token));
    assert.ok(error instanceof TokenError, `${error.name}: ${error.message}`);
    assert.equal(error.reason, 'token-invalid');
    assert.equal(emulator.requests().length, 0, 'nothing was sent');
  });
}

test('a clock that is none', () => {
  assert.throws(() => new Clerk({ ...base(), clock: {} }), TypeError);
  assert.doesNotThrow(() => new Clerk({ ...base(), clock: new ManualClock(0) }));
});

test('what comes from the environment', () => {
  const environment = { CLERK_SECRET_KEY: emulator.secretKey, CLERK_API_URL: emulator.url };
  assert.doesNotThrow(() => new Clerk({ environment }));
  assert.throws(() => new Clerk({ environment: { CLERK_SECRET_KEY: 'pk_test_x' } }), ConfigError);
  assert.throws(() => new Clerk({ environment: { SECRET_KEY: 'sk_test_x' } }), ConfigError);
});
