/**
 * The native module: what it takes and gives. Everything that is decided is decided there.
 *
 * @internal
 */

import { load } from './load.js';

/** A file as the native module takes it. */
export interface NativeFile {
  field: string;
  filename?: string;
  contentType?: string;
  data: Uint8Array;
}

/** What an asynchronous call resolves to: an answer, or an error's envelope as JSON text. It never rejects. */
export interface NativeAnswer {
  status?: number;
  /** Names and values in turn. */
  headers?: string[];
  body?: Buffer;
  /** The items of a listing in our names, as JSON arrays one after the other; what came beside them is then in `value`, as an object. */
  items?: string[];
  /** How many these are, where that is known before they are read, and the ids of the first and the last. */
  count?: number;
  first?: string;
  last?: string;
  /** JSON text of a result that is not an HTTP answer. */
  value?: string;
  state?: NativeRequestState;
  /** What the call asks of the host's transport: it is not over. */
  ask?: NativeAsk;
  error?: string;
}

/** A request that waits for its answer. Headers are names and values in turn. */
export interface NativeAsk {
  request(): { method: string; url: string; headers: string[]; body?: Uint8Array };
  answer(status: number, headers: string[], body: Uint8Array): void;
  fail(message: string, sent: boolean): void;
  /** What is heard of the call next: another request, or its end. */
  next(): Promise<NativeAnswer>;
}

/** Cancels the one call it was given to. */
export interface NativeCanceller {
  cancel(): void;
}

/** The names of what one listing lists; made from shapes as JSON text. */
export type NativeNames = object;

/** Keeps the steps of the call it was given to. */
export interface NativeRecorder {
  /** The steps since they were last taken, as a JSON array. */
  take(): string;
}

/** A clock that stands still until it is moved. Milliseconds. */
export interface NativeClock {
  now(): number;
  set(milliseconds: number): void;
  advance(milliseconds: number): void;
}

/** The outcome of authenticating a request. */
export interface NativeRequestState {
  /** Everything about it, as JSON text. */
  toJson(): string;
  /** What the decision was made on, as JSON text. */
  debugJson(): string;
  /** Who is calling; null where nothing is known of that. */
  auth(treatPendingAsSignedOut: boolean): NativeAuth | null;
}

/** Who is calling. */
export interface NativeAuth {
  /** Everything about it, as JSON text. */
  toJson(): string;
  /** Decides a question about it. */
  has(questionJson: string): boolean;
  /** The same if it is of a kind that is accepted; else nobody. */
  narrow(acceptsJson: string): NativeAuth;
  /** The token at hand, or the call that makes one. */
  tokenRequest(template: string | null, expiresInSeconds: number | null): NativeTokenRequest;
}

/** The token of a caller, or the call that makes one. */
export interface NativeTokenRequest {
  token?: string;
  operation?: string;
  arguments?: string;
}

/** For calls without options: `tryVerifyToken` and `tryAuthenticateRequest` of one client; null also where these are to be asked. */
export type NativeAtOnce = readonly [
  verifyToken: (token: string) => number | string | null,
  /** `values` are those of the headers that are looked at, in their order; without a method it is GET. */
  authenticateRequest: (
    kind: number,
    method: string | undefined,
    address: string,
    ...values: readonly (string | undefined)[]
  ) => number | string | NativeRequestState | null,
];

