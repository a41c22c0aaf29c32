// Comparing what reached the emulator with what a case says.

import assert from 'node:assert/strict';

import { within } from './cases.mjs';

/** The requests that reached the emulator are those of the case. */
export function checkRequests(got, wanted, secretKey) {
  assert.equal(got.length, wanted.length, `requests: ${JSON.stringify(got.map((one) => `${one.method} ${one.path}`))}`);
  wanted.forEach((want, index) => {
    const one = got[index];
    assert.equal(one.method, want.method);
    assert.equal(one.path, want.path);
    if (want.query !== undefined) assert.deepEqual(sorted(one.query), sorted(want.query));
    const header = (name) => one.headers.find(([key]) => key === name.toLowerCase())?.[1] ?? '';
    for (const [name, value] of Object.entries(want.headers ?? {})) {
      // Null is for one that must not be there.
      assert.ok(header(name) === (value ?? '').replace('$SECRET_KEY', secretKey), `the header ${name} is not what it should be`);
    }
    for (const [name, value] of Object.entries(want.header_contains ?? {})) {
      assert.ok(header(name).includes(value), `the header ${name} is not what it should be`);
    }
    if (want.body !== undefined) assert.deepEqual(one.body === null ? null : JSON.parse(one.body), want.body);
    if (want.body_within !== undefined) within(JSON.parse(one.body), want.body_within, 'body');
    if (want.multipart !== undefined) checkMultipart(one, header('content-type'), want.multipart);
  });
}

function checkMultipart(request, type, wanted) {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  assert.ok(boundary, `not a form: ${type}`);
  const text = Buffer.from(request.bodyBase64, 'base64').toString('latin1');
  const parts = text.split(`--${boundary}`).slice(1, -1).map((part) => {
    const [head, ...rest] = part.replace(/^\r\n/, '').replace(/\r\n$/, '').split('\r\n\r\n');
    return {
      name: /[; ]name="([^"]*)"/.exec(head)?.[1],
      filename: /filename="([^"]*)"/.exec(head)?.[1],
      content_type: /content-type: *([^\r\n]+)/i.exec(head)?.[1],
      base64: Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString('base64'),
    };
  });
  assert.equal(parts.length, wanted.length);
  for (const want of wanted) {
    const part = parts.find((one) => one.name === want.name);
    assert.ok(part, `no part ${want.name}`);
    for (const field of ['filename', 'content_type', 'base64']) {
      if (want[field] !== undefined) assert.equal(part[field], want[field], field);
    }
    if (want.text !== undefined) assert.equal(Buffer.from(part.base64, 'base64').toString('utf8'), want.text);
  }
}

function sorted(pairs) {
  return pairs.map((entry) => JSON.stringify(entry)).sort();
}
