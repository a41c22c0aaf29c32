/** What every contender works on: one key pair, session tokens signed with it, the body of a webhook, users. */

import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** Where the pages of the instance are, and its Frontend API. */
const ORIGIN = 'https://app.example.com';
const FRONTEND = 'clerk.example.com';

/** The id of the key. */
const KID = 'ins_2abcdefghijklmnopqrstuvwxyz';

/** Tokens that "seen before" goes round among. */
const SEEN = 16;

/** Writes the fixture with so many tokens that nobody has seen, and tells what is in it. */
export function writeFixture(path, unseen, url) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const mint = () => sign(privateKey);
  const fixture = {
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
    jwk: { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: KID },
    origin: ORIGIN,
    // A production instance: what its cookies decide needs no browser token.
    publishable_key: `pk_live_${Buffer.from(`${FRONTEND}$`).toString('base64')}`,
    secret_key: `sk_live_${randomBytes(20).toString('hex')}`,
    webhook_secret: `whsec_${randomBytes(24).toString('base64')}`,
    webhook_body: delivery(),
    api_url: url,
    user_id: 'user_2abcdefghijklmnopqrstuvwxyz',
    seen: Array.from({ length: SEEN }, mint),
    tokens: Array.from({ length: unseen }, mint),
  };
  writeFileSync(path, JSON.stringify(fixture));
  return fixture;
}

let number = 0;

/** A session token with an organization, as an instance gives it: about 900 bytes. */
function sign(key) {
  number += 1;
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid: KID, typ: 'JWT' };
  const claims = {
    azp: ORIGIN,
    // A day: a run must not outlive it.
    exp: now + 86_400,
    fva: [3, -1],
    iat: now - 10,
    iss: `https://${FRONTEND}`,
    jti: randomBytes(10).toString('hex'),
    nbf: now - 20,
    o: { fpm: '3,1', id: 'org_2abcdefghijklmnopqrstuvwxyz', per: 'read,manage', rol: 'admin', slg: 'acme' },
    fea: 'o:orders,o:invoices',
    sid: `sess_${idOf(number)}`,
    sts: 'active',
    sub: `user_${idOf(number)}`,
    v: 2,
  };
  const text = `${base64(header)}.${base64(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

/** As long as those of an instance: engines keep short texts in another way. */
function idOf(number) {
  return `2abcdefghijklmnopqrst${String(number).padStart(6, '0')}`;
}

function base64(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The body of a delivery: a user with metadata, 3.7 KB. */
function delivery() {
  const data = user(1);
  const event = { data, instance_id: 'ins_2abcdefghijklmnopqrstuvwxyz', object: 'event', timestamp: 1_700_000_000_000, type: 'user.created' };
  const missing = 3_700 - JSON.stringify(event).length;
  data.public_metadata.notes = 'what a backend keeps of its users; '.repeat(200).slice(0, Math.max(missing, 0));
  return JSON.stringify(event);
}

/** A user as the API answers it: about 2 KB. */
export function user(index) {
  const time = 1_700_000_000_000 + index;
  const id = `user_${idOf(index)}`;
  const verification = { object: 'verification_otp', status: 'verified', strategy: 'email_code', attempts: 1, expire_at: time, error: null };
  return {
    id,
    object: 'user',
    username: null,
    first_name: `First ${index}`,
    last_name: 'Last',
    locale: null,
    image_url: 'https://img.example.com/eyJ0eXBlIjoiZGVmYXVsdCJ9',
    has_image: false,
    primary_email_address_id: `idn_${index}`,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: [1, 2].map((place) => ({
      id: `idn_${index}`,
      object: 'email_address',
      email_address: `user${index}.${place}@example.com`,
      reserved: false,
      verification,
      linked_to: [],
      matches_sso_connection: false,
      created_at: time,
      updated_at: time,
    })),
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    external_accounts: [],
    saml_accounts: [],
    enterprise_accounts: [],
    public_metadata: { plan: 'pro', roles: ['editor'] },
    private_metadata: { customer: `cus_${index}` },
    unsafe_metadata: {},
    external_id: null,
    last_sign_in_at: time,
    banned: false,
    locked: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: time,
    updated_at: time,
    delete_self_enabled: true,
    create_organization_enabled: true,
    create_organizations_limit: null,
    last_active_at: time,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: null,
    profile_image_url: 'https://img.example.com/eyJ0eXBlIjoiZGVmYXVsdCJ9',
  };
}
