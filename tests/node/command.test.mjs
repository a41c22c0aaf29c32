// The command `usher`, as the package brings it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { ROOT } from './support.mjs';

const PACKAGE = join(ROOT, 'bindings-node-dev');
const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const SCRIPT = join(PACKAGE, manifest.bin.usher);
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl';
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLERK_')));

const run = (args, options = {}) => spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', env, ...options });

test('it says its version', () => {
  const ran = run(['--version']);
  assert.deepEqual([ran.status, ran.stdout], [0, `usher ${manifest.version}\n`]);
  assert.ok(readFileSync(SCRIPT, 'utf8').startsWith('#!/usr/bin/env node\n'));
});

test('it decodes a token, given or on standard input', () => {
  for (const ran of [run(['token', 'decode', TOKEN, '--json']), run(['token', 'decode', '-', '--json'], { input: TOKEN })]) {
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(JSON.parse(ran.stdout), { verified: false, header: { alg: 'RS256' }, payload: { sub: 'user_1' } });
  }
  assert.equal(run(['token', 'decode', 'no token']).status, 1);
  assert.equal(run(['token']).status, 2);
});

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) {
  test(`dev answers until ${signal}`, { skip: process.platform === 'win32' }, async () => {
    const dev = spawn(process.execPath, [SCRIPT, 'dev', '--port', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = await once(createInterface({ input: dev.stdout }), 'line');
      const told = JSON.parse(line);
      const answer = await fetch(`${told.url}/v1/users/count`, { headers: { authorization: `Bearer ${told.secret_key}` } });
      assert.equal((await answer.json()).total_count, 0);
      dev.kill(signal);
      assert.deepEqual(await once(dev, 'exit'), [code, null]);
    } finally {
      dev.kill('SIGKILL');
    }
  });
}

test('much output comes whole through a pipe', () => {
  const ran = run(['api', '--list', '--json']);
  assert.equal(ran.status, 0);
  assert.ok(ran.stdout.trimEnd().split('\n').every((line) => JSON.parse(line).name));
});

test('a file that cannot be written is told', { skip: process.platform !== 'linux' }, () => {
  const full = openSync('/dev/full', 'w');
  const ran = run(['api', '--list'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /standard output/);
});
