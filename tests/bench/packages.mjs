/** The packages as they are installed: ours laid out as a user gets it, the peers from their registries, pinned. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { environment } from './contender.mjs';

/** Those that ours is measured beside. Each has a folder of its own, with all that it needs; Rust's is built by who calls this. */
export const PEERS = {
  rust: { todays: 'clerk-rs@0.5.0' },
  node: { todays: '@clerk/backend@3.20.1', library: 'fast-jwt@6.3.6', deliveries: 'svix@1.99.1' },
  python: { todays: 'clerk-backend-api==7.0.0', library: 'joserfc==1.8.0', deliveries: 'svix==2.9.1' },
};

/**
 * Finds the peers in the cache, and installs what is missing where that is asked for.
 *
 * @returns the folders by language and role; what could not be had is not among them.
 */
export function findPeers(cache, python, install, say) {
  const found = { node: {}, python: {} };
  const missing = [];
  for (const language of ['node', 'python']) {
    for (const [role, spec] of Object.entries(PEERS[language])) {
      const folder = join(cache, 'peers', language, role);
      const mark = join(folder, '.ready');
      const ready = () => existsSync(mark) && readFileSync(mark, 'utf8') === spec;
      if (!ready() && install) {
        say(`install ${spec}`);
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        try {
          (language === 'node' ? npm : pip)(folder, spec, python);
          writeFileSync(mark, spec);
        } catch {
          say(`${spec} cannot be installed`);
        }
      }
      if (ready()) found[language][role] = folder;
      else missing.push(spec);
    }
  }
  if (missing.length > 0) say(`peers skipped, as they are not installed: ${missing.join(', ')}`);
  return found;
}

function npm(folder, spec) {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const told = ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', spec];
  execFileSync(program, told, { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
}

function pip(folder, spec, python) {
  const told = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, spec];
  execFileSync(python, told, { stdio: ['ignore', 2, 2], env: environment() });
}

/** Lays ours out, with the native modules of this folder. `nodeFile` is the name that the Node package looks for. */
export function layOut(root, natives, nodeFile, cache) {
  const folders = { node: join(cache, 'ours/node'), python: join(cache, 'ours/python') };
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
  const inNode = join(folders.node, 'node_modules/clerk-usher');
  const dist = join(root, 'bindings-node/dist');
  cpSync(dist, join(inNode, 'bindings-node/dist'), { recursive: true, filter: (path) => !/\.(node|new)$/.test(path) });
  cpSync(join(root, 'package.json'), join(inNode, 'package.json'));
  writeFileSync(join(folders.node, 'package.json'), '{"private":true}');
  cpSync(library(natives, 'clerk_usher_node'), join(inNode, 'bindings-node/dist', nodeFile));

  const inPython = join(folders.python, 'clerk_usher');
  const left = (path) => !/\.(so|pyd|new)$|__pycache__/.test(basename(path));
  cpSync(join(root, 'bindings-python/python/clerk_usher'), inPython, { recursive: true, filter: left });
  const module = process.platform === 'win32' ? '_native.pyd' : '_native.abi3.so';
  cpSync(library(natives, 'clerk_usher_python'), join(inPython, module));
  return folders;
}

/** A native module, by the name that its system gives it. */
function library(natives, name) {
  const names = [`lib${name}.so`, `lib${name}.dylib`, `${name}.dll`];
  const found = names.map((each) => join(natives, each)).find(existsSync);
  if (found === undefined) throw new Error(`there is no ${name} in ${natives}`);
  return found;
}

/** How much a folder holds, in bytes; without what Python makes of it when it is first imported. */
export function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === '__pycache__' || entry.name === '.ready') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += sizeOf(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
