// The testing kit under other test runners, in a place of their own: they are too large for everybody's node_modules.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { ROOT } from './support.mjs';

const SOURCES = join(ROOT, 'tests/node/runners');
const FOLDER = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'runners');
const MARK = join(FOLDER, '.ready');
const JEST = { rootDir: FOLDER, testEnvironment: 'node', testMatch: ['**/*.jest.cjs'], transform: {}, watchman: false };

function run(program, args) {
  const done = spawnSync(program, args, { cwd: FOLDER, encoding: 'utf8', env: { ...process.env, CI: '1', NODE_TEST_CONTEXT: undefined } });
  assert.equal(done.status, 0, `${program} ${args.join(' ')}\n${done.error ?? ''}\n${done.stdout}\n${done.stderr}`);
  return done.stdout + done.stderr;
}

before(() => {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(SOURCES)) copyFileSync(join(SOURCES, name), join(FOLDER, name));
  const pins = readFileSync(join(SOURCES, 'package.json'), 'utf8');
  if (!existsSync(MARK) || readFileSync(MARK, 'utf8') !== pins) {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    run(npm, ['install', '--no-package-lock', '--loglevel=error', '--no-audit', '--no-fund']);
    writeFileSync(MARK, pins);
  }
  const link = join(FOLDER, 'node_modules/clerk-usher');
  rmSync(link, { force: true });
  symlinkSync(ROOT, link, 'junction');
  writeFileSync(join(FOLDER, 'vitest.config.mjs'), "export default { test: { include: ['*.vitest.mjs'] } };\n");
  writeFileSync(join(FOLDER, 'jest.config.json'), JSON.stringify(JEST));
});

test('under vitest', () => {
  const told = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.mjs']);
  assert.match(told, /2 passed/);
});

test('under jest, several files in one process', () => {
  const told = run(process.execPath, ['node_modules/jest/bin/jest.js', '--config', 'jest.config.json', '--runInBand']);
  assert.match(told, /Tests:\s+4 passed/);
});
