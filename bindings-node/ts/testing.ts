/** For tests: the API on this machine, and a clock that can be moved. Nothing here talks to Clerk. */

import { fileURLToPath } from 'node:url';

import { Clerk } from './client.js';
import type { ManualClock } from './clock.js';
import { ArgumentError, native } from './error.js';
import { devModule } from './dev.js';
import type { NativeEmulator } from './dev/index.js';
import { runHelper } from './helper.js';
import { camelCase, put } from './names.js';
import type { ClerkOptions } from './options.js';

export { ManualClock } from './clock.js';
export { setupEmulator, type EmulatorKit, type SetupOptions, type TestHooks, type TokenForOptions } from './kit.js';
export { jwtKey, mintSessionToken, type SessionTokenOptions, type TokenOrganization } from './mint.js';

/** How a test's token is signed. */
export interface SignJwtOptions {
  /** Default: `RS256`. */
  algorithm?: 'RS256' | 'RS384' | 'RS512' | undefined;
  /** Further fields of the header, such as `kid`; `alg` is always that of `algorithm`. Default: `{ typ: 'JWT' }`. */
  header?: Readonly<Record<string, unknown>> | undefined;
  /** Where the time comes from. Default: the machine's clock. */
  clock?: ManualClock | undefined;
}

/**
 * Signs a JWT with an RSA key of your own (§2.10). A client whose `jwtKey` is the public half of it verifies it.
 *
 * @param payload its claims; `iat` is set to now, whatever it was.
 * @param key a private key, as PEM (PKCS#8) or as a JWK with all of its parts.
 * @throws {ArgumentError} if the key or the algorithm is none.
 */
export function signJwt(
  payload: Readonly<Record<string, unknown>>,
  key: string | Readonly<Record<string, unknown>>,
  options: SignJwtOptions = {},
): string {
  const { algorithm, header, clock } = options;
  return runHelper('sign_jwt', { payload, key, algorithm, header, now_ms: clock?.now });
}

/** How to start an emulator. */
export interface EmulatorOptions {
  /** Makes ids, codes and the like the same in every run; keys never are. Default: none. */
  seed?: number | undefined;
  /** The port to listen on, on loopback. Default: 0, any that is free. */
  port?: number | undefined;
  /** Where its clock stands, still: a `Date`, or Unix milliseconds. Default: the machine's clock, running. */
  now?: Date | number | undefined;
  /** The secret key that it accepts. Default: a fresh one. */
  secretKey?: string | undefined;
  /** The publishable key. Default: one of its own host and port. */
  publishableKey?: string | undefined;
  /** The machine secret key. Default: a fresh one. */
  machineSecretKey?: string | undefined;
  /** The instance's id, which is the key id of its tokens. Default: a fresh one. */
  instanceId?: string | undefined;
  /** Makes the keys those of a production instance. Default: false. */
  production?: boolean | undefined;
  /** A directory in which everything is kept, keys too; what was answered survives a kill. Default: none, memory. */
  dataDir?: string | undefined;
  /**
   * A YAML file of users, organizations, settings and so on to begin with, and to begin again with at each
   * {@link Emulator.reset}: a path from the working directory, or a `file:` URL such as
   * `new URL('./clerk.yaml', import.meta.url)`. It is read once, at the start. Default: nothing is there.
   */
  fixtures?: string | URL | undefined;
  /** `true` for the limits that the API documents, or limits of your own. Default: none. */
  rateLimits?: boolean | { requests: number; perSeconds: number } | undefined;
}

/** What to go wrong, and for which requests. */
export interface Fault {
  /** Such as `GET`. Default: any. */
  method?: string | null | undefined;
  /** A path or a path template, such as `/v1/users/{user_id}`. Default: any. */
  route?: string | null | undefined;
  /** Only with these values in the query, in the names of the wire, whatever else is in it. Default: any. */
  query?: Readonly<Record<string, string>> | undefined;
  /** How many requests. Default: every one. */
  count?: number | null | undefined;
  /** Wait this long, in milliseconds. */
  latencyMs?: number | undefined;
  /** Answer with this status. */
  status?: number | undefined;
  /** Response headers to send; several values of one name as an array. */
  headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** The body to answer with: a JSON value, or a text as it is. */
  body?: unknown;
  /** `Retry-After`: seconds, or a text as it is. */
  retryAfter?: number | string | undefined;
  /** Close the connection without an answer. */
  drop?: boolean | undefined;
  /** Close the connection in the middle of the body. */
  truncate?: boolean | undefined;
  /** Answer with a body that is not JSON. */
  malformed?: boolean | undefined;
}

