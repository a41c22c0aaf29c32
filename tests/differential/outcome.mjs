// What both sides decided, in one shape: plain JSON, in which what is missing and what is null are the same.

/**
 * The outcome of a state. `auth`, `pending` and `narrowed` are functions, for they may throw: the auth object, the one for
 * which a pending session is signed in, and the first as a route that accepts certain kinds of token sees it.
 */
export async function outcomeOf(state, { headers, questions, calls, auth, pending, narrowed }) {
  const names = [...new Set(headers.map(([name]) => name))].filter((name) => name !== 'x-clerk-auth-message').sort();
  const one = (name) => headers.find(([key]) => key === name)?.[1] ?? null;
  return {
    status: state.status,
    reason: state.reason ?? null,
    tokenType: state.tokenType ?? null,
    token: state.token ?? null,
    location: one('location'),
    setCookie: headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
    headers: Object.fromEntries(names.filter((name) => name !== 'set-cookie' && name !== 'location').map((name) => [name, one(name)])),
    echo: [state.publishableKey, state.proxyUrl, state.isSatellite, state.domain, state.signInUrl, state.signUpUrl, state.afterSignInUrl, state.afterSignUpUrl],
    auth: await authOf(auth, questions),
    pending: await authOf(pending, questions),
    narrowed: await authOf(narrowed, questions),
    calls,
  };
}

const FIELDS = {
  session_token: ['sessionClaims', 'sessionId', 'sessionStatus', 'userId', 'actor', 'orgId', 'orgRole', 'orgSlug', 'orgPermissions', 'factorVerificationAge'],
  api_key: ['id', 'subject', 'scopes', 'name', 'claims', 'userId', 'orgId'],
  m2m_token: ['id', 'subject', 'scopes', 'claims', 'machineId'],
  oauth_token: ['id', 'subject', 'scopes', 'userId', 'clientId'],
};

async function authOf(get, questions) {
  let auth;
  let token;
  try {
    auth = get();
    token = (await auth?.getToken()) ?? null;
  } catch {
    return { throws: true };
  }
  if (auth === null) return null;
  const fields = FIELDS[auth.tokenType] ?? [];
  return {
    tokenType: auth.tokenType ?? null,
    isAuthenticated: auth.isAuthenticated,
    ...Object.fromEntries(fields.map((name) => [name, JSON.parse(JSON.stringify(auth[name] ?? null))])),
    getToken: token,
    has: questions.map((question) => auth.has(question)),
  };
}

/** Where two outcomes differ: paths of fields, sorted by name; objects in `auth` are compared field by field. */
export function differences(ours, theirs, path = '') {
  if (same(ours, theirs)) return [];
  if (isFields(ours) && isFields(theirs) && path.split('.').length < 3) {
    const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return names.flatMap((name) => differences(ours[name], theirs[name], path === '' ? name : `${path}.${name}`));
  }
  return [path];
}

function isFields(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are the same JSON, whatever the order of an object's fields. */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}
