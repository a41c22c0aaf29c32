/** The other package, which only development has. */

import type { DevModule } from './dev/index.js';
import { nativeModule } from './native.js';

/**
 * The native module of `clerk-usher-dev`.
 *
 * @throws {Error} if it is not installed, or of another version.
 * @internal
 */
export function devModule(): DevModule {
  const version = nativeModule().nativeVersion();
  let module: DevModule;
  try {
    module = (require('clerk-usher-dev') as typeof import('./dev/index.js')).devModule();
  } catch (error) {
    if (!isMissing(error)) throw error;
    const message = `the emulator comes with the package clerk-usher-dev: npm install --save-dev clerk-usher-dev@${version}`;
    throw new Error(message, { cause: error });
  }
  const theirs = module.nativeVersion();
  if (theirs === version) return module;
  throw new Error(`clerk-usher-dev is ${theirs} and clerk-usher ${version}: install the same version of both`);
}

function isMissing(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'MODULE_NOT_FOUND' && String(message).includes("'clerk-usher-dev'");
}
