/** The client: the API's resources, who is calling, and any path that the catalogue lacks. */

import { RequestState, type CallOperation, type StateContext } from './auth.js';
import { Call, settle, settleCall, type RawResponse } from './call.js';
import { nativeClock } from './clock.js';
import { Dispatch } from './dispatch.js';
import { Report } from './doctor.js';
import { ArgumentError, ConfigError, native, ours } from './error.js';
import { FrontendApiProxy, proxyOptionsJson, type FrontendApiProxyOptions } from './frontend_api_proxy.js';
import { Resources } from './generated/resources.js';
import { HOOK_NAMES, Hooks } from './hooks.js';
import { Identity } from './identity.js';
import { toMachineToken, type MachineToken } from './machine.js';
import { nativeModule, type NativeAuth, type NativeClock, type NativeRequestState } from './native.js';
import {
  AUTHENTICATE_NAMES,
  CALL_NAMES,
  CLIENT_NAMES,
  MACHINE_NAMES,
  VERIFY_NAMES,
  toOptionsJson,
  type AuthenticateRequestOptions,
  type CallOptions,
  type ClerkOptions,
  type VerifyMachineTokenOptions,
  type VerifyTokenOptions,
} from './options.js';
import {
  BEYOND_BYTES,
  Received,
  readable,
  toReceivedJson,
  toRequestJson,
  toRequestText,
  type HeadersInput,
  type RequestInput,
} from './request.js';
import type { SessionClaims } from './token.js';
import { transportOf } from './transport.js';
import type { WebhookEvent } from './generated/webhook_events.js';
import { verifyDelivery, type WebhookBody } from './webhook.js';

/** Query and body of {@link Clerk.request}. */
export interface RequestParams {
  /** The query: an array repeats its name, `undefined` is absent. */
  query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>> | undefined;
  /** The JSON body, in the names of the wire; absent for none. */
  body?: unknown;
}

/** A value of a query. */
export type QueryValue = string | number | boolean;

/**
 * A client of one instance of Clerk. Nothing is opened and nothing is sent until the first call that needs it.
 *
 * ```ts
 * const clerk = new Clerk(); // CLERK_SECRET_KEY and friends
 * const user = await clerk.users.get('user_2abc');
 * ```
 */
export class Clerk extends Resources {
  readonly #dispatch: Dispatch;

  /**
   * @param options what is not set comes from the environment.
   * @throws {ConfigError} naming the option that is missing or wrong.
   */
  constructor(options?: ClerkOptions);
  constructor(options: ClerkOptions | Dispatch = {}) {
    const dispatch = options instanceof Dispatch ? options : create(options);
    super(dispatch);
    this.#dispatch = dispatch;
  }

  /**
   * A copy with some options changed; what is not set stays as it is here. Connections and keys are shared unless an
   * option of theirs changes.
   *
   * @throws {ConfigError} naming the option that is wrong.
   */
  withOptions(options: ClerkOptions): Clerk {
    const { module, client, hooks: before, transport: kept } = this.#dispatch;
    const json = toOptionsJson(options, CLIENT_NAMES, OWN_NAMES);
    const hooks = Hooks.of(options ?? {}, before);
    const clock = clockOf(options);
    const transport = transportOf(options ?? {});
    const copy = native(() => client.withOptions(json, clock, transport !== undefined));
    const dispatch = new Dispatch(module, copy, hooks, transport ?? kept);
    return new (Clerk as unknown as new (dispatch: Dispatch) => Clerk)(dispatch);
  }

  /**
   * Sends a request that no method describes, with the same keys, retries, deadline and errors.
   *
   * @param method such as `GET`.
   * @param path below the API version, such as `/users/user_2abc`.
   * @returns the answer's JSON, verbatim: the names are those of the wire.
   */
  request<T = unknown>(method: string, path: string, params: RequestParams = {}, options?: CallOptions): Call<T> {
    return new Call<T>(this.#send(method, path, params, options), (response) => response.json() as T);
  }

  async #send(method: string, path: string, params: RequestParams, options?: CallOptions): Promise<RawResponse> {
    const { client } = this.#dispatch;
    const query = queryJson(params.query);
    const body = params.body === undefined ? null : bodyJson(params.body);
    const json = toOptionsJson(options, CALL_NAMES, ['signal']);
    return settleCall(this.#dispatch, options?.signal, (canceller, recorder) =>
      native(() => client.request(String(method), String(path), query, body, json, canceller, recorder)),
    );
  }

