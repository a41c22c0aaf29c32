/**
 * Makes the few files that are published: loading one is quick, loading fifty is not. The declarations beside them are
 * TypeScript's own work.
 *
 *   core.js             everything but what is loaded late
 *   generated/late.js   see ts/late.ts
 *   index, testing      the doors: .js for require, .mjs for import, to one copy of the code
 *
 * And those of `clerk-usher-dev`: the native module with the emulator (index.js), and the command `usher` (command.js).
 */

import { build } from 'esbuild';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, 'ts');
const DIST = join(HERE, 'dist');
const DEV = join(HERE, '../bindings-node-dev/dist');
const LATE = './generated/late';

for (const path of readdirSync(DIST, { recursive: true })) {
  if (/\.m?js$/.test(path)) rmSync(join(DIST, path));
}

const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };
await build({ ...common, entryPoints: [join(SOURCES, 'core.ts')], outfile: join(DIST, 'core.js'), external: [`${LATE}.js`, 'clerk-usher-dev'] });
await build({ ...common, entryPoints: [join(SOURCES, 'dev/index.ts')], outfile: join(DEV, 'index.js') });
const command = { entryPoints: [join(SOURCES, 'dev/command.ts')], outfile: join(DEV, 'command.js') };
await build({ ...common, ...command, banner: { js: '#!/usr/bin/env node' }, external: ['./index.js'] });
await build({ ...common, entryPoints: [join(SOURCES, `${LATE}.ts`)], outfile: join(DIST, `${LATE}.js`) });

for (const [door, exported] of Object.entries(createRequire(import.meta.url)(join(DIST, 'core.js')))) {
  const lines = [
    "'use strict';",
    `module.exports = Object.defineProperty(require('./core.js').${door}, '__esModule', { value: true });`,
    // `import` looks for names without running the file, and finds them here.
    `0 && (module.exports = { ${Object.keys(exported).join(', ')} });`,
  ];
  writeFileSync(join(DIST, `${door}.js`), `${lines.join('\n')}\n`);
  writeFileSync(join(DIST, `${door}.mjs`), `export * from './${door}.js';\n`);
}
