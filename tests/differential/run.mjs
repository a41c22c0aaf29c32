#!/usr/bin/env node
// Decides requests with Usher and with npm's @clerk/backend, and holds the outcomes against each other.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const HELP = `Decides random requests with Usher and with npm's @clerk/backend, and compares all that comes of it.

  node tests/differential/run.mjs [options]

  --cases N   how many requests (default 20000)
  --seed S    whence chance starts (default 1); a run with the same seed has the same requests
  --case N    only this one, whole, with both outcomes
  --jobs N    threads (default: the machine's)
  --json      the report as JSON
  --help      this text

A difference is one of the decisions by which we differ on purpose, and is counted; or it is an error, and is shown with
the smallest request that has it. The exit code is 1 then, or when a decision that the run should meet was not met.`;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
    jobs: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function whole(name) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} must be a whole number`);
  process.exit(2);
}

/** A case from the generator to both outcomes. */
async function showOne(seed, number) {
  process.removeAllListeners('warning');
  const { generate } = await import('./generate/case.mjs');
  const { compare, differences } = await import('./compare.mjs');
  const { build } = await import('./build.mjs');
  const given = generate(seed, number);
  const { by, ours, theirs } = await compare(given);
  const { method, url, headers } = build(given, '');
  const explained = by?.map(({ rule, what }) => ({ rule, what })) ?? null;
  console.log(JSON.stringify({ given, sent: { method, url, headers }, ours, theirs, differences: differences(ours, theirs), explained }, null, 2));
  process.exit(by === null ? 1 : 0);
}

async function runAll(seed, cases, jobs) {
  const start = Date.now();
  let done = 0;
  let shown = 0;
  const progress = (more) => {
    done += more;
    if (!process.stderr.isTTY && done - shown < cases / 10) return;
    shown = done;
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}   ${done} of ${cases} requests${process.stderr.isTTY ? '' : '\n'}`);
  };
  const threads = Math.max(1, Math.min(jobs, cases));
  const parts = await Promise.all(Array.from({ length: threads }, (_, from) => work({ differential: true, seed, from, to: cases, step: threads }, progress)));
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { DECISIONS } = await import('./decisions/index.mjs');
  const report = sum(parts, DECISIONS);
  Object.assign(report, { seed, seconds: (Date.now() - start) / 1000 });
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else print(report);
  process.exit(report.failures.length === 0 && report.unmet.length === 0 ? 0 : 1);
}

function work(workerData, progress) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL('./range.mjs', import.meta.url)), { workerData });
    worker.on('message', ({ done, result }) => (result === undefined ? progress(done) : resolve(result)));
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with ${code}`)));
  });
}

/** With so many requests every decision is met; where one is not, the generator has forgotten something. */
const ENOUGH = 20_000;

function sum(parts, decisions) {
  const states = new Map();
  const failures = new Map();
  const counts = decisions.map(({ rule, what }) => ({ rule, what, count: 0 }));
  for (const part of parts) {
    for (const [name, count] of part.states) states.set(name, (states.get(name) ?? 0) + count);
    part.decisions.forEach((count, at) => (counts[at].count += count));
    for (const { kind, numbers, shown } of part.failures) {
      const failure = failures.get(kind) ?? { kind, numbers: [], shown: [] };
      failures.set(kind, failure);
      failure.numbers.push(...numbers);
      if (failure.shown.length === 0) failure.shown = shown;
    }
  }
  const cases = parts.reduce((all, part) => all + part.cases, 0);
  return {
    cases,
    states: [...states].sort(([, a], [, b]) => b - a).map(([state, count]) => ({ state, count })),
    decisions: counts,
    unmet: cases >= ENOUGH ? counts.filter(({ count }) => count === 0) : [],
    failures: [...failures.values()].sort((a, b) => b.numbers.length - a.numbers.length),
  };
}

function print({ seed, cases, seconds, states, decisions, unmet, failures }) {
  console.log(`\nWhat @clerk/backend decided (status | kind of token | reason)`);
  for (const { state, count } of states) console.log(`${String(count).padStart(8)}  ${state}`);
  console.log(`\nDifferences that were decided on`);
  for (const { rule, what, count } of decisions) console.log(`${String(count).padStart(8)}  ${rule.padEnd(5)} ${what}`);
  for (const { rule, what } of unmet) console.error(`\nnever met: ${rule}, ${what}: does the generator still make such requests?`);
  for (const { kind, numbers, shown } of failures) {
    console.error(`\n${numbers.length} unexplained (${kind})`);
    if (shown.length === 0) console.error(`  reproduce: node tests/differential/run.mjs --seed ${seed} --case ${numbers[0]}`);
    for (const one of shown) {
      console.error(`  reproduce: node tests/differential/run.mjs --seed ${seed} --case ${one.number}; made smaller:`);
      console.error(`  ${JSON.stringify(one.given)}`);
      console.error(`  ours:   ${JSON.stringify(one.ours)}`);
      console.error(`  theirs: ${JSON.stringify(one.theirs)}`);
    }
  }
  const bad = failures.reduce((all, { numbers }) => all + numbers.length, 0);
  console.log(`\n${cases} requests of seed ${seed}, ${bad} unexplained differences, ${seconds.toFixed(0)} s (${Math.round(cases / seconds)} a second)`);
}

if (values.help) {
  console.log(HELP);
} else if (values.case !== undefined) {
  await showOne(whole('seed'), whole('case'));
} else {
  await runAll(whole('seed'), whole('cases'), values.jobs === undefined ? Math.min(availableParallelism(), 8) : whole('jobs'));
}
