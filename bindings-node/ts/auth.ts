/** Who is calling: the outcome of authenticating a request, and what the caller may do. All of it is decided in the core. */

import { ArgumentError, native } from './error.js';
import { frozen, Identity } from './identity.js';
import { camelCase, camelMessage } from './names.js';
import type { NativeAuth, NativeRequestState } from './native.js';
import type { ActorClaim, SessionClaims } from './token.js';

/**
 * What is known of the caller: `signed-in`; `signed-out`, with the reason; `unavailable` when that could not be found
 * out, because the keys cannot be had (answer 503; it is never told as an invalid token); `handshake` when the browser
 * has to be sent somewhere first.
 */
export type AuthStatus = 'signed-in' | 'signed-out' | 'unavailable' | 'handshake' | (string & {});

/** What kind of token a request carries. */
export type TokenType = 'session_token' | 'api_key' | 'm2m_token' | 'oauth_token' | (string & {});

/** The kinds of token that can be accepted. */
export type AcceptedToken = 'session_token' | 'api_key' | 'm2m_token' | 'oauth_token';

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

/** An auth object as the core tells it. @internal */
export interface AuthJson {
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
  id?: string | null;
  subject?: string | null;
  scopes?: string[] | null;
  name?: string | null;
  claims?: Record<string, unknown> | null;
  machine_id?: string | null;
  client_id?: string | null;
}

/** What token {@link Auth.getToken} is to get. */
export interface GetTokenOptions {
  /** Name of a JWT template. */
  template?: string | undefined;
  /** The new token's life, in seconds. */
  expiresInSeconds?: number | undefined;
  /** Gives up waiting; the promise is then rejected with the signal's reason, as it is. */
  signal?: AbortSignal | undefined;
}

/** Calls an operation and gives the JSON of its answer. @internal */
export type CallOperation = (operation: string, argumentsJson: string, signal: AbortSignal | undefined) => Promise<unknown>;

/** What an auth object asks. @internal */
export interface AuthSource {
  readonly call: CallOperation;
  native(pendingIsOut: boolean): NativeAuth;
}

/** Who is calling: one object for every outcome, its fields null where nobody is signed in. What is in its fields is frozen. */
export class Auth {
  /** What kind of token it was; null for one of a kind that is not accepted. */
  declare readonly tokenType: TokenType | null;
  /** Whether somebody is signed in. */
  declare readonly isAuthenticated: boolean;
  /** The user's id. */
  declare readonly userId: string | null;
  /** The session's id. */
  declare readonly sessionId: string | null;
  /** The session's status, `active` or `pending`. */
  declare readonly sessionStatus: string | null;
  /** Who acts as the user, when somebody does. */
  declare readonly actor: Readonly<ActorClaim> | null;
  /** The active organization's id. */
  declare readonly orgId: string | null;
  /** The role in the active organization, such as `org:admin`. */
  declare readonly orgRole: string | null;
  /** The active organization's slug. */
  declare readonly orgSlug: string | null;
  /** The permissions in the active organization, such as `org:invoices:read`; system permissions are not among them. */
  declare readonly orgPermissions: readonly string[] | null;
  /** Minutes since the first and the second factor were verified; -1 for never. */
  declare readonly factorVerificationAge: readonly [number, number] | null;
  /** A machine token's id. */
  declare readonly id: string | null;
  /** Whose a machine token is: `user_…`, `org_…` or `mch_…`. */
  declare readonly subject: string | null;
  /** What a machine token may be used for. */
  declare readonly scopes: readonly string[] | null;
  /** An API key's name. */
  declare readonly name: string | null;
  /** The claims of an API key or M2M token, verbatim. */
  declare readonly claims: Readonly<Record<string, unknown>> | null;
  /** The machine that an M2M token is of. */
  declare readonly machineId: string | null;
  /** The OAuth application that a token was given to. */
  declare readonly clientId: string | null;
  readonly #told: { readonly session_claims?: SessionClaims | null };
  readonly #source: AuthSource;
  readonly #pendingIsOut: boolean;
  #made: NativeAuth | null;

  /** @internal */
  constructor(
    source: AuthSource,
    pendingIsOut: boolean,
    json: AuthJson,
    told: { readonly session_claims?: SessionClaims | null } = json,
  ) {
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
    this.#told = told;
    this.id = json.id ?? null;
    this.subject = json.subject ?? null;
    this.scopes = json.scopes ?? null;
    this.name = json.name ?? null;
    this.claims = json.claims ?? null;
    this.machineId = json.machine_id ?? null;
    this.clientId = json.client_id ?? null;
    this.#source = source;
    this.#pendingIsOut = pendingIsOut;
    this.#made = null;
  }

