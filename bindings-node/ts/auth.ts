/** Who is calling: the outcome of authenticating a request, and what the caller may do. All of it is decided in the core. */

import { camelMessage } from './names.js';
import type { NativeRequestState } from './native.js';
import type { ActorClaim, SessionClaims } from './token.js';

/**
 * What is known of the caller: `signed-in`; `signed-out`, with the reason; `unavailable` when that could not be found
 * out, because the keys cannot be had (answer 503; it is never told as an invalid token); `handshake` when the browser
 * has to be sent somewhere first.
 */
export type AuthStatus = 'signed-in' | 'signed-out' | 'unavailable' | 'handshake' | (string & {});

/** What kind of token a request carries. */
export type TokenType = 'session_token' | 'api_key' | 'm2m_token' | 'oauth_token' | (string & {});

/** How fresh a verification has to be. */
export type Reverification =
  | 'strict_mfa'
  | 'strict'
  | 'moderate'
  | 'lax'
  | (string & {})
  | {
      /** Which factor must be fresh. */
      level: 'first_factor' | 'second_factor' | 'multi_factor' | (string & {});
      /** For how long, in minutes. */
      afterMinutes: number;
    };

/** A question about a caller; of several, all must hold. */
export interface HasQuestion {
  /** A role in the active organization, such as `org:admin`. */
  role?: string | undefined;
  /** A permission in the active organization, such as `org:invoices:read`. */
  permission?: string | undefined;
  /** A feature of the plan, with or without its scope: `reports`, `org:reports`, `user:reports`. */
  feature?: string | undefined;
  /** A plan, with or without its scope. */
  plan?: string | undefined;
  /** How fresh the verification of the caller's factors has to be. */
  reverification?: Reverification | undefined;
}

/** An auth object as the core tells it. */
interface AuthJson {
  token_type: TokenType | null;
  is_authenticated: boolean;
  user_id?: string | null;
  session_id?: string | null;
  session_status?: string | null;
  actor?: ActorClaim | null;
  org_id?: string | null;
  org_role?: string | null;
  org_slug?: string | null;
  org_permissions?: string[] | null;
  factor_verification_age?: [number, number] | null;
  session_claims?: SessionClaims | null;
}

/** Who is calling: one object for every outcome, its fields null where nobody is signed in. */
export class Auth {
  /** What kind of token it was; null for one of a kind that is not accepted. */
  readonly tokenType: TokenType | null;
  /** Whether somebody is signed in. */
  readonly isAuthenticated: boolean;
  /** The user's id. */
  readonly userId: string | null;
  /** The session's id. */
  readonly sessionId: string | null;
  /** The session's status, `active` or `pending`. */
  readonly sessionStatus: string | null;
  /** Who acts as the user, when somebody does. */
  readonly actor: ActorClaim | null;
  /** The active organization's id. */
  readonly orgId: string | null;
  /** The role in the active organization, such as `org:admin`. */
  readonly orgRole: string | null;
  /** The active organization's slug. */
  readonly orgSlug: string | null;
  /** The permissions in the active organization, such as `org:invoices:read`; system permissions are not among them. */
  readonly orgPermissions: string[] | null;
  /** Minutes since the first and the second factor were verified; -1 for never. */
  readonly factorVerificationAge: [number, number] | null;
  readonly #state: NativeRequestState;
  readonly #treatPendingAsSignedOut: boolean;
  readonly #claims: SessionClaims | null;

  /** @internal */
  constructor(state: NativeRequestState, treatPendingAsSignedOut: boolean, json: AuthJson) {
    this.tokenType = json.token_type;
    this.isAuthenticated = json.is_authenticated;
    this.userId = json.user_id ?? null;
    this.sessionId = json.session_id ?? null;
    this.sessionStatus = json.session_status ?? null;
    this.actor = json.actor ?? null;
    this.orgId = json.org_id ?? null;
    this.orgRole = json.org_role ?? null;
    this.orgSlug = json.org_slug ?? null;
    this.orgPermissions = json.org_permissions ?? null;
    this.factorVerificationAge = json.factor_verification_age ?? null;
    this.#claims = json.session_claims ?? null;
    this.#state = state;
    this.#treatPendingAsSignedOut = treatPendingAsSignedOut;
  }

  /** The claims of the token, verbatim; null where nobody is signed in. */
  get sessionClaims(): SessionClaims | null {
    return this.#claims;
  }

  /** Whether the caller has all that is asked. False for nobody, for no question, and for one of a wrong type. */
  has(question: HasQuestion): boolean {
    return this.#state.has(this.#treatPendingAsSignedOut, questionJson(question));
  }

