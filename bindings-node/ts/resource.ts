/** What every resource of the API is made of. It stands alone: it is in each part of the package that is loaded on its own. */

import type { Call } from './call.js';
import type { Dispatch } from './dispatch.js';
import type { CallOptions } from './options.js';
import type { Pager } from './page.js';

/** The base of every resource. */
export abstract class Resource {
  readonly #dispatch: Dispatch;

  /** @internal */
  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  /** @internal */
  protected call<T>(operation: string, path: readonly unknown[], params?: object, options?: CallOptions): Call<T> {
    return this.#dispatch.call(operation, path, params, options);
  }

  /** @internal */
  protected page<T>(operation: string, path: readonly unknown[], params?: object, options?: CallOptions): Pager<T> {
    return this.#dispatch.list(operation, path, params, options);
  }
}
