/** Rounds: everyone takes a turn in each, so that a noisy machine is noisy for all. What counts is the median. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { environment } from './contender.mjs';

const run = promisify(execFile);

/**
 * How much is done, in all rows and in those on new tokens, which someone has to sign first. A round lasts about `microseconds`,
 * however fast a call is; on new tokens it has so many `calls`. Rounds of `warm` are not counted: compilers are at work then. Nor
 * are the first `met` tokens, after which a process has the memory that it is going to have, and ours remembers as many as it may.
 */
export const FULL = {
  rows: { rounds: 21, warm: 3, microseconds: 20_000 },
  tokens: { rounds: 21, warm: 6, calls: 400 },
  met: 10_000,
  threads: { rounds: 11, warm: 2, calls: 1_800 },
  starts: 15,
};
export const QUICK = {
  rows: { rounds: 1, warm: 1, microseconds: 200 },
  tokens: { rounds: 1, warm: 1, calls: 4 },
  met: 4,
  threads: { rounds: 1, warm: 1, calls: 6 },
  starts: 1,
};

function planOf(row, plan) {
  if (row.id === 'threads') return plan.threads;
  return row.tokens ? plan.tokens : plan.rows;
}

/** How many tokens that nobody has seen a row takes. */
export function tokensOf(row, plan) {
  const { rounds, warm, calls } = planOf(row, plan);
  return row.tokens ? calls * (rounds + warm) : 0;
}

/** Has everyone meet so many tokens. */
export async function meet(contenders, plan) {
  for (const contender of contenders) {
    const work = contender.role === 'limit' ? 'rsa' : 'verify-new';
    if (contender.works.has(work)) await contender.take(work, plan.met);
  }
}

/** Measures a row: for each who can, the medians of wall clock and processor, in microseconds a call, and what each round took. */
export async function measure(row, contenders, plan, firstToken) {
  const turns = contenders.flatMap((contender) => {
    const work = contender.role === 'limit' ? row.limit : row.id;
    return contender.works.has(work) ? [{ contender, work, times: [] }] : [];
  });
  const { rounds, warm, calls, microseconds } = planOf(row, plan);
  for (let round = 0; round < rounds + warm; round += 1) {
    // Who is first changes: to come after somebody else is part of the noise.
    for (const turn of rotated(turns, round)) {
      turn.calls ??= calls ?? row.by ?? 1;
      const told = await turn.contender.take(turn.work, turn.calls, row.tokens ? firstToken + round * calls : 0);
      if (round >= warm) turn.times.push(told);
      else if (microseconds !== undefined) turn.calls = wholeNumber(Math.max(turn.calls, microseconds / told.wall), row.by ?? 1);
    }
  }
  return turns.map(({ contender, times }) => ({ contender, rounds: times, ...medians(times) }));
}

/** Starts processes in turns, each of which tells what its start took. */
export async function measureStarts(starts, plan) {
  const turns = starts.map((start) => ({ ...start, times: [] }));
  for (let round = -1; round < plan.starts; round += 1) {
    for (const turn of rotated(turns, round + 1)) {
      const [program, ...rest] = turn.command;
      const { stdout } = await run(program, rest, { env: { ...environment(), ...turn.env } });
      // The first is for the disk.
      if (round >= 0) turn.times.push(JSON.parse(stdout));
    }
  }
  return turns.map(({ language, role, times }) => ({ language, role, rounds: times, ...medians(times) }));
}

function rotated(turns, by) {
  const first = turns.length === 0 ? 0 : by % turns.length;
  return [...turns.slice(first), ...turns.slice(0, first)];
}

function wholeNumber(calls, by) {
  return Math.ceil(Math.min(calls, 200_000) / by) * by;
}

function medians(times) {
  const told = (name) => times.map((time) => time[name]).filter((value) => typeof value === 'number');
  return Object.fromEntries(
    ['wall', 'cpu', 'gain', 'memory'].map((name) => [name, told(name).length > 0 ? median(told(name)) : undefined]),
  );
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
