/**
 * Errors, told apart by what a caller would do about them. Each is a class of its own, thrown by this facade, so
 * `instanceof` works. What goes wrong is decided in the core; here it only gets its class.
 */

import { camelMessage, camelPath } from './names.js';

/** The kind of an error; the same words in Rust, Python and Node. */
export type ErrorKind =
  | 'authentication'
  | 'payment_required'
  | 'permission_denied'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'validation'
  | 'rate_limit'
  | 'server'
  | 'api'
  | 'timeout'
  | 'connection'
  | 'decode'
  | 'config'
  | 'argument'
  | 'token'
  | 'unavailable'
  | 'webhook'
  | 'cancelled'
  | 'internal'
  | (string & {});

/** One entry of an API error's list. */
export interface ApiErrorItem {
  /** A code to program against, such as `resource_not_found`. */
  code: string;
  /** A sentence for developers. */
  message: string;
  /** A longer sentence, for users; null where the API gave none. */
  longMessage: string | null;
  /** More, verbatim, such as `{ param_name: 'email_address' }`; null where the API gave none. */
  meta: Record<string, unknown> | null;
}

/** What the native module says of a failure. @internal */
export interface ErrorEnvelope {
  kind: string;
  message: string;
  status?: number;
  errors?: { code: string; message: string; long_message: string | null; meta: Record<string, unknown> | null }[];
  trace_id?: string | null;
  retry_after?: number | null;
  headers?: [string, string][];
  body?: string;
  argument?: string;
  option?: string;
  reason?: string;
  action?: string | null;
}

/** Anything this package throws, but for the reason of an `AbortSignal`, which is rethrown as it is. */
export class ClerkError extends Error {
  /** What kind of error this is. */
  readonly kind: ErrorKind;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope.message, options);
    this.kind = envelope.kind;
  }

  static {
    // A class name that survives minifiers, and does not show up as a property of every instance.
    Object.defineProperty(this.prototype, 'name', { value: 'ClerkError', configurable: true, writable: true });
  }

  /** What may be logged: never a header, a body or a secret. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, kind: this.kind, message: this.message };
  }
}

/** An answer of the API that is not a success. Its subclasses go by status. */
export class ApiError extends ClerkError {
  /** HTTP status. */
  readonly status: number;
  /** What the API says is wrong; empty where the body does not say. */
  readonly errors: readonly ApiErrorItem[];
  /** The API's id for this request, to name to its support; null where there was none. */
  readonly traceId: string | null;
  /** Seconds to wait before another try, from `Retry-After`; null where there was none. */
  readonly retryAfter: number | null;
  readonly #headers: [string, string][];
  readonly #body: string;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.status = envelope.status ?? 0;
    this.errors = (envelope.errors ?? []).map((item) => ({
      code: item.code,
      message: item.message,
      longMessage: item.long_message ?? null,
      meta: item.meta ?? null,
    }));
    this.traceId = envelope.trace_id ?? null;
    this.retryAfter = envelope.retry_after ?? null;
    this.#headers = envelope.headers ?? [];
    this.#body = envelope.body ?? '';
  }

  /** Response headers. Not shown when the error is printed. */
  get headers(): Headers {
    return new Headers(this.#headers);
  }

  /** The body as it came, as text. Not shown when the error is printed. */
  get body(): string {
    return this.#body;
  }

  /** Whether the API gave this code. */
  hasCode(code: string): boolean {
    return this.errors.some((item) => item.code === code);
  }

  override toJSON(): Record<string, unknown> {
    const { status, errors, traceId, retryAfter } = this;
    return { ...super.toJSON(), status, errors, traceId, retryAfter };
  }
}

/** 401: the secret key is missing, wrong, or of another instance. */
export class AuthenticationError extends ApiError {}
/** 402: the instance's plan does not include this. */
export class PaymentRequiredError extends ApiError {}
/** 403: not allowed. */
export class PermissionDeniedError extends ApiError {}
/** 404: no such thing. */
export class NotFoundError extends ApiError {}
/** 409: the state of the thing does not allow it. */
export class ConflictError extends ApiError {}
/** 410: it was there once. */
export class GoneError extends ApiError {}
/** 400 and 422: the API refuses what it was sent. */
export class ValidationError extends ApiError {}
/** 429: too many requests, and the retries are used up. */
export class RateLimitError extends ApiError {}
/** 500 and above, and the retries are used up. */
export class ServerError extends ApiError {}

/** No answer within the time allowed. */
export class RequestTimeoutError extends ClerkError {}
/** No connection, or one that broke. */
export class RequestConnectionError extends ClerkError {}

/** An answer that cannot be read. */
export class DecodeError extends ClerkError {
  /** HTTP status. */
  readonly status: number;
  readonly #headers: [string, string][];
  readonly #body: string;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.status = envelope.status ?? 0;
    this.#headers = envelope.headers ?? [];
    this.#body = envelope.body ?? '';
  }

  /** Response headers. Not shown when the error is printed. */
  get headers(): Headers {
    return new Headers(this.#headers);
  }

  /** The body as it came, as text. Not shown when the error is printed. */
  get body(): string {
    return this.#body;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status };
  }
}

