// Decisions that make another outcome of what the other side decides: they say which, and all of it is compared.

import { BROKEN_KEYS } from '../instances.mjs';
import { claimsOf, cookiesOf } from './change.mjs';

const SIGNED_OUT = {
  tokenType: 'session_token',
  isAuthenticated: false,
  sessionClaims: null,
  sessionId: null,
  sessionStatus: null,
  userId: null,
  actor: null,
  orgId: null,
  orgRole: null,
  orgSlug: null,
  orgPermissions: null,
  factorVerificationAge: null,
  getToken: null,
};

export const OUTCOME = [
  {
    rule: 'D-15',
    what: 'an outage is told as such',
    expect: (theirs, given, ours) => {
      const outage = ours.calls.some((call) => call.outage) && theirs.calls.some((call) => call.outage);
      if (ours.status !== 'unavailable' || !outage || theirs.refuses || theirs.status === 'signed-in') return undefined;
      return unavailable(theirs, theirs.reason, ours);
    },
  },
  {
    rule: 'D-15',
    what: 'an outage of the keys while a handshake is resolved is told as such, and nothing else is decided',
    expect: (theirs, given, ours) => {
      const outage = ours.calls.some((call) => call.outage && call.path.startsWith('/v1/jwks'));
      if (ours.status !== 'unavailable' || !outage || !isReturning(given)) return undefined;
      if (!['jwk-remote-failed-to-load', 'unexpected-error'].includes(ours.reason)) return undefined;
      // They log it and go on, or throw; what they ask after that is not asked.
      return unavailable({ echo: theirs.echo ?? ours.echo, tokenType: 'session_token', token: null, calls: ours.calls }, ours.reason, ours);
    },
  },
  {
    rule: 'D-16',
    what: 'a token without a session id is no session, nor is one of a machine',
    expect: (theirs, given, ours) => {
      if (ours.status !== 'signed-out' || ours.reason !== 'token-type-mismatch') return undefined;
      const later = ['primary-domain-cross-origin-sync', 'active-organization-mismatch'].includes(theirs.reason);
      if (theirs.tokenType !== 'session_token' || (theirs.status !== 'signed-in' && !later)) return undefined;
      const lacking = later ? Object.values(given.tokens).map(claimsOf).some((claims) => isNoSession(claims)) : isNoSession(theirs.pending?.sessionClaims);
      if (!lacking) return undefined;
      const has = given.questions.map(() => false);
      return {
        ...theirs,
        status: 'signed-out',
        reason: 'token-type-mismatch',
        token: null,
        location: null,
        setCookie: [],
        headers: { 'x-clerk-auth-reason': 'token-type-mismatch', 'x-clerk-auth-status': 'signed-out' },
        auth: { ...SIGNED_OUT, has },
        pending: { ...SIGNED_OUT, has },
        narrowed: ours.narrowed,
      };
    },
  },
];

function unavailable(theirs, reason, ours) {
  const retryAfter = ours.calls.findLast((call) => call.outage).retryAfter;
  return {
    ...theirs,
    status: 'unavailable',
    reason,
    location: null,
    setCookie: [],
    headers: { ...(retryAfter === null ? {} : { 'retry-after': retryAfter }), 'x-clerk-auth-reason': reason, 'x-clerk-auth-status': 'unavailable' },
    auth: null,
    pending: null,
    narrowed: null,
  };
}

/** Whether a handshake's end is in the request. */
function isReturning(given) {
  const names = [...given.request.query.map(([name]) => name), ...cookiesOf(given)];
  return names.some((name) => name.startsWith('__clerk_handshake'));
}

/** What R-134 calls a list is one. */
export const SHAPES = [
  {
    rule: 'D-17',
    what: 'a claim may have any name, __proto__ too',
    expect: (theirs, given, ours) => {
      const odd = Object.getOwnPropertyDescriptor(claimsOf(given.tokens.machine ?? {}) ?? {}, '__proto__');
      if (theirs.status !== 'signed-in' || theirs.tokenType !== 'm2m_token' || odd === undefined) return undefined;
      const auth = { ...theirs.auth, claims: Object.defineProperty({ ...theirs.auth.claims }, '__proto__', odd) };
      return { ...theirs, auth, pending: auth, narrowed: ours.narrowed };
    },
  },
  {
    rule: 'D-17',
    what: "an M2M token's only audience, a text, is no list of scopes",
    expect: (theirs, given, ours) => {
      if (theirs.status !== 'signed-in' || theirs.tokenType !== 'm2m_token' || typeof theirs.auth.scopes !== 'string') return undefined;
      return { ...theirs, auth: { ...theirs.auth, scopes: [] }, pending: { ...theirs.pending, scopes: [] }, narrowed: ours.narrowed };
    },
  },
];

function isNoSession(claims) {
  if (claims === undefined || claims === null) return false;
  return typeof claims.sid !== 'string' || claims.sid === '' || (typeof claims.sub === 'string' && claims.sub.startsWith('mch_'));
}

// What a route sees (`narrowed`) follows from the auth object, and is taken as it is where that is predicted here.

/** A law of the design that no numbered decision repeats: what cannot work is refused before any request. */
export const LAWS = [
  refused('jwtKey', 'a jwtKey that is no key is refused at once', (given) => [given.client.jwtKey, given.options.jwtKey].some((key) => ['wrong', 'cut', 'text'].includes(key?.form))),
  {
    rule: 'law',
    what: 'a machine that the API gives no subject of is nobody',
    expect: (theirs, given, ours) => {
      if (theirs.status !== 'signed-in' || theirs.auth.subject !== '' || ours.reason !== 'unexpected-error') return undefined;
      const nobody = (auth) => ({ ...Object.fromEntries(Object.keys(auth).map((name) => [name, null])), tokenType: auth.tokenType, isAuthenticated: false, has: auth.has });
      return {
        ...theirs,
        status: 'signed-out',
        reason: 'unexpected-error',
        token: null,
        headers: { 'x-clerk-auth-reason': 'unexpected-error', 'x-clerk-auth-status': 'signed-out' },
        auth: nobody(theirs.auth),
        pending: nobody(theirs.pending),
        narrowed: ours.narrowed,
      };
    },
  },
  refused('publishableKey', 'a publishable key that is none is refused even where nothing depends on it', (given) => BROKEN_KEYS.includes(given.client.publishableKey)),
];

function refused(option, what, such) {
  return {
    rule: 'law',
    what,
    expect: (theirs, given, ours) => (such(given) && ours.refuses && ours.option === option && ours.calls.length === 0 ? { refuses: true } : undefined),
  };
}