/** What a session token should hold. */
export interface MintOptions {
  /** The user, who need not exist. */
  userId?: string | undefined;
  /** The session, which need not exist. */
  sessionId?: string | undefined;
  /** The active organization. */
  org?:
    | {
        id: string;
        slug?: string | undefined;
        role?: string | undefined;
        permissions?: readonly string[] | undefined;
        features?: readonly string[] | undefined;
      }
    | undefined;
  /** Claims laid over the others, verbatim; null removes one. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /** Header members laid over the others, verbatim; null removes one. */
  header?: Readonly<Record<string, unknown>> | undefined;
  /** Version of the claims. Default: 2. */
  version?: 1 | 2 | undefined;
  /** How long it holds, in seconds. Default: 60. */
  expiresInSeconds?: number | undefined;
  /** When it was issued, in Unix seconds. Default: now. */
  issuedAt?: number | undefined;
  /** The origin it was requested from. */
  azp?: string | undefined;
  /** Whether its payload is changed after it was signed. */
  tampered?: boolean | undefined;
  /** Whose key signs it: the instance's, or another's. Default: `instance`. */
  key?: 'instance' | 'other' | undefined;
}

/** What makes a token unlike the usual one of its kind. */
export interface JwtTwists {
  /** Claims laid over the others, verbatim; null removes one. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /** Header members laid over the others, verbatim; null removes one. */
  header?: Readonly<Record<string, unknown>> | undefined;
  /** Whether its payload is changed after it was signed. */
  tampered?: boolean | undefined;
  /** Whose key signs it: the instance's, or another's. Default: `instance`. */
  key?: 'instance' | 'other' | undefined;
}

/** What a handshake token should hold. */
export interface HandshakeOptions extends JwtTwists {
  /** Whole `Set-Cookie` values. Default: none. */
  directives?: readonly string[] | undefined;
}

/** What a machine token should hold. The header, `issuedAt`, `tampered` and `key` are for JWTs only. */
export interface M2mTokenOptions extends JwtTwists {
  /** Opaque ones are stored and can be revoked. Default: `opaque`. */
  format?: 'opaque' | 'jwt' | undefined;
  /** The machine that calls, which need not exist. */
  machineId?: string | undefined;
  /** The machines that may be called. Default: those of the stored machine, else the emulator's own. */
  scopes?: readonly string[] | undefined;
  /** How long it holds, in seconds. Default: as the stored machine says, else 3600. */
  expiresInSeconds?: number | undefined;
  /** When it was issued, in Unix seconds. Default: now. */
  issuedAt?: number | undefined;
}

/** What an access token of an OAuth application should hold. Claims, header, `issuedAt`, `tampered` and `key` are for JWTs only. */
export interface OAuthTokenOptions extends JwtTwists {
  /** Opaque ones are stored and can be revoked. Default: `opaque`. */
  format?: 'opaque' | 'jwt' | undefined;
  /** The stored application that asks. Default: none. */
  applicationId?: string | undefined;
  /** Default: the application's, else one of nobody. */
  clientId?: string | undefined;
  /** The user who agreed, who need not exist. */
  userId?: string | undefined;
  /** Default: the application's, else `profile` and `email`. */
  scopes?: readonly string[] | undefined;
  /** How long it holds, in seconds. Default: one day. */
  expiresInSeconds?: number | undefined;
  /** When it was issued, in Unix seconds. Default: now. */
  issuedAt?: number | undefined;
}

/** What an API key should be. */
export interface ApiKeyOptions {
  /** The user, organization or machine it belongs to, which need not exist. */
  subject?: string | undefined;
  /** Default: `API key`. */
  name?: string | undefined;
  /** Default: none. */
  scopes?: readonly string[] | undefined;
  /** Any JSON, verbatim. Default: null. */
  claims?: unknown;
  /** How long it holds, in seconds. Default: it never expires. */
  expiresInSeconds?: number | undefined;
}

/** Who signs in on a browser. */
export interface BrowserSignIn {
  /** A stored user. */
  userId: string;
  /** The id or slug of the active organization. Default: the personal account. */
  orgId?: string | undefined;
  /** A browser that is known. Default: a new one. */
  browser?: string | undefined;
}

/** A browser that is signed in. */
export interface Browser {
  /** What the Frontend API knows it by: its `__client` cookie there and, in development, the dev-browser token. */
  browser: string;
  /** The session it is signed in to. */
  sessionId: string;
}

/** A request that reached the emulator. */
export interface ReceivedRequest {
  method: string;
  path: string;
  /** The query, decoded, in its order. */
  query: [name: string, value: string][];
  headers: [name: string, value: string][];
  /** The body as text; null where there was none or it is not text. */
  body: string | null;
  /** The body, in base64. */
  bodyBase64: string;
  /** The template that its path fits; null for none. */
  route: string | null;
  /** What was answered; null while nothing was, and after a dropped connection. */
  status: number | null;
  /** When it came, in Unix milliseconds of the emulator's clock. */
  timeMs: number;
  /** The connection it came over: 1 for the first, and so on. */
  connection: number;
}

