// A smaller case that fails the same way: things are taken away, one at a time, as long as it still does.

import { compare } from './compare.mjs';

/** The most tries; each is a few decisions. */
const TRIES = 1500;

/** The smallest that was found, and its outcomes. */
export async function shrink(given) {
  let best = given;
  let found = await compare(given);
  const wanted = kindOf(found);
  let left = TRIES;
  for (let again = true; again && left > 0; ) {
    again = false;
    for (const smaller of smallerOnes(best)) {
      if ((left -= 1) < 0) break;
      const now = await attempt(smaller);
      if (now === undefined || now.by !== null || kindOf(now) !== wanted) continue;
      [best, found, again] = [smaller, now, true];
      break;
    }
  }
  return { given: best, ...found };
}

/** What kind of difference it is: a smaller case with another one tells nothing about this one. */
export function kindOf({ ours, theirs }) {
  const shown = (one) => (one.refuses ? 'refuses' : `${one.status} ${one.tokenType ?? 'no token'} ${one.reason ?? ''}`.trim());
  return `ours: ${shown(ours)}; theirs: ${shown(theirs)}`;
}

async function attempt(given) {
  try {
    return await compare(given);
  } catch {
    // Smaller, and no case any more: one token names another that was taken away, or the URL is none.
    return undefined;
  }
}

/** Everything that one removal, or one plainer value, makes of a case. */
function* smallerOnes(given) {
  const places = [
    ['request', 'headers'],
    ['request', 'cookies'],
    ['request', 'query'],
    ['options'],
    ['client'],
    ['tokens'],
    ['api'],
    ['questions'],
  ];
  for (const place of places) yield* without(given, place);
  for (const [name, token] of Object.entries(given.tokens)) {
    for (const part of ['claims', 'header']) if (token[part] !== undefined) yield* without(given, ['tokens', name, part]);
    for (const part of ['claims_text', 'header_text', 'tamper', 'key']) if (token[part] !== undefined && token[part] !== 'instance') yield changed(given, ['tokens', name], (copy) => delete copy[part]);
  }
  for (const [name, said] of Object.entries(given.api)) {
    for (const list of ['cookies', 'directives']) if (Array.isArray(said.body?.[list])) yield* without(given, ['api', name, 'body', list]);
  }
  const plain = { method: 'GET', origin: 'https://app.example.com', path: '/', fragment: '' };
  for (const [name, value] of Object.entries(plain)) if (given.request[name] !== value) yield changed(given, ['request'], (copy) => (copy[name] = value));
}

function* without(given, place) {
  const at = place.reduce((value, name) => value[name], given);
  if (Array.isArray(at)) for (let i = at.length - 1; i >= 0; i -= 1) yield changed(given, place, (copy) => copy.splice(i, 1));
  else for (const name of Object.keys(at)) yield changed(given, place, (copy) => delete copy[name]);
}

function changed(given, place, work) {
  const copy = structuredClone(given);
  work(place.reduce((value, name) => value[name], copy));
  return copy;
}
