/**
 * How many instructions a call of the core takes, counted by callgrind: a figure that no other work on the machine changes. What
 * a process does besides is the same for few calls and for many, so the difference is the calls'.
 */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { environment } from './contender.mjs';

const run = promisify(execFile);

/** What is counted, and how many calls more the second time. */
export const COUNTED = ['verify-new', 'verify-seen', 'header-new', 'header-seen', 'cookie-new', 'cookie-seen', 'webhook'];
const FEW = 20;
const MORE = 100;

/** A fixture with no more tokens than are needed: reading it is counted slowly. */
export function smallFixture(from, to) {
  const fixture = JSON.parse(readFileSync(from, 'utf8'));
  writeFileSync(to, JSON.stringify({ ...fixture, tokens: fixture.tokens.slice(0, FEW + MORE) }));
}

/** Instructions a call, by work; the reason, where they cannot be counted. */
export async function countInstructions(example, fixture, works, say) {
  const counted = {};
  for (const work of works) {
    say(`count the instructions of ${work}`);
    const [few, many] = [await collected(example, work, FEW, fixture), await collected(example, work, FEW + MORE, fixture)];
    if (typeof few === 'string' || typeof many === 'string') return typeof few === 'string' ? few : many;
    counted[work] = Math.round((many - few) / MORE);
  }
  return counted;
}

/** The counts as lines for a terminal. */
export function instructionLines(counted) {
  return Object.entries(counted).map(([work, count]) => `${work.padEnd(12)} ${count.toLocaleString('en-US').padStart(9)}`);
}

/** The counts as a Markdown table. */
export function instructionTable(counted) {
  const rows = Object.entries(counted).map(([work, count]) => `| ${work} | ${count.toLocaleString('en-US')} |`);
  return ['| work | instructions a call |', '|---|---:|', ...rows].join('\n');
}

async function collected(example, work, calls, fixture) {
  const options = ['--tool=callgrind', '--callgrind-out-file=/dev/null', example, 'once', work, String(calls)];
  try {
    const { stderr } = await run('valgrind', options, { env: { ...environment(), BENCH_FIXTURE: fixture }, maxBuffer: 1 << 26 });
    const found = /Collected\s*:\s*(\d+)/.exec(stderr);
    return found === null ? 'valgrind did not tell' : Number(found[1]);
  } catch (error) {
    return error.code === 'ENOENT' ? 'valgrind is not installed' : `valgrind could not run it (${error.signal ?? error.code})`;
  }
}