/** An option of the client or of the call is missing or wrong. Nothing was sent. */
export class ConfigError extends ClerkError {
  /** The option's name, such as `secretKey`. */
  readonly option: string;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.option = envelope.option ?? '';
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), option: this.option };
  }
}

/** An argument is missing, unknown, or of a wrong kind. Nothing was sent. */
export class ArgumentError extends ClerkError {
  /** The argument's name, or a path into it, such as `invitations[2].role`. */
  readonly argument: string;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.argument = envelope.argument ?? '';
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), argument: this.argument };
  }
}

/** A token that does not hold. */
export class TokenError extends ClerkError {
  /** Why, such as `token-expired`. */
  readonly reason: string;
  /** What to do about it, where there is something to do. */
  readonly action: string | null;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.reason = envelope.reason ?? '';
    this.action = envelope.action ?? null;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason, action: this.action };
  }
}

/** The keys that decide about a token could not be had: nothing is known of the token, and it may well hold. */
export class UnavailableError extends ClerkError {
  /** What kept the keys away, such as `jwk-remote-failed-to-load`. */
  readonly reason: string;
  /** What to do about it, where there is something to do. */
  readonly action: string | null;
  /** Seconds after which to try again, where known. */
  readonly retryAfter: number | null;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.reason = envelope.reason ?? '';
    this.action = envelope.action ?? null;
    this.retryAfter = envelope.retry_after ?? null;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason, action: this.action, retryAfter: this.retryAfter };
  }
}

/** A webhook that does not hold. */
export class WebhookError extends ClerkError {
  /** Why. */
  readonly reason: string;

  /** @internal */
  constructor(envelope: ErrorEnvelope, options?: ErrorOptions) {
    super(envelope, options);
    this.reason = envelope.reason ?? '';
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The call was given up for another reason than an `AbortSignal` of yours, whose own reason would be thrown. */
export class CancelledError extends ClerkError {}
/** A mistake of ours. Please report it. */
export class InternalError extends ClerkError {}

const CLASSES = {
  AuthenticationError,
  PaymentRequiredError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  GoneError,
  ValidationError,
  RateLimitError,
  ServerError,
  ApiError,
  RequestTimeoutError,
  RequestConnectionError,
  DecodeError,
  ConfigError,
  ArgumentError,
  TokenError,
  UnavailableError,
  WebhookError,
  CancelledError,
  InternalError,
} as const;

for (const [name, type] of Object.entries(CLASSES)) {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
}

const BY_KIND: Readonly<Record<string, new (envelope: ErrorEnvelope, options?: ErrorOptions) => ClerkError>> = {
  authentication: AuthenticationError,
  payment_required: PaymentRequiredError,
  permission_denied: PermissionDeniedError,
  not_found: NotFoundError,
  conflict: ConflictError,
  gone: GoneError,
  validation: ValidationError,
  rate_limit: RateLimitError,
  server: ServerError,
  api: ApiError,
  timeout: RequestTimeoutError,
  connection: RequestConnectionError,
  decode: DecodeError,
  config: ConfigError,
  argument: ArgumentError,
  token: TokenError,
  unavailable: UnavailableError,
  webhook: WebhookError,
  cancelled: CancelledError,
  internal: InternalError,
};

/** The error for an envelope that the core wrote: the names in it become Node's. @internal */
function toError(envelope: ErrorEnvelope): ClerkError {
  const type = Object.hasOwn(BY_KIND, envelope.kind) ? BY_KIND[envelope.kind] : undefined;
  const named = { ...envelope };
  if (envelope.argument !== undefined) named.argument = camelPath(envelope.argument);
  if (envelope.option !== undefined) named.option = camelPath(envelope.option);
  if (envelope.argument !== undefined || envelope.option !== undefined) named.message = camelMessage(envelope.message);
  return new (type ?? ClerkError)(named);
}

/** The error for an envelope's JSON text, or an `InternalError` for any other text (a panic's message). @internal */
export function parseError(text: string, cause?: unknown): ClerkError {
  const options = cause === undefined ? undefined : { cause };
  try {
    const envelope = JSON.parse(text) as ErrorEnvelope | null;
    if (typeof envelope?.kind === 'string') return toError(envelope);
  } catch {
    // Not an envelope: said below.
  }
  return new InternalError({ kind: 'internal', message: `internal error of clerk-usher, please report it: ${text}` }, options);
}

/**
 * Runs a synchronous function of the native module. What that throws has a `code` and, as its message, an envelope.
 *
 * @internal
 */
export function native<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw ours(error);
  }
}

/** An error of the native module as one of our classes; any other as it is. @internal */
export function ours(error: unknown): unknown {
  const thrownThere = error instanceof Error && !(error instanceof ClerkError) && 'code' in error;
  return thrownThere ? parseError(error.message, error) : error;
}
