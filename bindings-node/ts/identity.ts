/**
 * What was made of session tokens that were verified: by the numbers that the core gives to the claims it remembers, so that
 * a token that comes with every request of its minute is read once. That a token holds is never remembered here: the core
 * says so at each use, and gives the number. What came once is not kept: what outlives its request costs the collector more
 * than reading it a second time.
 *
 * @internal
 */

import type { AuthJson } from './auth.js';
import type { ActorClaim, SessionClaims } from './token.js';

/** Who is calling, as the core tells it of a session token. Its parts are read when they are looked at; what may be handed out
 * more than once is frozen. */
export class Identity {
  readonly id: number;
  readonly #text: string;
  /** Where the token, the auth object and the claims begin in the text. */
  readonly #token: number;
  readonly #auth: number;
  readonly #claims: number;
  #readAuth: AuthJson | undefined;
  #readClaims: SessionClaims | undefined;

  /** @param text the number, the token, what is known of the caller, and the claims, joined by what is in none of them. */
  constructor(text: string) {
    this.#text = text;
    this.#token = text.indexOf(JOINT) + 1;
    this.#auth = text.indexOf(JOINT, this.#token) + 1;
    this.#claims = text.indexOf(JOINT, this.#auth) + 1;
    this.id = Number(text.slice(0, this.#token - 1));
  }

  get token(): string {
    return this.#text.slice(this.#token, this.#auth - 1);
  }

  get auth(): AuthJson {
    return (this.#readAuth ??= authOf(JSON.parse(this.#text.slice(this.#auth, this.#claims - 1)) as Row));
  }

  get session_claims(): SessionClaims {
    return (this.#readClaims ??= frozen(JSON.parse(this.#text.slice(this.#claims)) as SessionClaims));
  }
}

/** What is known of the caller, in the order of the core. */
type Row = [
  user: string | null,
  session: string | null,
  status: string | null,
  org: string | null,
  role: string | null,
  slug: string | null,
  permissions: string[] | null,
  actor: ActorClaim | null,
  ages: [number, number] | null,
];

/** Without the claims, which are read when they are looked at. */
function authOf([user, session, status, org, role, slug, permissions, actor, ages]: Row): AuthJson {
  return {
    token_type: 'session_token',
    is_authenticated: true,
    user_id: user,
    session_id: session,
    session_status: status,
    actor: frozen(actor),
    org_id: org,
    org_role: role,
    org_slug: slug,
    org_permissions: frozen(permissions),
    factor_verification_age: frozen(ages),
  };
}

/** JSON has it nowhere, and a token neither. */
const JOINT = '\u0001';

/** The most of each kind that is remembered since the last time of forgetting, and of the time before. */
const MOST = 1_024;
/** Texts that are longer are read anew each time. */
const LONGEST = 8_192;

/** Things by their numbers, of which those go first that were not used since as many others came. */
class Remembered<T> {
  readonly #most: number;
  #young = new Map<number, T>();
  #old = new Map<number, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(id: number): T | undefined {
    if (id === 0) return undefined;
    const found = this.#young.get(id);
    if (found !== undefined) return found;
    const old = this.#old.get(id);
    if (old !== undefined) this.#put(id, old);
    return old;
  }

  /** Keeps what this text was read as, unless the core remembers nothing of it. */
  put(id: number, thing: T, text: string): T {
    if (id !== 0 && text.length <= LONGEST && this.#most > 0) this.#put(id, thing);
    return thing;
  }

  #put(id: number, thing: T): void {
    if (this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, thing);
  }
}

/** What one client remembers. */
export class Identities {
  readonly #identities: Remembered<Identity>;
  readonly #claims: Remembered<SessionClaims>;

  /** @param entries how many tokens the core remembers. */
  constructor(entries: number) {
    const most = Math.min(Math.ceil(entries / 2), MOST);
    this.#identities = new Remembered(most);
    this.#claims = new Remembered(most);
  }

  /** The identity of this number, if it is known. */
  known(id: number): Identity | undefined {
    return this.#identities.get(id);
  }

  /** The identity that this text of the core is; kept where its token `came` before. */
  read(text: string, came: boolean): Identity {
    const identity = new Identity(text);
    return came ? this.#identities.put(identity.id, identity, text) : identity;
  }

  /** The claims of this number, if they are known. */
  knownClaims(id: number): SessionClaims | undefined {
    return this.#claims.get(id) ?? this.#identities.get(id)?.session_claims;
  }

  /** The claims that this text of the core is: their number, and then their JSON; kept where their token `came` before. */
  readClaims(numbered: string, came: boolean): SessionClaims {
    const start = numbered.indexOf('{');
    const claims = frozen(JSON.parse(numbered.slice(start)) as SessionClaims);
    return came ? this.#claims.put(Number(numbered.slice(0, start)), claims, numbered) : claims;
  }
}

/** Freezes plain data, whole. It may be nested deeper than a function can call itself. */
export function frozen<T>(value: T): T {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one !== 'object' || one === null) continue;
    if (Array.isArray(one)) {
      for (const inner of one as unknown[]) if (typeof inner === 'object') left.push(inner);
    } else {
      // Without the list of values that `Object.values` would make.
      for (const name in one) {
        const inner: unknown = (one as Record<string, unknown>)[name];
        if (typeof inner === 'object') left.push(inner);
      }
    }
    Object.freeze(one);
  }
  return value;
}
