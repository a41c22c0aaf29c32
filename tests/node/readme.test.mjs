// Every snippet of the README that is JavaScript runs as printed, and compiles as TypeScript.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { Emulator } from 'clerk-usher/testing';

import { runSnippet, snippets } from './readme_snippets.mjs';
import { ROOT } from './support.mjs';

const found = snippets(readFileSync(join(ROOT, 'README.md'), 'utf8'));
const emulator = Emulator.start();
after(() => emulator.stop());

describe('README.md', () => {
  test('has snippets', () => assert.ok(found.length >= 2));
  for (const snippet of found) {
    test(`line ${snippet.line} runs`, () => {
      const { well, stdout, stderr } = runSnippet(snippet, emulator);
      assert.ok(well, `${stdout}\n${stderr}`);
    });
  }
});

test('they are well typed', () => {
  const folder = mkdtempSync(join(ROOT, 'tests/node/types/.snippets-'));
  try {
    const files = found.map((snippet, index) => {
      const path = join(folder, `snippet${index}.mts`);
      writeFileSync(path, snippet.code);
      return path;
    });
    const base = JSON.parse(readFileSync(join(ROOT, 'tests/node/types/nodenext.tsconfig.json'), 'utf8')).compilerOptions;
    const compilerOptions = { ...base, noUncheckedIndexedAccess: false };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
