/** Fields that are read when they are first looked at. To whoever has the object they are fields like any other. */

import { inspect } from 'node:util';

/**
 * Gives this object a field `data` that is read late. It is enumerable, so that copies, JSON and comparisons have it; printed it
 * is read.
 *
 * @internal
 */
export function withLateData<T extends object>(object: T, read: () => unknown): T {
  // A function: it can be frozen, and is left alone by proxies that wrap objects. Configurable: proxies may answer another.
  Object.defineProperty(object, LATE, { value: once(read), writable: true, configurable: true });
  Object.defineProperty(object, 'data', DATA);
  return Object.defineProperty(object, inspect.custom, PRINTED);
}

function once(read: () => unknown): () => unknown {
  let value: unknown;
  let unread: (() => unknown) | undefined = read;
  return () => {
    if (unread !== undefined) {
      value = unread();
      unread = undefined;
    }
    return value;
  };
}

/** Where an object has what reads it. */
const LATE = Symbol('late');

/**
 * The field. It is the same two functions for all objects: V8 keeps functions of a field, and all they know, until it next
 * collects all garbage.
 */
const DATA: PropertyDescriptor = {
  // Whoever asks, be it through a proxy or an object that inherits from this one.
  get(this: { [LATE]?: () => unknown }): unknown {
    const late = this[LATE];
    if (late === undefined) throw new TypeError(LOST);
    return late();
  },
  set(this: { [LATE]?: () => unknown }, value: unknown) {
    Object.defineProperty(this, 'data', { value, writable: true, enumerable: true, configurable: true });
    if (Object.hasOwn(this, LATE)) delete this[LATE];
  },
  enumerable: true,
  configurable: true,
};

const LOST =
  'the field `data` is read late, and was copied without what reads it: copy values, as `{ ...object }` does, or all property ' +
  'descriptors, those of symbols too';

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