/** A client. */
export interface NativeClient {
  /** `asks`: whether the copy has a transport of the host's that this one has not. */
  withOptions(optionsJson: string, clock: NativeClock | null, asks: boolean): NativeClient;
  call(
    operation: string,
    argumentsJson: string,
    files: NativeFile[],
    optionsJson: string,
    canceller: NativeCanceller | null,
    recorder: NativeRecorder | null,
    names: NativeNames | null,
  ): Promise<NativeAnswer>;
  request(
    method: string,
    path: string,
    queryJson: string | null,
    bodyJson: string | null,
    optionsJson: string,
    canceller: NativeCanceller | null,
    recorder: NativeRecorder | null,
  ): Promise<NativeAnswer>;
  atOnce(): NativeAtOnce;
  tryVerifyToken(token: string, optionsJson?: string, whole?: boolean): number | string | null;
  verifyToken(token: string, optionsJson: string, canceller: NativeCanceller | null): Promise<NativeAnswer>;
  tryAuthenticateRequest(
    request: string,
    fields: number,
    optionsJson?: string,
    whole?: boolean,
  ): number | string | NativeRequestState | null;
  contextJson(requestJson: string, optionsJson?: string): string;
  remembersTokens(): number;
  echoJson(): string;
  authenticateRequest(
    requestJson: string,
    optionsJson: string,
    canceller: NativeCanceller | null,
  ): Promise<NativeAnswer>;
  tryVerifyMachineToken(token: string, optionsJson: string): string | null;
  verifyMachineToken(token: string, optionsJson: string, canceller: NativeCanceller | null): Promise<NativeAnswer>;
  /** What verifies webhooks with the client's secret. */
  webhook(): NativeWebhook;
  warmUp(canceller: NativeCanceller | null): Promise<NativeAnswer>;
  doctor(token: string | null, canceller: NativeCanceller | null): Promise<NativeAnswer>;
  frontendApiProxy(optionsJson: string): NativeFrontendApiProxy;
}

/** The Frontend API under a path of the application's own. It sends nothing. */
export interface NativeFrontendApiProxy {
  path(): string;
  matches(requestJson: string): boolean;
  prepare(requestJson: string): string;
  response(context: string, status: number, headersJson: string): string;
  failed(): string;
}

/**
 * Verifies webhooks. Headers are names and values in turn. The verdict has how much of the body stands before and after the
 * object of its data, -1 where that is none; when it was sent, in Unix seconds; and its id, with a blank behind each but the last.
 */
export interface NativeWebhook {
  atOnce(): NativeVerify;
  verify(headers: string[], body: Uint8Array): string;
  sign(id: string, timestamp: number, body: Uint8Array): string[];
}

/** The same of headers that came once each, by their places. Nothing is said of what is unusual. */
export type NativeVerify = (
  body: Uint8Array,
  ...headers: [Value, Value, Value, Value, Value, Value]
) => string | null | undefined;

type Value = string | undefined;

/** The way through a listing. */
export interface NativeWalk {
  /** The arguments of the next page as JSON text; null when the listing is over. */
  arguments(): string | null;
  /** What to have on its way: these arguments, and those of pages ahead. Empty when the listing is over. */
  ahead(): string[];
  /** Takes note of a page: a new walk, from there on. */
  advance(count: number, total: number | null, first: string | null, last: string | null): NativeWalk;
}

/** The module. */
export interface NativeModule {
  NativeClient: { create(optionsJson: string, clock: NativeClock | null, asks: boolean): NativeClient };
  NativeWebhook: { create(optionsJson: string, clock: NativeClock | null): NativeWebhook };
  NativeCanceller: new () => NativeCanceller;
  NativeRecorder: new () => NativeRecorder;
  NativeNames: new (shapesJson: string) => NativeNames;
  NativeClock: new (milliseconds: number) => NativeClock;
  NativeWalk: { start(operation: string, argumentsJson: string, optionsJson: string): NativeWalk };
  NativeAuth: { ofVerified(token: string): NativeAuth };
  NativeFrontendApiProxy: { create(optionsJson: string): NativeFrontendApiProxy };
  NativeHelper: {
    run(name: string, argumentsJson: string): string;
    diagnose(
      optionsJson: string,
      clock: NativeClock | null,
      token: string | null,
      canceller: NativeCanceller | null,
      asks: boolean,
    ): Promise<NativeAnswer>;
  };
  nativeVersion(): string;
  /** The names of the headers that decisions are made on, in lower case. */
  lookedAt(): string[];
  /** The same of those that verify a webhook. */
  webhookHeaders(): string[];
  /** The largest file the API takes, in bytes. */
  maxFileBytes(): number;
}

let loaded: NativeModule | undefined;

/** The native module, loaded once a thread. */
export function nativeModule(): NativeModule {
  loaded ??= load<NativeModule>('clerk-usher', __dirname);
  return loaded;
}
