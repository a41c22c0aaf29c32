// How a case's tokens, keys, times and names are made. What is right is in the case.

import assert from 'node:assert/strict';

import { Clerk } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { failure, internal } from './support.mjs';

const { camelCase, camelMessage, camelPath } = internal('names.js');

const MIDDAY = 1_700_000_000_000;

/** The token of a case, as text; `emulator` is the instance, `other` another one. */
export function makeToken(given, { emulator, other }, now) {
  if (typeof given === 'string') return given;
  const { header = {}, claims = {}, signed_by: signer = 'instance', tamper, ...rest } = given ?? {};
  assert.deepEqual(Object.keys(rest), [], 'the runner does not know this of a token');
  assert.ok(tamper === undefined || tamper === 'payload', `tampering with ${tamper}`);
  void other;
  const token = emulator.mintSessionToken({
    issuedAt: Math.floor(now / 1000),
    header,
    claims: times(claims, now),
    key: signer === 'other' ? 'other' : 'instance',
    tampered: tamper === 'payload',
  });
  return signer === 'none' ? `${token.slice(0, token.lastIndexOf('.'))}.` : token;
}

/** `"now+5"` → seconds. */
function times(value, now) {
  if (typeof value === 'string') {
    const match = /^now([+-]\d+(?:\.\d+)?)?$/.exec(value);
    return match ? Math.floor(now / 1000) + Number(match[1] ?? 0) : value;
  }
  if (Array.isArray(value)) return value.map((item) => times(item, now));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, times(inner, now)]));
  }
  return value;
}

/** The key options of a token case's client. */
export function keyOf(key, { emulator, other }) {
  switch (key ?? 'instance') {
    case 'instance':
      return { jwtKey: emulator.jwtKey };
    case 'other':
      return { jwtKey: other.jwtKey };
    case 'none':
      return {};
    default:
      return { jwtKey: key };
  }
}

export async function tokenCase(given, instances) {
  const now = given.now ?? MIDDAY;
  const { emulator } = instances;
  emulator.clearRequests();
  const clock = new ManualClock(now);
  const token = makeToken(given.token, instances, now);
  const verify = async () => {
    const keys = keyOf(given.key, instances);
    const clerk = new Clerk({ publishableKey: emulator.publishableKey, environment: {}, clock, ...keys });
    return clerk.verifyToken(token, nodeNames(given.options));
  };
  if (given.error === undefined) {
    within(await verify(), times(given.result?.claims ?? {}, now), 'claims');
  } else {
    const error = await failure(verify());
    checkFields(error, given.error);
  }
  assert.equal(emulator.requests().length, 0, 'nothing was sent');
}

/** The fields of an error; one that names an argument or option does so in Node's names. */
export function checkFields(error, { message_contains: contains, ...wanted }) {
  if (contains !== undefined) assert.ok(error.message.includes(camelMessage(contains)), error.message);
  for (const [name, value] of Object.entries(wanted)) {
    const want = name === 'argument' || name === 'option' ? camelPath(value) : value;
    assert.equal(error[camelCase(name)], want, `${name} of ${error}`);
  }
}

/** The case with its names (`$TOKEN`, `$SECRET_KEY`) replaced; a token that names another is made after it. */
export function placed(given, instances, now) {
  const { emulator, other } = instances;
  const values = {
    SECRET_KEY: emulator.secretKey,
    MACHINE_SECRET_KEY: emulator.machineSecretKey,
    PUBLISHABLE_KEY: emulator.publishableKey,
    INSTANCE_ID: emulator.instanceId,
    API_URL: emulator.url,
    JWT_KEY: emulator.jwtKey,
    OTHER_JWT_KEY: other.jwtKey,
  };
  const left = { ...given.tokens, ...(given.token === undefined ? {} : { TOKEN: given.token }) };
  while (Object.keys(left).length > 0) {
    const waiting = Object.keys(left);
    const ready = waiting.filter((name) => !waiting.some((one) => JSON.stringify(left[name]).includes(`$${one}`)));
    assert.ok(ready.length > 0, 'the tokens of the case name each other in a circle');
    for (const name of ready) {
      values[name] = makeToken(replaced(left[name], values), instances, now);
      delete left[name];
    }
  }
  return replaced(given, values);
}

/** Longer names first, so that `$SESSION` is not found in `$SESSION_2`. */
function replaced(value, values) {
  if (typeof value === 'string') {
    const names = Object.keys(values).sort((a, b) => b.length - a.length);
    return names.reduce((text, name) => text.replaceAll(`$${name}`, () => values[name]), value);
  }
  if (Array.isArray(value)) return value.map((item) => replaced(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item, values)]));
}

/** Every field that is named is as it says; objects within likewise. */
export function within(got, wanted, path) {
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) within(got?.[name], value, `${path}.${name}`);
    else assert.deepEqual(got?.[name] ?? null, value, `${path}.${name}`);
  }
}

/** Options in Node's names. */
export function nodeNames(object) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [camelCase(name), value]));
}
