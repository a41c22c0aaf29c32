/** `cargo xtask bench`: ours beside its peers, in one run. */

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chart } from './chart.mjs';
import { Contender } from './contender.mjs';
import { Figures } from './figures.mjs';
import { writeFixture } from './fixture.mjs';
import { FULL, QUICK, measure, measureStarts, meet, tokensOf } from './measure.mjs';
import { findPeers, layOut, sizeOf } from './packages.mjs';
import { page } from './page.mjs';
import { GROUPS, ROWS } from './rows.mjs';
import { COUNTED, countInstructions, instructionLines, smallFixture } from './instructions.mjs';
import { tables } from './table.mjs';

const HELP = `Measures clerk-usher beside its peers. Run it by \`cargo xtask bench\`, which builds what it needs.

  --natives FOLDER  where the native modules and the Rust contender were built
  --rust FOLDER     where the Rust contenders were built, if not there
  --todays FILE     today's SDK in Rust, if it was built
  --node-file NAME  what the Node package calls its native module
  --python PROGRAM  a Python that has pip
  --cache FOLDER    where peers are installed and packages laid out
  --quick           only show that everything runs: figures that mean nothing; nothing is installed or written to docs
  --json            print the figures as JSON
  --only A,B        only these: ${GROUPS.join(', ')}
  --help`;

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const { values: told } = parseArgs({
  options: {
    natives: { type: 'string' },
    rust: { type: 'string' },
    todays: { type: 'string' },
    'node-file': { type: 'string' },
    python: { type: 'string', default: 'python3' },
    cache: { type: 'string', default: join(ROOT, 'target/bench') },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: GROUPS.join(',') },
    help: { type: 'boolean', default: false },
  },
});

told.cache = resolve(told.cache);

const say = (text) => process.stderr.write(`   ${text}\n`);
/** Who leaves when this does. */
const leaving = [];

if (told.help) {
  console.log(HELP);
} else {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    for (const leave of leaving) leave();
  }
}

async function main() {
  const only = told.only.split(',');
  const unknown = only.filter((group) => !GROUPS.includes(group));
  if (unknown.length > 0) throw new Error(`--only takes ${GROUPS.join(', ')}, and not ${unknown.join(', ')}`);
  if (told.natives === undefined || told['node-file'] === undefined) throw new Error('run `cargo xtask bench`: it knows where the native modules are');
  const plan = told.quick ? QUICK : FULL;
  const rows = ROWS.filter((row) => only.includes(row.group));

  mkdirSync(told.cache, { recursive: true });
  const folders = layOut(ROOT, told.natives, told['node-file'], told.cache);
  const peers = findPeers(told.cache, told.python, !told.quick, say);
  const packages = { node: { ours: folders.node, ...peers.node }, python: { ours: folders.python, ...peers.python } };

  const files = { all: join(told.cache, 'fixture.json'), keys: join(told.cache, 'keys.json') };
  const met = rows.some((row) => row.tokens) ? plan.met : 0;
  const tokens = rows.reduce((sum, row) => sum + tokensOf(row, plan), met);
  say(`sign ${tokens} tokens`);
  const fixture = writeFixture(files.all, tokens, await serve());
  writeFileSync(files.keys, JSON.stringify({ secret_key: fixture.secret_key }));

  const load = loadavg()[0];
  const figures = new Figures();
  await times(rows, plan, packages, files, figures);
  if (only.includes('start')) await starts(plan, packages, files, figures);
  if (only.includes('size')) sizes(packages, figures);
  const instructions = only.includes('instructions') ? await counts(files) : undefined;

  const results = figures.results(rows);
  const run = { date: new Date().toISOString().slice(0, 10), load, cores: cpus().length, processor: cpus()[0]?.model ?? '', quick: told.quick };
  console.log(told.json ? JSON.stringify({ ...run, results, instructions }, null, 1) : shown(results, instructions));
  if (told.quick) return;
  if (only.length < GROUPS.length || results.some((result) => result.skipped)) {
    say('docs/bench.svg and docs/bench.md stay as they are: not everything was measured');
    return;
  }
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(join(ROOT, 'docs/bench.svg'), chart(results));
  writeFileSync(join(ROOT, 'docs/bench.md'), page(results, { ...run, node: process.version, instructions }));
  say('written: docs/bench.svg, docs/bench.md');
}