  /** The native object, made when a question is asked. */
  get #native(): NativeAuth {
    return (this.#made ??= this.#source.native(this.#pendingIsOut));
  }

  /** The claims of the token, verbatim; null where nobody is signed in. */
  get sessionClaims(): Readonly<SessionClaims> | null {
    return this.#told.session_claims ?? null;
  }

  /** Whether the caller has all that is asked. False for nobody, for no question, and for one of a wrong type. */
  has(question: HasQuestion): boolean {
    return this.#native.has(questionJson(question));
  }

  /**
   * A token for this caller: the one that the request had; with a template or a life of its own, a session's token that
   * the API makes. Null for nobody.
   *
   * @throws {ClerkError} what the call of the API meets.
   */
  async getToken(options: GetTokenOptions = {}): Promise<string | null> {
    // What is not understood would be the session's own token, in somebody else's hands.
    const unknown = typeof options === 'object' && options !== null ? Object.keys(options).find((name) => !TOKEN_NAMES.includes(name)) : '';
    if (unknown !== undefined) throw refuse('options', unknown === '' ? 'must be an object, such as { template }' : `has no \`${unknown}\``);
    const { template, expiresInSeconds, signal } = options;
    if (template !== undefined && typeof template !== 'string') throw refuse('template', "must be a template's name");
    if (expiresInSeconds !== undefined && !Number.isSafeInteger(expiresInSeconds)) throw refuse('expiresInSeconds', 'must be a whole number of seconds');
    const request = this.#native.tokenRequest(template ?? null, expiresInSeconds ?? null);
    if (request.operation === undefined) return request.token ?? null;
    const answer = await this.#source.call(request.operation, request.arguments ?? '{}', signal);
    const jwt = typeof answer === 'object' && answer !== null ? (answer as { jwt?: unknown }).jwt : null;
    return typeof jwt === 'string' ? jwt : null;
  }

