/** An emulator for the tests of a file, with the hooks of whatever runs them. */

import type { Clerk } from './client.js';
import { ArgumentError } from './error.js';
import type { Organization, User, UsersCreateParams } from './index.js';
import type { ClerkOptions } from './options.js';
import { Emulator, type EmulatorOptions, type MintOptions } from './testing.js';

type Hook = (run: () => void) => unknown;

/**
 * What a test runner calls before and after tests: the module `node:test` or `vitest` as it is, `@jest/globals`, or an object with
 * these functions. The hooks need one `each` and one at the end.
 */
export interface TestHooks {
  /** Before each test: the instance is made clean, with nothing in it but its `fixtures`. */
  readonly beforeEach?: Hook | undefined;
  /** After all tests (`node:test`). */
  readonly after?: Hook | undefined;
  /** After all tests (vitest, jest). */
  readonly afterAll?: Hook | undefined;
}

/** How to set an emulator up. */
export interface SetupOptions extends EmulatorOptions {
  /** Further options of its client. */
  clerk?: ClerkOptions | undefined;
}

/** Whom a token is for, beside its user. */
export interface TokenForOptions extends Pick<MintOptions, 'claims' | 'header' | 'azp' | 'tampered'> {
  /** The active organization, or its id or slug; the user must be a member. Default: none. */
  org?: Pick<Organization, 'id'> | string | undefined;
  /** How long it holds, in seconds. Default: 3600. */
  expiresInSeconds?: number | undefined;
}

/** What the tests of a file share. */
export interface EmulatorKit {
  /** The emulator: as it was when it started, before each test. */
  readonly emulator: Emulator;
  /** A client of it. */
  readonly clerk: Clerk;
  /** Makes a user; without anything to be known by they get an email address of their own at `example.com`. */
  createUser(fields?: UsersCreateParams): Promise<User>;
  /** A session token of a user, of a session that is there. */
  tokenFor(user: Pick<User, 'id'> | string, options?: TokenForOptions): string;
  /** The headers of a request that a user sends. */
  headersFor(user: Pick<User, 'id'> | string, options?: TokenForOptions): { authorization: string };
}

/**
 * Starts an emulator that is clean before each test, and stops it after the last one.
 *
 * ```ts
 * import * as runner from 'node:test'; // or 'vitest'; with the globals of jest no hooks need be given
 * const { clerk, createUser, headersFor } = setupEmulator(runner);
 *
 * runner.test('greets', async () => {
 *   const ada = await createUser({ firstName: 'Ada' });
 *   const answer = await fetch(url, { headers: headersFor(ada) });
 * });
 * ```
 *
 * With `fixtures`, a YAML file, each test begins from what it describes:
 *
 * ```ts
 * const { tokenFor } = setupEmulator(runner, { fixtures: new URL('./clerk.yaml', import.meta.url) });
 * runner.test('greets', () => greet(tokenFor('user_ann')));
 * ```
 *
 * @param hooks the hooks of the test runner. Default: its globals.
 * @throws {ArgumentError} if there are no hooks, or the file is not there or not what it should be.
 */
export function setupEmulator(hooks: TestHooks = globalThis as TestHooks, options: SetupOptions = {}): EmulatorKit {
  const { beforeEach, after, afterAll } = hooks;
  // Vitest and jest say `afterAll`, node:test says `after`.
  const last = afterAll ?? after;
  if (typeof beforeEach !== 'function' || typeof last !== 'function') {
    const message = "`hooks` must have `beforeEach` and `afterAll` or `after`, as the modules 'node:test' and 'vitest' do";
    throw new ArgumentError({ kind: 'argument', argument: 'hooks', message });
  }
  const { clerk: clientOptions, ...emulatorOptions } = options;
  const emulator = Emulator.start({ seed: 1, ...emulatorOptions });
  const clerk = emulator.clerk(clientOptions);
  let made = 0;
  beforeEach(() => {
    made = 0;
    // Before the reset: what fixtures make is made at this time.
    emulator.control('clock_set', { now_ms: milliseconds(options.now) });
    emulator.reset();
  });
  last(() => emulator.stop());

  const tokenFor = (user: Pick<User, 'id'> | string, { org, expiresInSeconds = 3600, ...rest }: TokenForOptions = {}): string => {
    const { sessionId } = emulator.browserSignIn({ userId: idOf(user), orgId: org === undefined ? undefined : idOf(org) });
    return emulator.mintSessionToken({ sessionId, expiresInSeconds, ...rest });
  };
  return {
    emulator,
    clerk,
    createUser: (fields = {}) => {
      const known = fields.emailAddress ?? fields.phoneNumber ?? fields.username ?? fields.web3Wallet;
      return clerk.users.create(known === undefined || known === null ? { ...fields, emailAddress: [`user${++made}@example.com`] } : fields);
    },
    tokenFor,
    headersFor: (user, tokenOptions) => ({ authorization: `Bearer ${tokenFor(user, tokenOptions)}` }),
  };
}

function idOf(thing: { id?: string | null } | string): string {
  const id = typeof thing === 'string' ? thing : thing.id;
  if (typeof id !== 'string') throw new ArgumentError({ kind: 'argument', argument: 'id', message: 'what has no `id` cannot be asked for' });
  return id;
}

/** Where the clock stands still; null where it runs. */
function milliseconds(now: Date | number | undefined): number | null {
  return now instanceof Date ? now.getTime() : (now ?? null);
}
