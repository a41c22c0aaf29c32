/**
 * Finds and loads the native module of a package.
 *
 * @internal
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The names a build of a package's native module may have on this machine, likeliest first. */
export function candidates(name: string, platform: string = process.platform, arch: string = process.arch): string[] {
  const whole = `${name}.${platform}-${arch}`;
  if (platform === 'linux') return [`${whole}-gnu.node`, `${whole}-musl.node`];
  if (platform === 'win32') return [`${whole}-msvc.node`, `${whole}-gnu.node`];
  return [`${whole}.node`];
}

/**
 * Loads a package's native module from a folder.
 *
 * @throws Error that says what was tried, what went wrong with each, and what to do; `cause` is the last failure.
 */
export function load<T>(name: string, folder: string, names: string[] = candidates(name)): T {
  const tried: string[] = [];
  let cause: unknown;
  for (const file of names) {
    const path = join(folder, file);
    if (!existsSync(path)) {
      tried.push(`  ${path}: there is no such file`);
      continue;
    }
    try {
      return require(path) as T;
    } catch (error) {
      cause = error;
      tried.push(`  ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const machine = `${process.platform}-${process.arch}, Node ${process.versions.node}`;
  const advice =
    cause === undefined
      ? 'This package has no build for this machine, or the build was left behind when the package was copied or bundled:\n' +
        `keep \`${name}\` out of the bundle (mark it external) and install it on the machine that runs it. To build it\n` +
        'from source, see "Working on it" in the README.'
      : 'The build is there but cannot be loaded: most often it is for another system or C library than this one. Delete\n' +
        'node_modules and install again on the machine that runs it.';
  throw new Error(`${name} has no native module for ${machine}. Tried:\n${tried.join('\n')}\n${advice}`, { cause });
}
