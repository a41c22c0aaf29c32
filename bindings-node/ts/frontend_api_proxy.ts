/** The Frontend API under a path of your own: which requests are for it, what to send on, what to answer. */

import { native } from './error.js';
import { argumentsJson } from './helper.js';
import { nativeModule, type NativeFrontendApiProxy } from './native.js';
import { toRequestJson, type RequestInput } from './request.js';

/** How a proxy is set up. */
export interface FrontendApiProxyOptions {
  /** The instance's publishable key. Default: `CLERK_PUBLISHABLE_KEY`. */
  publishableKey?: string | undefined;
  /** The instance's secret key. Default: `CLERK_SECRET_KEY`. */
  secretKey?: string | undefined;
  /** The path that is the proxy's, with all below it. Default: `/__clerk`. */
  path?: string | undefined;
  /** Where the Frontend API is. Default: `CLERK_FAPI_URL`, or as the publishable key says. */
  fapiUrl?: string | undefined;
  /** Where unset options come from. Default: `process.env`. */
  environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** An answer that needs nobody else: an error, as JSON. */
export interface ProxyAnswer {
  kind: 'answer';
  /** HTTP status. */
  status: number;
  /** Headers, names in lower case. */
  headers: [name: string, value: string][];
  /** The body: JSON text. */
  body: string;
}

/** The head of the answer for the browser. Its body is that of the Frontend API's answer, decoded if it was encoded. */
export interface ProxyResponse {
  /** HTTP status. */
  status: number;
  /** Headers, names in lower case; `set-cookie` may be there several times. */
  headers: [name: string, value: string][];
}

/** A request to send to the Frontend API, with the body of the browser's. */
export class ProxyRequest {
  readonly kind = 'send';
  /** The method, as it came. */
  readonly method: string;
  /** Where to send it: always on the Frontend API's own host. */
  readonly url: string;
  readonly #headers: [string, string][];
  readonly #context: string;
  readonly #native: NativeFrontendApiProxy;

  /** @internal */
  constructor(proxy: NativeFrontendApiProxy, told: { method: string; url: string; headers: [string, string][]; context: string }) {
    this.method = told.method;
    this.url = told.url;
    this.#headers = told.headers;
    this.#context = told.context;
    this.#native = proxy;
  }

  /** Its headers, names in lower case; `host` and **the secret key** are among them. Not shown when it is printed. */
  get headers(): [name: string, value: string][] {
    return this.#headers;
  }

  /** What to answer the browser with, given status and headers of the Frontend API's answer. */
  response(status: number, headers: Iterable<readonly [string, string]>): ProxyResponse {
    const pairs = JSON.stringify([...headers]);
    return JSON.parse(native(() => this.#native.response(this.#context, status, pairs))) as ProxyResponse;
  }

  /** The answer where it could not be sent, or got none: 502. */
  failed(): ProxyAnswer {
    return { kind: 'answer', ...(JSON.parse(native(() => this.#native.failed())) as Omit<ProxyAnswer, 'kind'>) };
  }
}

/** Statuses whose answers have no body. */
const NO_BODY = new Set([101, 204, 205, 304]);

/**
 * Proxies the Frontend API under a path of the application's own.
 *
 * ```ts
 * const proxy = new FrontendApiProxy(); // CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY
 * if (proxy.matches(request)) return proxy.handle(request);
 * ```
 */
export class FrontendApiProxy {
  readonly #native: NativeFrontendApiProxy;

  /**
   * Missing keys are no errors here: requests are answered with 500 then, and the rest of the application lives.
   *
   * @throws {ConfigError} if `path` is none.
   */
  constructor(options?: FrontendApiProxyOptions);
  constructor(options: FrontendApiProxyOptions | { native: NativeFrontendApiProxy } = {}) {
    if ('native' in options) {
      this.#native = options.native;
      return;
    }
    const module = nativeModule();
    const json = proxyOptionsJson(options, options.environment ?? process.env);
    this.#native = native(() => module.NativeFrontendApiProxy.create(json));
  }

  /** One that the native module has made. @internal */
  static of(proxy: NativeFrontendApiProxy): FrontendApiProxy {
    return new (FrontendApiProxy as unknown as new (made: { native: NativeFrontendApiProxy }) => FrontendApiProxy)({ native: proxy });
  }

  /** The path, without a slash at its end. */
  get path(): string {
    return this.#native.path();
  }

  /** Whether a request is for the proxy: its path is the proxy's, or below it. */
  matches(request: RequestInput): boolean {
    const json = toRequestJson(request);
    return native(() => this.#native.matches(json));
  }

  /**
   * What to do with a request: send this one on, or answer this. It sends nothing, and touches no body. A
   * request that is not for the proxy is answered with 400: ask {@link FrontendApiProxy.matches} first where there are others.
   */
  prepare(request: RequestInput): ProxyAnswer | ProxyRequest {
    const json = toRequestJson(request);
    const told = JSON.parse(native(() => this.#native.prepare(json))) as {
      answer?: Omit<ProxyAnswer, 'kind'>;
      send?: ConstructorParameters<typeof ProxyRequest>[1];
    };
    if (told.send !== undefined) return new ProxyRequest(this.#native, told.send);
    return { kind: 'answer', ...(told.answer as Omit<ProxyAnswer, 'kind'>) };
  }

  /**
   * Sends a request on with the platform's `fetch`, both bodies as streams, and gives the answer for the browser.
   *
   * @param request a fetch `Request`; its signal gives the request up.
   * @returns an answer, whatever happens; but a request that was given up rejects with its signal's reason.
   */
  async handle(request: Request): Promise<Response> {
    const outgoing = this.prepare(request);
    if (outgoing.kind === 'answer') return answer(outgoing);
    let upstream: Response;
    try {
      // `fetch` writes these itself: from the URL, and from how the body is sent.
      const headers = outgoing.headers.filter(([name]) => name !== 'host' && name !== 'content-length');
      upstream = await fetch(outgoing.url, {
        method: outgoing.method,
        headers,
        redirect: 'manual',
        signal: request.signal,
        ...(request.body === null ? {} : { body: request.body, duplex: 'half' }),
      });
    } catch {
      request.signal.throwIfAborted();
      return answer(outgoing.failed());
    }
    const { status, headers } = outgoing.response(upstream.status, upstream.headers);
    return new Response(NO_BODY.has(status) ? null : upstream.body, { status, statusText: upstream.statusText, headers });
  }
}

function answer({ status, headers, body }: ProxyAnswer): Response {
  return new Response(body, { status, headers });
}

/** @internal */
export function proxyOptionsJson(
  options: FrontendApiProxyOptions,
  environment: Readonly<Record<string, string | undefined>> | undefined,
): string {
  const variables = environment && Object.fromEntries(Object.entries(environment).filter(([name, value]) => name.startsWith('CLERK_') && value !== undefined));
  return argumentsJson({
    publishable_key: options.publishableKey,
    secret_key: options.secretKey,
    path: options.path,
    fapi_url: options.fapiUrl,
    environment: variables,
  });
}
