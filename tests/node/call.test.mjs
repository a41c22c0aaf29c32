// Calls: raw answers, signals, settings, and paths that the catalogue lacks.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';

import {
  ApiError,
  ArgumentError,
  AuthenticationError,
  Call,
  ClerkError,
  ConfigError,
  NotFoundError,
  RequestConnectionError,
  RequestTimeoutError,
} from 'clerk-usher';

import { clientOf, failure, pair } from './support.mjs';

const { emulator, clerk } = pair();
after(() => emulator.stop());
afterEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

test('a call creates, reads, changes and deletes', async () => {
  const user = await clerk.users.create({
    emailAddress: ['ann@example.com'],
    password: 'correct horse battery staple 7',
    firstName: 'Ann',
    publicMetadata: { fooBar: 1, foo_bar: { nested_key: null } },
  });
  assert.match(user.id, /^user_/);
  assert.equal(user.firstName, 'Ann');
  assert.equal(user.emailAddresses[0].emailAddress, 'ann@example.com');
  assert.equal(Number.isInteger(user.createdAt), true);
  assert.deepEqual(user.publicMetadata, { fooBar: 1, foo_bar: { nested_key: null } });
  const changed = await clerk.users.update(user.id, { lastName: 'Lee', firstName: undefined });
  assert.equal(changed.firstName, 'Ann', 'undefined is absent');
  assert.equal(changed.lastName, 'Lee');
  const cleared = await clerk.users.update(user.id, { lastName: null });
  assert.equal(cleared.lastName, null);
  await clerk.users.delete(user.id);
  const error = await failure(clerk.users.get(user.id));
  assert.ok(error instanceof NotFoundError);
  assert.ok(error instanceof ApiError);
  assert.ok(error instanceof ClerkError);
  assert.equal(error.name, 'NotFoundError');
  assert.equal(error.hasCode('resource_not_found'), true);
});

test('the answer as it came can be had of any call', async () => {
  const { data, response } = await clerk.users.count().withResponse();
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /application\/json/);
  assert.deepEqual(response.json(), JSON.parse(response.text()));
  assert.deepEqual(Object.keys(response.json()), ['object', 'total_count']);
  assert.equal(data.totalCount, response.json().total_count);
  const raw = await clerk.users.count().asResponse();
  assert.ok(raw.body instanceof Uint8Array);
  const page = await clerk.users.list().withResponse();
  assert.deepEqual(page.data.data.length, page.response.json().length);
});

test('a call is sent once, however often it is looked at', async () => {
  const call = clerk.users.count();
  assert.ok(call instanceof Call && call instanceof Promise);
  await Promise.all([call, call, call.withResponse(), call.then((count) => count.totalCount), call.asResponse()]);
  assert.equal(emulator.requests().length, 1);
});

test('a path that no method describes', async () => {
  const body = await clerk.request('GET', '/users', { query: { limit: 1, order_by: ['-created_at'], banned: false, none: undefined } });
  assert.ok(Array.isArray(body));
  assert.deepEqual(emulator.requests()[0].query, [['limit', '1'], ['order_by', '-created_at'], ['banned', 'false']]);
  const made = await clerk.request('POST', '/invitations', { body: { email_address: 'new@example.com' } });
  assert.equal(made.email_address, 'new@example.com');
  assert.ok((await failure(clerk.request('GET', '/nowhere'))) instanceof NotFoundError);
  for (const path of ['users', '/a/../b', '/a//b', '/a b', '/%2e%2e/x', '/a#b']) {
    emulator.clearRequests();
    assert.ok((await failure(clerk.request('GET', path))) instanceof ArgumentError, path);
    assert.equal(emulator.requests().length, 0);
  }
  const circular = {};
  circular.self = circular;
  assert.ok((await failure(clerk.request('POST', '/users', { body: circular }))).cause instanceof TypeError);
  assert.ok((await failure(clerk.request('GET', '/users', { query: { a: {} } }))) instanceof ArgumentError);
});

test('a signal cancels the request, and its reason is thrown as it is', async () => {
  emulator.addFault({ latencyMs: 5_000 });
  for (const reason of [undefined, new Error('mine'), 'text', { any: 1 }]) {
    const controller = new AbortController();
    const started = Date.now();
    const call = clerk.users.get('user_1', { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    const error = await failure(call);
    assert.equal(error, controller.signal.reason);
    if (reason === undefined) assert.equal(error.name, 'AbortError');
    assert.ok(Date.now() - started < 2_000);
  }
  const timeout = await failure(clerk.users.count({}, { signal: AbortSignal.timeout(30) }));
  assert.equal(timeout.name, 'TimeoutError');
});

test('a signal that is aborted before sends nothing', async () => {
  const error = await failure(clerk.users.get('user_1', { signal: AbortSignal.abort() }));
  assert.equal(error.name, 'AbortError');
  assert.equal(emulator.requests().length, 0);
});

test('a signal that comes too late changes nothing, and keeps no listener', async () => {
  const controller = new AbortController();
  await clerk.users.count({}, { signal: controller.signal });
  controller.abort();
  const { getEventListeners } = await import('node:events');
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('settings of a call go before the client’s', async () => {
  emulator.addFault({ latencyMs: 2_000, count: 1 });
  const error = await failure(clerk.users.get('user_1', { timeoutMs: 60, maxRetries: 0 }));
  assert.ok(error instanceof RequestTimeoutError);
  emulator.clearFaults();
  emulator.clearRequests();
  await clerk.users.count({}, { headers: { 'X-Request-Id': 'r-1' } });
  assert.ok(emulator.requests()[0].headers.some(([name, value]) => name === 'x-request-id' && value === 'r-1'));
  for (const options of [{ timeout: 5 }, { timeout_ms: 5 }, { maxRetries: -1 }, { timeoutMs: Infinity }, { headers: { 'a b': 'c' } }]) {
    assert.ok((await failure(clerk.users.count({}, options))) instanceof ClerkError, JSON.stringify(options));
  }
});

test('withOptions copies, and leaves the client alone', async () => {
  const wrong = clerk.withOptions({ secretKey: 'sk_test_wrong' });
  assert.ok((await failure(wrong.users.count())) instanceof AuthenticationError);
  await clerk.users.count();
  const impatient = clerk.withOptions({ timeoutMs: 50, maxRetries: 0 });
  emulator.addFault({ latencyMs: 2_000, count: 1 });
  assert.ok((await failure(impatient.users.count())) instanceof RequestTimeoutError);
  assert.throws(() => clerk.withOptions({ secretKey: 'pk_test_x' }), ConfigError);
});

test('50 calls in a row use one connection', async () => {
  const fresh = clientOf(emulator);
  for (let i = 0; i < 50; i++) await fresh.users.count();
  assert.equal(new Set(emulator.requests().map((request) => request.connection)).size, 1);
});

test('nobody there is a connection error', async () => {
  const nobody = clerk.withOptions({ apiUrl: 'http://127.0.0.1:9', maxRetries: 0 });
  const error = await failure(nobody.users.count());
  assert.ok(error instanceof RequestConnectionError, String(error));
  assert.equal(error.kind, 'connection');
});
