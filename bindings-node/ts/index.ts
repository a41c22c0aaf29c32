/**
 * Unofficial backend SDK for the Clerk API.
 *
 * @packageDocumentation
 */

export {
  Auth,
  RequestState,
  type AcceptedToken,
  type AuthStatus,
  type GetTokenOptions,
  type HasQuestion,
  type NodeResponse,
  type Reverification,
  type TokenType,
} from './auth.js';
export { Call, RawResponse } from './call.js';
export { Clerk, type QueryValue, type RequestParams } from './client.js';
export {
  ApiError,
  ArgumentError,
  AuthenticationError,
  CancelledError,
  ClerkError,
  ConfigError,
  ConflictError,
  DecodeError,
  GoneError,
  InternalError,
  NotFoundError,
  PaymentRequiredError,
  PermissionDeniedError,
  RateLimitError,
  RequestConnectionError,
  RequestTimeoutError,
  ServerError,
  TokenError,
  UnavailableError,
  ValidationError,
  WebhookError,
  type ApiErrorItem,
  type ErrorKind,
} from './error.js';
export type { FileBytes, FileInput, FileStream } from './file.js';
export type {
  AuthenticateRequestOptions,
  CallOptions,
  ClerkOptions,
  JwtKeyObject,
  VerifyMachineTokenOptions,
  VerifyTokenOptions,
  WalkOptions,
} from './options.js';
export type { MachineToken } from './machine.js';
export * from './metadata.js';
export { decodeToken, type TokenHeader, type UnverifiedToken } from './decode.js';
export { Report, type Finding } from './doctor.js';
export {
  FrontendApiProxy,
  ProxyRequest,
  type FrontendApiProxyOptions,
  type ProxyAnswer,
  type ProxyResponse,
} from './frontend_api_proxy.js';
export {
  apiUrlFromPublishableKey,
  instanceTypeOfPublishableKey,
  instanceTypeOfSecretKey,
  isPublishableKey,
  parsePublishableKey,
  publishableKeyFromHost,
  publishableKeyFromRequestHost,
  type InstanceType,
  type ParsePublishableKeyOptions,
  type PublishableKey,
} from './key.js';
export { Page, Pager } from './page.js';
export { Redirects, type RedirectsOptions } from './redirect.js';
export { reverificationError, type ReverificationError } from './reverification.js';
export type { CallEvent, Hook, HookOptions } from './hooks.js';
export type { HeadersInput, RequestInput } from './request.js';
export type { ActorClaim, SessionClaims } from './token.js';
export { TransportError, type Transport } from './transport.js';
export type { UnknownEventType } from './event.js';
export { Webhook, WebhookDelivery, type WebhookBody, type WebhookOptions } from './webhook.js';
export * from './generated/index.js';
