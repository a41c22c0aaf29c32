// The requests that `authenticateRequest` takes, and what it makes of them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { after, afterEach, before, test } from 'node:test';

import { ArgumentError, Auth, ConfigError, RequestState, UnavailableError } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { clientOf, failure, pair } from './support.mjs';

const { emulator, clerk } = pair();
const keyed = clerk.withOptions({ publishableKey: emulator.publishableKey });
const local = keyed.withOptions({ jwtKey: emulator.jwtKey });
let token;
before(() => {
  token = emulator.mintSessionToken({
    userId: 'user_1',
    sessionId: 'sess_1',
    org: { id: 'org_1', slug: 'acme', role: 'org:admin', permissions: ['org:invoices:read'], features: ['invoices'] },
    claims: { fva: [3, -1], custom: { kept_as_is: [1, null] } },
  });
});
after(() => emulator.stop());
afterEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

const url = 'https://app.example.com/p?q=1';
const bearer = () => ({ authorization: `Bearer ${token}` });

async function signedIn(request) {
  const state = await local.authenticateRequest(request);
  assert.equal(state.status, 'signed-in', `${state.reason} ${state.message}`);
  return state;
}

test('a fetch Request, and a plain object in every form', async () => {
  const value = `Bearer ${token}`;
  for (const request of [
    new Request(url, { headers: bearer() }),
    { method: 'GET', url, headers: bearer() },
    { url, headers: bearer() },
    { url: new URL(url), headers: new Headers(bearer()) },
    { url, headers: [['Authorization', value]] },
    { url, headers: new Map([['AUTHORIZATION', value]]) },
    { url, headers: { Authorization: [value], other: undefined, count: 3 } },
    { url: '/p?q=1', headers: { host: 'app.example.com', ...bearer() } },
  ]) {
    await signedIn(request);
  }
});

test('the body of a request is not touched', async () => {
  const request = new Request(url, { method: 'POST', body: 'hello', headers: bearer() });
  await signedIn(request);
  assert.equal(request.bodyUsed, false);
  assert.equal(await request.text(), 'hello');
});

