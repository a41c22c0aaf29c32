/** Fields that are read when they are first looked at. To whoever has the object they are fields like any other. */

import { inspect } from 'node:util';

/**
 * Gives this object a field `data` that is read late. It is enumerable, so that copies, JSON and comparisons have it; printed it
 * is read.
 *
 * @internal
 */
export function withLateData<T extends object>(object: T, read: () => unknown): T {
  const late: Late = { read, value: undefined };
  Object.defineProperty(object, LATE, { value: late });
  Object.defineProperty(object, 'data', DATA);
  return Object.defineProperty(object, inspect.custom, PRINTED);
}

/** What stands behind such a field. */
interface Late {
  /** Nothing once it was read. */
  read: (() => unknown) | undefined;
  value: unknown;
}

/** Where an object has it. */
const LATE = Symbol('late');

/**
 * The field. It is the same two functions for all objects: with functions of their own each would be of a kind of its own to V8,
 * which is dear, and keeps what the functions know until it next collects all garbage.
 */
const DATA: PropertyDescriptor = {
  // Whoever asks, be it through a proxy or an object that inherits from this one.
  get(this: { [LATE]?: Late }): unknown {
    const late = this[LATE];
    if (late?.read !== undefined) {
      late.value = late.read();
      late.read = undefined;
    }
    return late?.value;
  },
  set(this: object, value: unknown) {
    Object.defineProperty(this, 'data', { value, writable: true, enumerable: true, configurable: true });
  },
  enumerable: true,
  configurable: true,
};

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
