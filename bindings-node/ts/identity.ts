/**
 * What was made of session tokens that were verified: by the numbers that the core gives to their claims, so that a token
 * that comes with every request of its minute is read once. That a token holds is never remembered here: the core says so
 * at each use, and gives the number.
 *
 * @internal
 */

import type { AuthJson } from './auth.js';
import type { SessionClaims } from './token.js';

/** Who is calling, as the core tells it of a session token. All of it is frozen, as it is handed out more than once. */
export interface Identity {
  readonly id: number;
  readonly token: string;
  readonly auth: AuthJson;
}

/** At most twice as many things by their numbers, of which those go first that were not used since as many others came. */
class Remembered<T> {
  static readonly #MOST = 1_024;
  #young = new Map<number, T>();
  #old = new Map<number, T>();

  get(id: number): T | undefined {
    const found = this.#young.get(id);
    if (found !== undefined) return found;
    const old = this.#old.get(id);
    if (old !== undefined) this.put(id, old);
    return old;
  }

  put(id: number, thing: T): T {
    // The core remembers nothing, so nothing is asked for again.
    if (id === 0) return thing;
    if (this.#young.size >= Remembered.#MOST) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, thing);
    return thing;
  }
}

const IDENTITIES = new Remembered<Identity>();
const CLAIMS = new Remembered<SessionClaims>();

/** The identity of this number, if it is known. */
export function knownIdentity(id: number): Identity | undefined {
  return IDENTITIES.get(id);
}

/** The identity that this text of the core is. */
export function readIdentity(json: string): Identity {
  const identity = frozen(JSON.parse(json) as Identity);
  return IDENTITIES.put(identity.id, identity);
}

/** The claims of this number, if they are known. */
export function knownClaims(id: number): SessionClaims | undefined {
  return CLAIMS.get(id) ?? IDENTITIES.get(id)?.auth.session_claims ?? undefined;
}

/** The claims that this text of the core is: their number, and then their JSON. */
export function readClaims(numbered: string): SessionClaims {
  const start = numbered.indexOf('{');
  return CLAIMS.put(Number(numbered.slice(0, start)), frozen(JSON.parse(numbered.slice(start)) as SessionClaims));
}

/** Freezes plain data, whole. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
