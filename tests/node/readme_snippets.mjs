// Runs every ```js and ```ts block of a Markdown file against the emulator, with the keys and the URL in the environment,
// as a reader would: `node readme_snippets.mjs README.md`, in a folder where the package is installed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Emulator } from 'clerk-usher/testing';

/** The JavaScript and TypeScript blocks of a Markdown text, each with the line it starts at. */
export function snippets(markdown) {
  const found = [];
  const fence = /^```(js|mjs|cjs|ts)\b[^\n]*\n([\s\S]*?)^```$/gm;
  for (const match of markdown.matchAll(fence)) {
    const line = markdown.slice(0, match.index).split('\n').length;
    found.push({ line, language: match[1], code: match[2] });
  }
  return found;
}

/** Runs one; what it printed, and whether it ended well. */
export function runSnippet(snippet, emulator) {
  // Beside this script, so that the package is found as it is here.
  const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), '.snippet-'));
  try {
    const path = join(folder, `snippet.${snippet.language === 'cjs' ? 'cjs' : 'mjs'}`);
    writeFileSync(path, snippet.code);
    const env = {
      ...process.env,
      CLERK_SECRET_KEY: emulator.secretKey,
      CLERK_PUBLISHABLE_KEY: emulator.publishableKey,
      CLERK_API_URL: emulator.url,
    };
    const child = spawnSync(process.execPath, [path], { env, encoding: 'utf8', timeout: 30_000 });
    return { well: child.status === 0 && child.stderr === '', stdout: child.stdout, stderr: child.stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? 'README.md';
  const found = snippets(readFileSync(path, 'utf8'));
  if (found.length === 0) {
    console.error(`${path} has no snippets`);
    process.exit(1);
  }
  const emulator = Emulator.start();
  let failed = 0;
  for (const snippet of found) {
    const { well, stdout, stderr } = runSnippet(snippet, emulator);
    console.log(`${well ? 'ok' : 'FAILED'}  ${path}:${snippet.line}`);
    if (!well) console.log(`${stdout}\n${stderr}`);
    failed += well ? 0 : 1;
  }
  emulator.stop();
  process.exitCode = failed === 0 ? 0 : 1;
}
