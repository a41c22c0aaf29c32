// The items of a listing are renamed natively or here, and nobody can tell which.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { inspect } from 'node:util';

import { DecodeError } from 'clerk-usher';

import { failure, internal, pair } from './support.mjs';

const SHAPER = internal('dispatch.js').shaper();
const { Shaper } = internal('shape.js');
const { emulator, clerk } = pair({ maxRetries: 0 });
after(() => emulator.stop());
afterEach(() => emulator.clearFaults());

const otp = '{"object":"verification_otp","status":"verified","strategy":"email_code","attempts":null,"expire_at":1}';
const ITEMS = [
  '{"id":"user_1","first_name":"Ann","created_at":1.50,"public_metadata":{"foo_bar":{"baz_qux":[null]}},"banned":false}',
  `{"email_addresses":[{"id":"idn_1","email_address":"a@b.c","verification":${otp},"linked_to":[{"id":"x","type_of":1}]},null]}`,
  '{"email_addresses":[{"verification":{"status":"verified","strategy":"x","attempts":1,"expire_at":null}}]}',
  '{"email_addresses":[{"verification":{"object":"of_tomorrow","expire_at":1}},{"verification":null},{"verification":{}}]}',
  `{"email_addresses":[{"verification":{"object":null,"expire_at":1,"status":1,"strategy":1,"attempts":1}}],"phone_numbers":7}`,
  '{"email_addresses":[{"verification":{"object":7,"expire_at":1}},{"verification":[{"object":"verification_otp","expire_at":1}]}]}',
  '{"email_addresses":[{"verification":{"object":"verification_otp","object":"of_tomorrow","expire_at":1}}]}',
  '{"email_addresses":[{"verification":{"\\u006fbject":"verification_otp","expire_at":1}}]}',
  '{"email_addresses":{"email_address":"no array"}}',
  '{"first_name":"x","firstName":"y","id":1}',
  '{"firstName":"y","first_name":"x"}',
  '{"firstName":"y"}',
  '{"first_name":1,"id":2,"first_name":3}',
  '{"__proto__":{"polluted_by":1},"constructor":1,"field_of_tomorrow":{"a_b":1},"7":7}',
  '{"first\\u005fname":"escaped","last_name":"\\ud800\\n\\u0000é𝄞"}',
  '{"lockout_expires_in_seconds":123456789012345678901234567890,"created_at":-0,"updated_at":1e400}',
  'null',
  '7',
  '"text"',
  '[{"first_name":"nested"}]',
  '{}',
];

const list = async (body, walked = false) => {
  emulator.clearFaults();
  emulator.addFault({ body, status: 200, ...(walked && { count: 1 }) });
  return walked ? clerk.users.list({ limit: 500 }).items() : clerk.users.list();
};

test('an item is what it is when it is read here', async () => {
  for (const item of ITEMS) {
    const expected = SHAPER.read(JSON.parse(`[${item}]`), 'User');
    for (const body of [`[${item}]`, ` [ ${item} ]\n`, `{"data":[${item}],"total_count":1}`, `{"a":{"data":1},"data":[${item}]}`]) {
      const { data } = await list(body);
      assert.deepStrictEqual(data, expected, body);
      assert.equal(JSON.stringify(data), JSON.stringify(expected), body);
    }
  }
});

test('of two members of one name the last holds', async () => {
  const [a, b] = ['{"id":"a"}', '{"id":"b"}'];
  for (const body of [
    `{"data":[${a}],"data":[${b},${a}]}`,
    `{"data":[${a}],"data": [${b},${a}]}`,
    `{"data":[${a}],"data":[]}`,
    `{"data":[${a}],"data":null}`,
    `{"data":[${a}],"total_count":1,"data": null}`,
    `{"data":null,"data":[${b}]}`,
    `{"data":[${a}],"d\\u0061ta":[${b}]}`,
    `{"total_count":1,"data":[${a}],"total_count":2}`,
    `{"total_count":1, "data":[${a}],"total_count":2}`,
  ]) {
    const value = JSON.parse(body);
    const page = await list(body);
    assert.deepEqual([page.length, page.totalCount, page.data], [value.data?.length ?? 0, value.total_count ?? null, value.data ?? []], body);
  }
});

test('a listing that crosses in parts', async () => {
  const long = (index) => `{"id":"user_${index}","first_name":"${['é', '𝄞', 'x'][index % 3]}","public_metadata":{"a_b":"${'x'.repeat(index % 50 === 7 ? 70_000 : 1_000)}"}}`;
  for (const count of [0, 1, 63, 64, 500]) {
    const items = Array.from({ length: count }, (_, index) => long(index));
    const expected = SHAPER.read(JSON.parse(`[${items}]`), 'User');
    for (const body of [`[${items}]`, `{"data":[${items}],"total_count":${count}}`]) {
      const { data } = await list(body);
      assert.deepStrictEqual(data, expected, `${count}`);
      const walked = [];
      for await (const user of await list(body, true)) walked.push(user);
      assert.deepStrictEqual(walked, expected, `${count}, walked over`);
    }
  }
});

