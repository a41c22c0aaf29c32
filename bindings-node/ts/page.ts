/** Listings: one page, or all of them one after the other. Which page comes next is decided in the core. */

import { native } from './error.js';
import type { NativeWalk } from './native.js';
import type { RawResponse } from './call.js';

/** One page of a listing as it was read. @internal */
export interface Listing<T> {
  data: T[];
  totalCount: number | null;
  first: string | null;
  last: string | null;
}

/** Fetches a page by the arguments of the core. @internal */
export type Fetch<T> = (argumentsJson: string) => Promise<{ listing: Listing<T>; response: RawResponse }>;

/** One page of a listing. */
export class Page<T> {
  /** The items. */
  readonly data: T[];
  /** How many there are in all; null where the API does not say. */
  readonly totalCount: number | null;
  readonly #next: NativeWalk;
  readonly #fetch: Fetch<T>;

  /** @internal */
  constructor(listing: Listing<T>, next: NativeWalk, fetch: Fetch<T>) {
    this.data = listing.data;
    this.totalCount = listing.totalCount;
    this.#next = next;
    this.#fetch = fetch;
  }

  /** Whether there may be another page. Nothing is sent to find out. */
  get hasNextPage(): boolean {
    return this.#next.arguments() !== null;
  }

  /** The next page, or null when this was the last. */
  async nextPage(): Promise<Page<T> | null> {
    const got = await turn(this.#next, this.#fetch);
    return got === null ? null : got.page;
  }
}

async function turn<T>(
  walk: NativeWalk,
  fetch: Fetch<T>,
): Promise<{ page: Page<T>; next: NativeWalk; response: RawResponse } | null> {
  const argumentsJson = walk.arguments();
  if (argumentsJson === null) return null;
  const { listing, response } = await fetch(argumentsJson);
  const { data, totalCount, first, last } = listing;
  const next = native(() => walk.advance(data.length, totalCount, first, last));
  return { page: new Page(listing, next, fetch), next, response };
}

/**
 * A listing that has not been asked for yet. Await it for its first page, or walk over every item of every page:
 * `for await (const user of clerk.users.list())`. Each page is asked for when it is wanted.
 *
 * @typeParam T what is listed
 */
export class Pager<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #start: () => NativeWalk;
  readonly #fetch: Fetch<T>;
  #first: Promise<{ page: Page<T>; response: RawResponse }> | undefined;

  /** @internal */
  constructor(start: () => NativeWalk, fetch: Fetch<T>) {
    this.#start = start;
    this.#fetch = fetch;
  }

  async #firstTurn(): Promise<{ page: Page<T>; response: RawResponse }> {
    const got = await turn(native(this.#start), this.#fetch);
    if (got === null) throw new TypeError('a listing that is over before its first page');
    return got;
  }

  #firstPage(): Promise<{ page: Page<T>; response: RawResponse }> {
    this.#first ??= this.#firstTurn();
    return this.#first;
  }

  /** Asks for the first page, once; a pager that is awaited twice gives the same page twice. */
  then<A = Page<T>, B = never>(
    onfulfilled?: ((value: Page<T>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#firstPage()
      .then((got) => got.page)
      .then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page<T> | B> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<Page<T>> {
    return this.then().finally(onfinally);
  }

  /** The first page, and the answer as it came. */
  async withResponse(): Promise<{ data: Page<T>; response: RawResponse }> {
    const { page, response } = await this.#firstPage();
    return { data: page, response };
  }

  /** The first page's answer as it came: status, headers, body. */
  async asResponse(): Promise<RawResponse> {
    return (await this.#firstPage()).response;
  }

  /** Every page, from the one that the arguments name. Each walk begins anew. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let walk: NativeWalk = native(this.#start);
    for (;;) {
      const got = await turn(walk, this.#fetch);
      if (got === null) return;
      yield got.page;
      walk = got.next;
    }
  }

  /** Every item of every page. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /**
   * Every item of every page, in one array.
   *
   * @param limit stop after this many. Default: all.
   */
  async toArray(limit: number = Infinity): Promise<T[]> {
    const all: T[] = [];
    if (limit <= 0) return all;
    for await (const item of this) {
      all.push(item);
      if (all.length >= limit) break;
    }
    return all;
  }
}
