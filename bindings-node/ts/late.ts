/**
 * The part of the package that is loaded when it is first used: resources, and the tables behind them. Who only verifies tokens
 * does without.
 */

type Late = typeof import('./generated/late.js');

let loaded: Late | undefined;

/** That part. @internal */
export function late(): Late {
  return (loaded ??= require('./generated/late.js') as Late);
}
