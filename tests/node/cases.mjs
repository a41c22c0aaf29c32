// How a token case and an authenticate case are made: the token, the keys, the time. What is right is in the case.

import assert from 'node:assert/strict';

import { Clerk } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { failure, internal } from './support.mjs';

const { camelCase, camelPath } = internal('names.js');

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
    const { message_contains: contains, ...fields } = given.error;
    checkFields(error, fields);
    if (contains !== undefined) assert.ok(error.message.includes(contains), error.message);
  }
  assert.equal(emulator.requests().length, 0, 'nothing was sent');
}

export async function authenticateCase(given, instances) {
  const now = given.now ?? MIDDAY;
  const { emulator } = instances;
  emulator.clearRequests();
  const clerk = new Clerk({
    secretKey: emulator.secretKey,
    publishableKey: emulator.publishableKey,
    apiUrl: emulator.url,
    environment: {},
    clock: new ManualClock(now),
    ...placed(nodeNames(given.client), instances),
  });
  for (const fault of given.faults ?? []) emulator.addFault(nodeNames(fault));
  const answer = clerk.authenticateRequest(requestOf(given, instances, now), placed(nodeNames(given.options), instances));
  if (given.error !== undefined) {
    checkFields(await failure(answer), given.error);
    return;
  }
  checkState(given.result, await answer, now);
}

/** The fields of an error; one that names an argument or option does so in Node's names. */
function checkFields(error, wanted) {
  for (const [name, value] of Object.entries(wanted)) {
    const want = name === 'argument' || name === 'option' ? camelPath(value) : value;
    assert.equal(error[camelCase(name)], want, `${name} of ${error}`);
  }
}

export function requestOf(given, instances, now) {
  const token = given.token === undefined ? undefined : makeToken(given.token, instances, now);
  const text = JSON.stringify(given.request);
  assert.ok(token !== undefined || !text.includes('$TOKEN'), 'a request with a token needs one');
  return JSON.parse(text.replaceAll('$TOKEN', token ?? ''));
}

/** Options in which `$JWT_KEY` and the like stand for the instance's own. */
export function placed(options, { emulator, other }) {
  const values = {
    $JWT_KEY: emulator.jwtKey,
    $OTHER_JWT_KEY: other.jwtKey,
    $SECRET_KEY: emulator.secretKey,
    $PUBLISHABLE_KEY: emulator.publishableKey,
  };
  const entries = Object.entries(options).map(([name, value]) => [name, Object.hasOwn(values, value) ? values[value] : value]);
  return Object.fromEntries(entries);
}

function checkState(wanted, state, now) {
  const { auth, has, headers, ...fields } = wanted;
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(state[camelCase(name)], value, `${name}: ${state.reason} ${state.message}`);
  for (const [name, value] of Object.entries(headers ?? {})) assert.equal(state.headers.get(name), value, name);
  if (auth === null) assert.equal(state.toAuth(), null);
  if (auth !== undefined && auth !== null) {
    const got = state.toAuth();
    for (const [name, value] of Object.entries(auth)) {
      if (name === 'session_claims' || name === 'claims') within(got.sessionClaims, times(value, now), name);
      else assert.deepEqual(got[camelCase(name)], value, name);
    }
  }
  for (const [question, answer] of has ?? []) {
    assert.equal(state.toAuth()?.has(reverified(question)) ?? false, answer, JSON.stringify(question));
  }
}

function reverified(question) {
  const { reverification } = question;
  if (typeof reverification !== 'object' || reverification === null) return question;
  return { ...question, reverification: nodeNames(reverification) };
}

function within(got, wanted, path) {
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) within(got?.[name], value, `${path}.${name}`);
    else assert.deepEqual(got?.[name], value, `${path}.${name}`);
  }
}

function nodeNames(object) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [camelCase(name), value]));
}
