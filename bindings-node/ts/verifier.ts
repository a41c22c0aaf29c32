/** The native side of verifying webhooks. The verdict is the core's. */

import { nativeModule, type NativeVerify, type NativeWebhook } from './native.js';
import { LookedAt } from './request.js';

/** What verifies deliveries natively. @internal */
export class Verifier {
  readonly #native: NativeWebhook;
  readonly #atOnce: NativeVerify;

  constructor(native: NativeWebhook) {
    this.#native = native;
    this.#atOnce = native.atOnce();
  }

  /** @param headers names and values in turn */
  verdict(headers: string[], body: Uint8Array): string {
    const values: (string | undefined)[] = [undefined, undefined, undefined, undefined, undefined, undefined];
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const place = VERIFYING.placeOf(headers[i] ?? '');
      if (place < 0) continue;
      // How several of one name are one is the core's.
      if (values[place] !== undefined) return this.#native.verify(headers, body);
      values[place] = headers[i + 1];
    }
    return this.#atOnce(body, values[0], values[1], values[2], values[3], values[4], values[5]) ?? this.#native.verify(headers, body);
  }
}

/** The headers that verify a webhook. */
const VERIFYING = new LookedAt(() => nativeModule().webhookHeaders());
