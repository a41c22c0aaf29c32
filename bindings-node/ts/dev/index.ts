/** The door of `clerk-usher-dev`: its native module, loaded when it is first asked for. @internal */

import { load } from '../load.js';

/** The API on this machine. */
export interface NativeEmulator {
  control(command: string, argumentsJson: string): string;
}

/** The module. */
export interface DevModule {
  NativeEmulator: { start(optionsJson: string): NativeEmulator };
  /** Runs the command `usher`, its name first; the exit code. It blocks until the command has ended. */
  NativeCommand: { run(args: string[]): number };
  nativeVersion(): string;
}

let loaded: DevModule | undefined;

/** The native module, loaded once a thread. */
export function devModule(): DevModule {
  loaded ??= load<DevModule>('clerk-usher-dev', __dirname);
  return loaded;
}
