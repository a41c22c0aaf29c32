/** Session tokens for tests, without any server. */

import type { ManualClock } from './clock.js';
import { runHelper } from './helper.js';

/** The organization in a session token. */
export interface TokenOrganization {
  id: string;
  slug?: string | undefined;
  /** With or without `org:`. Default: `org:member`. */
  role?: string | undefined;
  /** Such as `org:invoices:read`. As in a real token, those of the system (`org:sys_…`) are left out. */
  permissions?: readonly string[] | undefined;
  /** Features of the organization; those of its permissions are added. */
  features?: readonly string[] | undefined;
}

/** What a session token should hold. */
export interface SessionTokenOptions {
  /** Its `sub`. Default: a user that nobody has heard of. */
  userId?: string | undefined;
  /** Its `sid`. Default: a session that nobody has heard of. */
  sessionId?: string | undefined;
  /** The active organization; an id alone is that of a member. Default: none. */
  org?: string | TokenOrganization | undefined;
  /** Claims laid over the others, verbatim; null removes one. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /** Header members laid over the others, verbatim; null removes one. */
  header?: Readonly<Record<string, unknown>> | undefined;
  /** How long it holds, in seconds. Default: 60. Zero and below: it has expired from the start. */
  expiresInSeconds?: number | undefined;
  /** When it was issued, in Unix seconds. Default: now. */
  issuedAt?: number | undefined;
  /** Its `iss`. Default: `https://clerk.example.com`. */
  issuer?: string | undefined;
  /** Its `azp`: the origin that asked for it. Default: none. */
  azp?: string | undefined;
  /** Where the time comes from. Default: the machine's clock. */
  clock?: ManualClock | undefined;
}

/**
 * The public half of the key that {@link mintSessionToken} signs with, as PEM: what a client takes as `jwtKey`. The key is made
 * when it is first wanted, and gone with this process.
 */
export function jwtKey(): string {
  return runHelper('jwt_key', {});
}

/**
 * Mints a session token without any server. A client with this process's {@link jwtKey} verifies it without one too.
 *
 * ```ts
 * const clerk = new Clerk({ jwtKey: jwtKey() });
 * const token = mintSessionToken({ userId: 'user_ada', org: { id: 'org_acme', role: 'org:admin' } });
 * const { sub } = await clerk.verifyToken(token);
 * ```
 *
 * @throws {ArgumentError} if an argument is none, or the organization has what no token can tell.
 */
export function mintSessionToken(options: SessionTokenOptions = {}): string {
  const { userId, sessionId, org, claims, header, expiresInSeconds, issuedAt, issuer, azp, clock } = options;
  return runHelper('mint_session_token', {
    user_id: userId,
    session_id: sessionId,
    org,
    claims,
    header,
    expires_in_seconds: expiresInSeconds,
    issued_at: issuedAt,
    issuer,
    azp,
    now_ms: clock?.now,
  });
}
