// Server packages that nobody here wrote, npm's @clerk/express and @clerk/fastify, know browsers and tokens of the emulator.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import express from 'express';
import fastify from 'fastify';
import { Emulator } from 'clerk-usher/testing';

const emulator = Emulator.start({ seed: 11 });
after(() => emulator.stop());
// As their users have it: both read the environment when they are loaded.
Object.assign(process.env, {
  CLERK_SECRET_KEY: emulator.secretKey,
  CLERK_PUBLISHABLE_KEY: emulator.publishableKey,
  CLERK_API_URL: emulator.url,
  CLERK_PROXY_URL: emulator.url,
  CLERK_TELEMETRY_DISABLED: '1',
});
const { clerkMiddleware: expressMiddleware, getAuth: expressAuth } = await import('@clerk/express');
const { clerkPlugin, getAuth: fastifyAuth } = await import('@clerk/fastify');
const told = ({ userId, orgId, isAuthenticated }) => ({ userId, orgId: orgId ?? null, isAuthenticated });

async function expressApp() {
  const app = express();
  app.use(expressMiddleware());
  app.get('/', (request, response) => response.json(told(expressAuth(request))));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

async function fastifyApp() {
  const app = fastify();
  // It takes these two from its options alone.
  await app.register(clerkPlugin, { apiUrl: emulator.url, proxyUrl: emulator.url });
  app.get('/', async (request) => told(fastifyAuth(request)));
  after(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** A browser: it keeps cookies for each origin and follows redirects. */
class Browser {
  #cookies = new Map();

  /** Another value for a cookie, and for those with a suffix. */
  replace(address, name, value) {
    const jar = this.#cookies.get(new URL(address).origin);
    for (const known of jar.keys()) if (known === name || known.startsWith(`${name}_`)) jar.set(known, value);
  }

  async open(address) {
    for (let hops = 0; hops < 10; hops += 1) {
      const url = new URL(address);
      const jar = this.#cookies.get(url.origin) ?? new Map();
      this.#cookies.set(url.origin, jar);
      const response = await fetch(url, {
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          'sec-fetch-dest': 'document',
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) return response.json();
      address = new URL(location, url);
    }
    throw new Error(`too many redirects, the last to ${address}`);
  }
}

for (const [name, start] of [
  ['@clerk/express', expressApp],
  ['@clerk/fastify', fastifyApp],
]) {
  describe(name, () => {
    const user = emulator.clerk().users.create({ emailAddress: [`${name.slice(7)}@example.com`] });

    test('knows the bearer of a token', async () => {
      const app = await start();
      const { id } = await user;
      const token = emulator.mintSessionToken({ userId: id });
      const ask = async (authorization) => (await fetch(app, { headers: { authorization } })).json();
      assert.deepEqual(await ask(`Bearer ${token}`), { userId: id, orgId: null, isAuthenticated: true });
      const tampered = emulator.mintSessionToken({ userId: id, tampered: true });
      assert.equal((await ask(`Bearer ${tampered}`)).isAuthenticated, false);
    });

    test('sends a browser on a handshake, and knows it then', async () => {
      const app = await start();
      const { id } = await user;
      const browser = new Browser();
      assert.equal((await browser.open(app)).isAuthenticated, false);
      const organization = await emulator.clerk().organizations.create({ name: 'Acme', createdBy: id });
      const signedIn = emulator.browserSignIn({ userId: id, orgId: organization.id });
      const address = `${app}/?__clerk_db_jwt=${signedIn.browser}`;
      assert.deepEqual(await browser.open(address), { userId: id, orgId: organization.id, isAuthenticated: true });
      assert.equal((await browser.open(app)).userId, id);
    });

    test('renews the token of a browser when it has expired', async () => {
      const app = await start();
      const { id } = await user;
      const browser = new Browser();
      const signedIn = emulator.browserSignIn({ userId: id });
      assert.equal((await browser.open(`${app}/?__clerk_db_jwt=${signedIn.browser}`)).userId, id);
      const renewals = () => emulator.requests().filter(({ path }) => /\/client\/handshake$|\/refresh$/.test(path)).length;
      const before = renewals();
      browser.replace(app, '__session', emulator.mintSessionToken({ sessionId: signedIn.sessionId, expiresInSeconds: -60 }));
      assert.equal((await browser.open(app)).userId, id);
      assert.equal(renewals(), before + 1);
    });
  });
}
