/** The best library for JWTs: fast-jwt, with the cache that it has for tokens seen before. */

import { expect, fixture, load, onNew, onSeen, takeRounds } from './rounds.mjs';

const { createVerifier } = load('fast-jwt');
const fresh = createVerifier({ key: fixture.pem, algorithms: ['RS256'], cache: false });
const cached = createVerifier({ key: fixture.pem, algorithms: ['RS256'], cache: 10_000 });

await takeRounds({
  'verify-new': onNew((token) => token, (token) => expect(fresh(token).sub, 'no subject')),
  'verify-seen': onSeen((token) => token, (token) => expect(cached(token).sub, 'no subject')),
});
