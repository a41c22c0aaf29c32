// Clients that nobody here wrote: npm's @clerk/backend, pointed at the emulator, and its verdicts beside ours. A difference
// is explained by a rule in tests/conformance/peers_node.json, or it fails; so does an explanation that nothing needs.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, mock, test } from 'node:test';

import { createClerkClient, verifyToken } from '@clerk/backend';
import { Clerk } from 'clerk-usher';
import { Emulator, ManualClock } from 'clerk-usher/testing';

import { keyOf, makeToken, nodeNames, placed } from './cases.mjs';
import { reverified } from './states.mjs';
import { ROOT, internal } from './support.mjs';

const { camelCase } = internal('names.js');
const emulator = Emulator.start({ seed: 1 });
const other = Emulator.start({ seed: 2 });
const instances = { emulator, other };
const peer = createClerkClient({
  secretKey: emulator.secretKey,
  publishableKey: emulator.publishableKey,
  apiUrl: emulator.url,
  telemetry: { disabled: true },
});
after(() => {
  emulator.stop();
  other.stop();
});

describe('@clerk/backend against the emulator', () => {
  test('creates, reads, lists and deletes users', async () => {
    const made = await peer.users.createUser({
      emailAddress: ['peer@example.com'],
      firstName: 'Pia',
      password: 'correct horse battery staple 7',
      publicMetadata: { theme: 'dark' },
    });
    assert.match(made.id, /^user_/);
    assert.equal(made.firstName, 'Pia');
    assert.equal(made.emailAddresses[0].emailAddress, 'peer@example.com');
    await peer.users.createUser({ emailAddress: ['second@example.com'] });
    assert.deepEqual((await peer.users.getUser(made.id)).publicMetadata, { theme: 'dark' });
    const listed = await peer.users.getUserList({ limit: 10 });
    assert.equal(listed.totalCount, 2);
    assert.equal(listed.data.length, 2);
    const ours = await new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url, environment: {} }).users.get(made.id);
    assert.equal(ours.firstName, 'Pia');
    assert.equal((await peer.users.deleteUser(made.id)).deleted, true);
    await assert.rejects(peer.users.getUser(made.id), (error) => error.status === 404 && error.errors[0].code === 'resource_not_found');
  });

  test('verifies its tokens, by key and by key set', async () => {
    const token = emulator.mintSessionToken({ userId: 'user_1', sessionId: 'sess_1' });
    assert.equal((await verifyToken(token, { jwtKey: emulator.jwtKey })).sub, 'user_1');
    assert.equal((await verifyToken(token, { secretKey: emulator.secretKey, apiUrl: emulator.url })).sid, 'sess_1');
    await assert.rejects(verifyToken(token, { jwtKey: other.jwtKey }), (error) => error.reason === 'token-invalid-signature');
  });

  test('opens a session and gets its token', async () => {
    const user = await peer.users.createUser({ emailAddress: ['session@example.com'] });
    const session = await peer.sessions.createSession({ userId: user.id });
    const { jwt } = await peer.sessions.getToken(session.id);
    const claims = await verifyToken(jwt, { jwtKey: emulator.jwtKey });
    assert.equal(claims.sub, user.id);
    assert.equal(claims.sid, session.id);
  });

  test('is told the same errors', async () => {
    const wrong = createClerkClient({ secretKey: 'sk_test_wrong', apiUrl: emulator.url, telemetry: { disabled: true } });
    await assert.rejects(wrong.users.getUserList(), (error) => error.status === 401);
    await assert.rejects(peer.users.createUser({ emailAddress: ['session@example.com'] }), (error) => error.status === 422);
  });
});

// Verdicts.

const folder = join(ROOT, 'tests/conformance');
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !name.startsWith('peers_'))
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).cases)
  // What goes in steps is about our own key cache.
  // Nor has anybody else our cache of tokens to set.
  .filter((given) => given.client?.token_cache_entries === undefined)
  .filter((given) => given.kind === 'token' || (given.kind === 'authenticate' && given.steps === undefined && given.at_once === undefined));
const explanations = readExplanations(join(folder, 'peers_node.json'));
const used = new Set();

/** What we may not decide differently without saying why. */
function readExplanations(path) {
  if (!existsSync(path)) return new Map();
  const { differences } = JSON.parse(readFileSync(path, 'utf8'));
  const found = new Map();
  for (const one of differences) {
    assert.ok(!found.has(one.case), `two explanations of ${one.case}`);
    assert.match(one.rule, /^[DRC]-?\d/, `${one.case}: the rule must be one of the specification`);
    found.set(one.case, one);
  }
  return found;
}

