// One case on both sides, and what a difference means.

import { build } from './build.mjs';
import { claimsOf } from './decisions/change.mjs';
import { DECISIONS } from './decisions/index.mjs';
import { differences, same } from './outcome.mjs';
import { ours } from './ours.mjs';
import { theirs } from './theirs.mjs';

let runs = 0;

function ready(given) {
  runs += 1;
  return build(given, `r${runs}x`);
}

/** Decides a case on both sides: `{ours, theirs, by}`; `by` lists the decisions that explain a difference, or is null. */
export async function compare(given) {
  const mine = await ours(ready(given));
  const other = await theirs(ready(given));
  if (agree(mine, other)) return { ours: mine, theirs: other, by: [] };
  const applicable = [];
  for (const decision of DECISIONS) {
    if (decision.expect !== undefined || decision.rewrite(given) !== undefined) applicable.push(decision);
  }
  for (const decision of applicable) if (await explains(given, mine, [decision])) return { ours: mine, theirs: other, by: [decision] };
  // Several at once: all of them, less those that are not needed. Each chance at an expectation alone, for they exclude
  // each other.
  const rewrites = applicable.filter((decision) => decision.rewrite !== undefined);
  for (const last of [[], ...applicable.filter((decision) => decision.expect !== undefined).map((one) => [one])]) {
    for (const without of [null, ...rewrites]) {
      let needed = [...rewrites.filter((one) => one !== without), ...last];
      if (needed.length < 2 || !(await explains(given, mine, needed))) continue;
      for (const decision of [...needed]) {
        const fewer = needed.filter((one) => one !== decision);
        if (await explains(given, mine, fewer)) needed = fewer;
      }
      return { ours: mine, theirs: other, by: needed };
    }
  }
  return { ours: mine, theirs: other, by: null };
}

export { differences };

function agree(mine, other) {
  return (mine.refuses && other.refuses) || (!mine.refuses && !other.refuses && same(mine, other));
}

async function explains(given, mine, decisions) {
  let changed = given;
  for (const { rewrite } of decisions) if (rewrite !== undefined) changed = rewrite(changed) ?? changed;
  let outcome = restore(await theirs(ready(changed)), given, changed);
  for (const decision of decisions) {
    if (decision.restore !== undefined && !outcome.refuses) decision.restore(outcome, given);
    if (decision.expect !== undefined) {
      outcome = decision.expect(outcome, given, mine);
      if (outcome === undefined) return false;
    }
  }
  return agree(mine, outcome);
}

/** Puts back what a rewrite changed in passing: tokens' texts, their claims, and the headers that a refresh repeats. */
function restore(outcome, given, changed) {
  if (changed === given) return outcome;
  const before = ready(given);
  const after = ready(changed);
  let text = JSON.stringify(outcome);
  for (const name of Object.keys(given.tokens)) {
    // A cookie's value ends before an equals sign, so padding may be lost on the way.
    const [was, is] = [before, after].map(({ tokens }) => tokens.text(name).replace(/=+$/, ''));
    if (was !== is) text = text.replaceAll(is, was);
  }
  const restored = JSON.parse(text);
  for (const auth of [restored.auth, restored.pending, restored.narrowed]) {
    for (const name of Object.keys(given.tokens)) {
      const claims = claimsOf(changed.tokens[name]);
      if (claims !== undefined && auth?.sessionClaims && same(auth.sessionClaims, plain(claims))) auth.sessionClaims = plain(claimsOf(given.tokens[name]) ?? null);
    }
  }
  for (const call of restored.calls) if (call.body?.request_headers !== undefined) call.body.request_headers = repeated(before);
  return restored;
}

const plain = (value) => JSON.parse(JSON.stringify(value));

function repeated({ url, method, headers }) {
  return Object.fromEntries([...new Request(url, { method, headers }).headers].map(([name, value]) => [name, [value]]));
}
