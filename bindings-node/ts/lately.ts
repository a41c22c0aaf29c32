/** Fields that are read when they are first looked at. To whoever has the object they are fields like any other. */

import { inspect } from 'node:util';

/**
 * Makes a field of this object one that is read late. It is enumerable as it was, so that copies, JSON and comparisons have it;
 * printed it is read.
 *
 * @internal
 */
export function withLate<T extends object>(object: T, name: string, read: () => unknown): T {
  let value: unknown;
  let unread: (() => unknown) | undefined = read;
  Object.defineProperty(object, name, {
    // Whoever asks, be it through a proxy or an object that inherits from this one.
    get: () => {
      if (unread !== undefined) {
        value = unread();
        unread = undefined;
      }
      return value;
    },
    set(this: object, other: unknown) {
      Object.defineProperty(this, name, { value: other, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
  return Object.defineProperty(object, inspect.custom, PRINTED);
}

const PRINTED: PropertyDescriptor = {
  value(this: object): object {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object | null) as object, this);
  },
  writable: true,
  configurable: true,
};
