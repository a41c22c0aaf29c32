// A transport of the host's: what it gets, where it runs, and how its answers and failures are told.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';

import {
  Clerk,
  ConfigError,
  DecodeError,
  NotFoundError,
  RequestConnectionError,
  RequestTimeoutError,
  TransportError,
  UnavailableError,
} from 'clerk-usher';

import { pair } from './support.mjs';

const secretKey = 'sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

const clerkOf = (transport, options = {}) => new Clerk({ secretKey, environment: {}, retryDelayMs: 1, transport, ...options });
const user = (id) => Response.json({ object: 'user', id, first_name: 'Ada' });

/** Answers, one after the other, and what was asked. */
function script(...answers) {
  const asked = [];
  const transport = (request) => {
    asked.push(request);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, transport };
}

/** Until its signal is aborted. */
const hangs = (request) =>
  new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }));

test('what it gets is what would be sent', async () => {
  const { asked, transport } = script(user('user_1'), Response.json([]));
  const clerk = clerkOf(transport);
  await clerk.users.create({ firstName: 'Ada' });
  const [request] = asked;
  assert.ok(request instanceof Request);
  assert.deepEqual([request.method, request.url], ['POST', 'https://api.clerk.com/v1/users']);
  assert.equal(request.headers.get('authorization'), `Bearer ${secretKey}`);
  assert.equal(request.headers.get('content-type'), 'application/json');
  assert.match(request.headers.get('user-agent'), /clerk-usher/);
  assert.deepEqual(await request.json(), { first_name: 'Ada' });
  await clerk.users.list({ userId: ['user_1', 'user_2'] });
  assert.deepEqual(new URL(asked[1].url).searchParams.getAll('user_id'), ['user_1', 'user_2']);
  assert.equal(asked[1].body, null);
});

test('retries are as usual', async () => {
  const { asked, transport } = script(new TransportError('it broke off'), new Response(null, { status: 503 }), user('user_1'));
  assert.equal((await clerkOf(transport).users.get('user_1')).id, 'user_1');
  assert.equal(asked.length, 3);
});

test('a write is repeated only where it cannot have been acted on', async () => {
  const lost = script(new TransportError('it broke off'), user('user_1'));
  await assert.rejects(clerkOf(lost.transport).users.create({}), (error) => {
    assert.ok(error instanceof RequestConnectionError);
    assert.match(error.message, /it broke off/);
    return true;
  });
  assert.equal(lost.asked.length, 1);
  const unreached = script(
    new TransportError('nobody there', { sent: false }),
    new Response('{}', { status: 429, headers: { 'Retry-After': '0' } }),
    user('user_1'),
  );
  await clerkOf(unreached.transport).users.create({});
  assert.equal(unreached.asked.length, 3);
});

test('errors are as usual', async () => {
  const errors = { errors: [{ code: 'resource_not_found', message: 'not found' }], clerk_trace_id: 't1' };
  await assert.rejects(clerkOf(() => Response.json(errors, { status: 404 })).users.get('user_1'), (error) => {
    assert.ok(error instanceof NotFoundError);
    assert.equal(error.traceId, 't1');
    return true;
  });
  await assert.rejects(clerkOf(() => new Response('<html>')).users.get('user_1'), DecodeError);
  await assert.rejects(clerkOf(() => Response.error(), { maxRetries: 0 }).users.get('user_1'), RequestConnectionError);
});

test('what it throws goes to the caller as it is', async () => {
  const mine = new assert.AssertionError({ message: 'not this one' });
  const { asked, transport } = script(mine, user('user_1'));
  await assert.rejects(clerkOf(transport).users.get('user_1'), (error) => error === mine);
  assert.equal(asked.length, 1);
  await assert.rejects(clerkOf(() => Promise.reject(mine)).users.get('user_1'), (error) => error === mine);
  await assert.rejects(clerkOf(() => undefined.nothing).users.get('user_1'), TypeError);
});

test('what is no answer', async () => {
  for (const [answer, name] of [[{ status: 200 }, 'a plain Object'], [undefined, 'undefined'], ['{}', 'a string']]) {
    await assert.rejects(clerkOf(() => answer).users.get('user_1'), {
      name: 'TypeError',
      message: `\`transport\` must return a Response, not ${name}`,
    });
  }
});

test('what is no transport', () => {
  const refused = (error) => error instanceof ConfigError && error.option === 'transport' && /must be a function/.test(error.message);
  assert.throws(() => clerkOf('https://example.com'), refused);
  assert.throws(() => new Clerk({ secretKey }).withOptions({ transport: 1 }), refused);
});

test('it runs in the context of the caller', async () => {
  const storage = new AsyncLocalStorage();
  const clerk = clerkOf(async () => {
    await null;
    return user(storage.getStore());
  });
  const ids = Array.from({ length: 8 }, (_, number) => `user_${number}`);
  const got = await Promise.all(ids.map((id) => storage.run(id, async () => (await clerk.users.get(id)).id)));
  assert.deepEqual(got, ids);
});

test('it may call by the same client', async () => {
  const clerk = clerkOf(async (request) => {
    if (!request.url.endsWith('/users/user_1')) return user('user_2');
    return user((await clerk.users.get('user_2')).id);
  });
  assert.equal((await clerk.users.get('user_1')).id, 'user_2');
});

