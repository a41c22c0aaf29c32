/** The items of a page, read when they are wanted. */

/** JSON arrays that are one together, or what was read of them. @internal */
export class Items<T> {
  #read: ((part: string) => T[]) | undefined;
  #parts: readonly string[];
  #all: T[] = [];

  /** Items that are read already. */
  static of<T>(all: T[]): Items<T> {
    const items = new Items<T>(undefined, []);
    items.#all = all;
    return items;
  }

  /** @param read reads an array */
  constructor(read: ((part: string) => T[]) | undefined, parts: readonly string[]) {
    this.#read = read;
    this.#parts = parts;
  }

  /** All of them: the same array each time. */
  all(): T[] {
    if (this.#read !== undefined) {
      this.#all = this.#parts.flatMap(this.#read);
      this.#parts = [];
      this.#read = undefined;
    }
    return this.#all;
  }

  /** One after the other, a part read when it is reached, so that a long page does not hold up everybody at once. */
  *each(): Generator<T, void, undefined> {
    // Not by `yield*`: it would ask an array's iterator to throw.
    const read = this.#read;
    if (read === undefined) for (const item of this.#all) yield item;
    else for (const part of this.#parts) for (const item of read(part)) yield item;
  }
}
