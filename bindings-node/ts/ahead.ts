/** The pages of one walk that were asked for ahead of their turn. */

import type { Ends, RawResponse } from './call.js';
import type { Items } from './items.js';
import type { NativeWalk } from './native.js';

/** One page of a listing. @internal */
export interface Listing<T> extends Ends {
  items: Items<T>;
  totalCount: number | null;
}

/** A page on its way. A rejection that nobody looks at is no unhandled one. @internal */
export interface Asked<T> {
  answer: Promise<{ listing: Listing<T>; response: RawResponse }>;
  cancel(): void;
}

/** Asks for a page by the arguments of the core. @internal */
export type Ask<T> = (argumentsJson: string) => Asked<T>;

/** Requests in the order of their pages, each with the arguments it was asked with. How many, the core says. @internal */
export class Ahead<T> {
  readonly #ask: Ask<T>;
  readonly #asked: { argumentsJson: string; page: Asked<T> }[] = [];

  constructor(ask: Ask<T>) {
    this.#ask = ask;
  }

  /**
   * The page that the walk wants now, and asks for those ahead of it; null when the listing is over. What was asked for
   * in vain, because a page came out shorter or longer than the one before, is cancelled.
   */
  next(walk: NativeWalk): Asked<T> | null {
    const wanted = walk.ahead();
    let kept = 0;
    while (kept < this.#asked.length && this.#asked[kept]?.argumentsJson === wanted[kept]) kept++;
    this.cancel(kept);
    for (const argumentsJson of wanted.slice(kept)) this.#asked.push({ argumentsJson, page: this.#ask(argumentsJson) });
    return this.#asked.shift()?.page ?? null;
  }

  /** Cancels what is on its way, but for the first so many. */
  cancel(keep: number = 0): void {
    for (const { page } of this.#asked.splice(keep)) page.cancel();
  }
}
