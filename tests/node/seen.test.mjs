// Tokens that come again: what is handed out for them, and that it shows nowhere that they did.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';

import { TokenError } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { internal, pair } from './support.mjs';

const { Identities, frozen } = internal('identity.js');

const clock = new ManualClock(new Date('2026-06-01T12:00:00Z'));
const { emulator, clerk: own } = pair({ clock }, { now: clock.now, production: true });
const settings = { jwtKey: emulator.jwtKey, publishableKey: emulator.publishableKey, authorizedParties: ['https://app.example.com'] };
const clerk = own.withOptions(settings);
after(() => emulator.stop());

const mint = (claims = {}) =>
  emulator.mintSessionToken({
    userId: 'user_1',
    sessionId: 'sess_1',
    org: { id: 'org_1', slug: 'acme', role: 'org:admin', permissions: ['org:invoices:read'], features: ['invoices'] },
    claims: { azp: 'https://app.example.com', ...claims },
    expiresInSeconds: 60,
  });
const withHeader = (token, more = {}) => ({ url: 'https://app.example.com/p', headers: { authorization: `Bearer ${token}`, ...more } });
const withCookie = (token) => ({
  url: 'https://app.example.com/p?q=1',
  headers: { cookie: `__client_uat=1; __session=${token}`, 'sec-fetch-dest': 'document', accept: 'text/html' },
});
before(async () => {
  // What is told once a process is told now.
  await clerk.authenticateRequest(withCookie(mint()));
});

test('a state is the same, seen before or not', async () => {
  for (const request of [withHeader(mint()), withCookie(mint())]) {
    const [first, second] = [await clerk.authenticateRequest(request), await clerk.authenticateRequest(request)];
    assert.equal(first.status, 'signed-in', `${first.reason} ${first.message}`);
    assert.deepEqual(second, first);
    assert.deepEqual(second.toAuth(), first.toAuth());
    assert.deepEqual(second.debug(), first.debug());
    for (const state of [first, second]) {
      const { auth } = state;
      assert.deepEqual([auth.userId, auth.orgRole, auth.orgPermissions], ['user_1', 'org:admin', ['org:invoices:read']]);
      assert.equal(auth.has({ permission: 'org:invoices:read' }), true);
      assert.equal(auth.has({ role: 'org:member' }), false);
      assert.equal(await auth.getToken(), state.token);
      assert.equal(auth.narrow('m2m_token').isAuthenticated, false);
      assert.equal(state.publishableKey, emulator.publishableKey);
      assert.deepEqual([...state.headers], []);
      assert.equal(state.responseStatus, null);
      assert.equal(state.debug().status, 'signed-in');
      assert.equal(inspect(state).includes(state.token), false);
    }
  }
});

test('no request can change what the next one sees', async () => {
  const token = mint({ custom: { roles: ['a'] } });
  const claims = await clerk.verifyToken(token);
  assert.throws(() => claims.custom.roles.push('admin'), TypeError);
  assert.throws(() => (claims.sub = 'user_2'), TypeError);
  const { auth } = await clerk.authenticateRequest(withHeader(token));
  assert.throws(() => auth.orgPermissions.push('org:all'), TypeError);
  assert.throws(() => (auth.sessionClaims.sub = 'user_2'), TypeError);
  const again = await clerk.authenticateRequest(withHeader(token));
  assert.deepEqual(again.auth.orgPermissions, ['org:invoices:read']);
  assert.deepEqual((await clerk.verifyToken(token)).custom, { roles: ['a'] });
  // The object itself is this request's own.
  auth.note = 1;
  assert.equal((await clerk.authenticateRequest(withHeader(token))).auth.note, undefined);
});

test('a token ends when it ends, and options are those of the call', async () => {
  const token = mint();
  await clerk.verifyToken(token);
  await assert.rejects(clerk.verifyToken(token, { authorizedParties: ['https://other.example.com'] }), TokenError);
  await clerk.verifyToken(token);
  clock.advance(120_000);
  try {
    await assert.rejects(clerk.verifyToken(token), (error) => error.reason === 'token-expired');
    assert.equal((await clerk.authenticateRequest(withHeader(token))).status, 'signed-out');
  } finally {
    clock.advance(-120_000);
  }
  assert.equal((await clerk.verifyToken(token)).sub, 'user_1');
});

test('more tokens than are remembered on this side', async () => {
  const tokens = Array.from({ length: 2_200 }, (_, place) => mint({ place }));
  for (const [place, token] of tokens.entries()) assert.equal((await clerk.verifyToken(token)).place, place);
  for (const [place, token] of tokens.entries()) assert.equal((await clerk.verifyToken(token)).place, place);
  for (const place of [0, 5, 2_199]) {
    assert.equal((await clerk.authenticateRequest(withHeader(tokens[place]))).auth.sessionClaims.place, place);
  }
});

