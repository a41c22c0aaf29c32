// Files to upload: from a path, from bytes, from a stream; byte for byte, and never more of them than the API takes.

import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ArgumentError } from 'clerk-usher';

import { failure, pair } from './support.mjs';

const { emulator, clerk } = pair();
const folder = mkdtempSync(join(tmpdir(), 'usher-'));
after(() => {
  emulator.stop();
  rmSync(folder, { recursive: true });
});

const CONTENT = Buffer.concat([Buffer.from(Array.from({ length: 1280 }, (_, i) => i % 256)), Buffer.from('\r\n--not a boundary\r\n')]);
const LIMIT = 10 * 1024 * 1024;
const PATH = join(folder, 'mé.png');
writeFileSync(PATH, CONTENT);

/** A stream of so many bytes, which says how many it gave. */
function drip(size, told = {}) {
  told.given = 0;
  return Readable.from(
    (async function* () {
      while (told.given < size) {
        const chunk = Buffer.alloc(Math.min(65_536, size - told.given), 'x');
        told.given += chunk.length;
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
}

async function sent(file) {
  emulator.reset();
  emulator.addFault({ status: 200, body: { object: 'user' }, count: 1 });
  await clerk.users.setProfileImage('user_nobody', { file });
  const [request] = emulator.requests();
  const body = Buffer.from(request.bodyBase64, 'base64').toString('latin1');
  const type = request.headers.find(([name]) => name === 'content-type')[1];
  const [, boundary] = /boundary="?([^";]+)/.exec(type);
  const start = `--${boundary}\r\n`;
  const end = `\r\n--${boundary}--\r\n`;
  assert.ok(body.startsWith(start) && body.endsWith(end));
  const split = body.indexOf('\r\n\r\n');
  const head = Buffer.from(body.slice(start.length, split), 'latin1').toString('utf8');
  return {
    name: /[; ]name="([^"]*)"/.exec(head)[1],
    filename: /filename="([^"]*)"/.exec(head)[1],
    type: /content-type: *([^\r\n]+)/i.exec(head)[1],
    content: Buffer.from(body.slice(split + 4, -end.length), 'latin1'),
  };
}

const BYTES = 'application/octet-stream';
const inputs = {
  'a Buffer': [() => CONTENT, 'file', BYTES],
  'a Uint8Array that is part of a buffer': [() => new Uint8Array([0, ...CONTENT, 0]).subarray(1, -1), 'file', BYTES],
  'an ArrayBuffer': [() => new Uint8Array(CONTENT).buffer, 'file', BYTES],
  'a DataView': [() => new DataView(new Uint8Array(CONTENT).buffer), 'file', BYTES],
  'a Blob': [() => new Blob([CONTENT], { type: 'image/gif' }), 'file', 'image/gif'],
  'a File': [() => new File([CONTENT], 'blob.webp'), 'blob.webp', 'image/webp'],
  'named bytes': [() => ({ data: CONTENT, filename: 'named.png' }), 'named.png', 'image/png'],
  'a media type of its own': [() => ({ data: new Blob([CONTENT]), filename: 'x', contentType: 'image/x-own' }), 'x', 'image/x-own'],
  'a path': [() => ({ path: PATH }), 'mé.png', 'image/png'],
  'a file: URL by another name': [() => ({ path: pathToFileURL(PATH), filename: 'b.gif', contentType: 'image/png' }), 'b.gif', 'image/png'],
  'a stream of a file': [() => createReadStream(PATH), 'mé.png', 'image/png'],
  'a Readable': [() => Readable.from([CONTENT.subarray(0, 7), CONTENT.subarray(7)]), 'file', BYTES],
  'a named Readable': [() => ({ data: Readable.from([CONTENT]), filename: 'c.jpg' }), 'c.jpg', 'image/jpeg'],
  'a ReadableStream': [() => new Blob([CONTENT]).stream(), 'file', BYTES],
  'the body of a Response': [() => ({ data: new Response(CONTENT).body, filename: 'd.png' }), 'd.png', 'image/png'],
};

for (const [what, [make, filename, type]] of Object.entries(inputs)) {
  test(what, async () => {
    const came = await sent(make());
    assert.deepEqual([came.name, came.filename, came.type], ['file', filename, type]);
    assert.ok(came.content.equals(CONTENT), 'byte for byte');
  });
}

test('a source that uses its buffer again', async () => {
  const buffer = new Uint8Array(1);
  const source = async function* () {
    for (const byte of CONTENT) {
      buffer[0] = byte;
      yield buffer;
    }
  };
  assert.ok((await sent(source())).content.equals(CONTENT));
});

test('as large as may be', async () => {
  assert.equal((await sent(drip(LIMIT))).content.length, LIMIT);
});

async function refused(file, message) {
  emulator.reset();
  const error = await failure(clerk.users.setProfileImage('user_nobody', { file }));
  assert.ok(error instanceof ArgumentError, String(error));
  assert.match(error.message, message);
  assert.match(error.argument, /^file/);
  assert.equal(emulator.requests().length, 0);
}

test('too large is refused, and not read to its end', async () => {
  const huge = join(folder, 'huge.png');
  writeFileSync(huge, '');
  truncateSync(huge, 2 ** 36); // 64 GiB, of which nothing is on the disk
  await refused({ path: huge }, /10 MiB/);
  const told = {};
  const stream = drip(2 ** 40, told);
  await refused(stream, /10 MiB/);
  assert.ok(stream.destroyed && told.given < LIMIT + 2 ** 20, `${told.given} bytes were read`);
  await refused(Buffer.alloc(LIMIT + 1), /10 MiB/);
  await refused(new Blob([Buffer.alloc(LIMIT + 1)]), /10 MiB/);
});

test('what is no file is refused', async () => {
  for (const file of ['me.png', 7, null, {}, [], { data: 7 }]) await refused(file, /must be a file/);
  await refused({ path: join(folder, 'none.png') }, /cannot be read: ENOENT/);
  await refused({ path: folder }, /cannot be read: EISDIR/);
  await refused({ path: new URL('https://example.com/a.png') }, /cannot be read/);
  await refused({ data: CONTENT, filename: 7 }, /must be a string/);
  await refused(Readable.from(['text']), /a stream of bytes, not of strings/);
  await refused(Readable.from([7]), /a stream of bytes, not of numbers/);
  const broken = new Readable({ read() { this.destroy(new Error('the disk is on fire')); } });
  await refused(broken, /cannot be read: the disk is on fire/);
});
