/** Where to send a browser to sign in or up, and how it finds its way back. */

import type { RequestState } from './auth.js';
import { runHelper } from './helper.js';

/** What the URLs are made from. */
export interface RedirectsOptions {
  /**
   * The URL that the browser asked for; relative URLs are resolved against it. Without it, one of the URLs has to be
   * absolute.
   */
  baseUrl?: string | URL | undefined;
  /** The instance's publishable key: tells the account portal, where pages are that are not told here. */
  publishableKey?: string | undefined;
  /** The application's own sign-in page, absolute or relative. */
  signInUrl?: string | undefined;
  /** The application's own sign-up page. Default: `/create` below the sign-in page. */
  signUpUrl?: string | undefined;
  /** The browser's token of a development instance; it goes along to another origin. */
  devBrowserToken?: string | undefined;
  /** The session's status: for `pending` the browser is sent to the tasks that are left. */
  sessionStatus?: string | null | undefined;
  /** Whether this application is a satellite. */
  isSatellite?: boolean | undefined;
}

/**
 * Makes the URLs of sign-in and sign-up pages. It sends nothing: answer with a redirect to what it gives.
 *
 * ```ts
 * return Response.redirect(Redirects.of(state, { baseUrl: request.url }).toSignIn());
 * ```
 */
export class Redirects {
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(options: RedirectsOptions = {}) {
    this.#options = {
      base_url: options.baseUrl instanceof URL ? options.baseUrl.href : options.baseUrl,
      publishable_key: options.publishableKey,
      sign_in_url: options.signInUrl,
      sign_up_url: options.signUpUrl,
      dev_browser_token: options.devBrowserToken,
      session_status: options.sessionStatus,
      is_satellite: options.isSatellite,
    };
  }

  /** With what a request's state says of keys, pages and session. */
  static of(state: RequestState, options: Pick<RedirectsOptions, 'baseUrl' | 'devBrowserToken'> = {}): Redirects {
    const { publishableKey, signInUrl, signUpUrl, isSatellite } = state;
    const sessionStatus = state.toAuth({ treatPendingAsSignedOut: false })?.sessionStatus;
    return new Redirects({ ...options, publishableKey, signInUrl, signUpUrl, isSatellite, sessionStatus });
  }

  /**
   * The sign-in page's URL.
   *
   * @param returnBackUrl where to come back to, absolute or relative.
   * @throws {ArgumentError} naming what is missing or no URL.
   */
  toSignIn(returnBackUrl?: string | URL): string {
    return this.#run('to_sign_in', returnBackUrl);
  }

  /** The sign-up page's URL; see {@link Redirects.toSignIn}. */
  toSignUp(returnBackUrl?: string | URL): string {
    return this.#run('to_sign_up', returnBackUrl);
  }

  #run(helper: string, back: string | URL | undefined): string {
    return runHelper(helper, { ...this.#options, return_back_url: back instanceof URL ? back.href : back });
  }
}
