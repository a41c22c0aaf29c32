/** Looking into a token without asking whether it is genuine. */

import { runHelper } from './helper.js';
import type { SessionClaims } from './token.js';

/** The header of a token. */
export interface TokenHeader {
  alg?: string;
  /** The id of the key. */
  kid?: string;
  typ?: string;
  /** The category of the token. */
  cat?: string;
  [name: string]: unknown;
}

/**
 * What a token says of itself. **Nothing in it is verified**: anybody can write a token that says anything. It is for logs,
 * tests and curiosity; to decide who is calling, use `verifyToken` or `authenticateRequest`.
 */
export interface UnverifiedToken<T extends object = Partial<SessionClaims>> {
  /** The header's fields. */
  header: TokenHeader;
  /** The claims, verbatim. */
  payload: T;
  /** The signature's bytes. */
  signature: Uint8Array;
  /** The three parts as they were written. */
  raw: { header: string; payload: string; signature: string };
}

/**
 * Takes a JWT apart, **without verifying anything** (R-201 to R-203).
 *
 * @throws {TokenError} `token-invalid`, if it is no JWT whose header and payload are JSON objects.
 */
export function decodeToken<T extends object = Partial<SessionClaims>>(token: string): UnverifiedToken<T> {
  const told = runHelper<{ header: string; payload: string; raw: UnverifiedToken['raw'] }>('decode_token', {
    token: typeof token === 'string' ? token : '',
  });
  return {
    header: JSON.parse(told.header) as TokenHeader,
    payload: JSON.parse(told.payload) as T,
    signature: new Uint8Array(Buffer.from(told.raw.signature, 'base64url')),
    raw: told.raw,
  };
}