test('nothing is remembered without entries', async () => {
  const forgetful = clerk.withOptions({ tokenCacheEntries: 0 });
  const token = mint();
  const [first, second] = [await forgetful.verifyToken(token), await forgetful.verifyToken(token)];
  assert.deepEqual(first, second);
  assert.notEqual(first, second, 'read anew');
  assert.throws(() => (first.sub = 'user_2'), TypeError, 'and frozen all the same');
});

test('what a header may hold that is not for the wire', async () => {
  const token = mint();
  for (const odd of ['a\nb', 'a\nhost\nevil.example.com', '\u0141', '\u{1F600}', '\ud800', 'é', '']) {
    for (const name of ['referer', 'x-odd', 'accept']) {
      const state = await clerk.authenticateRequest(withHeader(token, { [name]: odd }));
      assert.equal(state.status, 'signed-in', `${name}: ${JSON.stringify(odd)}`);
      assert.ok(String(state.debug().url).startsWith('https://app.example.com/'), `${name}: ${JSON.stringify(odd)}`);
    }
  }
  // No letter of two bytes is taken for the one that its lower byte is.
  const wide = [...token].map((letter) => (letter === 'A' ? '\u0141' : letter)).join('');
  await assert.rejects(clerk.verifyToken(wide), (error) => error.reason === 'token-invalid');
  assert.equal((await clerk.authenticateRequest(withHeader(wide))).status, 'signed-out');
});

test('a request as a Node server has it, whatever is in it', async () => {
  const token = mint();
  const by = (rawHeaders, more = {}) => ({ method: 'GET', url: '/p', rawHeaders: ['Host', 'app.example.com', ...rawHeaders], ...more });
  const bearer = ['Authorization', `Bearer ${token}`];
  const state = await clerk.authenticateRequest(by(bearer));
  assert.equal(state.status, 'signed-in');
  const same = {
    'a connection that is encrypted': [by(bearer, { socket: { encrypted: true } }), 'https://app.example.com/p'],
    'a router that cuts its part off': [by(bearer, { url: '/', originalUrl: '/a/p' }), 'http://app.example.com/a/p'],
    'another method': [by(bearer, { method: 'POST' }), 'http://app.example.com/p'],
    'no method': [by(bearer, { method: undefined }), 'http://app.example.com/p'],
    'names in any case': [by(['AUTHORIZATION', `Bearer ${token}`]), 'http://app.example.com/p'],
    'a header that nobody looks at': [by(['X-Odd', 'x', ...bearer]), 'http://app.example.com/p'],
    'headers that come again': [by([...bearer, 'Accept', 'a', 'accept', 'b', 'Cookie', 'a=1', 'Cookie', 'b=2']), 'http://app.example.com/p'],
    'all that is looked at': [by([...bearer, 'Cookie', 'a=1', 'Origin', 'https://app.example.com', 'X-Forwarded-Proto', 'https']), 'https://app.example.com/p'],
    'more than most have': [by([...bearer, 'Cookie', `a=${'x'.repeat(20_000)}`]), 'http://app.example.com/p'],
    'letters beyond ASCII': [by([...bearer, 'Cookie', `a=${'é'.repeat(9_000)}`]), 'http://app.example.com/p'],
    'as much as there is room for': [by([...bearer, 'Cookie', 'x'.repeat(16_384 - token.length - 40)]), 'http://app.example.com/p'],
  };
  for (const [name, [request, url]] of Object.entries(same)) {
    // Twice: with the token's auth object read, and remembered.
    for (let turn = 0; turn < 2; turn += 1) {
      const found = await clerk.authenticateRequest(request);
      assert.equal(found.status, 'signed-in', `${name}: ${found.reason}`);
      assert.deepEqual(found.auth.toJSON(), state.auth.toJSON(), name);
      assert.equal(found.token, token, name);
      assert.equal(found.debug().url, url, name);
    }
  }
  const wrong = by(['Authorization', `Bearer ${token.slice(0, -2)}`]);
  assert.equal((await clerk.authenticateRequest(wrong)).status, 'signed-out');
  assert.equal((await clerk.authenticateRequest(by(['Authorization', ''], { socket: null }))).status, 'signed-out');
});

