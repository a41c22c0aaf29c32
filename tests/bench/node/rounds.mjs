/** A contender in Node: takes rounds on command, a line of JSON in and a line of JSON out. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What all contenders work on. */
export const fixture = JSON.parse(readFileSync(process.env.BENCH_FIXTURE, 'utf8'));

/** Loads a package from the folder that this contender was given, never from the repository's own. */
export const load = createRequire(join(process.env.BENCH_PACKAGES, 'package.json'));

/** Does so many calls on tokens that were not seen yet. `make` is what is there before the clock runs. */
export function onNew(make, call) {
  return (calls, first) => {
    const items = fixture.tokens.slice(first, first + calls).map(make);
    return () => inTurn(items, items.length, call);
  };
}

/** Does so many calls on a few tokens, each of which was seen just before. */
export function onSeen(make, call) {
  return async (calls) => {
    const items = fixture.seen.map(make);
    await inTurn(items, items.length, call);
    return () => inTurn(items, calls, call);
  };
}

/** Calls that are the same each time, one after the other. */
export function again(call) {
  return (calls) => () => inTurn([undefined], calls, call);
}

/** Awaits only what has to be: a library that answers at once is not made to wait. */
async function inTurn(items, calls, call) {
  for (let number = 0; number < calls; number += 1) {
    const answer = call(items[number % items.length]);
    if (typeof answer?.then === 'function') await answer;
  }
}

/** Fails on what would make a contender fast and wrong. */
export function expect(truth, what) {
  if (!truth) throw new Error(`wrong: ${what}`);
}

/** A request by a header, or by the cookies that a browser sends. */
export const byHeader = (token) => new Request(`${fixture.origin}/orders`, { headers: { authorization: `Bearer ${token}` } });
export const byCookie = (token) =>
  new Request(`${fixture.origin}/orders`, {
    headers: { cookie: `__client_uat=1700000000; __session=${token}`, 'sec-fetch-dest': 'document', accept: 'text/html' },
  });

/** Tells what it can do, then does what it is told. Work prepares, and gives back what is measured. */
export async function takeRounds(works) {
  tell({ works: Object.keys(works) });
  for await (const line of createInterface({ input: process.stdin })) {
    const { work, calls, first } = JSON.parse(line);
    try {
      const run = await works[work](calls, first);
      const cpu = process.cpuUsage();
      const start = process.hrtime.bigint();
      const more = await run();
      const wall = Number(process.hrtime.bigint() - start) / 1e3;
      const used = process.cpuUsage(cpu);
      tell({ wall: wall / calls, cpu: (used.user + used.system) / calls, ...more });
    } catch (error) {
      tell({ error: String(error?.stack ?? error) });
    }
  }
  process.exit(0);
}

function tell(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