/** Starts the API that costs nothing, and gives its URL. */
async function serve() {
  const child = spawn(process.execPath, [join(HERE, 'server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  leaving.push(() => child.stdin.end());
  for await (const line of createInterface({ input: child.stdout })) return `http://127.0.0.1:${JSON.parse(line).port}`;
  throw new Error('the server did not start');
}

async function times(rows, plan, packages, files, figures) {
  const works = rows.filter((row) => row.unit !== 'bytes' && row.id !== 'start');
  if (works.length === 0) return;
  const env = (folder) => ({ BENCH_FIXTURE: files.all, BENCH_PACKAGES: folder });
  const contenders = ['limit', 'ours', 'library'].map((role) => new Contender('rust', role, [exampleOf(), role], env('')));
  if (told.todays !== undefined) contenders.push(new Contender('rust', 'todays', [told.todays], env('')));
  for (const [role, folder] of Object.entries(packages.node)) {
    contenders.push(new Contender('node', role, [process.execPath, join(HERE, `node/${role}.mjs`)], env(folder)));
  }
  for (const [role, folder] of Object.entries(packages.python)) {
    contenders.push(new Contender('python', role, python(role), { ...env(folder), PYTHONPATH: folder }));
  }
  leaving.push(() => contenders.forEach((contender) => contender.end()));
  await Promise.all(contenders.map((contender) => contender.ready()));
  if (works.some((row) => row.tokens)) {
    say(`meet ${plan.met} tokens`);
    await meet(contenders, plan);
  }
  let first = plan.met;
  for (const row of works) {
    say(row.title);
    for (const { contender, ...found } of await measure(row, contenders, plan, first)) {
      figures.add(row, contender.language, contender.role, found);
    }
    first += tokensOf(row, plan);
  }
}

function exampleOf() {
  return join(told.rust ?? told.natives, 'examples', process.platform === 'win32' ? 'bench.exe' : 'bench');
}

/** Without the site: what is installed beside this Python is nobody's here. */
function python(script, ...rest) {
  return [told.python, '-S', join(HERE, `python/${script}.py`), ...rest];
}

async function starts(plan, packages, files, figures) {
  say('import and first client');
  const all = ['empty', 'ours', 'todays'].flatMap((role) =>
    ['python', 'node'].flatMap((language) => {
      const folder = packages[language][role] ?? '';
      if (folder === '' && role !== 'empty') return [];
      const env = { BENCH_FIXTURE_KEYS: files.keys, BENCH_PACKAGES: folder, ...(language === 'python' && { PYTHONPATH: folder }) };
      const command = language === 'node' ? [process.execPath, join(HERE, 'node/start.mjs'), role] : python('start', role);
      return [{ language, role, command, env }];
    }),
  );
  const found = await measureStarts(all, plan);
  const empty = Object.fromEntries(found.filter(({ role }) => role === 'empty').map((each) => [each.language, each.memory]));
  for (const { language, role, memory, ...each } of found.filter((each) => each.role !== 'empty')) {
    figures.add({ id: 'start' }, language, role, each);
    figures.add({ id: 'memory', unit: 'bytes' }, language, role, { bytes: memory - empty[language] });
  }
}

/** The instructions of the core, or why they are not known. */
async function counts(files) {
  const fixture = join(told.cache, 'small.json');
  smallFixture(files.all, fixture);
  return countInstructions(exampleOf(), fixture, told.quick ? COUNTED.slice(1, 2) : COUNTED, say);
}

function shown(results, instructions) {
  if (instructions === undefined) return tables(results);
  const told = typeof instructions === 'string' ? [`not counted: ${instructions}`] : instructionLines(instructions);
  return [tables(results), `Instructions of a call in Rust\n${told.join('\n')}`].filter((part) => part !== '').join('\n\n');
}

function sizes(packages, figures) {
  for (const [language, folders] of Object.entries(packages)) {
    for (const role of ['ours', 'todays']) {
      if (folders[role] !== undefined) figures.add({ id: 'size', unit: 'bytes' }, language, role, { bytes: sizeOf(folders[role]) });
    }
  }
}
