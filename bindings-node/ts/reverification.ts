/** What to answer when a caller's proof of who they are is too old. */

import type { Reverification } from './auth.js';
import { runHelper } from './helper.js';

/** The answer that asks a browser to verify its user again. Clerk's frontend SDKs understand it. */
export interface ReverificationError {
  /** HTTP status: 403. */
  status: number;
  /** The body, to be sent as JSON. */
  body: {
    clerk_error: { type: 'forbidden'; reason: 'reverification-error'; metadata: { reverification: Reverification } };
  };
}

/**
 * The answer where `auth.has({ reverification })` says no.
 *
 * @param config what was asked.
 * @throws {ArgumentError} if it is neither a preset nor a level with `afterMinutes`.
 */
export function reverificationError(config: Reverification): ReverificationError {
  return runHelper('reverification_error', { config });
}
