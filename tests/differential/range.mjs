// A range of cases, decided in this process or thread: what a worker does.

import { parentPort, workerData } from 'node:worker_threads';

import { compare } from './compare.mjs';
import { DECISIONS } from './decisions/index.mjs';
import { generate } from './generate/case.mjs';
import { kindOf, shrink } from './shrink.mjs';

// What our package tells a developer once is of no interest here.
process.removeAllListeners('warning');

/** So many kinds of difference are made smaller and shown, one of each; the rest is counted. */
const KINDS = 12;

/**
 * Decides the cases that `next` names, until it names none.
 *
 * @param {() => number | undefined} next the number of the next case. @param {(done: number) => void} progress
 */
export async function decide(seed, next, progress) {
  const states = new Map();
  const decisions = DECISIONS.map(() => 0);
  const failures = new Map();
  let cases = 0;
  for (let number = next(); number !== undefined; number = next()) {
    const given = generate(seed, number);
    const found = await compare(given);
    cases += 1;
    count(states, stateOf(found.theirs));
    for (const decision of found.by ?? []) decisions[DECISIONS.indexOf(decision)] += 1;
    if (found.by === null) {
      const kind = kindOf(found);
      const failure = failures.get(kind) ?? { kind, numbers: [], shown: [] };
      failures.set(kind, failure);
      failure.numbers.push(number);
      if (failure.numbers.length === 1 && failures.size <= KINDS) failure.shown.push({ number, ...(await shrink(given)) });
    }
    if (cases % 50 === 0) progress(50);
  }
  progress(cases % 50);
  return { cases, states: [...states], decisions, failures: [...failures.values()] };
}

function stateOf(theirs) {
  if (theirs.refuses) return 'refuses';
  // Back from a handshake, or refreshed.
  const anew = theirs.status === 'signed-in' && theirs.setCookie.length > 0 ? 'with new cookies' : '';
  return `${theirs.status} | ${theirs.tokenType ?? 'none'} | ${theirs.reason ?? anew}`;
}

function count(tally, name) {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

if (parentPort !== null && workerData?.differential) {
  const { seed, from, to, step } = workerData;
  let number = from - step;
  const next = () => ((number += step) < to ? number : undefined);
  const result = await decide(seed, next, (done) => parentPort.postMessage({ done }));
  parentPort.postMessage({ result });
}
