// Usher, with a clock that stands still and the server on loopback.

import { Clerk } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { begin, serve } from './api.mjs';
import { outcomeOf } from './outcome.mjs';

const clock = new ManualClock(0);
const server = await serve();
/** Has the connections that every other one shares. */
const shared = { apiUrl: server.url, environment: {}, clock, maxRetries: 0, retryDelayMs: 1, keysTimeoutMs: 2000 };
const base = new Clerk({ ...shared, secretKey: 'sk_test_base' });

/** What it decides; `{refuses: true}` where it throws. */
export async function ours(built) {
  clock.set(built.now);
  const calls = begin(built);
  try {
    const client = clientOf(built);
    const state = await client.authenticateRequest(requestOf(built), optionsOf(built.options));
    return await outcomeOf(state, {
      headers: [...state.headers],
      questions: built.questions,
      calls,
      auth: () => state.toAuth(),
      pending: () => state.toAuth({ treatPendingAsSignedOut: false }),
      narrowed: () => state.toAuth()?.narrow(built.narrowTo) ?? null,
    });
  } catch (error) {
    if (error?.kind === undefined) throw error;
    return { refuses: true, why: error.message, kind: error.kind, option: error.option ?? error.argument ?? null, calls };
  }
}

/** The request, as one of the things that we take for one. */
function requestOf({ form, method, url, headers }) {
  if (form === 'fetch') return new Request(url, { method, headers });
  const { protocol, host } = new URL(url);
  const sent = headers.filter(([name]) => name === 'host').map(([, value]) => value);
  // What a server got has no origin but that of its connection and its host header.
  if (form !== 'received' || sent.length !== 1 || sent[0] !== host || url.includes('#')) return { method, url, headers };
  return { method: method.toUpperCase(), url: url.slice(`${protocol}//${host}`.length), rawHeaders: headers.flat(), socket: { encrypted: protocol === 'https:' } };
}

function clientOf({ client, options }) {
  const given = present(client);
  if (given.secretKey !== undefined) return base.withOptions(given);
  // A client must have a key of some kind; the other side's may have none, so it gets those of the call.
  const { jwtKey, machineSecretKey } = present(options);
  return new Clerk({ ...shared, jwtKey, machineSecretKey, ...given });
}

function optionsOf({ organizationSync, ...options }) {
  return { ...options, ...organizationSync };
}

/** An empty key is none: the client takes what comes from an environment so, and so does the other side. */
function present(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
