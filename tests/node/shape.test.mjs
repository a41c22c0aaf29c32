// Names and values, between Node and the wire.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';


import { internal } from './support.mjs';

// A module on its own has error classes of its own.
const { ArgumentError } = internal('error.js');
const { Shaper } = internal('shape.js');
const { camelCase, camelMessage, camelPath } = internal('names.js');

const SHAPES = {
  models: {
    Thing: { id: 0, created_at: 1, born_on: 2, secret_text: 4, part_list: 'Part', public_metadata: 0, 'x5t#S256': 0, either: 'Either' },
    Part: { part_name: 0, from_user: ['sender_id', 0], sub_parts: 'Part' },
    A: { tag_name: 0, only_a: 0 },
    B: { tag_name: 0, only_b: 0 },
  },
  unions: {
    Either: { tag: 'tag_name', members: [['a', 'A', ['only_a']], ['b', 'B', ['only_b']]] },
    Untagged: { tag: null, members: [['A', 'A', ['only_a']], ['B', 'B', ['only_b']]] },
  },
};
const shaper = new Shaper(SHAPES);

test('names of models change, and no others', () => {
  const wire = {
    id: 'x',
    created_at: 1,
    public_metadata: { foo_bar: { baz_qux: [null] } },
    part_list: [{ part_name: 'p', from_user: 'u', sub_parts: [{ part_name: 'q', new_field: { in_it: 1 } }] }],
    'x5t#S256': 't',
    brand_new_field: { deep_er: 1 },
  };
  const before = structuredClone(wire);
  const node = shaper.read(wire, 'Thing');
  assert.deepEqual(node, {
    id: 'x',
    createdAt: 1,
    publicMetadata: { foo_bar: { baz_qux: [null] } },
    partList: [{ partName: 'p', senderId: 'u', subParts: [{ partName: 'q', new_field: { in_it: 1 } }] }],
    'x5t#S256': 't',
    brand_new_field: { deep_er: 1 },
  });
  assert.deepEqual(wire, before, 'what came is left alone');
});

test('odd values stay as they are', () => {
  for (const value of [null, 7, 'text', true, [], [null, 7]]) {
    assert.deepEqual(shaper.read({ part_list: value }, 'Thing'), { partList: value });
  }
  assert.deepEqual(shaper.read({ part_list: { part_name: 1 } }, 'Thing'), { partList: { partName: 1 } });
});

test('unions by tag, by shape, and not at all', () => {
  const read = (value, kind) => shaper.read(value, kind);
  assert.deepEqual(read({ tag_name: 'a', only_a: 1, only_b: 2 }, 'Either'), { tagName: 'a', onlyA: 1, only_b: 2 });
  assert.deepEqual(read({ tag_name: 'new', only_a: 1 }, 'Either'), { tag_name: 'new', only_a: 1 }, 'an unknown tag is kept as it came');
  assert.deepEqual(read({ only_b: 1 }, 'Either'), { onlyB: 1 }, 'no tag: by shape');
  assert.deepEqual(read({ only_b: 1 }, 'Untagged'), { onlyB: 1 });
  assert.deepEqual(read({ other_one: 1 }, 'Untagged'), { other_one: 1 });
});

test('a field of ours goes before an unknown one of its name', () => {
  assert.deepEqual(shaper.read({ created_at: 1, createdAt: 'odd' }, 'Thing'), { createdAt: 1 });
  assert.deepEqual(shaper.read({ createdAt: 'odd', created_at: 1 }, 'Thing'), { createdAt: 1 });
  assert.deepEqual(shaper.read({ createdAt: 'odd' }, 'Thing'), { createdAt: 'odd' });
});

test('a key called __proto__ is a key', () => {
  const wire = JSON.parse('{"__proto__": {"polluted": 1}, "id": "x"}');
  const node = shaper.read(wire, 'Thing');
  assert.equal(Object.getPrototypeOf(node), Object.prototype);
  assert.equal(node.polluted, undefined);
  assert.equal(JSON.stringify(node), '{"__proto__":{"polluted":1},"id":"x"}');
  assert.equal(shaper.read({ constructor: 1, toString: 2 }, 'Thing').constructor, 1);
});

test('a credential is hidden when it is printed, and only then', () => {
  const node = shaper.read({ id: 'x', secret_text: 'abc' }, 'Thing');
  assert.ok(!inspect(node).includes('abc'));
  assert.ok(inspect(node).includes('[secret]'));
  assert.equal(node.secretText, 'abc');
  assert.equal(JSON.stringify(node), '{"id":"x","secretText":"abc"}');
  assert.deepEqual(structuredClone(node), { id: 'x', secretText: 'abc' });
});

const FIELDS = { limit: 0, created_after: 1, born_on: 2, part: 'Part', public_metadata: 0, times: 1 };

test('arguments: undefined is absent, null is null, dates are times', () => {
  const now = new Date(1_700_000_000_123);
  const written = shaper.writeArguments(
    {
      limit: undefined,
      createdAfter: now,
      bornOn: now,
      times: [now, 5],
      part: { partName: null, senderId: 'u', subParts: [{ partName: 'q' }], extra: undefined },
      publicMetadata: { fooBar: undefined, foo_bar: [now] },
    },
    FIELDS,
  );
  assert.equal(
    JSON.stringify(written),
    JSON.stringify({
      created_after: 1_700_000_000_123,
      born_on: '2023-11-14T22:13:20.123Z',
      times: [1_700_000_000_123, 5],
      part: { part_name: null, from_user: 'u', sub_parts: [{ part_name: 'q' }] },
      public_metadata: { foo_bar: ['2023-11-14T22:13:20.123Z'] },
    }),
  );
});

test('arguments: what JSON would lose is refused', () => {
  for (const values of [{ limit: NaN }, { limit: Infinity }, { limit: 2n ** 70n }, { limit: Symbol('x') }, { part: { partName: () => 1 } }, { created_after: 1 }, { part: { part_name: 1 } }, { part: { from_user: 1 } }, { bornOn: new Date(NaN) }]) {
    assert.throws(() => shaper.writeArguments(values, FIELDS), ArgumentError, inspect(values));
  }
  assert.deepEqual(shaper.writeArguments({ limit: 7n }, FIELDS), { limit: 7 });
  assert.deepEqual(shaper.writeArguments({ anythingElse: 1 }, FIELDS), { anythingElse: 1 }, 'the core says no to it');
});

test('names', () => {
  assert.equal(camelCase('web3_wallet_id'), 'web3WalletId');
  assert.equal(camelCase('alreadyCamel'), 'alreadyCamel');
  assert.equal(camelCase('x5t#S256'), 'x5t#S256');
  assert.equal(camelCase('_private'), '_private');
  assert.equal(camelPath('invitations[2].email_address'), 'invitations[2].emailAddress');
  assert.equal(camelMessage('`order_by` is not it; `a_b[0].c_d` is, order_by'), '`orderBy` is not it; `aB[0].cD` is, order_by');
});
