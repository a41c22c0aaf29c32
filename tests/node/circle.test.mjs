// A browser's whole way: a Node server in front, the emulator as the Frontend API, and nobody else.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { Emulator } from 'clerk-usher/testing';

/** An application: this is all that an adapter does. */
function serve(clerk) {
  const server = createServer(async (request, response) => {
    const state = await clerk.authenticateRequest(request);
    if (state.applyTo(response)) return;
    response.end(String(state.auth?.userId));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/**
 * Keeps cookies by origin, and follows redirects. Where application and Frontend API are of one site, as in production, each
 * gets what the other set for the site.
 */
class Browser {
  jars = new Map();
  ways = [];

  constructor(oneSite) {
    this.oneSite = oneSite;
  }

  jar(url) {
    const origin = this.oneSite ? 'the site' : new URL(url).origin;
    if (!this.jars.has(origin)) this.jars.set(origin, new Map());
    return this.jars.get(origin);
  }

  async open(url) {
    for (let hops = 0; hops < 8; hops++) {
      const jar = this.jar(url);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
      for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(';');
        const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
        if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      if (answer.status !== 307) return { status: answer.status, text: await answer.text() };
      this.ways.push(new URL(answer.headers.get('location')).origin);
      url = answer.headers.get('location');
    }
    assert.fail(`no end of it: ${this.ways}`);
  }
}

for (const production of [false, true]) {
  test(`a browser comes back signed in, ${production ? 'production' : 'development'}`, async () => {
    const emulator = Emulator.start({ production });
    const { url: apiUrl } = emulator;
    const clerk = emulator.clerk();
    const server = await serve(clerk);
    try {
      const user = await clerk.users.create({ emailAddress: ['bo@example.com'] });
      const { browser } = emulator.browserSignIn({ userId: user.id });
      const app = `http://localhost:${server.address().port}`;
      const visitor = new Browser(production);
      visitor.jar(apiUrl).set('__client', browser);
      visitor.jar(app).set('__client_uat', '1');
      if (!production) visitor.jar(app).set('__clerk_db_jwt', browser);
      assert.deepEqual(await visitor.open(`${app}/orders?page=2`), { status: 200, text: user.id });
      assert.deepEqual(visitor.ways.slice(0, 2), [new URL(apiUrl).origin, app]);
      const begun = visitor.ways.length;
      assert.deepEqual(await visitor.open(`${app}/orders`), { status: 200, text: user.id });
      assert.equal(visitor.ways.length, begun, 'signed in, without going anywhere');
    } finally {
      server.close();
      emulator.stop();
    }
  });
}
