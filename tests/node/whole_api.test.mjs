// Every operation that npm's @clerk/backend has, called by it against the emulator in the story of tests/whole. What the
// answer lacks of what its classes read is undefined in them: nothing may be, but for what others.json lists as optional.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { createClerkClient } from '@clerk/backend';
import { Clerk } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

import { ROOT, internal } from './support.mjs';
import { CALLS } from './whole_api_calls.mjs';

const { camelCase } = internal('names.js');
const read = (name) => JSON.parse(readFileSync(join(ROOT, 'tests/whole', name), 'utf8'));
const { steps } = read('story.json');
const { node: others } = read('others.json');
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const VERBATIM = /metadata$|^claims$|^actor$|^attribute_mapping$/;

const emulator = Emulator.start({ seed: 5, production: true, now: 1_780_000_000_000 });
after(() => emulator.stop());
const options = { publishableKey: emulator.publishableKey, apiUrl: emulator.url, telemetry: { disabled: true } };
const peer = createClerkClient({ secretKey: emulator.secretKey, ...options });
const machine = createClerkClient({ machineSecretKey: emulator.machineSecretKey, ...options });
const ours = {
  usual: new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url, environment: {} }),
  machine: new Clerk({ machineSecretKey: emulator.machineSecretKey, apiUrl: emulator.url, environment: {} }),
};

function find(value, path) {
  return path.split('.').reduce((at, name) => (Array.isArray(at) ? at.at(Number(name)) : (at[name] ?? at[camelCase(name)])), value);
}

function place(value, names) {
  if (typeof value === 'string') {
    const [, name, path] = /^\$([a-z_0-9]+)\.(.+)$/.exec(value) ?? [];
    return name === undefined ? value : find(names[name], path);
  }
  if (Array.isArray(value)) return value.map((item) => place(item, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, place(inner, names)]));
}

/** Arguments in the names of Node; what is the caller's own stays as it is. */
function named(value, verbatim = false) {
  if (Array.isArray(value)) return value.map((item) => named(item, verbatim));
  if (verbatim || value === null || typeof value !== 'object') return value;
  if (value.$file) return new File([PICTURE], value.$file, { type: 'image/png' });
  const entries = Object.entries(value).map(([name, inner]) => [camelCase(name), named(inner, VERBATIM.test(name))]);
  return Object.fromEntries(entries);
}

/** The names of what a class of it read and did not find. */
function missing(value) {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap(missing);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value)
    .filter(([name]) => name !== 'raw' && name !== '_raw')
    .flatMap(([name, inner]) => (inner === undefined ? [name] : missing(inner)));
}

/** Every operation that it has, as `resource.method`. */
function methods(client) {
  return Object.entries(client)
    .filter(([, api]) => api !== null && typeof api === 'object' && 'request' in api)
    .flatMap(([resource, api]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(api))
        .filter((name) => name !== 'constructor' && typeof api[name] === 'function')
        .map((name) => `${resource}.${name}`),
    );
}

test('every operation of @clerk/backend is answered as its classes read it', async () => {
  const names = {};
  const called = new Set();
  const unread = new Set();
  for (const [index, step] of steps.entries()) {
    const told = place(step.with ?? {}, names);
    const path = place(step.path ?? [], names);
    const at = `step ${index + 1}, ${step.do ?? step.control}`;
    let answer;
    if (step.control !== undefined) {
      answer = emulator.control(step.control, told);
    } else if (CALLS[step.do] === undefined) {
      const [resource, name] = step.do.split('.').map((name) => camelCase(name).replace(/(?<=[a-z])Oauth/, 'OAuth'));
      const client = step.machine_key ? ours.machine : ours.usual;
      const { $array, ...given } = named(told);
      const all = [...path, ...($array === undefined ? [] : [$array]), ...(Object.keys(given).length > 0 ? [given] : [])];
      answer = await client[resource][name](...all);
    } else {
      const client = recording(step.machine_key ? machine : peer, called);
      answer = await CALLS[step.do](client, path, told.$array === undefined ? named(told) : named(told.$array)).catch((error) => {
        throw new Error(`${at}: ${error.message} ${JSON.stringify(error.errors ?? '')}`, { cause: error });
      });
      for (const name of missing(answer)) unread.add(name);
    }
    if (step.as !== undefined) names[step.as] = answer;
  }
  const has = methods(peer).filter((name) => !called.has(name));
  assert.deepEqual(has.sort(), Object.keys(others.cannot).sort(), 'what was not called is listed with the reason');
  assert.deepEqual([...unread].sort(), others.optional, 'what its classes did not find is optional');
});

/** The client, noting which of its operations are called. */
function recording(client, called) {
  const noted = (resource, api) =>
    new Proxy(api, {
      get(target, name) {
        const method = target[name];
        if (typeof method !== 'function') return method;
        return async (...given) => {
          called.add(`${resource}.${String(name)}`);
          return method.apply(target, given);
        };
      },
    });
  return new Proxy(client, { get: (target, name) => noted(String(name), target[name]) });
}