/** A message that the API would have sent to a person. */
export interface SentMessage {
  channel: 'email' | 'sms' | (string & {});
  /** The address or number. */
  to: string;
  kind: string;
  /** The one-time code, where there is one. */
  code?: string;
  /** The link, where there is one. */
  url?: string;
  /** Unix milliseconds. */
  sentAt: number;
}

/**
 * The API on this machine: an HTTP server on loopback with a store in memory. It runs on a thread of its own, and never
 * keeps the process alive.
 *
 * ```ts
 * const emulator = Emulator.start({ seed: 7 });
 * const clerk = emulator.clerk(); // new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url, … })
 * ```
 */
export class Emulator {
  /** What a client takes as `apiUrl`. */
  readonly url: string;
  /**
   * The instance's publishable key. It names the emulator, which is spoken to without TLS: handshakes and sign-in pages
   * need no other option.
   */
  readonly publishableKey: string;
  /** The instance's id. */
  readonly instanceId: string;
  /** The id of the machine that the machine secret key belongs to. */
  readonly machineId: string;
  readonly #secrets: { secretKey: string; machineSecretKey: string };
  readonly #native: NativeEmulator;

  private constructor(emulator: NativeEmulator) {
    this.#native = emulator;
    const info = this.#control<Record<string, string>>('info', { jwt_key: false });
    const text = (name: string): string => String(info[name] ?? '');
    this.url = text('url');
    this.publishableKey = text('publishable_key');
    this.instanceId = text('instance_id');
    this.machineId = text('machine_id');
    this.#secrets = { secretKey: text('secret_key'), machineSecretKey: text('machine_secret_key') };
  }

  /**
   * Starts one.
   *
   * @throws {ArgumentError} if an option, the directory or the file of fixtures is not what it should be.
   */
  static start(options: EmulatorOptions = {}): Emulator {
    const module = devModule();
    const { rateLimits, fixtures } = options;
    const custom = typeof rateLimits === 'object' ? { requests: rateLimits.requests, per_seconds: rateLimits.perSeconds } : rateLimits;
    const given = {
      ...options,
      ...(custom === undefined ? {} : { rateLimits: custom }),
      ...(fixtures === undefined ? {} : { fixtures: pathOf(fixtures) }),
    };
    const json = JSON.stringify({ ...snake(given, OPTION_NAMES), clock_ms: milliseconds(options.now) });
    const emulator = new Emulator(native(() => module.NativeEmulator.start(json)));
    RUNNING.add(emulator);
    return emulator;
  }

  /** The instance's secret key. */
  get secretKey(): string {
    return this.#secrets.secretKey;
  }

  /** A machine's secret key. */
  get machineSecretKey(): string {
    return this.#secrets.machineSecretKey;
  }

  /** The instance's public key, as PEM. The first time it may take a moment to make. */
  get jwtKey(): string {
    return this.#control<{ jwt_key: string }>('info', {}).jwt_key;
  }

  /**
   * A client of it: handshakes lead to the emulator too. Nothing comes from the environment; `options` go before what it sets
   * itself.
   */
  clerk(options: ClerkOptions = {}): Clerk {
    const { url: apiUrl, publishableKey, secretKey } = this;
    const environment = { CLERK_FAPI_URL: apiUrl };
    return new Clerk({ apiUrl, publishableKey, secretKey, proxyUrl: apiUrl, environment, ...options });
  }

  /** A session token signed by the instance. */
  mintSessionToken(options: MintOptions = {}): string {
    return this.#control<{ jwt: string }>('mint_session_token', snake(options, MINT_NAMES)).jwt;
  }

  /** A handshake token signed by the instance. */
  mintHandshakeToken(options: HandshakeOptions = {}): string {
    return this.#control<{ jwt: string }>('mint_handshake_token', options).jwt;
  }

  /** A machine token, opaque and stored, or a JWT. */
  mintM2mToken(options: M2mTokenOptions = {}): string {
    return this.#control<{ token: string }>('mint_m2m_token', snake(options, MINT_NAMES)).token;
  }

  /** An access token of an OAuth application, opaque and stored, or a JWT. */
  mintOAuthToken(options: OAuthTokenOptions = {}): string {
    return this.#control<{ token: string }>('mint_oauth_token', snake(options, MINT_NAMES)).token;
  }

