/** Webhooks: whether a delivery came from Clerk, and what it tells. The verdict is the core's. */

import { nativeClock, type ManualClock } from './clock.js';
import { shaper } from './dispatch.js';
import { ArgumentError, WebhookError, native } from './error.js';
import type { WebhookEvent } from './generated/webhook_events.js';
import { withLateData } from './lately.js';
import { nativeModule, type NativeWebhook } from './native.js';
import { WEBHOOK_NAMES, toOptionsJson } from './options.js';
import { toHeaderList, type HeadersInput, type RequestInput } from './request.js';
import { Verifier } from './verifier.js';

/**
 * The body of a delivery as it came: a `Buffer` or any other view of bytes, what `await request.arrayBuffer()` gives, or
 * its text where that was never parsed (`await request.text()`).
 */
export type WebhookBody = ArrayBufferView | ArrayBuffer | string;

/** How webhooks are verified. */
export interface WebhookOptions {
  /** How long ago, or ahead of this machine's clock, a delivery may have been sent, in milliseconds. Default: 300,000. */
  toleranceMs?: number | undefined;
  /** Where the time comes from. Default: this machine's clock. For tests. */
  clock?: ManualClock | undefined;
}

/** A delivery that holds. */
export class WebhookDelivery {
  /** The id of the message: the same for every attempt to deliver it, so it tells what was handled already. */
  readonly id: string;
  /** When this attempt was sent, in Unix seconds. */
  readonly timestamp: number;
  readonly #body: string;
  readonly #before: number;
  readonly #after: number;
  #event: WebhookEvent | undefined;

  /** @internal */
  constructor(verdict: string, body: string) {
    const after = verdict.indexOf(' ') + 1;
    const timestamp = verdict.indexOf(' ', after) + 1;
    const id = verdict.indexOf(' ', timestamp) + 1;
    this.id = verdict.slice(id);
    this.timestamp = Number(verdict.slice(timestamp, id - 1));
    this.#body = body;
    this.#before = Number(verdict.slice(0, after - 1));
    this.#after = Number(verdict.slice(after, timestamp - 1));
  }

  /** The body as it came. Not shown when the delivery is printed. */
  get body(): string {
    return this.#body;
  }

  /** What it tells; read when it is first asked for. Not shown when the delivery is printed. */
  get event(): WebhookEvent {
    return (this.#event ??= lateEvent(this.#body, this.#before, this.#after) ?? readEvent(this.#body));
  }
}

/**
 * Verifies webhooks, and signs them for tests. It sends nothing and waits for nothing.
 *
 * ```ts
 * const webhook = new Webhook('whsec_…');
 * const event = webhook.verify(request.headers, await request.arrayBuffer());
 * if (event.type === 'user.created') console.log(event.data.id);
 * ```
 */
export class Webhook {
  readonly #native: NativeWebhook;
  readonly #verifier: Verifier;

  /**
   * @param secret the endpoint's signing secret (`whsec_…`), or several while they are rotated: any may have signed.
   * @throws {WebhookError} `webhook-secret-missing` or `webhook-secret-invalid`; the message says which of several.
   * @throws {ArgumentError} for an argument of a wrong kind.
   */
  constructor(secret: string | readonly string[] | undefined, options: WebhookOptions = {}) {
    const module = nativeModule();
    const { clock } = options;
    const known = toOptionsJson(options, WEBHOOK_NAMES, ['clock']);
    const json = JSON.stringify({ ...(JSON.parse(known) as object), secret: secret ?? null });
    this.#native = native(() => module.NativeWebhook.create(json, clock === undefined ? null : nativeClock(clock)));
    this.#verifier = new Verifier(this.#native);
  }

