/** Options of a client, of a call and of a verification: their types, and their names in the core. */

import { ConfigError } from './error.js';
import type { HookOptions } from './hooks.js';
import { camelCase } from './names.js';
import type { AcceptedToken } from './auth.js';
import type { ManualClock } from './clock.js';
import type { Transport } from './transport.js';

/** A public key as a JSON Web Key. */
export interface JwtKeyObject {
  kty: string;
  n?: string;
  e?: string;
  kid?: string;
  alg?: string;
  use?: string;
  [member: string]: unknown;
}

/**
 * Options of a client. What is not set comes from the environment: `CLERK_SECRET_KEY`, `CLERK_PUBLISHABLE_KEY`,
 * `CLERK_MACHINE_SECRET_KEY`, `CLERK_JWT_KEY`, `CLERK_API_URL`, `CLERK_API_VERSION`, `CLERK_DOMAIN`, `CLERK_PROXY_URL`,
 * `CLERK_SIGN_IN_URL`, `CLERK_IS_SATELLITE`.
 */
export interface ClerkOptions extends HookOptions {
  /** The instance's secret key (`sk_…`): authorizes calls and fetches the keys that verify tokens. */
  secretKey?: string | undefined;
  /** The instance's publishable key (`pk_…`): tells its kind, its Frontend API and its cookies' names. */
  publishableKey?: string | undefined;
  /** A machine's secret key (`ak_…`): authorizes its M2M tokens. */
  machineSecretKey?: string | undefined;
  /** The instance's public key, as PEM or JWK: tokens are then verified without any request. */
  jwtKey?: string | JwtKeyObject | undefined;
  /** Where the API is; a path is kept. Default: `https://api.clerk.com`. */
  apiUrl?: string | undefined;
  /** The API version, a date. Default: `2026-05-12`. */
  apiVersion?: string | undefined;
  /** For a connection to be made, in milliseconds. Default: 5000. */
  connectTimeoutMs?: number | undefined;
  /** For one attempt, its answer read whole, in milliseconds. Default: what is left of `timeoutMs`. */
  attemptTimeoutMs?: number | undefined;
  /** For a whole call, all attempts and all waiting, in milliseconds. Default: 10000. */
  timeoutMs?: number | undefined;
  /**
   * For what authentication asks the API while a request waits (keys, a refresh, what a handshake came to, an opaque machine
   * token), each with all its attempts, in milliseconds. Default: 3000.
   */
  keysTimeoutMs?: number | undefined;
  /** How often a call is tried again. Default: 2. */
  maxRetries?: number | undefined;
  /** The wait before the first retry, at most, in milliseconds; it doubles from there, with jitter. Default: 500. */
  retryDelayMs?: number | undefined;
  /** More root certificates, as PEM, beside the system's. */
  caCertificates?: string | undefined;
  /** The proxy to use, as a URL. Default: `HTTPS_PROXY` and friends, but never for this machine. */
  proxy?: string | undefined;
  /** Added to the `User-Agent`. */
  userAgentSuffix?: string | undefined;
  /** The audiences a token may be for: where a token names any, one of these. */
  audience?: string | readonly string[] | undefined;
  /** The origins a token may have been requested from. Set this for every application with cookies. */
  authorizedParties?: string | readonly string[] | undefined;
  /** The issuers a token may come from. */
  issuer?: string | readonly string[] | undefined;
  /** The token types (`typ`) that are accepted. Default: `JWT`. */
  headerType?: string | readonly string[] | undefined;
  /** How far the clocks may differ when tokens are verified, in milliseconds. Default: 5000; 0 is honoured. */
  clockSkewMs?: number | undefined;
  /** How long an unknown key id is not asked for again, in milliseconds. Default: 30000 (D-6). */
  keysCooldownMs?: number | undefined;
  /** The satellite's domain. */
  domain?: string | undefined;
  /** Where the Frontend API is proxied. */
  proxyUrl?: string | undefined;
  /** Where users sign in. */
  signInUrl?: string | undefined;
  /** Whether this application is a satellite of another domain. */
  isSatellite?: boolean | undefined;
  /**
   * Paths that name an organization, such as `/orgs/:slug/(.*)`: where a path's `:id` or `:slug` is not the session's active
   * organization, a handshake activates it.
   */
  organizationPatterns?: readonly string[] | undefined;
  /** Paths of the personal account, such as `/me/(.*)`: a handshake leaves the active organization there. */
  personalAccountPatterns?: readonly string[] | undefined;
  /**
   * How long the API's word on an opaque machine token is believed again, in milliseconds. Within that time a token that was
   * revoked still counts. Default: 0, not at all.
   */
  machineCacheMs?: number | undefined;
  /**
   * How many session tokens whose signature held are remembered, so that only the first use of each costs one. Which key is the right
   * one, the times and all rules are checked at each use. 3.3 KB each at most, on average. Default: 10000; 0 for none.
   */
  tokenCacheEntries?: number | undefined;
  /**
   * What webhooks are verified with (`whsec_…`): one secret, or several while they are rotated. Environment:
   * `CLERK_WEBHOOK_SIGNING_SECRET`.
   */
  webhookSigningSecret?: string | readonly string[] | undefined;
  /** Where the time comes from. Default: this machine's clock. For tests. */
  clock?: ManualClock | undefined;
  /**
   * Sends in the place of the network: for tests, and for means of one's own, such as Node's `fetch`. Options of
   * connections, such as `proxy`, are then of no use.
   */
  transport?: Transport | undefined;
  /** Where unset options come from. Default: `process.env`. */
  environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Options of one call, apart from the API's own fields. */
export interface CallOptions {
  /** Gives the call up; the promise is then rejected with the signal's reason, as it is. */
  signal?: AbortSignal | undefined;
  /** For the whole call, all attempts and all waiting, in milliseconds. Default: the client's. */
  timeoutMs?: number | undefined;
  /** For one attempt, in milliseconds. Default: the client's. */
  attemptTimeoutMs?: number | undefined;
  /** How often the call is tried again. Default: the client's. */
  maxRetries?: number | undefined;
  /** More request headers. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of `verifyToken`, each in place of the client's. */
export interface VerifyTokenOptions {
  /** The audiences a token may be for. */
  audience?: string | readonly string[] | undefined;
  /** The origins a token may have been requested from. */
  authorizedParties?: string | readonly string[] | undefined;
  /** The issuers a token may come from. */
  issuer?: string | readonly string[] | undefined;
  /** The token types (`typ`) that are accepted. */
  headerType?: string | readonly string[] | undefined;
  /** Accept a token without `azp` although `authorizedParties` is set: those minted by a backend have none. */
  allowMissingAzp?: boolean | undefined;
  /** How far the clocks may differ, in milliseconds; 0 is honoured. */
  clockSkewMs?: number | undefined;
  /** The public key to verify with, as PEM or JWK text: nothing is fetched. */
  jwtKey?: string | undefined;
  /** The secret key to fetch keys with. It goes before every key of the client, its `jwtKey` included. */
  secretKey?: string | undefined;
  /** Fetch the keys for this very call. Default: false. */
  skipJwksCache?: boolean | undefined;
  /** Gives up waiting for keys; the promise is then rejected with the signal's reason, as it is. */
  signal?: AbortSignal | undefined;
}

/** Options of `authenticateRequest`, each in place of the client's. */
export interface AuthenticateRequestOptions extends VerifyTokenOptions {
  /** Which kinds of token are accepted: one, several, or `any`. Default: `session_token` (D-13). */
  acceptsToken?: AcceptedToken | readonly AcceptedToken[] | 'any' | undefined;
  /** The publishable key. */
  publishableKey?: string | undefined;
  /** The machine secret key. */
  machineSecretKey?: string | undefined;
  /** The domain of this satellite. */
  domain?: string | undefined;
  /** Whether this is a satellite. */
  isSatellite?: boolean | undefined;
  /** Where the Frontend API is proxied: a URL, or a path on the request's own origin. */
  proxyUrl?: string | undefined;
  /** The sign-in page; a satellite needs it. */
  signInUrl?: string | undefined;
  /** The sign-up page. */
  signUpUrl?: string | undefined;
  /** Where to go after signing in. */
  afterSignInUrl?: string | undefined;
  /** Where to go after signing up. */
  afterSignUpUrl?: string | undefined;
  /** Whether a satellite asks the primary domain on the first visit already. Default: false. */
  satelliteAutoSync?: boolean | undefined;
  /** Paths that name an organization, such as `/orgs/:slug/(.*)`. */
  organizationPatterns?: readonly string[] | undefined;
  /** Paths of the personal account, such as `/me/(.*)`. */
  personalAccountPatterns?: readonly string[] | undefined;
}

/** Options of `verifyMachineToken`, each in place of the client's. */
export interface VerifyMachineTokenOptions {
  /** The audiences a token may be for; an OAuth token must name one of them. */
  audience?: string | readonly string[] | undefined;
  /** How far the clocks may differ, in milliseconds; 0 is honoured. */
  clockSkewMs?: number | undefined;
  /** The public key to verify a JWT with, as PEM or JWK text. */
  jwtKey?: string | undefined;
  /** The secret key to fetch keys and ask the API with. */
  secretKey?: string | undefined;
  /** The machine secret key to ask the API for M2M tokens with, rather than `secretKey`. */
  machineSecretKey?: string | undefined;
  /** Fetch the keys for this very call. Default: false. */
  skipJwksCache?: boolean | undefined;
  /** Gives up waiting; the promise is then rejected with the signal's reason, as it is. */
  signal?: AbortSignal | undefined;
}

type Table = ReadonlyMap<string, string>;

/** Node's name → the core's. */
function table(...names: string[]): Table {
  return new Map(names.map((name) => [camelCase(name), name]));
}

/** @internal */
export const CLIENT_NAMES = table(
  'secret_key',
  'publishable_key',
  'machine_secret_key',
  'jwt_key',
  'api_url',
  'api_version',
  'connect_timeout_ms',
  'attempt_timeout_ms',
  'timeout_ms',
  'keys_timeout_ms',
  'max_retries',
  'retry_delay_ms',
  'ca_certificates',
  'proxy',
  'user_agent_suffix',
  'audience',
  'authorized_parties',
  'issuer',
  'header_type',
  'clock_skew_ms',
  'keys_cooldown_ms',
  'domain',
  'proxy_url',
  'sign_in_url',
  'is_satellite',
  'organization_patterns',
  'personal_account_patterns',
  'machine_cache_ms',
  'token_cache_entries',
  'webhook_signing_secret',
  'environment',
);

/** @internal */
export const WEBHOOK_NAMES = table('tolerance_ms');

/** How a listing is walked. */
export interface WalkOptions {
  /**
   * How many pages may be on their way at once, 1 to 16. Default: 1, and no page is asked for before it is wanted.
   *
   * The first page is always asked for alone. Pages come in order, an error in its page's turn, and leaving the loop
   * cancels what is on its way. Where the API tells no total, up to `concurrency - 1` requests may go beyond the end.
   * Where a page is asked for by the item before it (`startingAfter`), pages come one by one.
   */
  concurrency?: number | undefined;
}

/** @internal */
export const WALK_NAMES = table('concurrency');

/** @internal */
export const CALL_NAMES = table('timeout_ms', 'attempt_timeout_ms', 'max_retries', 'headers');

const VERIFY = [
  'audience',
  'authorized_parties',
  'issuer',
  'header_type',
  'allow_missing_azp',
  'clock_skew_ms',
  'jwt_key',
  'secret_key',
  'skip_jwks_cache',
];

/** @internal */
export const VERIFY_NAMES = table(...VERIFY);

/** @internal */
export const AUTHENTICATE_NAMES = table(
  ...VERIFY,
  'accepts_token',
  'publishable_key',
  'machine_secret_key',
  'domain',
  'is_satellite',
  'proxy_url',
  'sign_in_url',
  'sign_up_url',
  'after_sign_in_url',
  'after_sign_up_url',
  'satellite_auto_sync',
  'organization_patterns',
  'personal_account_patterns',
);

/** @internal */
export const MACHINE_NAMES = table(
  'audience',
  'clock_skew_ms',
  'jwt_key',
  'secret_key',
  'machine_secret_key',
  'skip_jwks_cache',
);

/**
 * An option object as the core's JSON text. `undefined` is absent. A name that is not in the table goes as it is, for
 * the core to refuse.
 *
 * @internal
 */
export function toOptionsJson(options: object | null | undefined, names: Table, apart: readonly string[] = []): string {
  if (options === undefined || options === null) return '{}';
  if (typeof options !== 'object') throw new ConfigError({ kind: 'config', option: 'options', message: '`options` must be an object' });
  const given = options as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  // Those that are known count wherever they come from, getters and prototypes included; of the others, the object's own.
  for (const name of new Set([...names.keys(), ...Object.keys(given)])) {
    if (apart.includes(name)) continue;
    const value = given[name];
    if (value === undefined) continue;
    if (!isData(value)) {
      throw new ConfigError({ kind: 'config', option: name, message: `\`${name}\` must be plain data: text, a number, true or false, a list, or an object of these` });
    }
    out[names.get(name) ?? foreign(name, names)] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  }
  return JSON.stringify(out);
}

/** Whether JSON can say it, so that nothing of it is lost on the way. */
function isData(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    case 'object': {
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isData);
      const prototype: unknown = Object.getPrototypeOf(value);
      const plain = prototype === null || Object.getPrototypeOf(prototype as object) === null;
      return plain && Object.values(value).every((item) => item === undefined || isData(item));
    }
    default:
      return false;
  }
}

/** A name that only the core has is as unknown here as any other; the core would take it for its own. */
function foreign(name: string, names: Table): string {
  for (const [node, core] of names) {
    if (core === name) {
      throw new ConfigError({ kind: 'config', option: name, message: `\`${name}\` is not an option; did you mean \`${node}\`?` });
    }
  }
  return name;
}
