/** Machine tokens: API keys, M2M tokens, OAuth access tokens. */

import { camelCase } from './names.js';
import type { TokenType } from './auth.js';
import type { ActorClaim } from './token.js';

/** What is known of a verified machine token. Times are Unix milliseconds. */
export interface MachineToken {
  /** `api_key`, `m2m_token` or `oauth_token`. */
  tokenType: TokenType;
  /** The token's id; empty for a JWT without one. */
  id: string;
  /** Whose it is: `user_…`, `org_…` or `mch_…`. */
  subject: string;
  /** What it may be used for. */
  scopes: string[];
  /** The claims that were attached to it, verbatim. */
  claims: Record<string, unknown> | null;
  /** An API key's name. */
  name: string | null;
  /** An OAuth token's application. */
  clientId: string | null;
  /** An OAuth token's audience. */
  aud: string[] | null;
  /** An OAuth token's actor: who acts for the subject. */
  act: ActorClaim | null;
  /** Whether the API says that it was revoked. Never of a JWT. */
  revoked: boolean;
  /** Why it was revoked. */
  revocationReason: string | null;
  /** Whether it has expired. */
  expired: boolean;
  /** When it expires. */
  expiration: number | null;
  /** When it was made. */
  createdAt: number | null;
  /** When it was changed last; a JWT's is when it was made. */
  updatedAt: number | null;
}

/** @internal */
export function toMachineToken(json: string): MachineToken {
  const told = JSON.parse(json) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [camelCase(name), value])) as unknown as MachineToken;
}
