// Decisions that make another outcome of what the other side decides: they say which, and all of it is compared.

import { BROKEN_KEYS } from '../instances.mjs';
import { claimsOf } from './change.mjs';

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
};

export const OUTCOME = [
  {
    rule: 'D-15',
    what: 'an outage is told as such',
    expect: (theirs, given, ours) => {
      const outage = ours.calls.some((call) => call.outage) && theirs.calls.some((call) => call.outage);
      if (ours.status !== 'unavailable' || !outage || theirs.refuses || theirs.status === 'signed-in') return undefined;
      return {
        ...theirs,
        status: 'unavailable',
        location: null,
        setCookie: [],
        headers: { 'x-clerk-auth-reason': theirs.reason, 'x-clerk-auth-status': 'unavailable' },
        auth: null,
        pending: null,
      };
    },
  },
  {
    rule: 'D-16',
    what: 'a token without a session id is no session',
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
        ...(later ? { location: null, setCookie: [] } : {}),
        headers: {
          ...(later ? {} : theirs.headers),
          'x-clerk-auth-reason': 'token-type-mismatch',
          'x-clerk-auth-status': 'signed-out',
        },
        auth: { ...SIGNED_OUT, has },
        pending: { ...SIGNED_OUT, has },
      };
    },
  },
];

function isNoSession(claims) {
  return claims !== undefined && claims !== null && (typeof claims.sid !== 'string' || claims.sid === '');
}

/** A law of the design that no numbered decision repeats: what cannot work is refused before any request. */
export const LAWS = [
  refused('jwtKey', 'a jwtKey that is no key is refused at once', (given) => [given.client.jwtKey, given.options.jwtKey].some((key) => ['wrong', 'cut', 'text'].includes(key?.form))),
  refused('publishableKey', 'a publishable key that is none is refused even where nothing depends on it', (given) => BROKEN_KEYS.includes(given.client.publishableKey)),
];

function refused(option, what, such) {
  return {
    rule: 'law',
    what,
    expect: (theirs, given, ours) => (such(given) && ours.refuses && ours.option === option && ours.calls.length === 0 ? { refuses: true } : undefined),
  };
}
