// Tokens: a case holds them described, so that it can be read, changed and made smaller; here they become text.

import { signature } from './keys.mjs';

const base64url = (text) => Buffer.from(text, typeof text === 'string' ? 'utf8' : undefined).toString('base64url');

/**
 * The texts of a case's tokens. A token is `{text}`, or `{header, claims, key, tamper}`; `header_text` and `claims_text`
 * are JSON text that no value could be written as. `{name}` in any string stands for the token of that name.
 */
export class Tokens {
  #described;
  #made = new Map();

  constructor(described) {
    this.#described = described;
  }

  /** The text of a token. */
  text(name) {
    let made = this.#made.get(name);
    if (made === undefined) {
      made = this.#make(this.#described[name]);
      this.#made.set(name, made);
    }
    return made;
  }

  /** A string, or whatever holds strings, with each `{name}` replaced. */
  fill(value) {
    if (typeof value === 'string') {
      return value.replace(/\{([a-z]\w*)\}/g, (whole, name) => (Object.hasOwn(this.#described, name) ? this.text(name) : whole));
    }
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.fill(item)]));
    }
    return value;
  }

  #make(token) {
    if (token.text !== undefined) return token.text;
    const header = base64url(token.header_text ?? JSON.stringify(token.header));
    const claims = base64url(token.claims_bytes ? Buffer.from(token.claims_bytes, 'hex') : (token.claims_text ?? JSON.stringify(this.fill(token.claims))));
    const signed = `${header}.${claims}`;
    const signer = token.key ?? 'instance';
    let mark = base64url(signature(signer, token.header?.alg ?? 'RS256', signed));
    if (token.tamper === 'signature') mark = flip(mark);
    if (token.tamper === 'empty') mark = '';
    const body = token.tamper === 'claims' ? `${header}.${flip(claims)}` : token.tamper === 'header' ? `${flip(header)}.${claims}` : signed;
    const text = `${body}.${mark}`;
    switch (token.tamper) {
      case 'padded':
        return `${text}==`;
      case 'two':
        return body;
      case 'four':
        return `${text}.x`;
      case 'cut':
        return text.slice(0, -3);
      case 'bits':
        // The last character has two bits that mean nothing, and must be zero.
        return `${text.slice(0, -1)}B`;
      case 'space':
        return text.replace('.', ' .');
      default:
        return text;
    }
  }
}

/** Another character in the middle. */
function flip(text) {
  const at = text.length >> 1;
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}
