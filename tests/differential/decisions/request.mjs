// Decisions on requests and options.

import { changeCookie, copy, header, option, withoutHeaders } from './change.mjs';

const first = (value) => value?.split(',')[0];

/** The origin that the headers name, as `[scheme, host]`; undefined if they name none. */
function named(given) {
  const host = first(header(given, 'x-forwarded-host')) ?? header(given, 'host');
  const scheme = first(header(given, 'x-forwarded-proto')) ?? new URL(given.request.origin).protocol.slice(0, -1);
  return host && scheme ? [scheme, host] : undefined;
}

function isPlain([scheme, host]) {
  return /^https?$/.test(scheme) && /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host) && URL.canParse(`${scheme}://${host}/`);
}

/** The same request, asked on this origin without a proxy before it. */
function on(given, origin) {
  const changed = copy(given);
  changed.request = withoutHeaders(changed.request, 'x-forwarded-host', 'x-forwarded-proto', 'host');
  changed.request.origin = origin;
  return changed;
}

const COUNT = '__clerk_redirect_count';

export const REQUEST = [
  {
    rule: 'D-5',
    what: 'a path that begins with two slashes is a path',
    rewrite: (given) => {
      const names = named(given);
      const { pathname } = new URL(`${given.request.origin}${given.request.path}`);
      if (!pathname.startsWith('//') || names === undefined || !isPlain(names)) return undefined;
      const origin = names.join('://');
      if (origin === new URL(given.request.origin).origin) return undefined;
      const changed = on(given, origin);
      changed.request.fragment = '';
      return changed;
    },
  },
  {
    rule: 'D-19',
    what: 'a forwarded host or scheme that is odd changes nothing (D-5)',
    rewrite: (given) => {
      const names = named(given);
      return names === undefined || isPlain(names) ? undefined : on(given, given.request.origin);
    },
  },
  {
    rule: 'D-5',
    what: 'an origin that is only written another way is the same, and a fragment stays',
    rewrite: (given) => {
      const names = named(given);
      const { origin } = new URL(given.request.origin);
      if (given.request.fragment === '' || names === undefined || !isPlain(names)) return undefined;
      return names.join('://') !== origin && new URL(names.join('://')).origin === origin ? on(given, origin) : undefined;
    },
  },
  {
    rule: 'D-7',
    what: 'after three redirects there is no fourth, and a negative number of them is none',
    rewrite: (given) => changeCookie(given, COUNT, (value) => (/^\d+$/.test(value) && Number(value) > 3 ? '3' : /^-\d+$/.test(value) ? '0' : undefined)),
  },
  {
    rule: 'D-17',
    what: 'a number of redirects that is not whole is none',
    rewrite: (given) => changeCookie(given, COUNT, (value) => (!/^-?\d+$/.test(value) && (Number(value) || 0) !== 0 ? '0' : undefined)),
  },
  {
    rule: 'D-9',
    what: 'a place to return to that is no URL is none',
    rewrite: (given) => {
      const of = (value) => decodeURIComponent((value ?? '').replaceAll('+', ' '));
      const asked = given.request.query.filter(([name]) => name === '__clerk_redirect_url');
      if (asked.length === 0 || asked[0][1] === '' || URL.canParse(of(asked[0][1]))) return undefined;
      const changed = copy(given);
      for (const entry of changed.request.query) if (entry[0] === '__clerk_redirect_url') entry[0] = '__clerk_redirect_urX';
      return changed;
    },
    restore: (outcome) => (outcome.location = outcome.location?.replaceAll('__clerk_redirect_urX', '__clerk_redirect_url') ?? null),
  },
  {
    rule: 'D-12',
    what: 'a PEM with blanks in it is one',
    rewrite: (given) => changePem(given, (key) => ['indented', 'blanks', 'tabs'].includes(key.form) && (key.form = 'lf')),
  },
  {
    rule: 'D-12',
    what: 'a key of any length is one',
    rewrite: (given) => {
      const changed = changePem(given, (key) => key.pem === 'big' && (key.pem = 'instance'));
      if (changed === undefined || option(given, 'jwtKey').pem !== 'big') return undefined;
      for (const token of Object.values(changed.tokens)) if (token.text === undefined) token.key = token.key === 'big' ? 'instance' : 'other';
      return changed;
    },
  },
  {
    rule: 'D-12',
    what: 'a key that does not say its algorithm is for RS256, as a PEM is',
    rewrite: (given) => {
      if (!given.api.jwks.keys?.some((key) => key.alg === undefined)) return undefined;
      const changed = copy(given);
      for (const key of changed.api.jwks.keys) key.alg ??= 'RS256';
      return changed;
    },
  },
  {
    rule: 'D-17',
    what: 'an empty list of patterns is none',
    rewrite: (given) => {
      const lists = Object.entries(given.options.organizationSync ?? {}).filter(([, patterns]) => patterns.length === 0);
      if (lists.length === 0) return undefined;
      const changed = copy(given);
      for (const [name] of lists) delete changed.options.organizationSync[name];
      return changed;
    },
  },
  {
    rule: 'D-17',
    what: 'what a repeated parameter of a pattern matches is one text',
    rewrite: (given) => {
      const patterns = given.options.organizationSync?.organizationPatterns ?? [];
      const one = patterns.map((pattern) => pattern.replace(/:(id|slug)\+/g, ':$1([^#?]+?)'));
      if (one.join() === patterns.join()) return undefined;
      const changed = copy(given);
      changed.options.organizationSync.organizationPatterns = one;
      return changed;
    },
  },
  {
    rule: 'D-18',
    what: "a call's own secret key is for everything in that call",
    rewrite: (given) => {
      if (given.options.secretKey === undefined) return undefined;
      const changed = copy(given);
      changed.client.secretKey = given.options.secretKey;
      delete changed.client.jwtKey;
      return changed;
    },
  },
];

function changePem(given, work) {
  const changed = copy(given);
  const keys = [changed.client.jwtKey, changed.options.jwtKey].filter(Boolean);
  return keys.filter(work).length > 0 ? changed : undefined;
}
