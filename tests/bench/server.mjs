/**
 * An API that costs next to nothing: answers made ready, in a process of its own, so that what a call takes is the client's.
 * It looks at the path of a request without a body, and at nothing else.
 */

import { createServer } from 'node:net';

import { user } from './fixture.mjs';

const END = Buffer.from('\r\n\r\n');
const ONE = answer(user(1));
const LIST = answer(Array.from({ length: 500 }, (_, index) => user(index)));
const COUNT = answer({ object: 'total_count', total_count: 500 });

function answer(value) {
  const body = Buffer.from(JSON.stringify(value));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function answerTo(request) {
  const path = request.subarray(0, request.indexOf('\r\n')).toString('latin1').split(' ')[1] ?? '';
  if (/^\/v1\/users\/count/.test(path)) return COUNT;
  return /^\/v1\/users\/?(\?|$)/.test(path) ? LIST : ONE;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(END); end >= 0; end = rest.indexOf(END)) {
      socket.write(answerTo(rest));
      rest = rest.subarray(end + END.length);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
// Whoever started it holds its input: without that it ends.
process.stdin.on('end', () => process.exit(0)).resume();
