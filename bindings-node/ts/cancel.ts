/** Giving calls up by a signal of the caller's. */

import type { NativeCanceller } from './native.js';

/** One listener a signal, however many calls it is given to: Node takes more than ten for a leak, and says so. */
const WATCHED = new WeakMap<AbortSignal, { cancellers: Set<NativeCanceller>; abort: () => void }>();

/** Cancels when the signal says so. Gives what ends that. @internal */
export function watch(signal: AbortSignal, canceller: NativeCanceller): () => void {
  const watched = WATCHED.get(signal) ?? begin(signal);
  watched.cancellers.add(canceller);
  return () => {
    watched.cancellers.delete(canceller);
    if (watched.cancellers.size > 0 || WATCHED.get(signal) !== watched) return;
    WATCHED.delete(signal);
    signal.removeEventListener('abort', watched.abort);
  };
}

function begin(signal: AbortSignal): { cancellers: Set<NativeCanceller>; abort: () => void } {
  const cancellers = new Set<NativeCanceller>();
  const abort = (): void => cancellers.forEach((canceller) => canceller.cancel());
  const watched = { cancellers, abort };
  signal.addEventListener('abort', abort, { once: true });
  WATCHED.set(signal, watched);
  return watched;
}
