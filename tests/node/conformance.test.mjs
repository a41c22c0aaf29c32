// Runs every case of tests/conformance through the package. It knows how to make a case's call; what is right is in the case.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { Emulator } from 'clerk-usher/testing';

import { tokenCase } from './cases.mjs';
import { HELPER_KINDS, doctorCase, helperCase } from './helpers.mjs';
import { webhookCase } from './webhooks.mjs';
import { calledCase, coverageCase, mutationCase } from './mutations.mjs';
import { record } from './recorded.mjs';
import { checkRequests } from './sent.mjs';
import { authenticateCase, getTokenCase, machineCase } from './steps.mjs';
import { ROOT, clientOf, failure, internal } from './support.mjs';

const { OPERATIONS } = internal('generated/operations.js');
const { SHAPES } = internal('generated/shapes.js');
const { Shaper } = internal('shape.js');
const { camelCase, camelMessage, camelPath } = internal('names.js');

const shaper = new Shaper(SHAPES);
const emulator = Emulator.start({ seed: 1 });
const other = Emulator.start({ seed: 2 });
after(() => {
  emulator.stop();
  other.stop();
});

function casesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.startsWith('peers_'))
    .sort()
    .map((name) => ({ name, cases: JSON.parse(readFileSync(join(folder, name), 'utf8')).cases }));
}

const root = join(ROOT, 'tests/conformance');
const files = [...casesIn(root), ...casesIn(join(root, 'operations'))];
const seen = new Set();
const all = files.flatMap((file) => file.cases);
const generated = all.filter((given) => given.kind === 'call' && given.name.startsWith(`${given.operation}/`));
const mutations = all.filter((given) => given.kind === 'mutation');

for (const file of files) {
  describe(file.name, () => {
    for (const given of file.cases) {
      assert.ok(!seen.has(given.name), `two cases are named ${given.name}`);
      seen.add(given.name);
      if (given.ways !== undefined && !given.ways.includes('node')) continue;
      test(given.name, async () => {
        emulator.reset();
        if (given.kind === 'call') await callCase(given);
        else if (given.kind === 'token') await tokenCase(given, { emulator, other });
        else if (given.kind === 'authenticate') await authenticateCase(given, { emulator, other });
        else if (given.kind === 'machine') await machineCase(given, { emulator, other });
        else if (given.kind === 'get_token') await getTokenCase(given, { emulator, other });
        else if (given.kind === 'webhook') webhookCase(given);
        else if (given.kind === 'mutation') mutationCase(given, generated);
        else if (given.kind === 'doctor') await doctorCase(given, { emulator, other });
        else if (HELPER_KINDS.includes(given.kind)) await helperCase(given);
        else assert.fail(`no runner for the kind ${given.kind}`);
      });
    }
  });
}

describe('changed answers', () => {
  test('every field is among those changed', () => coverageCase(generated));
  const calls = generated.filter((given) => given.name.endsWith('/only what is required') && OPERATIONS[given.operation].of);
  for (const [index, given] of calls.entries()) {
    test(given.operation, async () => {
      emulator.reset();
      await callCase(calledCase(given, index, mutations));
    });
  }
});

test('there are cases of every kind', () => {
  const kinds = new Set(all.map((given) => given.kind));
  const wanted = ['call', 'token', 'authenticate', 'machine', 'get_token', 'webhook', 'mutation', 'doctor', ...HELPER_KINDS];
  for (const kind of wanted) assert.ok(kinds.has(kind), kind);
});

async function callCase(given) {
  emulator.clearRequests();
  for (const answer of given.respond ?? []) {
    const { text, ...rest } = answer;
    const fault = Object.fromEntries(Object.entries(rest).map(([name, value]) => [camelCase(name), value]));
    emulator.addFault({ ...fault, ...(text === undefined ? {} : { body: text }), count: 1 });
  }
  // A runner waits for nothing but what the case asks for.
  const events = [];
  const keep = (event) => events.push(event);
  const hooks = given.events === undefined ? {} : { onRequest: keep, onResponse: keep, onRetry: keep };
  const clerk = clientOf(emulator, { retryDelayMs: 1, ...hooks, ...camelKeys(given.client) });
  const call = () => start(clerk, given);
  try {
    if (given.error !== undefined) checkError(await failure(call()), given.error);
    else {
      const { data, response } = await call().withResponse();
      assert.deepEqual(plain(data), expected(given));
      const { body } = given.respond?.at(-1) ?? {};
      // What came can always be had back whole, in the names of the wire.
      if (body !== undefined) assert.deepEqual(response.json(), body);
    }
  } finally {
    record(given.name, emulator.requests());
  }
  checkRequests(emulator.requests(), given.requests ?? [], emulator.secretKey);
  if (given.events !== undefined) checkEvents(events, given.events);
}

