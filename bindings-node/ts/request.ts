/** The requests that `authenticateRequest` takes: what a fetch `Request`, Node's `IncomingMessage` and plain objects have in common. */

import { ArgumentError } from './error.js';
import { nativeModule } from './native.js';

/** Request headers, however a framework holds them. Names in any case. */
export type HeadersInput =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | number | undefined>>;

/**
 * A request: a fetch `Request` (Next.js, Hono, Remix, …), Node's `IncomingMessage` (Express, Koa's `ctx.req`, Fastify's
 * `request.raw`, …), or an object with these three. The body is never touched.
 */
export interface RequestInput {
  /** Such as `GET`. Default: `GET`. */
  readonly method?: string | undefined;
  /** Absolute, or from the slash on; then the host comes from the headers. Anything else is an `ArgumentError`. */
  readonly url?: string | URL | undefined;
  readonly headers: HeadersInput;
}

interface NodeRequest {
  originalUrl?: unknown;
  rawHeaders?: unknown;
  socket?: { encrypted?: unknown } | null;
}

/** The parts of a request as the core's JSON text. @internal */
export function toRequestJson(request: unknown): string {
  if (typeof request !== 'object' || request === null) throw refuse('request', 'must be a request');
  const input = request as RequestInput & NodeRequest;
  const method = typeof input.method === 'string' ? input.method : 'GET';
  const scheme = input.socket?.encrypted === true ? 'https' : undefined;
  const headers = pairsOf(input).map(([name, value]) => [wellFormed(name), wellFormed(value)]);
  return JSON.stringify({ method, ...addressOf(input), scheme, headers });
}

/** A request that can be read more than once: this one, unless its headers are an iterator. @internal */
export function readable(request: RequestInput): RequestInput {
  const headers: unknown = typeof request === 'object' && request !== null ? request.headers : undefined;
  if (typeof (headers as { next?: unknown } | null | undefined)?.next !== 'function') return request;
  const { method, url, originalUrl, socket } = request as RequestInput & NodeRequest;
  return { method, url, originalUrl, socket, headers: [...(headers as Iterable<readonly [string, string]>)] } as RequestInput;
}

const ENCRYPTED = 1;
/** The address is what a client sent. */
const SENT = 2;

/** What the core makes decisions on. @internal */
export class Received {
  declare readonly method: string;
  declare readonly address: string;
  /** The scheme of its connection, and what its address is, as the core has it. */
  declare readonly kind: number;
  /** The headers that are looked at, each at the place of its name. */
  declare readonly values: (string | undefined)[];
  /** Names and values of those that came again, in turn. */
  declare again: string[] | undefined;

  constructor(request: unknown) {
    if (typeof request !== 'object' || request === null) throw refuse('request', 'must be a request');
    const input = request as RequestInput & NodeRequest;
    const { method, originalUrl, rawHeaders } = input;
    // A router that is mounted somewhere cuts its own part off `url`.
    const whole = typeof originalUrl === 'string';
    const raw = Array.isArray(rawHeaders);
    this.method = typeof method === 'string' ? method : 'GET';
    this.address = whole ? originalUrl : textOf(input.url ?? '/');
    this.kind = (input.socket?.encrypted === true ? ENCRYPTED : 0) + (whole || raw ? SENT : 0);
    this.values = (empty ??= DECIDING.names.map(() => undefined)).slice();
    this.again = undefined;
    if (raw) {
      for (let i = 0; i + 1 < rawHeaders.length; i += 2) this.#take(textOf(rawHeaders[i]), rawHeaders[i + 1]);
    } else eachHeader(input, (name, value) => this.#take(name, value));
  }

  #take(name: string, value: unknown): void {
    const place = DECIDING.placeOf(name);
    if (place < 0) return;
    if (this.values[place] === undefined) this.values[place] = textOf(value);
    else (this.again ??= []).push(name, textOf(value));
  }
}

/** A request as one text for the core, and of how many fields it is. @internal */
export interface RequestText {
  readonly text: string;
  readonly fields: number;
}

/**
 * What the core makes decisions on, as one text. Nothing for a request with something that is more than a byte, which only a
 * program makes: that goes as JSON.
 *
 * @internal
 */
export function toRequestText(received: Received): RequestText | undefined {
  const { method, address, kind } = received;
  const headers = headersOf(received);
  const fields = [method, kind & ENCRYPTED ? 'https' : '', kind & SENT ? 'target' : 'url', address, ...headers];
  const text = fields.join('\n');
  // An expression for what no byte is costs nothing on a text of bytes.
  return BEYOND_BYTES.test(text) ? undefined : { text, fields: fields.length };
}

