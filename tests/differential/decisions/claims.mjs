// Decisions on what is in a token.

import { changeClaims, changeCookie, changeTokens, claimsOf, cookiesOf, copy, header, option } from './change.mjs';

const parts = (text) => text.split(',').map((part) => part.trim());
const isText = (value) => typeof value === 'string';
const isMember = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const CLAIMS = [
  {
    rule: 'D-1',
    what: 'as many masks as features: each is of the feature in its place',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        const { v, fea, o } = claims;
        if (v !== 2 || !isMember(o) || !isText(fea) || !isText(o.fpm) || fea === '') return false;
        const features = parts(fea);
        const masks = parts(o.fpm);
        const owned = features.map((feature) => feature.split(':')[0].includes('o'));
        if (masks.length !== features.length || owned.every(Boolean)) return false;
        claims.o = { ...o, fpm: masks.filter((_, at) => owned[at]).join(',') };
        return true;
      }),
  },
  {
    rule: 'D-2',
    what: 'authorizedParties and headerType are not for tokens of machines (R-260)',
    rewrite: (given) => {
      const bearer = header(given, 'authorization') ?? '';
      const machines = Object.entries(given.tokens).filter(([name, token]) => bearer.includes(`{${name}}`) && isMachine(token));
      if (machines.length === 0) return undefined;
      const changed = copy(given);
      delete changed.options.authorizedParties;
      delete changed.options.headerType;
      return changed;
    },
  },
  {
    rule: 'D-3',
    what: 'an audience of an odd shape is none that is accepted',
    rewrite: (given) =>
      [option(given, 'audience')].flat().some(Boolean)
        ? changeClaims(given, (claims) => {
            const { aud } = claims;
            if (!aud || isText(aud)) return false;
            if (Array.isArray(aud)) {
              const named = aud.filter(Boolean);
              if (named.length === 0 || (named.length === aud.length && named.every(isText))) return false;
              claims.aud = named.every(isText) ? named : 'nobody';
            } else claims.aud = 'nobody';
            return true;
          })
        : undefined,
  },
  {
    rule: 'D-4',
    what: 'features that cannot be read are none, and so are permissions',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        const { v, fea, o } = claims;
        if (v !== 2 || !isMember(o) || !isText(fea) || fea === '' || parts(fea).every((part) => part.includes(':'))) return false;
        delete claims.fea;
        claims.o = { ...o, fpm: '' };
        return true;
      }),
  },
  {
    rule: 'D-10',
    what: 'header and payload are objects',
    rewrite: (given) => unreadable(given, (text) => !isMember(parsed(text))),
  },
  {
    rule: 'D-16',
    what: 'a session id that is no text is none: nothing is refreshed by it',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        if (!claims.sid || isText(claims.sid)) return false;
        delete claims.sid;
        return true;
      }),
  },
  {
    rule: 'D-17',
    what: 'a byte order mark or a lone surrogate is no JSON',
    rewrite: (given) => unreadable(given, (text) => text.startsWith('\ufeff') || /\\ud800(?!\\udc)/i.test(text)),
  },
  {
    rule: 'D-17',
    what: 'a key id that every object has is an unknown one',
    rewrite: (given) =>
      changeTokens(given, (token) => {
        if (!(token.header?.kid in {}) || token.header_text !== undefined) return false;
        token.header.kid = 'ins_nobody';
        return true;
      }),
  },
  {
    rule: 'D-17',
    what: 'exp and nbf beyond 2^53 are no times',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        const beyond = ['exp', 'nbf'].filter((name) => typeof claims[name] === 'number' && !(Math.abs(claims[name]) <= 2 ** 53));
        for (const name of beyond) claims[name] = 'beyond';
        return beyond.length > 0;
      }),
  },
  {
    rule: 'D-17',
    what: 'an exp that is no number is none where cookies are chosen',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        if (!Object.hasOwn(claims, 'exp') || typeof claims.exp === 'number') return false;
        delete claims.exp;
        return true;
      }),
  },
  {
    rule: 'D-17',
    what: 'an iat that is no number is none where it is compared with client_uat or another, and fails then',
    // What compares as less with nothing and more with nothing, and is no number either.
    rewrite: (given) => changeIssued(given, (claims) => (claims.iat = {})),
  },
  {
    rule: 'D-17',
    what: 'an iat that is no number is none where cookies are chosen, and fails then',
    rewrite: (given) =>
      changeIssued(given, (claims) => {
        delete claims.iat;
        claims.nbf = 'fails in its place';
      }),
  },
  {
    rule: 'D-17',
    what: 'client_uat is decimal digits only',
    rewrite: (given) =>
      cookiesOf(given)
        .map((cookie) => cookie.split('=')[0].trim())
        .filter((name) => name.startsWith('__client_uat'))
        .reduce((before, name) => changeCookie(before ?? given, name, (value) => (!/^\d+$/.test(value) && (Number.parseInt(value) || 0) !== 0 ? 'x' : undefined)) ?? before, undefined),
  },
  {
    rule: 'D-17',
    what: 'a list of scopes is one',
    rewrite: (given) =>
      changeClaims(given, (claims) => {
        if (!Array.isArray(claims.scopes) || !claims.scopes.every(isText)) return false;
        claims.scopes = claims.scopes.join(' ');
        return true;
      }),
    restore: (outcome, given) => {
      const { scopes } = given.tokens.machine.claims;
      for (const auth of [outcome.auth, outcome.pending, outcome.narrowed]) if (isText(auth?.claims?.scopes)) Object.assign(auth, { scopes, claims: { ...auth.claims, scopes } });
    },
  },
  {
    rule: 'D-17',
    what: 'a cookie without a value, in what a browser is to set, has an empty one',
    rewrite: (given) => {
      const changed = copy(given);
      const bare = directivesOf(changed).filter((list) => list.includes('__session'));
      for (const list of bare) list.splice(0, list.length, ...list.map((one) => (one === '__session' ? '__session=' : one)));
      return bare.length > 0 ? changed : undefined;
    },
    restore: (outcome) => (outcome.setCookie = outcome.setCookie.map((one) => (one === '__session=' ? '__session' : one))),
  },
  {
    rule: 'D-17',
    what: "blanks around a cookie's name, in what a browser is to set, are none",
    rewrite: (given) => {
      const changed = copy(given);
      const lists = directivesOf(changed);
      const blank = lists.filter((list) => list.some((one) => one !== one.trim()));
      for (const list of blank) list.splice(0, list.length, ...list.map((one) => one.trim()));
      return blank.length > 0 ? changed : undefined;
    },
  },
  {
    rule: 'D-17',
    what: "a machine's answer without `object` is read like any other",
    rewrite: (given) => {
      const objects = { m2m_token: 'machine_to_machine_token', oauth_token: 'clerk_idp_oauth_access_token', api_key: 'api_key' };
      const changed = copy(given);
      let any = false;
      for (const [kind, object] of Object.entries(objects)) {
        const said = changed.api[kind];
        if (said?.body === undefined || said.status >= 300 || said.body.object !== undefined) continue;
        said.body.object = object;
        any = true;
      }
      return any ? changed : undefined;
    },
  },
];

/** Whether a JWT is a machine's. */
function isMachine(token) {
  const { sub } = claimsOf(token) ?? {};
  return ['at+jwt', 'application/at+jwt'].includes(token.header?.typ) || (isText(sub) && sub.startsWith('mch_'));
}

/** The lists of cookies that a browser is to set. */
function directivesOf({ tokens, api }) {
  return [tokens.handshake?.claims?.handshake, api.nonce?.body?.directives, api.refresh?.body?.cookies].filter(Array.isArray);
}

function changeIssued(given, work) {
  return changeClaims(given, (claims) => {
    const { iat } = claims;
    if (iat === undefined || (typeof iat === 'number' && Math.abs(iat) <= 2 ** 53)) return false;
    work(claims);
    return true;
  });
}

/** A token whose header or payload is such cannot be read. */
function unreadable(given, such) {
  return changeTokens(given, (token) => {
    if (![token.header_text, token.claims_text].some((text) => text !== undefined && parsed(text.replace('\ufeff', '')) !== undefined && such(text))) return false;
    for (const name of Object.keys(token)) delete token[name];
    token.text = 'AA.AA.AA';
    return true;
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
