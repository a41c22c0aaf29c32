// TLS and HTTP/2: whom a client believes, and what it sends again. The core is the same in all languages.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { Clerk, RequestConnectionError } from 'clerk-usher';

import { ROOT, failure } from './support.mjs';

const file = (name) => readFileSync(join(ROOT, 'tests/node/certificates', name), 'utf8');
const AUTHORITY = file('authority.pem');
const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants;

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** A server of HTTP/2 with this certificate. What it answers is asked each time; it may close the stream instead. */
async function serve(certificate, answer = () => undefined) {
  const pem = file(certificate);
  const server = http2.createSecureServer({ key: pem, cert: pem, allowHTTP1: true });
  const seen = [];
  const sessions = new Set();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    seen.push(`${headers[':method']} ${headers[':path']}`);
    const code = answer(seen.length);
    if (code !== undefined) return stream.close(code);
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    return stream.end('{"object":"user","id":"user_1"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ close: () => (sessions.forEach((session) => session.destroy()), server.close()) });
  return { port: server.address().port, seen, sessions };
}

function clerkOf(port, options = {}) {
  const apiUrl = `https://${options.host ?? 'localhost'}:${port}`;
  const { host: _, ...rest } = options;
  return new Clerk({ secretKey: 'sk_test_hidden', apiUrl, environment: {}, caCertificates: AUTHORITY, maxRetries: 0, ...rest });
}

test('HTTP/2 where the server offers it, many calls over one connection', async () => {
  const { port, seen, sessions } = await serve('server.pem');
  const clerk = clerkOf(port);
  await clerk.users.get('user_1');
  await Promise.all(Array.from({ length: 20 }, () => clerk.users.get('user_1')));
  assert.equal(seen.length, 21);
  assert.equal(sessions.size, 1);
  await clerkOf(port, { host: '127.0.0.1' }).users.get('user_1');
});

test('nothing is sent to a server that nobody vouches for, or that is another', async () => {
  for (const [certificate, options, told] of [
    ['server.pem', { caCertificates: undefined }, /UnknownIssuer/],
    ['elsewhere.pem', {}, /NotValidForName|not valid for/],
    ['elsewhere.pem', { host: '127.0.0.1' }, /NotValidForName|not valid for/],
  ]) {
    const { port, seen } = await serve(certificate);
    const error = await failure(clerkOf(port, options).users.get('user_1'));
    assert.ok(error instanceof RequestConnectionError, error);
    assert.match(error.message, told);
    assert.ok(!error.message.includes('hidden') && !error.message.includes('user_1'), error.message);
    assert.deepEqual(seen, []);
  }
});

test('a proxy makes a tunnel, and sees no more than where it leads', async () => {
  const target = await serve('server.pem');
  const other = await serve('elsewhere.pem');
  let heard = '';
  const proxy = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      heard += head.toString('latin1');
      const upstream = connect(Number(/^CONNECT localhost:(\d+) /.exec(head)[1]), '127.0.0.1');
      upstream.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
      socket.pipe(upstream).pipe(socket);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  servers.push(proxy);
  const through = { proxy: `http://me:pass@127.0.0.1:${proxy.address().port}` };
  await clerkOf(target.port, through).users.get('user_1');
  assert.deepEqual(target.seen, ['GET /v1/users/user_1']);
  assert.match(heard, /^CONNECT localhost:\d+ HTTP\/1\.1\r\n/);
  assert.ok(heard.includes(`Basic ${Buffer.from('me:pass').toString('base64')}`));
  assert.ok(!heard.includes('sk_test_hidden') && !heard.includes('user_1'));
  const error = await failure(clerkOf(other.port, through).users.get('user_1'));
  assert.ok(error instanceof RequestConnectionError, error);
  assert.deepEqual(other.seen, []);
});

test('what the server says it has not looked at is sent again, and nothing else that changes something', async () => {
  const refused = await serve('server.pem', (number) => (number === 1 ? NGHTTP2_REFUSED_STREAM : undefined));
  await clerkOf(refused.port).users.create({ firstName: 'Ada' });
  assert.deepEqual(refused.seen, ['POST /v1/users', 'POST /v1/users']);
  const always = await serve('server.pem', () => NGHTTP2_REFUSED_STREAM);
  assert.ok((await failure(clerkOf(always.port).users.create({ firstName: 'Ada' }))) instanceof RequestConnectionError);
  assert.equal(always.seen.length, 3);
  const cancelled = await serve('server.pem', () => NGHTTP2_CANCEL);
  assert.ok((await failure(clerkOf(cancelled.port, { maxRetries: 2 }).users.create({ firstName: 'Ada' }))) instanceof RequestConnectionError);
  assert.deepEqual(cancelled.seen, ['POST /v1/users']);
});
