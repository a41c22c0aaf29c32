// Listings: lazy, page by page, and an error rather than a loop.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { inspect } from 'node:util';

import { ApiError, ArgumentError, DecodeError, Page, Pager } from 'clerk-usher';

import { failure, pair } from './support.mjs';

const { emulator, clerk } = pair({ maxRetries: 0 });
after(() => emulator.stop());

const ids = [];
before(async () => {
  for (let i = 0; i < 7; i++) ids.unshift((await clerk.users.create({ emailAddress: [`u${i}@example.com`] })).id);
  emulator.clearRequests();
});
afterEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

const sent = () => emulator.requests().map((request) => Object.fromEntries(request.query));

test('nothing is sent before it is wanted', async () => {
  const pager = clerk.users.list();
  assert.ok(pager instanceof Pager);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(emulator.requests().length, 0);
});

test('awaited, it is the first page', async () => {
  const page = await clerk.users.list({ limit: 3 });
  assert.ok(page instanceof Page);
  assert.equal(page.data.length, 3);
  assert.equal(page.totalCount, null, 'users are listed without a total');
  assert.equal(page.hasNextPage, true);
  assert.equal(emulator.requests().length, 1);
  const second = await page.nextPage();
  assert.deepEqual([...page.data, ...second.data].map((user) => user.id), ids.slice(0, 6));
  const third = await second.nextPage();
  assert.equal(third.data.length, 1);
  assert.equal(third.hasNextPage, false, 'a short page is the last');
  assert.equal(await third.nextPage(), null);
  assert.equal(emulator.requests().length, 3);
  assert.equal((await page.nextPage()).data[0].id, second.data[0].id, 'a page is not used up');
});

test('its items are read when they are looked at, and are a field like any other', async () => {
  const page = () => clerk.users.list({ limit: 3 });
  const first = await page();
  assert.equal(typeof Object.getOwnPropertyDescriptor(first, 'data').get, 'function');
  assert.deepEqual([first.length, first.hasNextPage, first.totalCount], [3, true, null]);
  const { data } = first;
  assert.equal(first.data, data);
  assert.deepEqual(data.map((user) => user.id), ids.slice(0, 3));
  assert.deepStrictEqual(await page(), first);
  const plain = { data, totalCount: null };
  assert.deepStrictEqual({ ...(await page()) }, plain);
  assert.deepStrictEqual(structuredClone(await page()), plain);
  assert.deepStrictEqual(Object.keys(await page()), Object.keys(plain));
  assert.equal(JSON.stringify(await page()), JSON.stringify(plain));
  assert.equal(inspect(await page()), `Page ${inspect(plain)}`);
  assert.equal((await page()).data.pop().id, ids[2]);
  assert.deepStrictEqual([...first], data);
  assert.deepStrictEqual(Array.from(await page()), data);
  assert.equal(inspect(Object.create(first)), 'Page {}');
  first.data.length = 0;
  assert.deepEqual((await first.nextPage()).data.map((user) => user.id), ids.slice(3, 6), 'whatever became of this one');
});

test('walked over, it is every item of every page', async () => {
  const seen = [];
  for await (const user of clerk.users.list({ limit: 3 })) seen.push(user.id);
  assert.deepEqual(seen, ids);
  assert.deepEqual(sent().map((query) => query.offset), [undefined, '3', '6']);
});

test('a walk that is left asks for no more', async () => {
  for await (const user of clerk.users.list({ limit: 2 })) if (user.id === ids[2]) break;
  assert.equal(emulator.requests().length, 2);
});

test('pages one by one, and all in one array', async () => {
  const sizes = [];
  for await (const page of clerk.users.list({ limit: 4 }).pages()) sizes.push(page.data.length);
  assert.deepEqual(sizes, [4, 3]);
  assert.equal((await clerk.users.list({ limit: 2 }).toArray()).length, 7);
  assert.equal((await clerk.users.list({ limit: 2 }).toArray(3)).length, 3);
});

test('a walk starts where it is told, and may be begun again', async () => {
  const pager = clerk.users.list({ limit: 3, offset: 5 });
  for (let round = 0; round < 2; round++) {
    const seen = [];
    for await (const user of pager) seen.push(user.id);
    assert.deepEqual(seen, ids.slice(5));
  }
});

test('a total, where there is one, ends the walk without another request', async () => {
  for (const name of ['A', 'B']) await clerk.organizations.create({ name, createdBy: ids[0] });
  emulator.clearRequests();
  const page = await clerk.organizations.list({ limit: 2 });
  assert.equal(page.totalCount, 2);
  assert.equal(page.hasNextPage, false);
  assert.equal((await clerk.organizations.list({ limit: 2 }).toArray()).length, 2);
  assert.equal(emulator.requests().length, 2);
});

test('bad arguments are told when it is wanted, and nothing is sent', async () => {
  const pager = clerk.users.list({ limit: 501 });
  assert.ok((await failure(pager)) instanceof ArgumentError);
  assert.ok((await failure(pager.toArray())) instanceof ArgumentError);
  assert.equal(emulator.requests().length, 0);
});

test('an error in the middle of a walk is thrown where it happens', async () => {
  emulator.addFault({ count: 1, latencyMs: 1 });
  const seen = [];
  const error = await failure(
    (async () => {
      for await (const user of clerk.users.list({ limit: 3 })) {
        seen.push(user.id);
        if (seen.length === 3) emulator.addFault({ status: 500 });
      }
    })(),
  );
  assert.ok(error instanceof ApiError);
  assert.equal(seen.length, 3);
});

test('a server that answers the same page for ever ends with an error', async () => {
  emulator.addFault({ body: [{ id: 'user_1', object: 'user' }, { id: 'user_2', object: 'user' }], status: 200 });
  const error = await failure(clerk.users.list({ limit: 2 }).toArray());
  assert.ok(error instanceof DecodeError);
  assert.match(error.message, /does not advance/);
  assert.ok(emulator.requests().length < 5, `${emulator.requests().length} requests`);
});

test('answers of odd shapes', async () => {
  const cases = [
    [{ data: [{ id: 'user_1', object: 'user' }], total_count: 1 }, 1],
    [[], 0],
    [{ data: [] }, 0],
    [{ data: null, total_count: 0 }, 0],
    [{ data: {} }, 0],
    [{}, 0],
  ];
  for (const [body, count] of cases) {
    emulator.clearFaults();
    emulator.addFault({ body, status: 200 });
    assert.equal((await clerk.users.list()).data.length, count);
  }
  for (const body of [7, 'null', true, '"text"', '']) {
    emulator.clearFaults();
    emulator.addFault({ body, status: 200 });
    assert.ok((await failure(clerk.users.list())) instanceof DecodeError, JSON.stringify(body));
  }
});