test('all of them together', async () => {
  const body = `[${ITEMS.join(',')}]`;
  assert.deepStrictEqual((await list(body)).data, SHAPER.read(JSON.parse(body), 'User'));
});

test('whatever JSON there is', async () => {
  // Seeded, so that what fails once fails again.
  let seed = 20_261_122;
  const chance = (most) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % most;
  const one = (...of) => of[chance(of.length)];
  const text = () => one('""', '"a"', '"é𝄞"', '"\\""', '"\\\\"', '"\\u00e9\\ud834\\udd1e"', '"\\ud800"', `"${'x'.repeat(chance(40))}\\n${'y'.repeat(chance(20))}"`);
  const number = () => one('0', '-0', '1', '-12', '1.50', '1e3', '1E-2', '2.5e+3', '123456789012345678901234567890', '1700000000000');
  const name = () => one('"id"', '"first_name"', '"firstName"', '"email_addresses"', '"verification"', '"object"', '"attempts"', '"expire_at"', '"status"', '"strategy"', '"public_metadata"', '"a_b"', '"__proto__"', '"first\\u005fname"', '"phone_numbers"', '""');
  const space = () => (chance(40) === 0 ? one(' ', '\n', '\t') : '');
  const many = (make, depth) => Array.from({ length: chance(depth > 2 ? 2 : 5) }, () => `${space()}${make(depth + 1)}${space()}`).join(',');
  const value = (depth) => {
    const kind = chance(depth > 5 ? 5 : 9);
    if (kind < 2) return text();
    if (kind < 3) return number();
    if (kind < 5) return one('null', 'true', 'false');
    if (kind < 6) return `[${many(value, depth)}]`;
    return object(depth);
  };
  const object = (depth) => `{${many((inner) => `${name()}:${space()}${value(inner)}`, depth)}}`;
  for (let round = 0; round < 400; round += 1) {
    const items = many(object, 0);
    const expected = SHAPER.read(JSON.parse(`[${items}]`), 'User');
    const body = one(`[${items}]`, `{"data":[${items}],"total_count":1}`, `{"total_count":1,"data":[${items}]}`);
    const { data } = await list(body);
    assert.deepStrictEqual(data, expected, body);
    assert.equal(JSON.stringify(data), JSON.stringify(expected), body);
  }
});

test('what came is there as it came', async () => {
  const body = `{"data": [${ITEMS[0]}], "total_count": 2}`;
  emulator.addFault({ body, status: 200 });
  const { data: page, response } = await clerk.users.list({ limit: 1 }).withResponse();
  assert.equal(response.text(), body);
  assert.equal(page.totalCount, 2);
  assert.equal(page.data[0].publicMetadata.foo_bar.baz_qux[0], null);
});

test('what is no JSON is an error of the call', async () => {
  for (const body of ['[', '[{"id":"\\x"}]', '[{"id":"\\u12g4"}]', '[{"id":-}]', '[{"id":1.}]', '[{"id":1e}]', '[{"id":tru}]', '[{"id" 1}]', '[{"id":1,}]', '[{},]', '[1 2]', '[{"first_name":"x}]', '[{"id":1}', '[{"id":01}]', '[{"id":"\n"}]', '[{"id":1}] x', '[{"id":NaN}]', '{"data":[{"id":}]}']) {
    assert.ok((await failure(list(body))) instanceof DecodeError, body);
  }
});

test('credentials are hidden when they are printed, and only then', async () => {
  const body = '[{"phone_numbers":[{"id":"idn_1","backup_codes":["hide me"],"phone_number":"+1"},null],"id":"user_1"},null]';
  const { data } = await list(body);
  const read = SHAPER.read(JSON.parse(body), 'User');
  assert.deepStrictEqual(data, read);
  assert.equal(inspect(data, { depth: 9 }), inspect(read, { depth: 9 }));
  assert.ok(!inspect(data, { depth: 9 }).includes('hide me'));
  assert.equal(data[0].phoneNumbers[0].backupCodes[0], 'hide me');
});

test('a union that may hold a credential is left to JavaScript', () => {
  const shapes = {
    models: {
      A: { b_b: 'B' },
      B: { c_c: 'U', a_a: 'A' },
      C: { secret_text: 4, d_d: 'D' },
      D: { d_d: 'D', new_id: ['sender_id', 1], c_list: 'C' },
      E: { e_e: 'E', f_f: 0 },
    },
    unions: { U: { tag: null, members: [['C', 'C', []]] } },
  };
  const shaper = new Shaper(shapes);
  for (const kind of ['A', 'B', 'U']) assert.equal(shaper.namesOf(kind), undefined, kind);
  assert.deepEqual(shaper.namesOf('E'), { models: { E: { e_e: ['eE', 'E'], f_f: ['fF', null] } }, unions: {} });
  const value = { dD: { cList: [{ secretText: 'hide me', dD: { cList: [{ secretText: 'hide me' }] } }] } };
  shaper.hide(value, 'D');
  assert.ok(!inspect(value, { depth: 9 }).includes('hide me'));
});

test('what users list is named natively', () => {
  for (const kind of ['User', 'Organization', 'Session', 'OrganizationMembership']) assert.notEqual(SHAPER.namesOf(kind), undefined, kind);
});