  /** What may be sent to a browser: everything but the methods. */
  toJSON(): Record<string, unknown> {
    return { ...(this as object), sessionClaims: this.#claims };
  }
}

/** A question as the core's JSON text. What JSON cannot say is null, for the core to say no to: it is never left out. */
function questionJson(question: unknown): string {
  if (typeof question !== 'object' || question === null) return '{}';
  try {
    const { reverification, ...rest } = jsonOf(question);
    if (isObject(reverification) && 'afterMinutes' in reverification) {
      const { afterMinutes, ...level } = reverification;
      return JSON.stringify({ ...rest, reverification: { ...level, after_minutes: afterMinutes } });
    }
    return JSON.stringify({ ...rest, reverification });
  } catch {
    // A getter that throws, or an object that is in itself.
    return '';
  }
}

/** The fields of an object, each a value of JSON; those that are undefined are not there. */
function jsonOf(given: object): Record<string, unknown> {
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields.map(([name, value]) => [name, isObject(value) ? jsonOf(value) : isPlain(value) ? value : null]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

interface StateJson {
  status: AuthStatus;
  reason: string | null;
  message: string;
  is_authenticated: boolean;
  token_type: TokenType | null;
  token: string | null;
  headers: [string, string][];
  retry_after: number | null;
  notes: { name: string; message: string }[];
  publishable_key: string;
  proxy_url: string;
  is_satellite: boolean;
  domain: string;
  sign_in_url: string;
  sign_up_url: string;
  after_sign_in_url: string;
  after_sign_up_url: string;
  auth: AuthJson | null;
  auth_with_pending?: AuthJson | null;
}

/** The outcome of authenticating a request. */
export class RequestState {
  /** What is known of the caller. */
  readonly status: AuthStatus;
  /** Why nobody is signed in, such as `token-expired`; null when somebody is. */
  readonly reason: string | null;
  /** The reason in a sentence, for logs; empty when somebody is signed in. */
  readonly message: string;
  /** The kind of the token; null for one of a kind that is not accepted. */
  readonly tokenType: TokenType | null;
  /** When unavailable: seconds to wait before asking again, where known. */
  readonly retryAfter: number | null;
  readonly #native: NativeRequestState;
  readonly #json: StateJson;
  readonly #auth = new Map<boolean, Auth>();

  /** @internal */
  constructor(state: NativeRequestState) {
    const json = JSON.parse(state.toJson()) as StateJson;
    this.status = json.status;
    this.reason = json.reason;
    this.message = json.message;
    this.tokenType = json.token_type;
    this.retryAfter = json.retry_after;
    this.#json = json;
    this.#native = state;
    for (const note of json.notes) warnOnce(note.name, note.message);
  }

  /**
   * Whether somebody, or some machine, is signed in. A session that is pending counts, until {@link RequestState.toAuth}
   * is asked.
   */
  get isAuthenticated(): boolean {
    return this.#json.is_authenticated;
  }

  /** The same as {@link RequestState.isAuthenticated}. */
  get isSignedIn(): boolean {
    return this.#json.is_authenticated;
  }

  /** The publishable key that held, or empty. */
  get publishableKey(): string {
    return this.#json.publishable_key;
  }

  /** Where the Frontend API is proxied, or empty. */
  get proxyUrl(): string {
    return this.#json.proxy_url;
  }

  /** Whether the request was judged as one to a satellite. */
  get isSatellite(): boolean {
    return this.#json.is_satellite;
  }

  /** The satellite's domain, or empty. */
  get domain(): string {
    return this.#json.domain;
  }

  /** The sign-in page, or empty. */
  get signInUrl(): string {
    return this.#json.sign_in_url;
  }

  /** The sign-up page, or empty. */
  get signUpUrl(): string {
    return this.#json.sign_up_url;
  }

  /** Where to go after signing in, or empty. */
  get afterSignInUrl(): string {
    return this.#json.after_sign_in_url;
  }

  /** Where to go after signing up, or empty. */
  get afterSignUpUrl(): string {
    return this.#json.after_sign_up_url;
  }

  /** Headers for the response to this request, several `Set-Cookie` among them. */
  get headers(): Headers {
    return new Headers(this.#json.headers);
  }

  /** The token, when somebody is signed in. Not shown when the state is printed. */
  get token(): string | null {
    return this.#json.token;
  }

  /**
   * Who is calling; null where nothing is known of that: when the browser has to be sent somewhere first, and when
   * unavailable. A session that is still pending counts as signed out here.
   */
  get auth(): Auth | null {
    return this.toAuth();
  }

  /**
   * The same as {@link RequestState.auth}, with a say about sessions that are still pending.
   *
   * @param options `treatPendingAsSignedOut`: whether a session that is still pending counts as signed out.
   *   Default: true.
   */
  toAuth(options?: { treatPendingAsSignedOut?: boolean | undefined }): Auth | null {
    const pendingIsOut = options?.treatPendingAsSignedOut ?? true;
    const json = pendingIsOut ? this.#json.auth : (this.#json.auth_with_pending ?? this.#json.auth);
    if (json === null) return null;
    let auth = this.#auth.get(pendingIsOut);
    if (auth === undefined) {
      auth = new Auth(this.#native, pendingIsOut, json);
      this.#auth.set(pendingIsOut, auth);
    }
    return auth;
  }

  /** What may be logged. */
  toJSON(): Record<string, unknown> {
    const { status, reason, message, tokenType, retryAfter } = this;
    return { status, reason, message, tokenType, retryAfter };
  }
}

const WARNED = new Set<string>();

/** Tells the developer something once a process. */
function warnOnce(name: string, message: string): void {
  if (WARNED.has(name)) return;
  WARNED.add(name);
  process.emitWarning(camelMessage(message), { type: 'ClerkWarning', code: name });
}
