// What the tests share.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

import { Clerk } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A module of the package that it does not export, on its own. */
export const internal = (name) => createRequire(import.meta.url)(join(ROOT, 'bindings-node/build', name));

/** An emulator and a client of it; nothing comes from this process's environment. */
export function pair(options = {}, emulatorOptions = {}) {
  const emulator = Emulator.start(emulatorOptions);
  return { emulator, clerk: clientOf(emulator, options) };
}

export function clientOf(emulator, options = {}) {
  return new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url, environment: {}, ...options });
}

/** Runs a script of `children/` in a Node of its own. */
export function run(script, { args = [], env = {}, timeout = 30_000 } = {}) {
  const path = join(ROOT, 'tests/node/children', script);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...args], { env: { ...process.env, ...env }, cwd: ROOT });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** The error that a promise is rejected with; an error of the test if it is not. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection, and there was none');
}
