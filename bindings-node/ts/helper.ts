/** The door to the core's helpers: arguments by name, an answer of JSON. */

import { ArgumentError, native } from './error.js';
import { nativeModule } from './native.js';

/**
 * Runs a helper. Arguments are in the names of the core; one that is undefined is not there.
 *
 * @internal
 */
export function runHelper<T>(name: string, argumentsObject: Readonly<Record<string, unknown>>): T {
  const module = nativeModule();
  return JSON.parse(native(() => module.NativeHelper.run(name, argumentsJson(argumentsObject)))) as T;
}

/** Arguments as the core's JSON text. @internal */
export function argumentsJson(argumentsObject: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(argumentsObject)) {
    if (value === undefined) continue;
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch {
      // A circle, or a number that JSON has no form for: said below.
    }
    if (text === undefined) throw new ArgumentError({ kind: 'argument', argument: name, message: `\`${name}\` cannot be written as JSON` });
    // A lone surrogate has no UTF-8 form, and is in nothing that is valid.
    parts.push(`${JSON.stringify(name)}:${text.replace(/\\ud[89a-f][0-9a-f]{2}/g, '\\ufffd')}`);
  }
  return `{${parts.join(',')}}`;
}