test('Node’s IncomingMessage, from a real server', async () => {
  const states = [];
  const server = createServer(async (request, response) => {
    const state = await local.authenticateRequest(request).catch((error) => error);
    states.push(state);
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end(`${state.status} ${state.toAuth()?.userId} ${body}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  try {
    const answered = await fetch(`${address}/p`, { method: 'POST', body: 'kept', headers: bearer() });
    assert.equal(await answered.text(), 'signed-in user_1 kept');
    const without = await fetch(`${address}/p`);
    assert.match(await without.text(), /^signed-out null/);
    const tampered = emulator.mintSessionToken({ tampered: true });
    const refused = await fetch(`${address}//evil.example.com/p`, { headers: { authorization: `Bearer ${tampered}` } });
    assert.match(await refused.text(), /^signed-out null/);
    assert.equal(states[2].reason, 'token-invalid-signature');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('whatever a client sends in its first line and as its host is no error', async () => {
  const states = [];
  const proxied = local.withOptions({ proxyUrl: '/__clerk' });
  const app = async (request, response) => {
    states.push(await proxied.authenticateRequest(request).catch((error) => error));
    response.end();
  };
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address();
    const hosts = ['a:99999', 'exa mple', '[::1', 'user@evil.com', 'evil.com/x?y=1#', '', '[:::]', 'a, b'];
    for (const host of hosts) await raw(port, `GET /p HTTP/1.1\r\nHost: ${host}`);
    for (const line of ['GET http://a:99999/p HTTP/1.1', 'OPTIONS * HTTP/1.1', 'GET ftp://x/y HTTP/1.1', 'GET //evil.com/p HTTP/1.1']) {
      await raw(port, `${line}\r\nHost: a.io:81`);
    }
    await raw(port, 'GET /p HTTP/1.0');
    const wanted = [...hosts.map(() => 'http://localhost/__clerk'), ...Array(4).fill('http://a.io:81/__clerk'), 'http://localhost/__clerk'];
    assert.deepEqual(states.map((state) => state.proxyUrl ?? state), wanted);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

/** Sends the head of a request as it is, and waits for the answer to be over. */
async function raw(port, head) {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${head}\r\nConnection: close\r\n\r\n`);
  socket.resume();
  await once(socket, 'close');
}

test('the connection and HTTP/2’s own fields say what the origin is', async () => {
  const proxied = local.withOptions({ proxyUrl: '/__clerk' });
  const proxyUrl = async (request) => (await proxied.authenticateRequest(request)).proxyUrl;
  const of = (socket, ...rawHeaders) => proxyUrl({ method: 'GET', url: '/p', headers: {}, rawHeaders, socket });
  assert.equal(await of({ encrypted: true }, 'Host', 'a.io'), 'https://a.io/__clerk');
  assert.equal(await of({}, 'Host', 'a.io'), 'http://a.io/__clerk');
  assert.equal(await of({}, ':authority', 'a.io', ':scheme', 'https'), 'https://a.io/__clerk');
  assert.equal(await of({}, ':authority', 'me@a.io', ':scheme', 'x'), 'http://localhost/__clerk');
  const mounted = { url: '/rest', originalUrl: '/app/rest', headers: { host: 'a.io' } };
  assert.equal(await proxyUrl(mounted), 'http://a.io/__clerk');
  assert.equal(await proxyUrl({ ...mounted, originalUrl: 'ftp://x' }), 'http://a.io/__clerk');
});

test('who is calling, and what they may do', async () => {
  const state = await signedIn({ url, headers: bearer() });
  assert.ok(state instanceof RequestState);
  assert.equal(state.isSignedIn, true);
  assert.equal(state.reason, null);
  assert.equal(state.token, token);
  assert.equal(state.tokenType, 'session_token');
  const auth = state.toAuth();
  assert.ok(auth instanceof Auth);
  assert.equal(state.toAuth(), auth);
  assert.equal(auth.isAuthenticated, true);
  assert.equal(auth.userId, 'user_1');
  assert.equal(auth.sessionId, 'sess_1');
  assert.equal(auth.orgId, 'org_1');
  assert.equal(auth.orgSlug, 'acme');
  assert.equal(auth.orgRole, 'org:admin');
  assert.deepEqual(auth.orgPermissions, ['org:invoices:read']);
  assert.deepEqual(auth.factorVerificationAge, [3, -1]);
  assert.deepEqual(auth.sessionClaims.custom, { kept_as_is: [1, null] });
  assert.equal(auth.has({ role: 'org:admin' }), true);
  assert.equal(auth.has({ role: 'admin' }), true, 'with or without its prefix');
  assert.equal(auth.has({ role: 'org:member' }), false);
  assert.equal(auth.has({ permission: 'org:invoices:read' }), true);
  assert.equal(auth.has({ permission: 'org:invoices:write' }), false);
  assert.equal(auth.has({ feature: 'invoices' }), true);
  assert.equal(auth.has({ role: 'org:admin', feature: 'none' }), false);
  assert.equal(auth.has({ reverification: 'strict' }), true);
  assert.equal(auth.has({ reverification: { level: 'first_factor', afterMinutes: 3 } }), false);
  assert.equal(auth.has({ reverification: { level: 'first_factor', afterMinutes: 4 } }), true);
  const granted = { role: 'org:admin' };
  const cyclic = { ...granted };
  cyclic.reverification = cyclic;
  const strange = [
    () => 1,
    Symbol('x'),
    1n,
    null,
    NaN,
    ['strict'],
    new Date(),
    { toJSON: () => undefined },
    { toJSON: () => 'lax' },
    { level: 'first_factor', afterMinutes: 4n },
  ];
  for (const value of strange) {
    for (const name of ['feature', 'permission', 'plan', 'reverification', 'other', 'toJSON', '__proto__']) {
      const question = { ...granted, [name]: value };
      assert.equal(auth.has(question), false, `${name}: ${typeof value}`);
    }
  }
  const throwing = Object.defineProperty({ ...granted }, 'plan', { enumerable: true, get: () => assert.fail() });
  for (const question of [cyclic, throwing, { ...granted, toJSON: () => granted }]) assert.equal(auth.has(question), false);
  assert.equal(auth.has({ ...granted, plan: undefined, reverification: undefined }), true, 'undefined is not asked');
  for (const question of [{}, null, undefined, 7, { role: 7 }, { other: 1 }, { reverification: null }, { reverification: 'none' }]) {
    assert.equal(auth.has(question), false, JSON.stringify(question));
  }
});

test('nobody', async () => {
  const state = await local.authenticateRequest({ url, headers: {} });
  assert.equal(state.status, 'signed-out');
  assert.equal(state.isSignedIn, false);
  assert.equal(state.reason, 'dev-browser-missing');
  assert.equal(state.token, null);
  const auth = state.toAuth();
  assert.equal(auth.isAuthenticated, false);
  assert.equal(auth.userId, null);
  assert.equal(auth.sessionClaims, null);
  assert.equal(auth.has({ role: 'org:admin' }), false);
  assert.equal(state.headers.get('x-clerk-auth-reason'), 'dev-browser-missing');
});

test('a pending session is signed in until it is asked as what', async () => {
  const pending = emulator.mintSessionToken({ userId: 'user_1', claims: { sts: 'pending' } });
  const state = await local.authenticateRequest({ url, headers: { authorization: pending } });
  assert.equal(state.status, 'signed-in');
  assert.equal(state.toAuth().isAuthenticated, false);
  assert.equal(state.toAuth().sessionStatus, 'pending');
  assert.equal(state.toAuth({ treatPendingAsSignedOut: false }).userId, 'user_1');
});

test('keys that cannot be had are no verdict on the token', async () => {
  const fresh = clientOf(emulator, { publishableKey: emulator.publishableKey, keysTimeoutMs: 300 });
  emulator.addFault({ route: '/v1/jwks', status: 503 });
  const state = await fresh.authenticateRequest({ url, headers: bearer() });
  assert.equal(state.status, 'unavailable');
  assert.equal(state.reason, 'jwk-remote-failed-to-load');
  assert.equal(state.isSignedIn, false);
  const error = await failure(fresh.verifyToken(token));
  assert.ok(error instanceof UnavailableError, error.name);
  assert.equal(error.reason, 'jwk-remote-failed-to-load');
});

test('keys are fetched once, and then nothing is awaited', async () => {
  const fresh = clientOf(emulator, { publishableKey: emulator.publishableKey });
  const states = await Promise.all(Array.from({ length: 20 }, () => fresh.authenticateRequest({ url, headers: bearer() })));
  assert.ok(states.every((state) => state.isSignedIn));
  assert.equal(emulator.requests().length, 1);
  let settled = false;
  fresh.verifyToken(token).then(() => (settled = true));
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(settled, true, 'a cache hit waits for no I/O');
  const warm = clientOf(emulator);
  await warm.warmUp();
  emulator.clearRequests();
  await warm.verifyToken(token);
  assert.equal(emulator.requests().length, 0);
});

test('networkless: a JWT key sends nothing', async () => {
  const claims = await local.verifyToken(token);
  assert.equal(claims.sub, 'user_1');
  assert.deepEqual(claims.custom, { kept_as_is: [1, null] });
  assert.equal(emulator.requests().length, 0);
});

test('time is the clock’s', async () => {
  const clock = new ManualClock(Date.now());
  const timed = local.withOptions({ clock });
  assert.equal((await timed.verifyToken(token)).sub, 'user_1');
  clock.advance(3_600_000);
  const error = await failure(timed.verifyToken(token));
  assert.equal(error.reason, 'token-expired');
  const state = await timed.authenticateRequest({ url, headers: bearer() });
  assert.equal(state.status, 'signed-out');
  assert.match(state.reason, /^session-token-expired/);
});

test('options of one call', async () => {
  const error = await failure(local.verifyToken(token, { authorizedParties: ['https://app.example.com'] }));
  assert.equal(error.reason, 'token-invalid-authorized-parties');
  await local.verifyToken(token, { authorizedParties: ['https://app.example.com'], allowMissingAzp: true });
  assert.ok((await failure(local.verifyToken(token, { audiense: 'x' }))) instanceof ArgumentError);
  assert.ok((await failure(local.verifyToken(token, { clock_skew_ms: 1 }))) instanceof ConfigError);
});

test('what is no request', async () => {
  for (const request of [null, undefined, 7, 'https://x', {}, { url }, { url, headers: 7 }, { url, headers: ['x'] }, { url: 'p', headers: {} }]) {
    assert.ok((await failure(local.authenticateRequest(request))) instanceof ArgumentError, JSON.stringify(request));
  }
});