  /**
   * Verifies a session token. When the keys are at hand nothing is awaited but this promise.
   *
   * @returns its claims, verbatim, and frozen: a token that comes again has the same.
   * @throws {TokenError} with the reason it does not hold.
   * @throws {UnavailableError} when the keys cannot be had: that says nothing of the token.
   */
  async verifyToken<T extends object = SessionClaims>(token: string, options?: VerifyTokenOptions): Promise<Readonly<T>> {
    if (options === undefined && typeof token === 'string') {
      // As nearly always.
      const { verifyToken, identities } = this.#dispatch;
      let told: number | string | null;
      try {
        told = verifyToken(token);
      } catch (error) {
        throw ours(error);
      }
      const claims = typeof told === 'string' ? identities.readClaims(told, false) : told === null ? undefined : identities.knownClaims(told);
      if (claims !== undefined) return claims as unknown as Readonly<T>;
    }
    return this.#tryVerifyToken<T>(typeof token === 'string' ? token : '', options);
  }

  /** A promise only where keys have to be fetched: what is decided at once is there at once. */
  #tryVerifyToken<T>(text: string, options: VerifyTokenOptions | undefined): Readonly<T> | Promise<Readonly<T>> {
    const { client, identities } = this.#dispatch;
    const bytes = bytesOf(text);
    const json = options === undefined ? undefined : toOptionsJson(options, VERIFY_NAMES, ['signal']);
    let told = native(() => client.tryVerifyToken(bytes, json));
    const came = typeof told === 'number';
    if (typeof told === 'number') {
      const known = identities.knownClaims(told);
      if (known !== undefined) return known as unknown as Readonly<T>;
      told = native(() => client.tryVerifyToken(bytes, json, true));
    }
    if (typeof told === 'string') return identities.readClaims(told, came) as unknown as Readonly<T>;
    return this.#verifyToken(text, json, options?.signal) as Promise<unknown> as Promise<Readonly<T>>;
  }

  async #verifyToken(token: string, json: string | undefined, signal: AbortSignal | undefined): Promise<SessionClaims> {
    const { client, identities } = this.#dispatch;
    const answer = await settle(this.#dispatch, signal, (canceller) =>
      native(() => client.verifyToken(token, json ?? '{}', canceller)),
    );
    return identities.readClaims(answer.value ?? '0{}', false);
  }

  /**
   * Who is calling? Looks at the headers of a request, never at its body. When what is needed is at hand nothing is awaited
   * but this promise.
   *
   * ```ts
   * const state = await clerk.authenticateRequest(request);
   * if (state.responseStatus !== null) return new Response(null, { status: state.responseStatus, headers: state.headers });
   * ```
   *
   * @returns signed in; signed out with the reason; a handshake that the browser is to be sent on first; or unavailable when
   *   that could not be found out.
   * @throws {ConfigError} for options that cannot work; a bad token is an outcome, not an error.
   * @throws {TokenError} when a development instance's handshake does not hold, most likely as its keys were changed.
   */
  async authenticateRequest(request: RequestInput, options?: AuthenticateRequestOptions): Promise<RequestState> {
    // What can be read once only is read here.
    const stable = readable(request);
    const received = new Received(stable);
    if (options === undefined && received.again === undefined) {
      // As nearly always.
      const { authenticateRequest, identities } = this.#dispatch;
      const { kind, address, values: v } = received;
      const method = received.method === 'GET' ? undefined : received.method;
      let told: number | string | NativeRequestState | null;
      try {
        // One by one, for a list that is spread costs more. Of a request that has fewer than the core looks at, it says nothing.
        told = authenticateRequest(kind, method, address, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10]);
      } catch (error) {
        throw ours(error);
      }
      const state = typeof told === 'number' ? identities.known(told) : typeof told === 'string' ? identities.read(told, false) : told;
      if (state) return this.#state(state, received, undefined);
    }
    return this.#tryAuthenticateRequest(stable, received, options);
  }

  /** A promise only where the API has to be asked. */
  #tryAuthenticateRequest(
    request: RequestInput,
    received: Received,
    options: AuthenticateRequestOptions | undefined,
  ): RequestState | Promise<RequestState> {
    const { client, identities } = this.#dispatch;
    const parts = toRequestText(received);
    const json = options === undefined ? undefined : toOptionsJson(options, AUTHENTICATE_NAMES, ['signal']);
    if (parts !== undefined) {
      let told = native(() => client.tryAuthenticateRequest(parts.text, parts.fields, json));
      const came = typeof told === 'number';
      if (typeof told === 'number') {
        const known = identities.known(told);
        if (known !== undefined) return this.#state(known, received, json);
        told = native(() => client.tryAuthenticateRequest(parts.text, parts.fields, json, true));
      }
      if (typeof told === 'string') return this.#state(identities.read(told, came), received, json);
      if (typeof told === 'object' && told !== null) return this.#state(told, received, json);
    }
    return this.#authenticateRequest(request, received, json, options?.signal);
  }

  async #authenticateRequest(
    request: RequestInput,
    received: Received,
    json: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RequestState> {
    const { client } = this.#dispatch;
    const parts = toRequestJson(request);
    const answer = await settle(this.#dispatch, signal, (canceller) =>
      native(() => client.authenticateRequest(parts, json ?? '{}', canceller)),
    );
    if (answer.state === undefined) throw new TypeError('the native module gave no state');
    return this.#state(answer.state, received, json);
  }

  #state(state: NativeRequestState | Identity, received: Received, json: string | undefined): RequestState {
    return new RequestState(state, new Made(this.#dispatch, this.#operation, state, received, json));
  }

  /**
   * Verifies the token of a machine: an API key, an M2M or an OAuth token. A JWT is verified here, with keys that may have to
   * be fetched; an opaque token by the API.
   *
   * @returns what is known of it.
   * @throws {TokenError} with the reason it does not hold: `token-invalid`, `token-verification-failed`,
   *   `secret-key-invalid` or `unexpected-error`.
   * @throws {UnavailableError} when the API could not be asked: that says nothing of the token.
   */
  async verifyMachineToken(token: string, options?: VerifyMachineTokenOptions): Promise<MachineToken> {
    const { client } = this.#dispatch;
    const json = toOptionsJson(options, MACHINE_NAMES, ['signal']);
    const text = typeof token === 'string' ? token : '';
    const verified = native(() => client.tryVerifyMachineToken(text, json));
    if (verified !== null) return toMachineToken(verified);
    const answer = await settle(this.#dispatch, options?.signal, (canceller) =>
      native(() => client.verifyMachineToken(text, json, canceller)),
    );
    return toMachineToken(answer.value ?? '{}');
  }

  /** What an auth object gets its tokens with. */
  readonly #operation: CallOperation = async (operation, argumentsJson, signal) => {
    const { client } = this.#dispatch;
    const response = await settleCall(this.#dispatch, signal, (canceller, recorder) =>
      native(() => client.call(operation, argumentsJson, [], '{}', canceller, recorder, null)),
    );
    return response.json();
  };

  /**
   * Verifies a webhook with the client's `webhookSigningSecret`, and reads its event. Nothing is sent or awaited.
   *
   * @param request a fetch `Request`, Node's `IncomingMessage`, or the headers alone. Its own body is not touched.
   * @param body the body as it came, before anything parsed it.
   * @throws {WebhookError} with the reason it does not hold, or that the client has no secret.
   * @throws {ArgumentError} for a body that was parsed already.
   */
  verifyWebhook(request: RequestInput | HeadersInput, body: WebhookBody): WebhookEvent {
    return verifyDelivery(() => this.#dispatch.verifier(), request, body).event;
  }

  /**
   * Fetches the keys that verify tokens, so that no request has to wait for them: for start-up hooks. Does nothing when
   * they are at hand, or when there is a `jwtKey`.
   */
  async warmUp(options?: { signal?: AbortSignal | undefined }): Promise<void> {
    const { client } = this.#dispatch;
    await settle(this.#dispatch, options?.signal, (canceller) => native(() => client.warmUp(canceller)));
  }

  /**
   * Looks for what could be wrong with this client, with the API behind it, and with a token that is refused. It sends up
   * to three requests, and decides nothing. No key and no token is told.
   *
   * @param token a token that should hold here.
   * @returns what was found: print it, or look at `findings`.
   */
  async doctor(token?: string | null, options?: { signal?: AbortSignal | undefined }): Promise<Report> {
    const { client } = this.#dispatch;
    const text = tokenOf(token);
    const answer = await settle(this.#dispatch, options?.signal, (canceller) => native(() => client.doctor(text, canceller)));
    return new Report(answer.value ?? '');
  }

  /**
   * As {@link Clerk.doctor}, for options of which no client can be made: it tells what is wrong with a key instead of
   * throwing.
   *
   * @throws {ConfigError} for an option that is unknown, or of another type.
   */
  static async diagnose(
    options: ClerkOptions = {},
    token?: string | null,
    callOptions?: { signal?: AbortSignal | undefined },
  ): Promise<Report> {
    const module = nativeModule();
    const json = optionsJson(options);
    const clock = clockOf(options);
    const text = tokenOf(token);
    const transport = transportOf(options);
    const answer = await settle({ module, transport }, callOptions?.signal, (canceller) =>
      native(() => module.NativeHelper.diagnose(json, clock, text, canceller, transport !== undefined)),
    );
    return new Report(answer.value ?? '');
  }

  /** A Frontend API proxy with this client's keys. */
  frontendApiProxy(options: Pick<FrontendApiProxyOptions, 'path' | 'fapiUrl'> = {}): FrontendApiProxy {
    const json = proxyOptionsJson(options, undefined);
    const { client } = this.#dispatch;
    return FrontendApiProxy.of(native(() => client.frontendApiProxy(json)));
  }
}

/** What a state is made with, for as long as it is asked. */
class Made implements StateContext {
  readonly #dispatch: Dispatch;
  readonly #state: NativeRequestState | Identity;
  readonly #received: Received;
  readonly #json: string | undefined;
  declare readonly call: CallOperation;

  constructor(dispatch: Dispatch, call: CallOperation, state: NativeRequestState | Identity, received: Received, json: string | undefined) {
    this.#dispatch = dispatch;
    this.#state = state;
    this.#received = received;
    this.#json = json;
    this.call = call;
  }

  get decided(): NativeRequestState | null {
    return this.#state instanceof Identity ? null : this.#state;
  }

  native(pendingIsOut: boolean): NativeAuth {
    const state = this.#state;
    const { NativeAuth } = this.#dispatch.module;
    return native(() => (state instanceof Identity ? NativeAuth.ofVerified(state.token) : (state.auth(pendingIsOut) ?? NativeAuth.ofVerified(''))));
  }

  echo(): string {
    return this.#dispatch.client.echoJson();
  }

  context(): string {
    return native(() => this.#dispatch.client.contextJson(toReceivedJson(this.#received), this.#json));
  }
}

/** A text for the core, which takes bytes: what is no byte is nothing that a token can have, and stays nothing. */
function bytesOf(token: string): string {
  return BEYOND_BYTES.test(token) ? token.replace(new RegExp(BEYOND_BYTES, 'g'), '?') : token;
}

/** Options that are no data, and stay on this side. */
const OWN_NAMES = ['clock', 'transport', ...HOOK_NAMES];

function create(options: ClerkOptions): Dispatch {
  if (typeof options !== 'object' || options === null) {
    const message = '`options` must be an object, such as { secretKey: … }';
    throw new ConfigError({ kind: 'config', option: 'options', message });
  }
  const module = nativeModule();
  const json = optionsJson(options);
  const hooks = Hooks.of(options ?? {});
  const clock = clockOf(options);
  const transport = transportOf(options);
  return new Dispatch(module, native(() => module.NativeClient.create(json, clock, transport !== undefined)), hooks, transport);
}

function optionsJson(options: ClerkOptions): string {
  const own = { environment: environmentOf(options), platform: `node/${process.versions.node}` };
  return toOptionsJson({ ...options, ...own }, CLIENT_NAMES, OWN_NAMES);
}

/** Whatever is no text is no token either. */
function tokenOf(token: unknown): string | null {
  return token === undefined || token === null ? null : typeof token === 'string' ? token : '';
}

function clockOf(options: ClerkOptions): NativeClock | null {
  return options.clock === undefined || options.clock === null ? null : nativeClock(options.clock);
}

/**
 * The variables that options come from. They are read here, for in a worker thread `process.env` is a copy of its own
 * that the native side does not see.
 */
function environmentOf(options: ClerkOptions): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.environment ?? process.env)) {
    // Those of other tools with `CLERK` in their names are for the doctor.
    const wanted = name.toUpperCase().includes('CLERK') || name.startsWith('VERCEL_');
    if (wanted && value !== undefined) variables[name] = value;
  }
  return variables;
}

function queryJson(query: RequestParams['query']): string | null {
  if (query === undefined) return null;
  const pairs: [string, string][] = [];
  for (const [name, given] of Object.entries(query)) {
    for (const value of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
      if (value === undefined) continue;
      if (typeof value !== 'string' && typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value))) {
        throw refuse(`query.${name}`, 'must be a string, a number, a boolean, or an array of these');
      }
      pairs.push([name, String(value)]);
    }
  }
  return JSON.stringify(pairs);
}

function bodyJson(body: unknown): string {
  try {
    const text = JSON.stringify(body) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw refuse('body', 'cannot be written as JSON', { cause });
  }
  throw refuse('body', 'cannot be written as JSON');
}

function refuse(argument: string, what: string, options?: ErrorOptions): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` }, options);
}
