// What the package does to the process that loads it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Emulator } from 'clerk-usher/testing';

import { run } from './support.mjs';

let emulator;
let env;
before(() => {
  emulator = Emulator.start({ seed: 3 });
  env = { USHER_URL: emulator.url, USHER_KEY: emulator.secretKey };
});
after(() => emulator.stop());

describe('loading', () => {
  for (const way of ['require', 'import']) {
    test(`${way} and a client open no thread, socket or file descriptor`, { skip: process.platform !== 'linux' }, async () => {
      const { stdout, stderr, code } = await run('load.cjs', { args: [way] });
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(stdout), { threads: 0, opened: [] });
    });
  }
});

describe('leaving', () => {
  test('process.exit with calls in flight keeps its code and says nothing', async () => {
    emulator.addFault({ latencyMs: 3_000, route: '/v1/users/{user_id}' });
    for (const delay of [0, 1, 5, 20, 50, 100, 0, 3, 10, 30]) {
      const { stdout, stderr, code, signal } = await run('exit.cjs', { args: [String(delay)], env });
      assert.deepEqual({ stdout, stderr, code, signal }, { stdout: '', stderr: '', code: 3, signal: null }, `after ${delay} ms`);
    }
    emulator.clearFaults();
  });

  test('the process ends by itself when nothing is pending', async () => {
    const started = Date.now();
    const { stdout, stderr, code } = await run('natural.cjs', { env, timeout: 20_000 });
    assert.deepEqual({ stdout, stderr, code }, { stdout: 'pages: 5\n', stderr: '', code: 0 });
    assert.ok(Date.now() - started < 5_000, 'it did not linger for its connections');
  });

  test('the process stays while a call is pending, as with fetch', async () => {
    emulator.addFault({ latencyMs: 700, route: '/v1/users/count', count: 1 });
    const { stdout, code } = await run('pending.cjs', { env });
    assert.deepEqual({ stdout, code }, { stdout: 'answered\n', code: 0 });
  });
});

describe('threads', () => {
  for (const way of ['main-too', 'workers-only']) {
    test(`worker threads load it many times, and may be ended in the middle of a call (${way})`, async () => {
      emulator.addFault({ latencyMs: 2_000, route: '/v1/users/{user_id}' });
      const { stdout, stderr, code, signal } = await run('workers.cjs', { args: [way], env });
      const expected = [...Array(6).fill('in flight'), ...Array(6).fill('page of 0')].join(', ');
      assert.deepEqual({ stdout, stderr, code, signal }, { stdout: `${expected}\n`, stderr: '', code: 0, signal: null });
      emulator.clearFaults();
    });
  }
});

test('only failures that nobody looked at are unhandled', async () => {
  const { stdout, stderr, code } = await run('unhandled.cjs', { env });
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { looked: 0, ignored: 1 });
});
