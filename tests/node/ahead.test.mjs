// Pages asked for ahead of their turn: what is sent, in which order it comes, and where it ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApiError, ArgumentError, ConfigError, DecodeError } from 'clerk-usher';

import { failure, pair } from './support.mjs';

const USERS = 25;
const limit = 5;

/** An emulator for each test: a request that was cancelled may still arrive a little later. */
async function start(t) {
  const { emulator, clerk } = pair({ maxRetries: 0 });
  t.after(() => emulator.stop());
  for (let i = 0; i < USERS; i++) await clerk.users.create({ emailAddress: [`u${i}@example.com`] });
  const ids = (await clerk.users.list({ limit: 100 })).data.map((user) => user.id);
  emulator.clearRequests();
  return { emulator, clerk, ids };
}

/** Where the pages that were asked for begin, in order of offset. */
const offsets = (emulator) =>
  emulator
    .requests()
    .map((request) => Number(Object.fromEntries(request.query).offset ?? 0))
    .sort((a, b) => a - b);
const untilAsked = async (emulator, offset) => {
  for (let i = 0; i < 5_000 && !offsets(emulator).includes(offset); i++) await sleep(1);
};
const idsOf = async (walk) => {
  const seen = [];
  for await (const one of walk) seen.push(one.id);
  return seen;
};

test('a known total is walked with not one request more', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  for (let i = 0; i < USERS; i++) await clerk.organizations.create({ name: `Org ${i}`, createdBy: ids[0] });
  const walks = [];
  for (const concurrency of [1, 4, 16]) {
    emulator.clearRequests();
    walks.push(await idsOf(clerk.organizations.list({ limit }).items({ concurrency })));
    assert.deepEqual(offsets(emulator), [0, 5, 10, 15, 20]);
  }
  assert.equal(new Set(walks[0]).size, USERS);
  assert.deepEqual(walks[1], walks[0]);
  assert.deepEqual(walks[2], walks[0]);
});

test('without a total, no more than the bound goes beyond the end', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  const pager = clerk.users.list({ limit });
  for (const walk of [pager, pager.items(), pager.items({}), pager.items({ concurrency: undefined })]) {
    emulator.clearRequests();
    assert.deepEqual(await idsOf(walk), ids);
    assert.deepEqual(offsets(emulator), [0, 5, 10, 15, 20, 25]);
  }
  emulator.clearRequests();
  assert.deepEqual(await idsOf(pager.items({ concurrency: 4 })), ids);
  const asked = offsets(emulator);
  assert.deepEqual(asked.slice(0, 6), [0, 5, 10, 15, 20, 25]);
  assert.ok(asked.length <= 9, `${asked}`);
});

test('pages overlap and come in order', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  emulator.addFault({ query: { offset: '5' }, latencyMs: 700 });
  const pages = clerk.users.list({ limit }).pages({ concurrency: 3 });
  assert.equal((await pages.next()).value.data.length, limit);
  assert.deepEqual(offsets(emulator), [0], 'the first page is asked for alone');
  const second = (await pages.next()).value;
  assert.deepEqual(second.data.map((user) => user.id), ids.slice(5, 10));
  // The slow page was given out first, and by then the others had come.
  assert.deepEqual(offsets(emulator), [0, 5, 10, 15]);
  assert.deepEqual(emulator.requests().map((request) => request.status), [200, 200, 200, 200]);
  await pages.return();
});

for (const how of ['break', 'return', 'throw']) {
  test(`a walk that is left by ${how} sends no more and cancels the rest`, async (t) => {
    const { emulator, clerk, ids } = await start(t);
    emulator.addFault({ query: { offset: '10' }, latencyMs: 700 });
    const items = clerk.users.list({ limit }).items({ concurrency: 4 });
    if (how === 'break') {
      for await (const user of items) {
        if (user.id !== ids[7]) continue;
        await untilAsked(emulator, 10);
        break;
      }
    } else {
      for (let i = 0; i < 7; i++) await items.next();
      await untilAsked(emulator, 10);
      if (how === 'return') await items.return();
      else assert.equal((await failure(items.throw(new Error('enough')))).message, 'enough');
    }
    await sleep(900);
    assert.ok(offsets(emulator).every((offset) => offset <= 20));
    const slow = emulator.requests().find((request) => request.query.some(([, value]) => value === '10'));
    assert.equal(slow.status, null, 'it was never answered');
  });
}

test("an error comes in its page's turn, and one that nobody waits for is not unhandled", async (t) => {
  const { emulator, clerk, ids } = await start(t);
  emulator.addFault({ query: { offset: '10' }, status: 500 });
  const pages = clerk.users.list({ limit }).pages({ concurrency: 4 });
  for (let i = 0; i < 2; i++) assert.equal((await pages.next()).value.data.length, limit);
  await sleep(100); // by now it has failed: node:test fails a test that leaves a rejection unhandled
  assert.ok((await failure(pages.next())) instanceof ApiError);
  assert.equal((await pages.next()).done, true);

  const left = clerk.users.list({ limit }).pages({ concurrency: 4 });
  for (let i = 0; i < 2; i++) await left.next();
  await sleep(100);
  await left.return();
});

test('a page shorter than foretold skips nobody', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  // Without a limit pages are as long as the API likes.
  emulator.addFault({ query: { offset: '10' }, body: ids.slice(10, 18).map((id) => ({ object: 'user', id })) });
  assert.deepEqual(await idsOf(clerk.users.list().items({ concurrency: 3 })), ids);
  for (const offset of [0, 10, 18, 25]) assert.ok(offsets(emulator).includes(offset), `${offset}`);
});

test('a listing that does not advance ends all the same', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  emulator.addFault({ body: [{ id: 'user_1', object: 'user' }, { id: 'user_2', object: 'user' }] });
  const error = await failure(idsOf(clerk.users.list({ limit: 2 }).items({ concurrency: 8 })));
  assert.ok(error instanceof DecodeError);
  assert.match(error.message, /does not advance/);
  assert.ok(emulator.requests().length <= 10, `${emulator.requests().length} requests`);
});

test('a concurrency out of range is refused before anything is sent', async (t) => {
  const { emulator, clerk, ids } = await start(t);
  const pager = clerk.users.list({ limit });
  for (const concurrency of [0, 17, -1, 1.5, '4', true, NaN, Infinity, 1e30, [], {}]) {
    for (const walk of [pager.pages({ concurrency }), pager.items({ concurrency })]) {
      const error = await failure(walk.next());
      assert.ok(error instanceof ArgumentError, `${concurrency}: ${error}`);
      assert.equal(error.argument, 'concurrency');
    }
  }
  assert.equal((await failure(pager.pages({ concurency: 4 }).next())).argument, 'concurency');
  assert.ok((await failure(pager.pages(4).next())) instanceof ConfigError);
  assert.equal(emulator.requests().length, 0);
});

test("the caller's signal ends a walk with its reason, and many pages ahead of it are no leak", async (t) => {
  const { emulator, clerk, ids } = await start(t);
  const warnings = [];
  const warn = (warning) => warnings.push(warning);
  process.on('warning', warn);
  const controller = new AbortController();
  emulator.addFault({ query: { offset: '2' }, latencyMs: 60_000 });
  const pages = clerk.users.list({ limit: 1 }, { signal: controller.signal }).pages({ concurrency: 16 });
  for (let i = 0; i < 2; i++) await pages.next();
  const third = failure(pages.next());
  await untilAsked(emulator, 17);
  controller.abort(new Error('no more'));
  assert.equal((await third).message, 'no more');
  await sleep(1);
  process.off('warning', warn);
  assert.deepEqual(warnings, []);
});
