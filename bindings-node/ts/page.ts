/** Listings: one page, or all of them one after the other. Which page comes next is decided in the core. */

import { Ahead, type Ask, type Asked, type Listing } from './ahead.js';
import type { RawResponse } from './call.js';
import { native } from './error.js';
import type { Items } from './items.js';
import { withLateData } from './lately.js';
import type { NativeWalk } from './native.js';
import { toOptionsJson, WALK_NAMES, type WalkOptions } from './options.js';

/** One page of a listing. */
export class Page<T> {
  /** The items. They are read when they are first looked at; a field like any other. */
  declare readonly data: T[];
  /** How many there are in all pages; null where the API does not say. */
  declare readonly totalCount: number | null;
  readonly #count: number;
  readonly #next: NativeWalk;
  readonly #ask: Ask<T>;

  /** @internal */
  constructor(listing: Listing<T>, next: NativeWalk, ask: Ask<T>) {
    this.#count = listing.count;
    withLateData(this, () => listing.items.all());
    this.totalCount = listing.totalCount;
    this.#next = next;
    this.#ask = ask;
  }

  /** How many items this page came with. None is read for it. */
  get length(): number {
    return this.#count;
  }

  /** The items: `for (const user of page)` and `[...page]` are those of {@link Page.data}. */
  [Symbol.iterator](): Iterator<T, undefined> {
    return this.data[Symbol.iterator]();
  }

  /** Whether there may be another page. Nothing is sent to find out. */
  get hasNextPage(): boolean {
    return this.#next.arguments() !== null;
  }

  /** The next page, or null when this was the last. */
  async nextPage(): Promise<Page<T> | null> {
    const argumentsJson = this.#next.arguments();
    return argumentsJson === null ? null : (await turn(this.#next, this.#ask, this.#ask(argumentsJson))).page;
  }
}

async function turn<T>(
  walk: NativeWalk,
  ask: Ask<T>,
  asked: Asked<T>,
): Promise<{ page: Page<T>; items: Items<T>; next: NativeWalk; response: RawResponse }> {
  const { listing, response } = await asked.answer;
  const { count, totalCount, first, last } = listing;
  const next = native(() => walk.advance(count, totalCount, first, last));
  return { page: new Page(listing, next, ask), items: listing.items, next, response };
}

/**
 * A listing that has not been asked for yet. Await it for its first page, or walk over every item of every page:
 * `for await (const user of clerk.users.list())`. Each page is asked for when it is wanted, or with
 * {@link WalkOptions.concurrency} a few ahead of that.
 *
 * @typeParam T what is listed
 */
export class Pager<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #start: (optionsJson: string) => NativeWalk;
  readonly #ask: Ask<T>;
  #first: Promise<{ page: Page<T>; response: RawResponse }> | undefined;

  /** @internal */
  constructor(start: (optionsJson: string) => NativeWalk, ask: Ask<T>) {
    this.#start = start;
    this.#ask = ask;
  }

  async #firstTurn(): Promise<{ page: Page<T>; response: RawResponse }> {
    const walk = native(() => this.#start('{}'));
    return turn(walk, this.#ask, this.#ask(walk.arguments() ?? '{}'));
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

  /**
   * Every page, from the one that the arguments name. Each walk begins anew.
   *
   * @throws ArgumentError if `concurrency` is out of range; nothing is sent.
   */
  async *pages(options?: WalkOptions): AsyncGenerator<Page<T>, void, undefined> {
    for await (const { page } of this.#turns(options)) yield page;
  }

  async *#turns(options: WalkOptions | undefined): AsyncGenerator<{ page: Page<T>; items: Items<T> }, void, undefined> {
    let walk = native(() => this.#start(toOptionsJson(options, WALK_NAMES)));
    const ahead = new Ahead(this.#ask);
    try {
      for (let asked = ahead.next(walk); asked !== null; asked = ahead.next(walk)) {
        const got = await turn(walk, this.#ask, asked);
        yield got;
        walk = got.next;
      }
    } finally {
      ahead.cancel();
    }
  }

  /** Every item of every page. */
  async *items(options?: WalkOptions): AsyncGenerator<T, void, undefined> {
    for await (const { items } of this.#turns(options)) yield* items.each();
  }

  /** Every item of every page. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.items();
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
