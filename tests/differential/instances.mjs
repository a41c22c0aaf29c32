// Instances of Clerk: what their publishable keys say.

import { createHash } from 'node:crypto';

function instance(kind, host, padded = false) {
  const encoded = Buffer.from(`${host}$`).toString('base64');
  const publishableKey = `pk_${kind}_${padded ? encoded : encoded.replace(/=+$/, '')}`;
  const suffix = createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
  return { publishableKey, suffix, host, issuer: `https://${host}`, production: kind === 'live' };
}

export const PRODUCTION = [
  instance('live', 'clerk.example.com'),
  instance('live', 'clerk.example.com', true),
  instance('live', 'clerk.other.io'),
  instance('live', 'auth.clerk.example.co.uk'),
];

export const DEVELOPMENT = [
  instance('test', 'foo-bar-13.clerk.accounts.dev'),
  instance('test', 'clerk.inspired.puma-74.lcl.dev'),
  instance('test', 'one-two-99.clerk.accountsstage.dev', true),
];

/** Keys that are none. */
export const BROKEN_KEYS = [
  'pk_live_',
  'pk_test_Y2xlcms',
  'pk_dev_Y2xlcmsuZXhhbXBsZS5jb20k',
  'Y2xlcmsuZXhhbXBsZS5jb20k',
  'pk_live_Y2xlcmsuZXhhbXBsZS5jb20k_x',
  'pk_live_Y2xlcmsuZXhhbXBsZS5jb20',
  'pk_live_Y2xlcmsk',
  'pk_live_Y2xlcmsuZXhhbXBsZS5jb20kJA',
  'pk_live_Y2xlcmsu_XhhbXBsZS5jb20k',
  '',
];

/** The instance that a publishable key is of. */
export function instanceOf(publishableKey) {
  return [...PRODUCTION, ...DEVELOPMENT].find((one) => one.publishableKey === publishableKey);
}
