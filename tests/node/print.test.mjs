// Secrets never print.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';

import { Clerk } from 'clerk-usher';

import { failure, pair } from './support.mjs';

const machine = 'ak_machine_secret_value';
const proxy = 'http://user:proxy_password@127.0.0.1:9';
const { emulator, clerk } = pair({ machineSecretKey: machine });
after(() => emulator.stop());

const ways = {
  'console.log': (value) => inspect(value),
  'inspect, everything': (value) => inspect(value, { depth: Infinity, showHidden: true, getters: false }),
  'JSON.stringify': (value) => JSON.stringify(value) ?? '',
  String: (value) => String(value),
  template: (value) => `${inspect({ nested: { value } }, { depth: 9 })}`,
};

function hides(value, ...secrets) {
  for (const [name, show] of Object.entries(ways)) {
    for (const secret of secrets) assert.ok(!show(value).includes(secret), `${name} shows a secret`);
  }
}

test('clients, resources, calls and pagers', async () => {
  const secrets = [emulator.secretKey, machine, 'proxy_password', emulator.jwtKey.split('\n')[1]];
  const proxied = new Clerk({ secretKey: emulator.secretKey, jwtKey: emulator.jwtKey, proxy, environment: {} });
  hides(clerk, ...secrets);
  hides(proxied, ...secrets);
  hides(clerk.users, ...secrets);
  const call = clerk.users.count();
  hides(call, ...secrets);
  await call;
  hides(call, ...secrets);
  hides(clerk.users.list(), ...secrets);
  hides(await clerk.users.list(), ...secrets);
  hides((await clerk.users.count().withResponse()).response, ...secrets);
});

test('errors', async () => {
  const wrong = emulator.secretKey.slice(0, -3) + 'xyz';
  const error = await failure(clerk.withOptions({ secretKey: wrong }).users.count());
  hides(error, wrong);
  hides(await failure(clerk.users.create({ password: 'a very secret password', limit: 1 })), 'a very secret password');
  for (const options of [{ secretKey: 'sk_test_bad value' }, { jwtKey: 'secret-looking-text' }, { secretKey: 'pk_test_value' }]) {
    try {
      new Clerk({ environment: {}, ...options });
      assert.fail('expected an error');
    } catch (thrown) {
      hides(thrown, ...Object.values(options));
    }
  }
});

test('an API error’s headers and body are there, and not printed', async () => {
  emulator.addFault({ status: 422, count: 1, headers: { 'x-token': 'header-secret' }, body: { errors: [], note: 'body-secret' } });
  const error = await failure(clerk.users.count());
  assert.equal(error.headers.get('x-token'), 'header-secret');
  assert.match(error.body, /body-secret/);
  hides(error, 'header-secret', 'body-secret');
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(error))), ['name', 'kind', 'message', 'status', 'errors', 'traceId', 'retryAfter']);
});

test('tokens in models, in request states and in responses', async () => {
  const user = await clerk.users.create({ emailAddress: ['print@example.com'] });
  const ticket = await clerk.signInTokens.create({ userId: user.id });
  assert.equal(typeof ticket.token, 'string');
  assert.ok(!inspect(ticket).includes(ticket.token));
  assert.ok(!inspect([{ ticket }], { depth: 9 }).includes(ticket.token));
  assert.equal(JSON.parse(JSON.stringify(ticket)).token, ticket.token, 'a model round-trips');
  assert.deepEqual(ticket, { ...ticket });

  const token = emulator.mintSessionToken({ userId: user.id });
  const keyed = clerk.withOptions({ publishableKey: emulator.publishableKey, jwtKey: emulator.jwtKey });
  const state = await keyed.authenticateRequest({ url: 'https://app.example.com/', headers: { authorization: `Bearer ${token}` } });
  assert.equal(state.token, token);
  hides(state, token);
  hides(state.toAuth(), token);
});