test('one that hangs is told when its time is over', async () => {
  const ended = [];
  const clerk = clerkOf((request) => hangs(request).finally(() => ended.push(request.url)), { timeoutMs: 50 });
  await assert.rejects(clerk.users.get('user_1'), RequestTimeoutError);
  await null;
  assert.equal(ended.length, 1);
});

test('an attempt whose time is over is told when the next one asks', async () => {
  let aborted = 0;
  let asked = 0;
  const clerk = clerkOf(
    (request) => {
      asked += 1;
      return asked > 1 ? user('user_1') : hangs(request).finally(() => (aborted += 1));
    },
    { attemptTimeoutMs: 50 },
  );
  assert.equal((await clerk.users.get('user_1')).id, 'user_1');
  assert.deepEqual([asked, aborted], [2, 1]);
});

test("the caller's signal ends it, with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let seen;
  const clerk = clerkOf((request) => {
    seen = request.signal;
    queueMicrotask(() => controller.abort(reason));
    return hangs(request);
  });
  await assert.rejects(clerk.users.get('user_1', { signal: controller.signal }), (error) => error === reason);
  assert.equal(seen.aborted, true);
});

/** Seven users, two a page. */
function pages(request) {
  const offset = Number(new URL(request.url).searchParams.get('offset') ?? 0);
  const ids = [0, 1, 2, 3, 4, 5, 6].slice(offset, offset + 2);
  return Response.json(ids.map((number) => ({ object: 'user', id: `user_${number}` })));
}

for (const concurrency of [1, 3]) {
  test(`listings are walked, ${concurrency} at once`, async () => {
    const found = [];
    for await (const { id } of clerkOf(pages).users.list({ limit: 2 }).items({ concurrency })) found.push(id);
    assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6].map((number) => `user_${number}`));
  });
}

test('keys come from it', async (t) => {
  const { emulator, clerk: real } = pair();
  t.after(() => emulator.stop());
  const token = emulator.mintSessionToken({ userId: 'user_1' });
  const keys = await real.request('GET', '/jwks');
  const { asked, transport } = script(Response.json(keys));
  const clerk = clerkOf(transport);
  for (let i = 0; i < 2; i += 1) assert.equal((await clerk.verifyToken(token)).sub, 'user_1');
  assert.deepEqual(asked.map(({ url }) => new URL(url).pathname), ['/v1/jwks']);
});

test('an outage of it says nothing of the token', async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  const token = emulator.mintSessionToken({ userId: 'user_1' });
  const clerk = clerkOf(
    () => {
      throw new TransportError('nobody there', { sent: false });
    },
    { publishableKey: emulator.publishableKey },
  );
  await assert.rejects(clerk.verifyToken(token), UnavailableError);
  const state = await clerk.authenticateRequest({ url: 'http://localhost/', method: 'GET', headers: { authorization: `Bearer ${token}` } });
  assert.equal(state.status, 'unavailable');
});

test('the doctor asks it too', async () => {
  let asked = 0;
  const transport = () => {
    asked += 1;
    return new Response('{}', { status: 401 });
  };
  await clerkOf(transport).doctor();
  const first = asked;
  assert.ok(first > 0);
  await Clerk.diagnose({ secretKey, environment: {}, transport });
  assert.equal(asked, 2 * first);
});

test('copies have it too unless they have another', async () => {
  const { asked, transport } = script(user('user_1'));
  const clerk = clerkOf(transport);
  assert.equal((await clerk.withOptions({ maxRetries: 0 }).users.get('user_1')).id, 'user_1');
  const other = clerk.withOptions({ transport: () => user('user_2') });
  assert.equal((await other.users.get('user_2')).id, 'user_2');
  assert.equal(asked.length, 1);
});

test('hooks, and answers as they came', async () => {
  const steps = [];
  const { transport } = script(
    new Response(null, { status: 500 }),
    Response.json({ id: 'user_1' }, { headers: [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']] }),
  );
  const clerk = clerkOf(transport, { onRequest: ({ step }) => steps.push(step), onRetry: ({ step }) => steps.push(step) });
  const { response } = await clerk.users.get('user_1').withResponse();
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.deepEqual(steps, ['request', 'retry', 'request']);
});

test("Node's fetch is a transport", async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  const clerk = new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url, environment: {}, transport: fetch });
  const created = await clerk.users.create({ firstName: 'Ada', emailAddress: ['ada@example.com'] });
  assert.equal((await clerk.users.get(created.id)).firstName, 'Ada');
});

test('what fetch makes of a network that fails is no answer', async (t) => {
  const server = createServer((_, response) => response.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const steps = [];
  const options = { transport: fetch, environment: {}, secretKey, retryDelayMs: 1, onRequest: ({ step }) => steps.push(step) };
  const breaks = new Clerk({ ...options, apiUrl: `http://127.0.0.1:${server.address().port}` });
  await assert.rejects(breaks.users.create({}), RequestConnectionError);
  assert.equal(steps.length, 1, 'it may have been acted on');
  server.close();
  await once(server, 'close');
  await assert.rejects(breaks.users.create({}), RequestConnectionError);
  assert.equal(steps.length, 4);
});