  /**
   * Verifies a delivery, and reads its event.
   *
   * @param request a fetch `Request`, Node's `IncomingMessage`, or the headers alone; names in any case. Its own body is
   *   not touched.
   * @param body the body as it came, before anything parsed it.
   * @returns the event: a type for each, and {@link UnknownWebhookEvent} for one that this version does not know.
   * @throws {WebhookError} with the reason it does not hold.
   * @throws {ArgumentError} for a body that was parsed already.
   */
  verify(request: RequestInput | HeadersInput, body: WebhookBody): WebhookEvent {
    return this.verifyRaw(request, body).event;
  }

  /**
   * Verifies a delivery, and leaves reading its event for later: for its id, and for whoever reads it in a way of their
   * own. As {@link Webhook.verify} otherwise.
   */
  verifyRaw(request: RequestInput | HeadersInput, body: WebhookBody): WebhookDelivery {
    return verifyDelivery(() => this.#verifier, request, body);
  }

  /**
   * Signs a body as Clerk would, for tests. With several secrets there are as many signatures.
   *
   * @param id the message's id, such as `msg_1`.
   * @param timestamp when it is sent, in Unix seconds.
   * @returns the headers of the delivery.
   */
  sign(id: string, timestamp: number, body: WebhookBody): Record<string, string> {
    if (typeof id !== 'string') throw refuse('id', 'must be a string');
    if (!Number.isSafeInteger(timestamp)) throw refuse('timestamp', 'must be a whole number of Unix seconds');
    const list = native(() => this.#native.sign(id, timestamp, bytesOf(body)));
    const headers: Record<string, string> = {};
    for (let i = 0; i + 1 < list.length; i += 2) headers[list[i] ?? ''] = list[i + 1] ?? '';
    return headers;
  }
}

/** What a verifier makes of a request and its body. @internal */
export function verifyDelivery(verifier: () => Verifier, request: RequestInput | HeadersInput, body: WebhookBody): WebhookDelivery {
  const bytes = bytesOf(body);
  const headers = toHeaderList(request);
  const verdict = native(() => verifier().verdict(headers, bytes));
  return new WebhookDelivery(verdict, typeof body === 'string' ? body : textOf(bytes));
}

/** The event, all but its data, which is read when it is first looked at. Nothing for an event of a type that is not known. */
function lateEvent(body: string, before: number, after: number): WebhookEvent | undefined {
  if (before < 0 || after < 0) return undefined;
  const end = body.length - after;
  const beside = parse(`${body.slice(0, before)}null${body.slice(end)}`) as object;
  const kind = shaper().fieldOf(beside, EVENT, 'data');
  if (kind === undefined) return undefined;
  return withLateData(shaper().read(beside, EVENT) as object, () => shaper().read(parse(body.slice(before, end)), kind)) as WebhookEvent;
}

function readEvent(body: string): WebhookEvent {
  const value = parse(body);
  const event = shaper().read(value, EVENT);
  // An event of an unknown type comes back as it went.
  return (event === value ? shaper().read(value, 'UnknownWebhookEvent') : event) as WebhookEvent;
}

const EVENT = 'WebhookEvent';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The core has read it, so this is only for what the two may not agree on.
    const message = 'the webhook is genuine, but its body cannot be read as JSON';
    throw new WebhookError({ kind: 'webhook', message, reason: 'webhook-payload-invalid' }, { cause });
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return alone(body);
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (ArrayBuffer.isView(body)) return alone(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (Object.prototype.toString.call(body) === '[object ArrayBuffer]') return new Uint8Array(body as ArrayBuffer);
  throw refuse(
    'body',
    'must be the bytes as they came (or their text): what was parsed and written again is signed no longer. They are ' +
      "`request.body` after `express.raw({ type: 'application/json' })` in Express, `await request.arrayBuffer()` of a " +
      "fetch `Request` (Next.js, Hono, Remix), and in Fastify the body of a parser of your own: `addContentTypeParser(" +
      "'application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body))`",
  );
}

/** Bytes that no other thread writes, so that what is read is what was verified. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function refuse(argument: string, what: string): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` });
}