describe('verdicts beside those of @clerk/backend', () => {
  test('there are cases', () => assert.ok(cases.length > 0));
  for (const given of cases) {
    test(given.name, async () => {
      emulator.reset();
      const now = given.now ?? 1_700_000_000_000;
      const token = given.kind === 'token' ? makeToken(given.token, instances, now) : undefined;
      const told = given.kind === 'token' ? given : placed(given, instances, now);
      const addFaults = () => {
        emulator.clearFaults();
        for (const fault of told.faults ?? []) emulator.addFault(nodeNames(fault));
      };
      addFaults();
      const ours = given.kind === 'token' ? await ourToken(given, token, now) : await ourState(told, now);
      addFaults();
      mock.timers.enable({ apis: ['Date'], now });
      let theirs;
      try {
        theirs = given.kind === 'token' ? await theirToken(given, token) : await theirState(told);
      } finally {
        mock.timers.reset();
      }
      const explained = explanations.get(given.name);
      if (explained === undefined) {
        assert.deepEqual(theirs, ours, `unexplained: ${JSON.stringify({ case: given.name, rule: '?', ours, theirs })}`);
        return;
      }
      used.add(given.name);
      assert.notDeepEqual(theirs, ours, 'explained, and yet the same');
      assert.deepEqual({ ours, theirs }, { ours: explained.ours, theirs: explained.theirs }, `another difference than the one explained by ${explained.rule}`);
    });
  }
  test('every explanation is needed', () => {
    assert.deepEqual([...explanations.keys()].filter((name) => !used.has(name)), []);
  });
});

/** Runs, and tells the outcome in a word: `ok`, or the reason. */
async function verdict(run) {
  try {
    await run();
    return 'ok';
  } catch (error) {
    return error.reason ?? 'throws';
  }
}

function ourToken(given, token, now) {
  return verdict(() => {
    const keys = keyOf(given.key, instances);
    const clock = new ManualClock(now);
    const clerk = new Clerk({ publishableKey: emulator.publishableKey, environment: {}, clock, ...keys });
    return clerk.verifyToken(token, nodeNames(given.options));
  });
}

function theirToken(given, token) {
  return verdict(() => verifyToken(token, { ...keyOf(given.key, instances), ...theirOptions(given.options) }));
}

async function ourState(given, now) {
  try {
    const settings = {
      secretKey: emulator.secretKey,
      publishableKey: emulator.publishableKey,
      apiUrl: emulator.url,
      environment: {},
      retryDelayMs: 1,
      clock: new ManualClock(now),
      keysTimeoutMs: 500,
      ...nodeNames(given.client),
    };
    const clerk = new Clerk(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)));
    const state = await clerk.authenticateRequest(given.request, nodeNames(given.options));
    return stateVerdict(given, state, state.auth);
  } catch (error) {
    assert.ok(error.kind !== undefined, error);
    return { throws: true };
  }
}

async function theirState(given) {
  const { url, method, headers } = given.request;
  const { organizationPatterns, personalAccountPatterns, ...options } = merged(theirOptions(given.client), theirOptions(given.options));
  const keys = { secretKey: emulator.secretKey, publishableKey: emulator.publishableKey };
  const environment = Object.entries(options.environment ?? {});
  for (const [name, value] of environment) process.env[name] = value;
  try {
    const own = createClerkClient({
      ...keys,
      ...Object.fromEntries(Object.keys(keys).filter((name) => options[name] !== undefined).map((name) => [name, options[name] ?? undefined])),
      apiUrl: emulator.url,
      telemetry: { disabled: true },
      ...(options.jwtKey === undefined ? {} : { jwtKey: options.jwtKey }),
      ...(options.machineSecretKey === undefined ? {} : { machineSecretKey: options.machineSecretKey }),
    });
    const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
    const patterns = organizationPatterns ?? personalAccountPatterns;
    const sync = patterns === undefined ? {} : { organizationSyncOptions: { organizationPatterns, personalAccountPatterns } };
    // Its key cache is the process's: what came before must not show.
    const state = await own.authenticateRequest(new Request(url, { method, headers }), { skipJwksCache: true, ...set, ...sync });
    return stateVerdict(given, state, state.toAuth());
  } catch {
    return { throws: true };
  } finally {
    for (const [name] of environment) delete process.env[name];
  }
}

function stateVerdict(given, state, auth) {
  const has = (given.result?.has ?? []).map(([question]) => auth?.has(reverified(question)) ?? false);
  const location = state.headers.get('location');
  const cookies = state.headers.getSetCookie();
  return {
    status: state.status,
    reason: state.reason ?? null,
    user: auth?.userId ?? null,
    org: [auth?.orgId ?? null, auth?.orgRole ?? null, auth?.orgSlug ?? null, auth?.orgPermissions ?? null],
    has,
    ...(location === null ? {} : { location: masked(written(location)) }),
    ...(cookies.length === 0 ? {} : { set_cookie: cookies.map(masked) }),
  };
}

/** The client's options under the call's; what is falsy takes nothing back. */
function merged(client, call) {
  const said = Object.entries(call).filter(([name, value]) => value || !client[name]);
  return { ...client, ...Object.fromEntries(said) };
}

/** A URL with its query written as forms are, whoever wrote it. */
function written(location) {
  const url = new URL(location);
  url.search = new URLSearchParams(url.search).toString();
  return url.href;
}

/** Without tokens, which are others in every run. */
function masked(text) {
  return text.replaceAll(/eyJ[\w.-]+/g, '<token>');
}

/** Our options in their names. */
function theirOptions(options) {
  const { clock_skew_ms: clockSkewInMs, ...rest } = options ?? {};
  return { ...nodeNames(rest), ...(clockSkewInMs === undefined ? {} : { clockSkewInMs }) };
}
