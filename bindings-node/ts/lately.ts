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
    const copy = Object.create(Object.getPrototypeOf(this) as object | null) as object;
    for (const key of Reflect.ownKeys(this)) {
      // Defined, as a field may be called `__proto__`.
      if (Object.prototype.propertyIsEnumerable.call(this, key)) {
        Object.defineProperty(copy, key, { value: (this as Record<PropertyKey, unknown>)[key], writable: true, enumerable: true, configurable: true });
      }
    }
    // It may inherit from such an object, and is not to be printed by way of that.
    return Object.defineProperty(copy, inspect.custom, { value: undefined });
  },
  writable: true,
  configurable: true,
};