  /** An API key, which is stored; what is returned is its secret. */
  mintApiKey(options: ApiKeyOptions = {}): string {
    return this.#control<{ token: string }>('mint_api_key', snake(options, MINT_NAMES)).token;
  }

  /** Keeps `Set-Cookie` values to be fetched with a handshake nonce, for a minute; the nonce. */
  createHandshakeNonce(directives: readonly string[]): string {
    return this.#control<{ nonce: string }>('create_handshake_nonce', { directives }).nonce;
  }

  /**
   * Signs a user in on a browser, as the Frontend API finds it at the next handshake.
   *
   * The browser has the cookie `__client`, with what this returns as `browser`, at the emulator's own URL. The application gets
   * its first handshake when it is opened with `?__clerk_db_jwt=<browser>` (development, as after a sign-in page) or has a
   * `__client_uat` other than 0 (production).
   */
  browserSignIn(options: BrowserSignIn): Browser {
    return camel(this.#control<object>('browser_sign_in', snake(options, MINT_NAMES))) as unknown as Browser;
  }

  /** Signs a browser out. */
  browserSignOut(browser: string): void {
    this.#control('browser_sign_out', { browser });
  }

  /** Where its clock stands, in Unix milliseconds. */
  get now(): number {
    return this.#control<{ now_ms: number }>('clock_get', {}).now_ms;
  }

  /** Stops its clock, and puts it to a time: a `Date`, or Unix milliseconds. */
  setClock(now: Date | number): void {
    this.#control('clock_set', { now_ms: milliseconds(now) });
  }

  /** Moves its clock by this many milliseconds. */
  advanceClock(milliseconds: number): void {
    this.#control('clock_advance', { by_ms: milliseconds });
  }

  /** Makes something go wrong. */
  addFault(fault: Fault): void {
    this.#control('add_fault', snake(fault, FAULT_NAMES));
  }

  /** Makes everything go right again. */
  clearFaults(): void {
    this.#control('clear_faults', {});
  }

  /** The requests that reached it since it started, or since they were last cleared. */
  requests(): ReceivedRequest[] {
    return this.#control<object[]>('requests', {}).map((request) => camel(request) as unknown as ReceivedRequest);
  }

  /** The messages that people would have got. */
  messages(): SentMessage[] {
    return this.#control<object[]>('messages', {}).map((message) => camel(message) as unknown as SentMessage);
  }

  /** Forgets the requests that came so far. */
  clearRequests(): void {
    this.#control('clear_requests', {});
  }

  /** Back to how it was when it started, with its `fixtures`: no other rows, no faults, no requests. Keys and clock stay. */
  reset(): void {
    this.#control('reset', {});
  }

  /** Stops it: connections are closed, and later calls find nobody. */
  stop(): void {
    this.#control('stop', {});
    RUNNING.delete(this);
  }

  /** As {@link Emulator.stop}: `using emulator = Emulator.start()`. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /**
   * Runs a command that has no method here, such as `accept_invitation`: what a person does in a browser.
   *
   * @param argumentsObject its arguments, in snake_case.
   * @returns its answer, in snake_case.
   */
  control(command: string, argumentsObject: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return this.#control(command, argumentsObject);
  }

  #control<T>(command: string, argumentsObject: object): T {
    return JSON.parse(native(() => this.#native.control(command, JSON.stringify(argumentsObject)))) as T;
  }
}

/** One that is running is not collected, even if only its URL is kept. */
const RUNNING = new Set<Emulator>();

const OPTION_NAMES = names(
  'secret_key',
  'publishable_key',
  'machine_secret_key',
  'instance_id',
  'data_dir',
  'rate_limits',
);
const MINT_NAMES = names(
  'user_id',
  'session_id',
  'expires_in_seconds',
  'issued_at',
  'machine_id',
  'application_id',
  'client_id',
  'org_id',
);
const FAULT_NAMES = names('latency_ms', 'retry_after');

function names(...snakeCase: string[]): ReadonlyMap<string, string> {
  return new Map(snakeCase.map((name) => [camelCase(name), name]));
}

function snake(options: object, table: ReadonlyMap<string, string>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (name !== 'now') put(out, table.get(name) ?? name, value);
  return out;
}

function camel(record: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) put(out, camelCase(name), value);
  return out;
}

function pathOf(fixtures: string | URL): string {
  try {
    return typeof fixtures === 'string' ? fixtures : fileURLToPath(fixtures);
  } catch (cause) {
    const message = '`fixtures` must be a path, or a URL that begins with file:';
    throw new ArgumentError({ kind: 'argument', argument: 'fixtures', message }, { cause });
  }
}

function milliseconds(time: Date | number | undefined): number | undefined {
  return time instanceof Date ? time.getTime() : time;
}
