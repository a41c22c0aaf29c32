/** A process that takes rounds on command. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Contender {
  #child;
  #lines;

  constructor(language, role, command, env) {
    this.language = language;
    this.role = role;
    const [program, ...rest] = command;
    this.#child = spawn(program, rest, { env: { ...environment(), ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until it has started; its works are known then. */
  async ready() {
    this.works = new Set((await this.#hear()).works);
    return this;
  }

  /** Has it do so many calls. */
  async take(work, calls, first = 0) {
    this.#child.stdin.write(`${JSON.stringify({ work, calls, first })}\n`);
    const told = await this.#hear();
    if (told.error !== undefined) throw new Error(`${this.language} ${this.role}, ${work}: ${told.error}`);
    return told;
  }

  async #hear() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.language} ${this.role} ended; what it said is above`);
    return JSON.parse(value);
  }

  end() {
    this.#child.stdin.end();
  }
}

/** Without what would make packages behave otherwise: keys and paths of whoever runs this. */
export function environment() {
  const kept = Object.entries(process.env).filter(([name]) => !/CLERK|^PYTHON|^NODE_|PROXY/i.test(name));
  return { ...Object.fromEntries(kept), NODE_ENV: 'production' };
}
