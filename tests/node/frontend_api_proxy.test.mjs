// The Frontend API proxy with the platform's fetch: bodies are streams, redirects are the browser's, errors are answers.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';

import { FrontendApiProxy } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

const SECRET = 'sk_live_verysecret';
let server;
let proxy;
let received;
let reply;

before(async () => {
  server = createServer((request, response) => {
    received = { method: request.method, url: request.url, headers: request.headers };
    reply(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = proxyTo(`http://127.0.0.1:${server.address().port}`);
});
after(() => server.close());

function proxyTo(fapiUrl) {
  return new FrontendApiProxy({
    publishableKey: 'pk_live_Y2xlcmsuZXhhbXBsZS5jb20k',
    secretKey: SECRET,
    fapiUrl,
    environment: {},
  });
}

test('a request goes on with its headers, and its answer comes back', async () => {
  reply = (_, response) => {
    response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'content-type': 'text/plain', 'content-encoding': 'gzip' });
    response.end(gzipSync('an encoded answer'));
  };
  const answer = await proxy.handle(new Request('https://app.example.com/__clerk/v1/client?a=b', { headers: { cookie: 'x=y' } }));
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), 'an encoded answer');
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal(answer.headers.get('content-encoding'), null);
  assert.equal(received.url, '/v1/client?a=b');
  assert.equal(received.headers['clerk-secret-key'], SECRET);
  assert.equal(received.headers['clerk-proxy-url'], 'https://app.example.com/__clerk');
  assert.equal(received.headers['accept-encoding'], 'identity');
  assert.equal(received.headers.host, `127.0.0.1:${server.address().port}`);
  assert.equal(received.headers.cookie, 'x=y');
});

test('both bodies are streams', async () => {
  const pieces = [];
  let toServer;
  const sentFirst = new Promise((resolve) => (toServer = resolve));
  reply = async (request, response) => {
    response.writeHead(200);
    for await (const piece of request) {
      pieces.push(String(piece));
      response.write(`got ${piece}.`);
      toServer();
    }
    response.end('done');
  };
  let write;
  const body = new ReadableStream({ start: (controller) => (write = controller) });
  write.enqueue(new TextEncoder().encode('one'));
  const request = new Request('https://app.example.com/__clerk/v1', { method: 'POST', body, duplex: 'half' });
  const pending = proxy.handle(request);
  await sentFirst;
  // The first piece has arrived, and has been answered, before the second was written.
  const reader = (await pending).body.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), 'got one.');
  write.enqueue(new TextEncoder().encode('two'));
  write.close();
  let rest = '';
  for (let next = await reader.read(); !next.done; next = await reader.read()) rest += new TextDecoder().decode(next.value);
  assert.equal(rest, 'got two.done');
  assert.deepEqual(pieces, ['one', 'two']);
});

test('a body of a known length arrives whole', async () => {
  reply = async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    response.end(text.toUpperCase());
  };
  const init = { method: 'PATCH', body: 'hello', headers: { 'content-length': '5' } };
  const answer = await proxy.handle(new Request('https://app.example.com/__clerk/v1', init));
  assert.equal(await answer.text(), 'HELLO');
  assert.equal(received.method, 'PATCH');
});

test('redirects are not followed, and stay below the proxy', async () => {
  reply = (_, response) => response.writeHead(307, { location: '/v1/elsewhere?x#y' }).end();
  const answer = await proxy.handle(new Request('https://app.example.com/__clerk/v1/x'));
  assert.equal(answer.status, 307);
  assert.equal(answer.headers.get('location'), 'https://app.example.com/__clerk/v1/elsewhere?x#y');
});

test('answers without a body have none', async () => {
  for (const status of [204, 304]) {
    reply = (_, response) => response.writeHead(status).end();
    const answer = await proxy.handle(new Request('https://app.example.com/__clerk/v1/x'));
    assert.equal(answer.status, status);
    assert.equal(answer.body, null);
  }
});

test('a Frontend API that is not there is an answer', async () => {
  const answer = await proxyTo('http://127.0.0.1:1').handle(new Request('https://app.example.com/__clerk/v1'));
  assert.equal(answer.status, 502);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal((await answer.json()).errors[0].code, 'proxy_request_failed');
});

test('a request that is given up rejects with its reason', async () => {
  reply = () => undefined;
  const controller = new AbortController();
  const reason = new Error('gone');
  const pending = proxy.handle(new Request('https://app.example.com/__clerk/v1', { signal: controller.signal }));
  controller.abort(reason);
  await assert.rejects(pending, (error) => error === reason || error.name === 'AbortError' || error.cause === reason);
});

test('what is not for the proxy is refused', async () => {
  received = undefined;
  const answer = await proxy.handle(new Request('https://app.example.com/other'));
  assert.equal(answer.status, 400);
  assert.equal(received, undefined);
});

test('nothing prints the secret', () => {
  const outgoing = proxy.prepare(new Request('https://app.example.com/__clerk/v1'));
  assert.ok(outgoing.headers.some(([, value]) => value === SECRET));
  assert.ok(!inspect([proxy, outgoing], { depth: 9, showHidden: true, getters: false }).includes(SECRET));
  assert.ok(!JSON.stringify([proxy, outgoing]).includes(SECRET));
});

test('a client has a proxy with its own keys', () => {
  const emulator = Emulator.start();
  const outgoing = emulator.clerk().frontendApiProxy({ path: '/x', fapiUrl: 'https://fapi.com' }).prepare({ url: '/x/y', headers: {} });
  assert.equal(outgoing.url, 'https://fapi.com/y');
  assert.ok(outgoing.headers.some(([name, value]) => name === 'clerk-secret-key' && value === emulator.secretKey));
  emulator.stop();
});
