// How a webhook case is made: its body, and headers with a signature that is made here, by nothing of ours.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { Clerk, Webhook } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { internal } from './support.mjs';

const { camelCase, camelMessage, camelPath } = internal('names.js');

export function webhookCase(given) {
  const body = bodyOf(given);
  const headers = headersOf(given, body);
  const clock = new ManualClock(given.now);
  const verify = () => {
    if (given.client !== undefined) return new Clerk({ ...nodeNames(given.client), clock }).verifyWebhook(headers, body);
    const options = given.tolerance_ms === undefined ? {} : { toleranceMs: given.tolerance_ms };
    return new Webhook(given.secret, { ...options, clock }).verify(headers, body);
  };
  if (given.error === undefined) {
    const expected = given.node_result ?? given.result ?? JSON.parse(body.toString('utf8'));
    assert.deepEqual(plain(verify()), plain(expected));
    return;
  }
  assert.throws(verify, (error) => {
    const { message_contains: contains, ...fields } = given.error;
    for (const [name, value] of Object.entries(fields)) {
      assert.equal(error[name], name === 'argument' || name === 'option' ? camelPath(value) : value, `${name} of ${error}`);
    }
    if (contains !== undefined) assert.ok(error.message.includes(contains) || error.message.includes(camelMessage(contains)), error.message);
    return true;
  });
}

export function bodyOf(given) {
  if (given.base64 !== undefined) return Buffer.from(given.base64, 'base64');
  if (given.repeat === undefined) return Buffer.from(given.text);
  const { before, text, times, after } = given.repeat;
  return Buffer.from(before + text.repeat(times) + after);
}

export function headersOf(given, body) {
  const first = Array.isArray(given.secret) ? given.secret[0] : given.secret;
  const { secret = first, id = 'msg_1', timestamp = '1700000000', text } = given.signed ?? {};
  const key = Buffer.from(String(secret).replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(text ?? body).digest('base64');
  return JSON.parse(JSON.stringify(given.headers).replaceAll('$SIGNATURE', signature));
}

/** Without what no JSON has: prototypes that are not plain. */
function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

function nodeNames(object) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [camelCase(name), value]));
}
