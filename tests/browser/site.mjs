// One example application beside its emulator, and people in it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The applications, by name. */
export const APPS = {
  python: [process.env.USHER_PYTHON ?? 'python3', 'tests/browser/serve.py'],
  node: [process.execPath, 'tests/browser/serve.mjs'],
};

export const PASSWORD = 'a long enough secret';

export class Site {
  #child;
  #lines;

  /** Starts an application with its emulator. `host` is what the browser calls it. */
  static async start(name, { kind = 'development', host = 'localhost' } = {}) {
    const site = new Site();
    const [program, script] = APPS[name];
    const folders = ['bindings-python/python', 'bindings-python-dev/python'];
    const PYTHONPATH = folders.map((folder) => path.join(root, folder)).join(path.delimiter);
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' };
    site.#child = spawn(program, [script, kind], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
    site.#lines = createInterface({ input: site.#child.stdout })[Symbol.asyncIterator]();
    const told = await site.#line();
    site.url = `http://${host}:${told.port}`;
    site.emulator = told.emulator;
    site.secretKey = told.secret_key;
    return site;
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the application ended');
    return JSON.parse(value);
  }

  /** Runs a control command of the emulator; `advance` moves the application's clock too. */
  control(command, given = {}) {
    this.#child.stdin.write(`${JSON.stringify([command, given])}\n`);
    return this.#line();
  }

  /** Calls the API. */
  async api(method, path, body) {
    const headers = { authorization: `Bearer ${this.secretKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.emulator}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Ann, who is the admin of Acme; she begins in her personal account. */
  async ann() {
    const ann = await this.api('POST', '/users', {
      email_address: ['ann@example.com'],
      first_name: 'Ann',
      last_name: 'Lee',
      password: PASSWORD,
    });
    await this.api('POST', '/organizations', { name: 'Acme', created_by: ann.id });
    return ann;
  }

  async stop() {
    this.#child.stdin.end();
    await new Promise((done) => (this.#child.exitCode === null ? this.#child.once('exit', done) : done()));
  }
}
