// Comparing a request's state with what a case says.

import assert from 'node:assert/strict';

import { nodeNames, within } from './cases.mjs';
import { internal } from './support.mjs';

const { camelCase } = internal('names.js');

const PENDING_TOO = { treatPendingAsSignedOut: false };

/** Every field that the case names is as it says. */
export function checkState(wanted, state) {
  const seen = `${state.status} ${state.reason} ${state.message}`;
  const checks = {
    auth: (value) => checkAuth(value, state.toAuth()),
    auth_with_pending: (value) => checkAuth(value, state.toAuth(PENDING_TOO)),
    auth_lacks: (value) => {
      const stored = JSON.parse(JSON.stringify(state.toAuth()));
      assert.deepEqual(value.filter((name) => Object.hasOwn(stored, camelCase(name))), []);
    },
    has: (value) => checkHas(value, state.toAuth()),
    has_with_pending: (value) => checkHas(value, state.toAuth(PENDING_TOO)),
    narrow: (value) => value.forEach(([kinds, wanted]) => checkAuth(wanted, state.toAuth().narrow(kinds))),
    location: (value) => checkLocation(value, state.headers.get('location')),
    set_cookie: (value) => assert.deepEqual(state.headers.getSetCookie(), value, seen),
    headers: (value) => checkHeaders(value, state.headers),
    no_headers: () => assert.deepEqual([...state.headers], [], seen),
    message_contains: (value) => assert.ok(state.message.includes(value), state.message),
    debug: (value) => within(state.debug(), nodeNames(value), 'debug'),
    debug_lacks: (value) => {
      const text = JSON.stringify(state.debug());
      assert.deepEqual(value.filter((secret) => text.includes(secret)), []);
    },
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (Object.hasOwn(checks, name)) checks[name](value);
    else assert.deepEqual(state[camelCase(name)], value, `${name}: ${seen}`);
  }
}

function checkAuth(wanted, auth) {
  if (wanted === null) assert.equal(auth, null);
  else within(auth, nodeNames(wanted), 'auth');
}

function checkHas(questions, auth) {
  for (const [question, answer] of questions) {
    assert.equal(auth?.has(reverified(question)) ?? false, answer, JSON.stringify(question));
  }
}

/** A question in Node's names. */
export function reverified(question) {
  const { reverification } = question;
  if (typeof reverification !== 'object' || reverification === null) return question;
  return { ...question, reverification: nodeNames(reverification) };
}

/** Each header by its name: a text, or null for one that must not be there. */
function checkHeaders(wanted, headers) {
  for (const [name, value] of Object.entries(wanted)) assert.equal(headers.get(name), value, name);
}

/**
 * Where the browser is sent: a text is exactly that URL, an object has its parts. A `query` that is an object holds all
 * there is, in any order; as a list of pairs, in this order. `query_within` names only some, null for one that must not be
 * there.
 */
function checkLocation(wanted, got) {
  if (typeof wanted !== 'object' || wanted === null || got === null) {
    assert.equal(got, wanted, 'location');
    return;
  }
  const url = new URL(got);
  const pairs = [...url.searchParams];
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'origin') assert.equal(url.origin, value, got);
    else if (name === 'path') assert.equal(url.pathname, value, got);
    else if (name === 'query' && Array.isArray(value)) assert.deepEqual(pairs, value, got);
    else if (name === 'query') assert.deepEqual([...pairs].sort(), Object.entries(value).sort(), got);
    else if (name === 'query_within') {
      for (const [key, item] of Object.entries(value)) assert.equal(url.searchParams.get(key), item, `${key} of ${got}`);
    } else assert.fail(`the runner does not know a location's ${name}`);
  }
}
