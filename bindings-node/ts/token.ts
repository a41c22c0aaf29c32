/** The claims of a session token. */

/** Who acts as the user, when somebody does. */
export interface ActorClaim {
  /** Who it is. */
  sub: string;
  iss?: string;
  sid?: string;
  type?: string;
  [claim: string]: unknown;
}

/** What is in a session token, verbatim: the names of its claims, and the claims that your template adds. */
export interface SessionClaims {
  /** The user. */
  sub: string;
  /** The instance that issued it. */
  iss?: string;
  /** The session. */
  sid?: string;
  /** When it expires, in Unix seconds. */
  exp: number;
  /** When it was issued, in Unix seconds. */
  iat?: number;
  /** Before when it does not hold, in Unix seconds. */
  nbf?: number;
  /** The origin it was requested from. */
  azp?: string;
  /** Whom it is for. */
  aud?: string | string[];
  /** Version of the claims: 2, or absent for 1. */
  v?: number;
  jti?: string;
  /** Status of the session, `active` or `pending`. */
  sts?: string;
  /** Minutes since the first and the second factor were verified; -1 for never. */
  fva?: [number, number];
  /** Who acts as the user, when somebody does. */
  act?: ActorClaim;
  [claim: string]: unknown;
}
