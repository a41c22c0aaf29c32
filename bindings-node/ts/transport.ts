/** A transport of one's own, in the place of the network. */

import { ConfigError } from './error.js';
import type { NativeAnswer, NativeAsk, NativeCanceller } from './native.js';

/**
 * Sends one request, once, in the place of the network: for tests that script the API, and for hosts that send by their own
 * means. Node's own `fetch` is one, which brings its dispatchers and whatever mocks it.
 *
 * ```ts
 * const clerk = new Clerk({
 *   secretKey: 'sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
 *   transport: (request) => Response.json({ object: 'user', id: 'user_ada', first_name: 'Ada' }),
 * });
 * const { firstName } = await clerk.users.get('user_ada'); // 'Ada'
 * ```
 *
 * It gets what would be sent, with its keys; answers are read, thrown as errors, tried again and walked page by page as
 * usual, within the same limits of time. It runs in the caller's own context. The request's `signal` is aborted as soon as
 * no answer is wanted any more. A {@link TransportError}, and what `fetch` rejects with when the network fails, is no answer;
 * whatever else it throws ends the call, and goes to the caller as it is.
 */
export type Transport = (request: Request) => Response | Promise<Response>;

/** No answer: thrown by a {@link Transport}, and told to the caller as a `RequestConnectionError` where no retry helps. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Whether the request may have reached the API. If so it is tried again only where it changes nothing. */
  readonly sent: boolean;

  /**
   * @param message why.
   * @param options `sent`: whether the request may have reached the API. Default: true.
   */
  constructor(message: string, options: ErrorOptions & { sent?: boolean | undefined } = {}) {
    super(message, options);
    this.sent = options.sent ?? true;
  }
}

/**
 * The transport among some options.
 *
 * @throws {ConfigError} if it is no function.
 * @internal
 */
export function transportOf(options: { transport?: Transport | undefined }): Transport | undefined {
  const transport = options.transport as unknown;
  if (transport === undefined || transport === null) return undefined;
  if (typeof transport !== 'function') {
    const message = '`transport` must be a function of one argument, the request';
    throw new ConfigError({ kind: 'config', option: 'transport', message });
  }
  return transport as Transport;
}

/** Answers what a call asks, until it is over. @internal */
export async function converse(answer: NativeAnswer, transport: Transport, canceller: NativeCanceller): Promise<NativeAnswer> {
  while (answer.ask !== undefined && answer.ask !== null) answer = await reply(answer.ask, transport, canceller);
  return answer;
}

async function reply(ask: NativeAsk, transport: Transport, canceller: NativeCanceller): Promise<NativeAnswer> {
  const next = ask.next();
  const wanted = new AbortController();
  let thrown: { error: unknown } | undefined;
  void send(ask, transport, wanted.signal).catch((error: unknown) => {
    if (wanted.signal.aborted) return; // nobody asks any more
    thrown = { error };
    canceller.cancel();
  });
  const answer = await next;
  wanted.abort();
  if (thrown !== undefined) throw (thrown as { error: unknown }).error;
  return answer;
}

async function send(ask: NativeAsk, transport: Transport, signal: AbortSignal): Promise<void> {
  const { method, url, headers, body } = ask.request();
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i] ?? '', headers[i + 1] ?? '']);
  let response: Response;
  let bytes: ArrayBuffer;
  try {
    response = await transport(new Request(url, { method, headers: pairs, body: body ?? null, redirect: 'manual', signal }));
    if (!isResponse(response)) throw new TypeError(`\`transport\` must return a Response, not ${nameOf(response)}`);
    if (response.type === 'error') throw new TransportError('a network error');
    bytes = await response.arrayBuffer();
  } catch (error) {
    const failed = failureOf(error);
    if (failed === undefined) throw error;
    ask.fail(failed.message, failed.sent);
    return;
  }
  ask.answer(response.status, [...response.headers].flat(), new Uint8Array(bytes));
}

/** Those of other makers too. */
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status, headers, arrayBuffer } = answer as Partial<Response>;
  return typeof status === 'number' && typeof headers === 'object' && typeof arrayBuffer === 'function';
}

function nameOf(answer: unknown): string {
  if (answer === undefined || answer === null) return String(answer);
  return typeof answer === 'object' ? `a plain ${answer.constructor?.name ?? 'object'}` : `a ${typeof answer}`;
}

/** Where nobody was reached. */
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** What says that there is no answer: an error of ours, or what `fetch` makes of a network that fails. */
function failureOf(error: unknown): { message: string; sent: boolean } | undefined {
  if (error instanceof TransportError) return error;
  if (!(error instanceof TypeError) || !['fetch failed', 'terminated'].includes(error.message)) return undefined;
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  const message = typeof cause?.message === 'string' && cause.message !== '' ? cause.message : error.message;
  return { message, sent: !UNREACHED.has(String(cause?.code)) };
}
