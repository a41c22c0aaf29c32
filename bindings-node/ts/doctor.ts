/** What the doctor finds: see `Clerk.doctor` and `Clerk.diagnose`. */

import { camelMessage } from './names.js';

/** The outcome of one check. */
export interface Finding {
  /** What was checked: a name to program against, such as `secret_key` or `clock`; the same in every language. */
  check: string;
  /** How it came out: a `problem` cannot work; `skipped` could not be checked, or there is nothing to check. */
  status: 'ok' | 'warning' | 'problem' | 'skipped';
  /** What was found. */
  message: string;
  /** What to do about it; empty where there is nothing to do. */
  advice: string;
}

/** All findings. No key and no token is in it. */
export class Report {
  /** Whether there is no problem. There may be warnings. */
  readonly ok: boolean;
  /** The findings, in the order of the checks. */
  readonly findings: readonly Finding[];
  readonly #text: string;

  /** @internal */
  constructor(json: string) {
    const told = JSON.parse(json) as { ok: boolean; findings: Finding[]; text: string };
    this.ok = told.ok;
    this.findings = told.findings.map((finding) => ({
      ...finding,
      message: camelMessage(finding.message),
      advice: camelMessage(finding.advice),
    }));
    this.#text = camelMessage(told.text);
  }

  /** Text for people, a finding a line, advice below it. */
  toText(): string {
    return this.#text;
  }

  /** As {@link Report.toText}. */
  toString(): string {
    return this.#text;
  }
}
