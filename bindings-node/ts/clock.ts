/** Time, for tests. */

import { nativeModule, type NativeClock } from './native.js';
import { native } from './error.js';

const NATIVE = new WeakMap<ManualClock, NativeClock>();

/** A clock that stands still until it is moved: give it to a client as `clock`. */
export class ManualClock {
  /** @param now where it stands at first: a `Date`, or Unix milliseconds. Default: the machine's time. */
  constructor(now: Date | number = Date.now()) {
    const module = nativeModule();
    NATIVE.set(this, native(() => new module.NativeClock(milliseconds(now))));
  }

  /** Where it stands, in Unix milliseconds. */
  get now(): number {
    return nativeClock(this).now();
  }

  /** Puts it to a time: a `Date`, or Unix milliseconds. */
  set(now: Date | number): void {
    nativeClock(this).set(milliseconds(now));
  }

  /** Moves it, forwards or (below 0) backwards, by this many milliseconds. */
  advance(milliseconds: number): void {
    nativeClock(this).advance(milliseconds);
  }
}

/** @internal */
export function nativeClock(clock: ManualClock): NativeClock {
  const found = NATIVE.get(clock);
  if (found === undefined) throw new TypeError('`clock` must be a ManualClock');
  return found;
}

function milliseconds(time: Date | number): number {
  return typeof time === 'number' ? time : time.getTime();
}