  /**
   * This object if it is of a kind that is accepted here; else nobody. For frameworks that authenticate every request
   * with any kind of token, and ask at each route for some.
   *
   * @param acceptsToken a kind, several, or `any`.
   */
  narrow(acceptsToken: AcceptedToken | readonly AcceptedToken[] | 'any'): Auth {
    const narrowed = native(() => this.#native.narrow(JSON.stringify(acceptsToken) ?? 'null'));
    const source = { call: this.#source.call, native: () => narrowed };
    return new Auth(source, this.#pendingIsOut, JSON.parse(narrowed.toJson()) as AuthJson);
  }

  /** What may be sent to a browser: everything but the methods. */
  toJSON(): Record<string, unknown> {
    return { ...(this as object), sessionClaims: this.sessionClaims };
  }
}

const TOKEN_NAMES = ['template', 'expiresInSeconds', 'signal'];

function refuse(argument: string, what: string): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` });
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

/** What {@link RequestState.applyTo} needs of a Node server's response. */
export interface NodeResponse {
  statusCode: number;
  appendHeader(name: string, value: string): unknown;
  end(): unknown;
}

/** The settings that a state repeats. */
interface EchoJson {
  publishable_key: string;
  proxy_url: string;
  is_satellite: boolean;
  domain: string;
  sign_in_url: string;
  sign_up_url: string;
  after_sign_in_url: string;
  after_sign_up_url: string;
}

interface StateJson extends EchoJson {
  status: AuthStatus;
  reason: string | null;
  message: string;
  token_type: TokenType | null;
  token: string | null;
  headers: [string, string][];
  retry_after: number | null;
  notes: { name: string; message: string }[];
  response_status: number | null;
  auth: AuthJson | null;
  auth_with_pending?: AuthJson | null;
}

/** What a state is made with. @internal */
export interface StateContext extends AuthSource {
  /** The settings that a state repeats unless its call says otherwise, as JSON text. */
  echo(): string;
  /** What the decision was made on, as JSON text. */
  context(): string;
  /** What was decided natively; null where it is a session's token that holds, and nothing else. */
  readonly decided: NativeRequestState | null;
}

/** The outcome of authenticating a request. */
export class RequestState {
  /** What is known of the caller. */
  declare readonly status: AuthStatus;
  /** Why nobody is signed in, such as `token-expired`; null when somebody is. */
  declare readonly reason: string | null;
  /** The reason in a sentence, for logs; empty when somebody is signed in. */
  declare readonly message: string;
  /** The kind of the token; null for one of a kind that is not accepted. */
  declare readonly tokenType: TokenType | null;
  /** When unavailable: seconds to wait before asking again, where known. */
  declare readonly retryAfter: number | null;
  readonly #known: Identity | StateJson;
  readonly #with: StateContext;
  #echo: EchoJson | null;
  #auth: Auth | null;
  #authWithPending: Auth | null;

  /** @internal */
  constructor(state: NativeRequestState | Identity, context: StateContext) {
    this.#with = context;
    this.#auth = null;
    this.#authWithPending = null;
    if (state instanceof Identity) {
      // A session's token holds, and there is nothing else to tell.
      this.status = 'signed-in';
      this.reason = null;
      this.message = '';
      this.tokenType = 'session_token';
      this.retryAfter = null;
      this.#known = state;
      this.#echo = null;
      return;
    }
    const json = frozen(JSON.parse(state.toJson()) as StateJson);
    this.status = json.status;
    this.reason = json.reason;
    this.message = json.message;
    this.tokenType = json.token_type;
    this.retryAfter = json.retry_after;
    this.#known = json;
    this.#echo = json;
    for (const note of json.notes) warnOnce(note.name, note.message);
  }

  /**
   * Whether somebody, or some machine, is signed in. A session that is pending counts, until {@link RequestState.toAuth}
   * is asked.
   */
  get isAuthenticated(): boolean {
    return this.status === 'signed-in';
  }

  /** The same as {@link RequestState.isAuthenticated}. */
  get isSignedIn(): boolean {
    return this.status === 'signed-in';
  }

  /** The publishable key that held, or empty. */
  get publishableKey(): string {
    return this.#echoed().publishable_key;
  }

  /** Where the Frontend API is proxied, or empty. */
  get proxyUrl(): string {
    return this.#echoed().proxy_url;
  }

  /** Whether the request was judged as one to a satellite. */
  get isSatellite(): boolean {
    return this.#echoed().is_satellite;
  }

  /** The satellite's domain, or empty. */
  get domain(): string {
    return this.#echoed().domain;
  }

  /** The sign-in page, or empty. */
  get signInUrl(): string {
    return this.#echoed().sign_in_url;
  }

  /** The sign-up page, or empty. */
  get signUpUrl(): string {
    return this.#echoed().sign_up_url;
  }

  /** Where to go after signing in, or empty. */
  get afterSignInUrl(): string {
    return this.#echoed().after_sign_in_url;
  }

  /** Where to go after signing up, or empty. */
  get afterSignUpUrl(): string {
    return this.#echoed().after_sign_up_url;
  }

  /** Headers for the response to this request, several `Set-Cookie` among them. */
  get headers(): Headers {
    return new Headers(this.#headers());
  }

  /**
   * The status to answer with, and {@link RequestState.headers}, instead of serving the request: 307 where the browser has
   * to go elsewhere first, 503 when unavailable. Null: serve it, with the headers added to the response.
   */
  get responseStatus(): number | null {
    return 'response_status' in this.#known ? this.#known.response_status : null;
  }

  /**
   * Adds the headers to the response of a Node server (Express, Connect, `node:http`; Fastify's `reply.raw`), several
   * `Set-Cookie` among them, and answers the request where it is not to be served.
   *
   * ```ts
   * if (state.applyTo(response)) return;
   * ```
   *
   * @returns whether it was answered.
   */
  applyTo(response: NodeResponse): boolean {
    for (const [name, value] of this.#headers()) response.appendHeader(name, value);
    if (this.responseStatus === null) return false;
    response.statusCode = this.responseStatus;
    response.end();
    return true;
  }

  /** What the decision was made on, for looking at: secrets are cut to what tells their kind. */
  debug(): Record<string, unknown> {
    const told = JSON.parse(this.#with.decided?.debugJson() ?? this.#with.context()) as Record<string, unknown>;
    const { status, reason, message, tokenType } = this;
    const named = Object.entries({ ...told, ...this.#with.decided === null && this.#echoed() }).map(([name, value]) => [camelCase(name), value] as const);
    return { status, reason, message, tokenType, ...Object.fromEntries(named) };
  }

  /** The token, when somebody is signed in. Not shown when the state is printed. */
  get token(): string | null {
    return this.#known.token;
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
    // Nothing but a plain no lets a pending session pass.
    const pendingIsOut = options?.treatPendingAsSignedOut !== false;
    if (pendingIsOut) return (this.#auth ??= this.#make(this.#known.auth, true));
    const pending = 'auth_with_pending' in this.#known ? this.#known.auth_with_pending : undefined;
    return pending === undefined ? this.toAuth() : (this.#authWithPending ??= this.#make(pending, false));
  }

  #make(json: AuthJson | null, pendingIsOut: boolean): Auth | null {
    if (json === null) return null;
    return new Auth(this.#with, pendingIsOut, json, this.#known instanceof Identity ? this.#known : json);
  }

  #echoed(): EchoJson {
    return (this.#echo ??= JSON.parse(this.#with.echo()) as EchoJson);
  }

  #headers(): [string, string][] {
    return 'headers' in this.#known ? this.#known.headers : [];
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
