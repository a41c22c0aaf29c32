/** What keys say by themselves, without asking anyone. */

import { runHelper } from './helper.js';

/** Whether an instance is for development or for production. */
export type InstanceType = 'development' | 'production';

/** A publishable key, taken apart. It is not a secret. */
export interface PublishableKey {
  /** The key as given. */
  key: string;
  /** What the instance is for. */
  instanceType: InstanceType;
  /** Where the Frontend API is: a host, or the proxy's URL. */
  frontendApi: string;
  /** What the cookies of the instance end with: eight characters. */
  cookieSuffix: string;
}

/** What the Frontend API of a publishable key also depends on. */
export interface ParsePublishableKeyOptions {
  /** Where the Frontend API is proxied: then it is that. */
  proxyUrl?: string | undefined;
  /** The domain of a satellite; for one of a production instance the Frontend API is `clerk.<domain>`. */
  domain?: string | undefined;
  /** Whether this application is a satellite. */
  isSatellite?: boolean | undefined;
  /** Whether a key that is none is an error; if not, it is null. Default: true. */
  fatal?: boolean | undefined;
}

/**
 * Takes a publishable key apart.
 *
 * @throws {ConfigError} if it is none, and `fatal`.
 */
export function parsePublishableKey(key: string, options?: ParsePublishableKeyOptions & { fatal?: true | undefined }): PublishableKey;
export function parsePublishableKey(key: unknown, options: ParsePublishableKeyOptions): PublishableKey | null;
export function parsePublishableKey(key: unknown, options: ParsePublishableKeyOptions = {}): PublishableKey | null {
  const told = runHelper<Record<'key' | 'frontend_api' | 'cookie_suffix', string> & { instance_type: InstanceType } | null>(
    'parse_publishable_key',
    {
      key: textOf(key),
      proxy_url: options.proxyUrl,
      domain: options.domain,
      is_satellite: options.isSatellite,
      fatal: options.fatal ?? true,
    },
  );
  if (told === null) return null;
  return { key: told.key, instanceType: told.instance_type, frontendApi: told.frontend_api, cookieSuffix: told.cookie_suffix };
}

/** Whether this is a publishable key, whole and well-formed. Anything may be asked. */
export function isPublishableKey(key: unknown): key is string {
  return typeof key === 'string' && runHelper<boolean>('is_publishable_key', { key });
}

/**
 * What the prefix of a publishable key says: `pk_test_`, `pk_live_`, or the older `test_`, `live_`. The rest of the
 * key is not looked at; null for any other.
 */
export function instanceTypeOfPublishableKey(key: string): InstanceType | null {
  return runHelper('instance_type_of_publishable_key', { key: textOf(key) });
}

/** What the prefix of a secret key says: `sk_test_`, `sk_live_`, or the older `test_`, `live_`. */
export function instanceTypeOfSecretKey(key: string): InstanceType | null {
  return runHelper('instance_type_of_secret_key', { key: textOf(key) });
}

/** Where the Backend API of the instance with this key is. For a key that is none: where it is for all. */
export function apiUrlFromPublishableKey(key: string): string {
  return runHelper('api_url_from_publishable_key', { key: textOf(key) });
}

/**
 * The publishable key of the instance whose Frontend API is at this host.
 *
 * @throws {ArgumentError} if no key can hold it.
 */
export function publishableKeyFromHost(host: string): string {
  return runHelper('publishable_key_from_host', { host });
}

/**
 * The publishable key for requests to this host, that of `clerk.<host>`: for applications with many domains.
 *
 * @param host the host of a request, with or without its port.
 * @param fallback the application's own key; one of a development instance is the answer.
 * @throws {ArgumentError} if `host` is empty or none.
 */
export function publishableKeyFromRequestHost(host: string, fallback?: string): string {
  return runHelper('publishable_key_from_request_host', { host, fallback });
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : '';
}
