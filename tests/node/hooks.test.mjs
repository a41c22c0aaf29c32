// Hooks run in the caller's own context, and can do no harm.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { test } from 'node:test';

import { ConfigError } from 'clerk-usher';

import { clientOf, pair } from './support.mjs';

test('a hook that throws becomes a warning and changes nothing', async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  const clerk = clientOf(emulator, {
    onResponse: () => {
      throw new Error('mine');
    },
  });
  const warned = once(process, 'warning');
  assert.equal((await clerk.users.count()).totalCount, 0);
  const [warning] = await warned;
  assert.match(warning.message, /onResponse threw: mine/);
});

test('they run in the context of the call', async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  const storage = new AsyncLocalStorage();
  const found = [];
  const clerk = clientOf(emulator, { onResponse: () => found.push(storage.getStore()) });
  await Promise.all([1, 2, 3, 4].map((number) => storage.run(number, () => clerk.users.count())));
  assert.deepEqual(found.sort(), [1, 2, 3, 4]);
});

test('a call that is given up tells what it did', async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  emulator.addFault({ latencyMs: 2_000 });
  const steps = [];
  const clerk = clientOf(emulator, { onRequest: (event) => steps.push(event.step) });
  await assert.rejects(clerk.users.count({}, { signal: AbortSignal.timeout(100) }));
  assert.deepEqual(steps, ['request']);
});

test('a copy keeps them and may have its own', async (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  const first = [];
  const second = [];
  const clerk = clientOf(emulator, { onRequest: (event) => first.push(event) });
  await clerk.withOptions({ timeoutMs: 5_000 }).users.count();
  await clerk.withOptions({ onRequest: (event) => second.push(event) }).users.count();
  assert.deepEqual([first.length, second.length], [1, 1]);
  assert.equal(typeof first[0].at, 'number');
});

test('what is no function is refused', (t) => {
  const { emulator } = pair();
  t.after(() => emulator.stop());
  assert.throws(
    () => clientOf(emulator, { onRetry: 'print' }),
    (error) => error instanceof ConfigError && error.option === 'onRetry',
  );
});
