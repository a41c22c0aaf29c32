// @clerk/backend, in a world whose clock stands still, whose network is ours and in which nothing waits.

// It takes `fetch` from the globals at every call only if it believes to be under test.
process.env.NODE_ENV = 'test';

import { createClerkClient } from '@clerk/backend';
import { getAuthObjectForAcceptedToken } from '@clerk/backend/internal';

import { begin, fakeFetch } from './api.mjs';
import { outcomeOf } from './outcome.mjs';

const RealDate = Date;
let now = 0;

class FrozenDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now);
    else super(...given);
  }

  static now() {
    return now;
  }
}

const real = { Date, fetch: globalThis.fetch, setTimeout: globalThis.setTimeout, console: globalThis.console };
const silent = Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, () => {}]));
const soon = (work) => {
  queueMicrotask(work);
  return 0;
};

/** What it decides; `{refuses: true}` where it throws. */
export async function theirs(built) {
  now = built.now;
  const calls = begin(built);
  const world = { Date: FrozenDate, fetch: fakeFetch, setTimeout: soon, console: silent };
  Object.assign(globalThis, world);
  try {
    const { clockSkewMs, organizationSync, ...own } = built.options;
    const options = { ...own, clockSkewInMs: clockSkewMs, organizationSyncOptions: organizationSync };
    const client = createClerkClient({ ...built.client, apiUrl: 'http://api.local', telemetry: { disabled: true } });
    const request = new Request(built.url, { method: built.method, headers: built.headers });
    const state = await client.authenticateRequest(request, options);
    return await outcomeOf(state, {
      headers: [...state.headers],
      questions: built.questions,
      calls,
      auth: () => state.toAuth(),
      pending: () => state.toAuth({ treatPendingAsSignedOut: false }),
      narrowed: () => narrow(state.toAuth(), built.narrowTo),
    });
  } catch (error) {
    return { refuses: true, why: String(error?.message ?? error), calls };
  } finally {
    Object.assign(globalThis, real);
  }
}

function narrow(authObject, acceptsToken) {
  return authObject === null ? null : getAuthObjectForAcceptedToken({ authObject, acceptsToken });
}
