// RSA keys: the instance's, another instance's, and one of a size that @clerk/backend cannot read. Made anew in every
// process: no outcome depends on their bytes.

import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const pairs = new Map();

function pair(name) {
  let found = pairs.get(name);
  if (found === undefined) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: name === 'big' ? 3072 : 2048 });
    found = { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }), jwk: publicKey.export({ format: 'jwk' }) };
    pairs.set(name, found);
  }
  return found;
}

/** The public key as PEM, in one of the forms that people paste. */
export function pemOf(name, form) {
  const { pem } = pair(name);
  const lines = pem.trim().split('\n');
  const base64 = lines.slice(1, -1);
  switch (form) {
    case 'crlf':
      return pem.replaceAll('\n', '\r\n');
    case 'cr':
      return pem.replaceAll('\n', '\r');
    case 'one-line':
      return lines.join('');
    case 'bare':
      return base64.join('');
    case 'bare-lines':
      return base64.join('\n');
    case 'indented':
      return lines.map((line) => `  ${line}`).join('\n');
    case 'blanks':
      return ` ${base64.join('').replace(/.{30}/g, '$& ')} `;
    case 'tabs':
      return lines.map((line, at) => (at === 0 || at === lines.length - 1 ? line : `\t${line}`)).join('\n');
    case 'wrong':
      return pem.replace(/[A-Z]{3}/, '!!!');
    case 'cut':
      return lines.slice(0, 3).join('\n');
    case 'text':
      return 'not a key';
    default:
      return pem;
  }
}

/** The public key as a JSON Web Key without `kid` and `alg`. */
export function jwkOf(name) {
  return { ...pair(name).jwk };
}

const HASHES = { __proto__: null, RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

/** A signature as `alg` has it; of an `alg` that is none of RSA's, what an attacker would put there. */
export function signature(name, alg, text) {
  if (alg === 'none') return Buffer.alloc(0);
  if (alg === 'HS256') {
    const secret = createPublicKey(pair(name).pem).export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', secret).update(text).digest();
  }
  return sign(HASHES[alg] ?? 'sha256', Buffer.from(text), pair(name).privateKey);
}