/** The same as JSON text. @internal */
export function toReceivedJson(received: Received): string {
  const { method, address, kind } = received;
  const flat = headersOf(received);
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) headers.push([wellFormed(flat[i] ?? ''), wellFormed(flat[i + 1] ?? '')]);
  return JSON.stringify({
    method,
    [kind & SENT ? 'target' : 'url']: address,
    scheme: kind & ENCRYPTED ? 'https' : undefined,
    headers,
  });
}

/** What is a text already costs no call. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

/** Names and values in turn. */
function headersOf({ values, again }: Received): string[] {
  const headers: string[] = [];
  values.forEach((value, place) => {
    if (value !== undefined) headers.push(DECIDING.names[place] ?? '', value);
  });
  return again === undefined ? headers : [...headers, ...again];
}

// eslint-disable-next-line no-control-regex
/** What no byte is. @internal */
export const BEYOND_BYTES = /[^\x00-\xff]/;

/** The headers that are looked at, by their names. @internal */
export class LookedAt {
  readonly #find: () => readonly string[];
  #names: readonly string[] | undefined;
  #longest = 0;
  readonly #places = new Map<string, number>();

  /** @param find their names, in lower case */
  constructor(find: () => readonly string[]) {
    this.#find = find;
  }

  get names(): readonly string[] {
    if (this.#names === undefined) {
      this.#names = this.#find();
      this.#longest = Math.max(...this.#names.map((name) => name.length));
    }
    return this.#names;
  }

  /** The place of a header of this name, as it came, or -1. Names that may be one of them are remembered. */
  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const { names } = this;
    // Longer than any of them, and not remembered: it may be a piece of a text that is far larger.
    if (name.length > this.#longest) return -1;
    // Lower case is that of ASCII, as in the core: U+212A is no k.
    const place = BEYOND_ASCII.test(name) ? -1 : names.indexOf(name.toLowerCase());
    // Names are their senders': there may be any number.
    if (this.#places.size >= 1_000) this.#places.clear();
    this.#places.set(name, place);
    return place;
  }
}

// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** What decisions about requests are made on. */
const DECIDING = new LookedAt(() => nativeModule().lookedAt());
/** No header at all. */
let empty: undefined[] | undefined;

/** Without lone surrogates, which no header has and no UTF-8 can say. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text;
}

/** What a server's own request says was sent by a client, so it may be anything; a plain object's URL is the program's. */
function addressOf(request: RequestInput & NodeRequest): { target: string } | { url: string } {
  // A router that is mounted somewhere cuts its own part off `url`.
  if (typeof request.originalUrl === 'string') return { target: request.originalUrl };
  const url = String(request.url ?? '/');
  return Array.isArray(request.rawHeaders) ? { target: url } : { url };
}

/** The headers of a request, or those that it is: names and values in turn. @internal */
export function toHeaderList(request: unknown): string[] {
  if (typeof request !== 'object' || request === null) throw refuse('request', 'must be a request or its headers');
  const input = request as RequestInput & NodeRequest;
  const has = Array.isArray(input.rawHeaders) || (typeof input.headers === 'object' && input.headers !== null);
  const list: string[] = [];
  eachHeader(has ? input : { headers: request as HeadersInput }, (name, value) => list.push(name, value));
  return list;
}

function pairsOf(request: RequestInput & NodeRequest): [string, string][] {
  const pairs: [string, string][] = [];
  eachHeader(request, (name, value) => pairs.push([name, value]));
  return pairs;
}

function eachHeader(request: RequestInput & NodeRequest, take: (name: string, value: string) => unknown): void {
  const raw = request.rawHeaders;
  if (Array.isArray(raw)) {
    // Names and values in turn, each as often as it came.
    for (let i = 0; i + 1 < raw.length; i += 2) take(String(raw[i]), String(raw[i + 1]));
    return;
  }
  const headers: unknown = request.headers;
  if (typeof headers !== 'object' || headers === null) throw refuse('request.headers', 'must be an object, a Headers or a list of pairs');
  const entries = Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length < 2) throw refuse('request.headers', 'must be pairs of a name and a value');
    const [name, value] = entry as [unknown, unknown];
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) take(String(name), String(one));
  }
}

function refuse(argument: string, what: string): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` });
}