/** Every step that hooks were told of, in order; of each, the fields that are named. */
function checkEvents(got, wanted) {
  assert.equal(got.length, wanted.length, JSON.stringify(got));
  wanted.forEach((want, index) => {
    for (const [name, value] of Object.entries(want)) assert.equal(got[index][camelCase(name)], value, `event ${index}: ${name}`);
  });
}

function start(clerk, given) {
  const [resource, method] = given.operation.split('.');
  const shape = OPERATIONS[given.operation];
  assert.ok(shape, `the facade has no operation ${given.operation}`);
  const target = clerk[camelCase(resource)];
  const lower = camelCase(method).toLowerCase();
  const name = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).find((own) => own.toLowerCase() === lower);
  assert.ok(name, `the facade has no method for ${given.operation}`);
  const args = [...(given.path ?? [])];
  const named = Object.keys(shape.fields).length > 0 ? params(given, shape) : undefined;
  if (named !== undefined) args.push(...(shape.array ? Object.values(named) : [named]));
  args.push(camelKeys(given.options));
  return target[name](...args);
}

/** The case's arguments, in Node's names, with its files. */
function params(given, shape) {
  const out = {};
  for (const [name, value] of Object.entries(given.arguments ?? {})) {
    const entry = shape.fields[name];
    const kind = Array.isArray(entry) ? entry[1] : entry;
    out[camelCase(name)] = typeof kind === 'string' ? shaper.read(value, kind) : value;
  }
  for (const [name, file] of Object.entries(given.files ?? {})) {
    out[camelCase(name)] = {
      data: Buffer.from(file.base64, 'base64'),
      filename: file.filename,
      contentType: file.content_type,
    };
  }
  return out;
}

/** `node_result`; where it is left out, `result` in the names of the generated shapes. */
function expected(given) {
  if (given.node_result !== undefined) return given.node_result;
  const { result } = given;
  const shape = OPERATIONS[given.operation];
  if (result === undefined || result === null || shape.of === undefined) return result ?? null;
  if (shape.answer === 'model') return plain(shaper.read(result, shape.of));
  const { data, total_count: total, ...rest } = result;
  assert.deepEqual(rest, {}, 'a listing has data and total_count');
  return plain({ data: shaper.read(data, shape.of), ...(total === undefined || total === null ? {} : { totalCount: total }) });
}

/** As JSON would have it; of a page, its data and its total if there is one. */
function plain(value) {
  if (value === undefined) return null;
  if (value?.constructor?.name === 'Page') {
    return plain({ data: value.data, ...(value.totalCount === null ? {} : { totalCount: value.totalCount }) });
  }
  return JSON.parse(JSON.stringify(value));
}

function checkError(error, wanted) {
  const read = {
    kind: () => error.kind,
    status: () => error.status,
    trace_id: () => error.traceId,
    retry_after: () => error.retryAfter,
    body: () => error.body,
    reason: () => error.reason,
    code: () => error.errors[0]?.code,
    param_name: () => error.errors[0]?.meta?.param_name,
    argument: () => error.argument,
    option: () => error.option,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'message_contains') {
      const wantedText = camelMessage(value);
      assert.ok(error.message.includes(wantedText), `${error.message}\ndoes not contain\n${wantedText}`);
      continue;
    }
    assert.ok(Object.hasOwn(read, name), `the runner does not know the error's field ${name}`);
    const want = name === 'argument' || name === 'option' ? camelPath(value) : value;
    assert.equal(read[name](), want, `${name} of ${error}`);
  }
}

function camelKeys(object) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [camelCase(name), value]));
}
