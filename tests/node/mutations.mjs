// Mutated answers: the bodies of the generated cases, each with one change of conformance/mutations.json.

import assert from 'node:assert/strict';

import { internal } from './support.mjs';

const { OPERATIONS } = internal('generated/operations.js');
const { SHAPES } = internal('generated/shapes.js');
const { Shaper } = internal('shape.js');
const { camelCase } = internal('names.js');

const shaper = new Shaper(SHAPES);
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields, in either's names, that tell the members of any union apart. */
const TELLING = new Set(
  Object.values(SHAPES.unions).flatMap(({ tag, members }) => [tag, ...members.flatMap((member) => member[2])]),
);

function kindOf(value) {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

/**
 * Every place in a value, itself included. Places that are `alike` need not all be changed: fields of one name in
 * objects with the same fields, which are in a field of one name themselves.
 */
function* places(value, path, within, alike) {
  yield { path, value, alike: `${alike}:${kindOf(value)}` };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* places(item, [...path, index], within, `${alike}[]`);
  } else if (isObject(value)) {
    const fields = Object.keys(value).join();
    for (const [name, inner] of Object.entries(value)) yield* places(inner, [...path, name], name, `${within}{${fields}}${name}`);
  }
}

/** Whether a change can be made at a place: an item is not dropped, and nothing put in place of the whole answer. */
function applies(mutation, { path, value }) {
  if (!mutation.of.includes(kindOf(value))) return false;
  if (mutation.change === 'drop') return typeof path.at(-1) === 'string';
  return path.length > 0 || mutation.change === 'add' || mutation.change === 'append';
}

/** A copy of `value` with the change at a place. What is not on the way is shared. */
function changed(value, path, mutation) {
  const [step, ...rest] = path;
  if (step !== undefined) {
    const copy = Array.isArray(value) ? [...value] : { ...value };
    if (rest.length === 0 && mutation.change === 'drop') delete copy[step];
    else copy[step] = changed(value[step], rest, mutation);
    return copy;
  }
  if (mutation.change === 'add') return { ...value, [mutation.field]: mutation.value };
  return mutation.change === 'append' ? [...value, mutation.value] : mutation.value;
}

/** A path of the wire in Node's names. Reading keeps the order of fields, so the two are found side by side. */
function nodePath(wire, node, path) {
  return path.map((step) => {
    const named = typeof step === 'number' ? step : Object.keys(node)[Object.keys(wire).indexOf(step)];
    wire = wire[step];
    node = node[named];
    return named;
  });
}

/** Every name in camelCase, where a member of a union is another one after the change or none at all. */
function inCamelCase(value) {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camelCase(name), inCamelCase(inner)]));
}

function at(value, path) {
  return path.reduce((inner, step) => inner[step], value);
}

/** The objects in the body of an answer. */
export function itemsOf(body, operation) {
  if (OPERATIONS[operation].answer !== 'list') return [body];
  return Array.isArray(body) ? body : Object.values(body).find(Array.isArray);
}

/** By model: its samples, each with the places that are not like one of a sample before. */
function samplesOf(calls) {
  const seen = new Set();
  const samples = [];
  for (const given of calls) {
    const { of } = OPERATIONS[given.operation];
    if (of === undefined) continue;
    for (const sample of itemsOf(given.respond[0].body, given.operation)) {
      const fresh = [...places(sample, [], of, of)].filter(({ alike }) => !seen.has(alike));
      for (const { alike } of fresh) seen.add(alike);
      if (fresh.length > 0) samples.push({ of, sample, places: fresh });
    }
  }
  return samples;
}

let samples;

/** A change, made in turn at every place of every model: it costs its own field only, and nothing is lost. */
export function mutationCase(mutation, calls) {
  samples ??= samplesOf(calls);
  let done = 0;
  for (const { of, sample, places: all } of samples) {
    const before = shaper.read(sample, of);
    for (const place of all.filter((one) => applies(mutation, one))) {
      const wire = changed(sample, place.path, mutation);
      const text = JSON.stringify(wire);
      const after = shaper.read(wire, of);
      assert.equal(JSON.stringify(wire), text, 'what came is left alone');
      const path = nodePath(sample, before, place.path);
      const wanted = changed(before, path, mutation);
      const telling = mutation.change !== 'append' && TELLING.has(place.path.findLast((step) => typeof step === 'string'));
      check(after, wanted, telling ? path.slice(0, -1) : undefined, `${of}.${place.path.join('.')}`);
      done += 1;
    }
  }
  assert.ok(done > 100, 'there is something to change');
}

function check(after, wanted, union, what) {
  const [got, want] = [JSON.stringify(after), JSON.stringify(wanted)];
  if (got === want) return;
  // Another member of a union, or none: the same fields and values by other names, and all around it is as it was.
  assert.ok(union !== undefined, `${what}: ${got} is not ${want}`);
  assert.deepEqual(inCamelCase(at(after, union)), inCamelCase(at(wanted, union)), what);
  const hidden = { change: 'put', value: 'compared above' };
  assert.deepEqual(changed(after, union, hidden), changed(wanted, union, hidden), what);
}

/** Every field of every model that an answer can hold is among what is changed. */
export function coverageCase(calls) {
  samples ??= samplesOf(calls);
  const found = new Map();
  const visit = (value, kind) => {
    if (Array.isArray(value)) return value.forEach((item) => visit(item, kind));
    if (typeof kind !== 'string' || !isObject(value)) return;
    const union = SHAPES.unions[kind];
    const model = union === undefined ? kind : union.members.find((member) => member[0] === value[union.tag])?.[1];
    if (model === undefined) return;
    const fields = SHAPES.models[model];
    if (!found.has(model)) found.set(model, new Set(Object.keys(fields)));
    for (const [name, inner] of Object.entries(value)) {
      found.get(model).delete(name);
      const entry = fields[name];
      visit(inner, Array.isArray(entry) ? entry[1] : entry);
    }
  };
  for (const { of, sample } of samples) visit(sample, of);
  for (const [model, missing] of found) assert.deepEqual([...missing], [], model);
}

/** A call whose answer has a change; which one and where differ from operation to operation. */
export function calledCase(given, index, mutations) {
  const { body, ...rest } = given.respond[0];
  const [first, ...others] = itemsOf(body, given.operation);
  const all = [...places(first, [], '', '')];
  const inTurn = [...mutations.slice(index % mutations.length), ...mutations];
  const mutation = inTurn.find((one) => all.some((place) => applies(one, place)));
  const able = all.filter((place) => applies(mutation, place));
  const items = [changed(first, able[(index * 7) % able.length].path, mutation), ...others];
  const list = OPERATIONS[given.operation].answer === 'list';
  const name = list && !Array.isArray(body) ? Object.keys(body).find((key) => Array.isArray(body[key])) : undefined;
  const sent = name !== undefined ? { ...body, [name]: items } : list ? items : items[0];
  const result = list ? { ...given.result, data: items } : items[0];
  const called = `${given.name}, its answer changed`;
  return { ...given, name: called, respond: [{ ...rest, body: sent }], result, node_result: undefined };
}
