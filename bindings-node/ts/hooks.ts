/** What a call tells of itself, for logs, metrics and traces. No secrets are in it, and no ids but those in a `clerk.request`. */

import { ConfigError } from './error.js';
import type { NativeModule, NativeRecorder } from './native.js';

/** A step of a call, and what is known at it. */
export interface CallEvent {
  /** An attempt was sent, an attempt ended (answered or failed), or another attempt followed after a wait. */
  step: 'request' | 'response' | 'retry';
  /** The HTTP method. */
  method: string;
  /** The path as a template, such as `/users/{user_id}`. Of `clerk.request`, the path. */
  route: string;
  /** Which attempt: 1 for the first. */
  attempt: number;
  /** When it happened, in Unix milliseconds of the client's clock. */
  at: number;
  /** HTTP status of the answer; null if there was none. */
  status: number | null;
  /** The kind of the error that the attempt ended with, such as `timeout` or `rate_limit`; null if it did not. */
  error: string | null;
  /** Milliseconds that the attempt took. */
  durationMs: number | null;
  /** Milliseconds before the next attempt. */
  waitMs: number | null;
  /** The API's id of the request, for its support. */
  traceId: string | null;
}

/**
 * Is told of a step of a call, in the caller's own context, once the call has ended: in order, each step with the time it
 * happened. What it throws becomes a process warning, and changes nothing.
 */
export type Hook = (event: CallEvent) => void;

/** Who is told of the calls of a client. */
export interface HookOptions {
  /** Is told of every attempt that was sent. */
  onRequest?: Hook | undefined;
  /** Is told of every attempt that ended, answered or failed. */
  onResponse?: Hook | undefined;
  /** Is told when another attempt followed. */
  onRetry?: Hook | undefined;
}

/** The names of {@link HookOptions}. @internal */
export const HOOK_NAMES = ['onRequest', 'onResponse', 'onRetry'] as const;

interface StepJson {
  step: CallEvent['step'];
  method: string;
  route: string;
  attempt: number;
  at: number;
  status: number | null;
  error: string | null;
  duration_ms: number | null;
  wait_ms: number | null;
  trace_id: string | null;
}

/** The hooks of one client. @internal */
export class Hooks {
  readonly #hooks: HookOptions;

  private constructor(hooks: HookOptions) {
    this.#hooks = hooks;
  }

  /**
   * The hooks among some options, over those from before.
   *
   * @throws {ConfigError} for one that is no function.
   */
  static of(options: HookOptions, before?: Hooks): Hooks {
    const hooks: HookOptions = { ...(before === undefined ? {} : before.#hooks) };
    for (const name of HOOK_NAMES) {
      const hook = options[name] as unknown;
      if (hook === undefined || hook === null) continue;
      if (typeof hook !== 'function') {
        throw new ConfigError({ kind: 'config', option: name, message: `\`${name}\` must be a function of one argument, the event` });
      }
      hooks[name] = hook as Hook;
    }
    return new Hooks(hooks);
  }

  /** Something that keeps the steps of a call, if anybody wants to know. */
  recorder(module: NativeModule): NativeRecorder | null {
    return HOOK_NAMES.some((name) => this.#hooks[name] !== undefined) ? new module.NativeRecorder() : null;
  }

  /** Passes the steps of a call on. */
  tell(recorder: NativeRecorder): void {
    for (const { duration_ms: durationMs, wait_ms: waitMs, trace_id: traceId, ...rest } of JSON.parse(recorder.take()) as StepJson[]) {
      const event: CallEvent = { ...rest, durationMs, waitMs, traceId };
      const name = event.step === 'request' ? 'onRequest' : event.step === 'response' ? 'onResponse' : 'onRetry';
      try {
        this.#hooks[name]?.(event);
      } catch (error) {
        process.emitWarning(`${name} threw: ${error instanceof Error ? error.message : String(error)}`, {
          type: 'ClerkWarning',
          code: 'hook',
        });
      }
    }
  }
}
