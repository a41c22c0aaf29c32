/** The requests that `authenticateRequest` takes: what a fetch `Request`, Node's `IncomingMessage` and plain objects have in common. */

import { ArgumentError } from './error.js';

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
  return JSON.stringify({ method, ...addressOf(input), scheme, headers: pairsOf(input) });
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
  return pairsOf(has ? input : { headers: request as HeadersInput }).flat();
}

function pairsOf(request: RequestInput & NodeRequest): [string, string][] {
  const raw = request.rawHeaders;
  if (Array.isArray(raw)) {
    // Names and values in turn, each as often as it came.
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([String(raw[i]), String(raw[i + 1])]);
    return pairs;
  }
  const headers: unknown = request.headers;
  if (typeof headers !== 'object' || headers === null) throw refuse('request.headers', 'must be an object, a Headers or a list of pairs');
  const entries = Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  const pairs: [string, string][] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length < 2) throw refuse('request.headers', 'must be pairs of a name and a value');
    const [name, value] = entry as [unknown, unknown];
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) pairs.push([String(name), String(one)]);
  }
  return pairs;
}

function refuse(argument: string, what: string): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` });
}
