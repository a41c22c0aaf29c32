/** One call of the API: sent at once, awaited like any promise, its answer had raw where that is wanted. */

import { watch } from './cancel.js';
import { CancelledError, DecodeError, parseError } from './error.js';
import type { Hooks } from './hooks.js';
import type { NativeAnswer, NativeCanceller, NativeModule, NativeRecorder } from './native.js';
import { converse, type Transport } from './transport.js';

/** The items of a listing in our names, as JSON arrays one after the other, and what came beside them, as a JSON object. @internal */
export interface NamedItems {
  items: string[];
  beside: string;
  /** What has to be known of them before they are read; nothing where they have to be looked at. */
  ends: Ends | undefined;
}

/** What a walk through a listing goes on from: how many items, and the ids of the first and the last. @internal */
export interface Ends {
  count: number;
  first: string | null;
  last: string | null;
}

/** An answer of the API as it came. */
export class RawResponse {
  /** HTTP status. */
  readonly status: number;
  /** The body, unparsed. Not shown when the response is printed: it may hold a credential. */
  declare readonly body: Uint8Array;
  readonly #headers: string[];
  #named: NamedItems | undefined;

  /** @internal */
  constructor(answer: NativeAnswer) {
    const { items, value: beside = '{}', count, first = null, last = null } = answer;
    if (items !== undefined) this.#named = { items, beside, ends: count === undefined ? undefined : { count, first, last } };
    this.status = answer.status ?? 0;
    this.#headers = answer.headers ?? [];
    Object.defineProperty(this, 'body', { value: answer.body ?? Buffer.alloc(0), enumerable: false });
  }

  /** Response headers. */
  get headers(): Headers {
    const headers = new Headers();
    for (let i = 0; i + 1 < this.#headers.length; i += 2) headers.append(this.#headers[i] ?? '', this.#headers[i + 1] ?? '');
    return headers;
  }

  /** The items of a listing, if they are in our names already; they are handed over once. @internal */
  takeNamed(): NamedItems | undefined {
    const named = this.#named;
    this.#named = undefined;
    return named;
  }

  /** The body as text. */
  text(): string {
    return Buffer.from(this.body.buffer, this.body.byteOffset, this.body.byteLength).toString('utf8');
  }

  /**
   * The body as JSON, in the names of the wire; `undefined` if it is empty.
   *
   * @throws DecodeError if it is not JSON.
   */
  json(): unknown {
    const text = this.text();
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw undecodable(this, 'the answer is not JSON', cause);
    }
  }
}

/** The error for an answer that cannot be read. @internal */
export function undecodable(response: RawResponse, message: string, cause?: unknown): DecodeError {
  return new DecodeError(
    { kind: 'decode', message, status: response.status, headers: [...response.headers], body: response.text() },
    cause === undefined ? undefined : { cause },
  );
}

/**
 * A call that has been sent. Await it for what it returns, or {@link Call.withResponse} for the answer as well.
 *
 * @typeParam T what it returns
 */
export class Call<T> extends Promise<T> {
  readonly #response: Promise<RawResponse>;
  readonly #read: (response: RawResponse) => T;
  #result: Promise<T> | undefined;

  /** What `then` and `Promise.all` make of a call are plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** @internal */
  constructor(response: Promise<RawResponse>, read: (response: RawResponse) => T) {
    // The promise that this is by inheritance is never looked at: `then` goes to the one below.
    super((resolve) => resolve(undefined as T));
    this.#response = response;
    this.#read = read;
  }

  #settled(): Promise<T> {
    this.#result ??= this.#response.then(this.#read);
    return this.#result;
  }

  override then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#settled().then(onfulfilled, onrejected);
  }

  override catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#settled().catch(onrejected);
  }

  override finally(onfinally?: (() => void) | null): Promise<T> {
    return this.#settled().finally(onfinally);
  }

  /** The answer as it came: status, headers, body. The body is not read as anything. */
  asResponse(): Promise<RawResponse> {
    return this.#response.then((response) => response);
  }

  /** What the call returns, and the answer as it came. */
  async withResponse(): Promise<{ data: T; response: RawResponse }> {
    const [data, response] = await Promise.all([this.#settled(), this.#response]);
    return { data, response };
  }
}

/** Whose calls are waited for. @internal */
export interface Caller {
  readonly module: NativeModule;
  readonly transport: Transport | undefined;
}

/**
 * A call of the API: waits for it as {@link settle} does, and tells the client's hooks of it when it has ended.
 *
 * @internal
 */
export async function settleCall(
  caller: Caller & { readonly hooks: Hooks },
  signal: AbortSignal | null | undefined,
  start: (canceller: NativeCanceller | null, recorder: NativeRecorder | null) => Promise<NativeAnswer>,
  canceller?: NativeCanceller,
): Promise<RawResponse> {
  const recorder = caller.hooks.recorder(caller.module);
  try {
    return new RawResponse(await settle(caller, signal, (given) => start(given, recorder), canceller));
  } finally {
    if (recorder !== null) caller.hooks.tell(recorder);
  }
}

/**
 * Waits for the native module, and stops waiting when the signal says so: with the signal's reason, as it is. The
 * canceller does the same, for whoever does not look at the answer any more. Where the caller has a transport, it sends.
 *
 * @internal
 */
export async function settle(
  caller: Caller,
  signal: AbortSignal | null | undefined,
  start: (canceller: NativeCanceller | null) => Promise<NativeAnswer>,
  canceller?: NativeCanceller,
): Promise<NativeAnswer> {
  const { module, transport } = caller;
  let answer: NativeAnswer;
  if (signal || transport) {
    const given = canceller ?? new module.NativeCanceller();
    const begin = async (): Promise<NativeAnswer> => (transport ? converse(await start(given), transport, given) : start(given));
    answer = await (signal ? abortable(signal, begin, given) : begin());
  } else {
    answer = await start(canceller ?? null);
  }
  if (answer.error !== undefined && answer.error !== null) throw parseError(answer.error);
  return answer;
}

async function abortable(
  signal: AbortSignal,
  begin: () => Promise<NativeAnswer>,
  canceller: NativeCanceller,
): Promise<NativeAnswer> {
  signal.throwIfAborted();
  const unwatch = watch(signal, canceller);
  try {
    const answer = await begin();
    if (answer.error !== undefined && answer.error !== null && signal.aborted) {
      const error = parseError(answer.error);
      throw error instanceof CancelledError ? signal.reason : error;
    }
    return answer;
  } finally {
    unwatch();
  }
}