test('a name with a letter that is like one of ASCII is another', async () => {
  const token = mint();
  await clerk.verifyToken(token);
  const cookies = `__client_uat=1; __session=${token}`;
  const by = (name, more = []) => ({ method: 'GET', url: 'https://app.example.com/p', headers: [[name, cookies], ...more] });
  assert.equal((await clerk.authenticateRequest(by('Cookie'))).status, 'signed-in');
  for (const more of [[], [['accept', '\u0141']], [['accept', 'a'], ['accept', 'b']]]) {
    for (const options of [undefined, {}]) {
      // The sign of the kelvin, which becomes a k where all letters are made small.
      const state = await clerk.authenticateRequest(by('coo\u212aie', more), options);
      assert.equal(state.status, 'signed-out', JSON.stringify(more));
    }
  }
});

test('a token as long as can be, and beyond', async () => {
  const token = mint();
  await clerk.verifyToken(token);
  for (const length of [16_380, 16_384, 20_000]) {
    await assert.rejects(clerk.verifyToken(token + 'A'.repeat(length - token.length)), (error) => error.reason === 'token-invalid');
  }
  for (const odd of ['', '\ud800', `${token}\ud800`, `${token}\0`, `\ufeff${token}`]) {
    await assert.rejects(clerk.verifyToken(odd), (error) => error.reason === 'token-invalid', JSON.stringify(odd));
  }
});

test('headers that can be read once are read once', async () => {
  const once = {
    entries: (headers) => new Headers(headers).entries(),
    'a generator': function* (headers) {
      yield* Object.entries(headers);
    },
    'entries of a map': (headers) => new Map(Object.entries(headers)).entries(),
  };
  for (const [name, make] of Object.entries(once)) {
    // Without keys at hand: they have to be fetched, which is another way.
    const cold = own.withOptions({ publishableKey: emulator.publishableKey, keysCooldownMs: 31_000 });
    const headers = { authorization: `Bearer ${mint()}`, host: 'app.example.com' };
    for (let turn = 0; turn < 2; turn += 1) {
      const state = await cold.authenticateRequest({ url: '/p', headers: make(headers) });
      assert.equal(state.status, 'signed-in', `${name}, ${turn}: ${state.reason}`);
      assert.equal(state.debug().url, 'http://app.example.com/p', name);
    }
  }
});

test('what was decided on is told as it was', async () => {
  const request = withHeader(mint());
  await clerk.authenticateRequest(request);
  const state = await clerk.authenticateRequest(request);
  const before = state.debug();
  request.url = 'https://elsewhere.example.com/';
  request.headers = null;
  assert.deepEqual(state.debug(), before);
  assert.equal(before.url, 'https://app.example.com/p');
});

test('a deep claim is frozen to its end', async () => {
  const depth = 100;
  const token = mint({ deep: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) });
  let { deep } = await clerk.verifyToken(token);
  for (; deep !== undefined; [deep] = deep) assert.ok(Object.isFrozen(deep));
});

test('a key of a call is remembered like the client’s own', async () => {
  const keyless = own.withOptions({ secretKey: 'sk_test_other' });
  const token = mint();
  await keyless.verifyToken(token, { jwtKey: emulator.jwtKey });
  const first = await keyless.verifyToken(token, { jwtKey: emulator.jwtKey });
  assert.equal(await keyless.verifyToken(token, { jwtKey: emulator.jwtKey }), first);
  await assert.rejects(keyless.verifyToken(token, { skipJwksCache: true, jwtKey: 'x' }));
});

test('what is nested deeper than a function can call itself is frozen too', () => {
  let value = [];
  for (let depth = 0; depth < 100_000; depth += 1) value = [value];
  for (let one = frozen(value); one !== undefined; [one] = one) assert.ok(Object.isFrozen(one));
});

test('no client remembers more than it has entries, nor long texts', () => {
  const text = (id, sub = 'user_1') => `${id}${JSON.stringify({ sub })}`;
  const few = new Identities(4);
  for (let id = 1; id <= 10; id += 1) few.readClaims(text(id), true);
  const kept = Array.from({ length: 10 }, (_, place) => few.knownClaims(place + 1)).filter((claims) => claims !== undefined);
  assert.ok(kept.length >= 1 && kept.length <= 4, `${kept.length}`);
  const many = new Identities(10_000);
  many.readClaims(text(1), false);
  many.readClaims(text(2, 'x'.repeat(9_000)), true);
  many.readClaims(text(0), true);
  many.readClaims(text(3), true);
  assert.deepEqual([0, 1, 2].map((id) => many.knownClaims(id)), [undefined, undefined, undefined]);
  assert.deepEqual(many.knownClaims(3), { sub: 'user_1' });
});
