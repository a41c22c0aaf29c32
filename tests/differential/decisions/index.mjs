// The decisions by which we differ on purpose.

import { CLAIMS } from './claims.mjs';
import { LAWS, OUTCOME, SHAPES } from './outcome.mjs';
import { REQUEST } from './request.mjs';

/**
 * Each is a prediction, and says when it holds. A rewrite says: on this request we do what they do on that one; it gives
 * undefined for requests that the decision is not about. An expectation says what becomes of their outcome. Either way all
 * of our outcome is compared with what is predicted, so none excuses more than it says.
 */
export const DECISIONS = [...REQUEST, ...CLAIMS, ...OUTCOME, ...SHAPES, ...LAWS];
