// What is in the package, and that it is one package, whatever loads it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import * as esm from 'clerk-usher';
import * as esmTesting from 'clerk-usher/testing';

import { ROOT, internal } from './support.mjs';

const require = createRequire(import.meta.url);
const { load, candidates } = internal('load.js');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('import and require give the same objects', () => {
  for (const [one, other] of [[esm, require('clerk-usher')], [esmTesting, require('clerk-usher/testing')]]) {
    const names = Object.keys(other).filter((name) => name !== '__esModule');
    assert.deepEqual(Object.keys(one).filter((name) => !['default', 'module.exports', '__esModule'].includes(name)).sort(), names.sort());
    for (const name of names) assert.equal(one[name], other[name], name);
  }
});

test('a first client loads one file and the native module; resources come when they are asked for', () => {
  const script = `
    const { Clerk } = require('clerk-usher');
    const clerk = new Clerk({ secretKey: 'sk_test_1', environment: {} });
    const files = () => Object.keys(require.cache).filter((path) => path.includes('bindings-node')).length;
    const before = files();
    clerk.users;
    console.log(before, files());`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }), '3 4\n');
});

test('there are no runtime dependencies, and no scripts at installation', () => {
  for (const field of ['dependencies', 'optionalDependencies', 'bundledDependencies']) {
    assert.equal(manifest[field], undefined, field);
  }
  assert.deepEqual(manifest.peerDependencies, { 'clerk-usher-dev': manifest.version });
  assert.deepEqual(manifest.peerDependenciesMeta, { 'clerk-usher-dev': { optional: true } });
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(manifest.scripts[script], undefined);
  assert.match(manifest.description, /[Uu]nofficial/);
});

test('the native modules are of this version', () => {
  assert.equal(load('clerk-usher', join(ROOT, 'bindings-node/dist')).nativeVersion(), manifest.version);
  const dev = JSON.parse(readFileSync(join(ROOT, 'bindings-node-dev/package.json'), 'utf8'));
  assert.equal(dev.version, manifest.version);
  assert.equal(load('clerk-usher-dev', join(ROOT, 'bindings-node-dev/dist')).nativeVersion(), dev.version);
});

test('without the package for development all but the emulator is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'));
  try {
    const alone = join(folder, 'node_modules/clerk-usher');
    cpSync(join(ROOT, 'bindings-node/dist'), join(alone, 'bindings-node/dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(alone, 'package.json'));
    const script = `
      const { Emulator, mintSessionToken } = require('clerk-usher/testing');
      console.log(typeof mintSessionToken());
      try { Emulator.start(); } catch (error) { console.log(error.message); }`;
    const told = execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    const how = `npm install --save-dev clerk-usher-dev@${manifest.version}`;
    assert.equal(told, `string\nthe emulator comes with the package clerk-usher-dev: ${how}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the package has what it exports, and no sources or tests', () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const packed = execFileSync(npm, ['pack', '--dry-run', '--json', '--silent'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const listed = JSON.parse(packed);
  const files = (Array.isArray(listed) ? listed[0] : Object.values(listed)[0]).files.map((file) => file.path);
  for (const conditions of Object.values(manifest.exports)) {
    const targets = typeof conditions === 'string' ? [conditions] : Object.values(conditions).flatMap((one) => Object.values(one));
    for (const target of targets) assert.ok(files.includes(target.replace('./', '')), target);
  }
  assert.ok(files.some((path) => path.endsWith('.node')));
  assert.ok(files.includes('README.md') && files.includes('LICENSE'));
  for (const path of files) assert.match(path, /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bindings-node\/dist\/)/);
});

test('the names of native modules', () => {
  assert.deepEqual(candidates('clerk-usher', 'linux', 'x64'), ['clerk-usher.linux-x64-gnu.node', 'clerk-usher.linux-x64-musl.node']);
  assert.deepEqual(candidates('clerk-usher', 'darwin', 'arm64'), ['clerk-usher.darwin-arm64.node']);
  assert.equal(candidates('clerk-usher', 'win32', 'x64')[0], 'clerk-usher.win32-x64-msvc.node');
});

test('a loader that finds nothing says what it tried, why, and what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'));
  try {
    assert.throws(
      () => load('clerk-usher', folder, ['clerk-usher.none.node']),
      (error) => {
        assert.match(error.message, /no native module for/);
        assert.match(error.message, /clerk-usher\.none\.node: there is no such file/);
        assert.match(error.message, /install it on the machine that runs it/);
        assert.equal(error.cause, undefined);
        return true;
      },
    );
    writeFileSync(join(folder, 'clerk-usher.broken.node'), 'this is no shared library');
    assert.throws(
      () => load('clerk-usher', folder, ['clerk-usher.none.node', 'clerk-usher.broken.node']),
      (error) => {
        assert.match(error.message, /none\.node: there is no such file\n.*broken\.node: /);
        assert.match(error.message, /install again/);
        assert.ok(error.cause instanceof Error);
        return true;
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
