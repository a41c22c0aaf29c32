// Changing a case: what the decisions' rewrites are made of. A case is never changed in place; what changes nothing
// gives undefined.

export const copy = (given) => structuredClone(given);

/** A change of the described tokens. `work` gets a copy and says whether it changed it. */
export function changeTokens(given, work) {
  const changed = copy(given);
  let any = false;
  for (const [name, token] of Object.entries(changed.tokens)) if (token.text === undefined && work(token, name)) any = true;
  return any ? changed : undefined;
}

/** The claims of a token as JSON.parse reads them; undefined if that is no object. */
export function claimsOf(token) {
  if (token.claims_bytes !== undefined) return undefined;
  if (token.claims_text === undefined) return token.claims;
  try {
    const read = JSON.parse(token.claims_text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** A change of the tokens' claims. `work` gets them and says whether it changed them. */
export function changeClaims(given, work) {
  return changeTokens(given, (token, name) => {
    const claims = claimsOf(token);
    if (claims === undefined || !work(claims, token, name)) return false;
    token.claims = claims;
    delete token.claims_text;
    return true;
  });
}

/** The cookies of a case, each as `name=value`, in their order. */
export function cookiesOf({ request }) {
  return [...request.headers.filter(([name]) => name === 'cookie').map(([, value]) => value), ...request.cookies];
}

/** A change of the first cookie of a name. `work` gets its decoded value and gives another, or undefined. */
export function changeCookie(given, name, work) {
  const changed = copy(given);
  const lists = [...changed.request.headers.filter(([key]) => key === 'cookie').map((header) => ({ at: header, index: 1 })), ...changed.request.cookies.map((_, index) => ({ at: changed.request.cookies, index }))];
  for (const { at, index } of lists) {
    const raw = at[index];
    const split = raw.indexOf('=');
    if (split < 0 || raw.slice(0, split).trim() !== name) continue;
    const value = work(decoded(raw.slice(split + 1).trim()));
    if (value === undefined) return undefined;
    at[index] = `${name}=${value}`;
    return changed;
  }
  return undefined;
}

function decoded(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** An option as it holds: the call's own if it is truthy, else the client's. */
export function option(given, name) {
  return given.options[name] || given.client[name];
}

/** A header of the case, as both sides read it. */
export function header(given, name) {
  const values = given.request.headers.filter(([key]) => key === name).map(([, value]) => value.trim());
  return values.length > 0 ? values.join(', ') : undefined;
}

/** The same request without some headers. */
export function withoutHeaders(request, ...names) {
  return { ...request, headers: request.headers.filter(([name]) => !names.includes(name)) };
}
