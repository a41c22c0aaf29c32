// Webhooks: what only Node has, and what others sign and accept. The verdicts themselves are in
// tests/conformance/webhooks.json.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';

import { ArgumentError, Clerk, ClerkError, ConfigError, Webhook, WebhookDelivery, WebhookError } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';
import { Webhook as Svix, WebhookVerificationError } from 'svix';

import { ROOT } from './support.mjs';

const NOW = 1_700_000_000;
const SECRET = 'whsec_c2VjcmV0IG9mIHRoZSBOb2RlIHRlc3Rz';
const TEXT = '{"type":"user.created","object":"event","data":{"id":"é","created_at":1000},"instance_id":"ins_1"}';
const BODY = Buffer.from(TEXT);
const clock = new ManualClock(NOW * 1000);

const webhook = new Webhook(SECRET, { clock });
const signed = webhook.sign('msg_1', NOW, BODY);

test('bytes of every kind, and text that nobody parsed', async () => {
  const padded = new Uint8Array([1, ...BODY, 2]);
  const request = new Request('https://app.example.com/', { method: 'POST', body: BODY, headers: signed });
  const kinds = [
    BODY,
    new Uint8Array(BODY),
    padded.subarray(1, -1),
    new DataView(padded.buffer, 1, BODY.length),
    padded.buffer.slice(1, -1),
    await request.clone().arrayBuffer(),
    await request.clone().text(),
    TEXT,
  ];
  for (const body of kinds) {
    assert.equal(webhook.verify(signed, body).data.id, 'é');
    assert.equal(webhook.verifyRaw(signed, body).body, TEXT);
    assert.deepEqual(webhook.sign('msg_1', NOW, body), signed);
  }
  assert.equal(webhook.verify(request, await request.arrayBuffer()).type, 'user.created');
});

test('headers wherever they stand', () => {
  const lists = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toUpperCase(), [value]]));
  for (const request of [signed, new Headers(signed), Object.entries(signed), new Map(Object.entries(signed)), lists, { headers: signed }, { headers: new Headers(signed) }]) {
    assert.equal(webhook.verify(request, BODY).type, 'user.created');
  }
  assert.equal(webhook.verify({ ...signed, headers: 'a header of that name' }, BODY).type, 'user.created');
});

test("a request of Node's server", async () => {
  const seen = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(webhook.verify(request, Buffer.concat(chunks)).type);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', body: BODY, headers: signed });
  server.close();
  assert.deepEqual(seen, ['user.created']);
});

test('a body that was parsed is told where the bytes are', () => {
  const clerk = new Clerk({ secretKey: 'sk_test_1', webhookSigningSecret: SECRET, environment: {} });
  for (const body of [JSON.parse(TEXT), null, undefined, [1], 5, Promise.resolve(BODY), new Request('https://a.io')]) {
    for (const verify of [() => webhook.verify(signed, body), () => webhook.verifyRaw(signed, body), () => clerk.verifyWebhook(signed, body)]) {
      assert.throws(verify, (error) => {
        assert.ok(error instanceof ArgumentError && error.argument === 'body');
        for (const hint of ['express.raw', 'arrayBuffer()', 'addContentTypeParser', "parseAs: 'buffer'"]) assert.ok(error.message.includes(hint), error.message);
        assert.ok(!error.message.includes('user.created'));
        return true;
      });
    }
  }
});

test('bytes that another thread may write are verified as they were', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(BODY.length));
  shared.set(BODY);
  for (const body of [shared, new DataView(shared.buffer)]) {
    const delivery = webhook.verifyRaw(signed, body);
    shared.fill(0);
    assert.equal(delivery.body, TEXT);
    shared.set(BODY);
  }
});

test('a request that is none', () => {
  for (const request of [null, undefined, 5, 'svix-id: msg_1', [5], [['svix-id']]]) {
    assert.throws(() => webhook.verify(request, BODY), (error) => error instanceof ArgumentError && error.argument.startsWith('request'));
  }
});

test('what is read of a delivery', () => {
  const delivery = webhook.verifyRaw(signed, BODY);
  assert.ok(delivery instanceof WebhookDelivery);
  assert.deepEqual({ ...delivery }, { id: 'msg_1', timestamp: NOW });
  assert.equal(delivery.event, delivery.event);
  assert.deepEqual(delivery.event, { type: 'user.created', object: 'event', data: { id: 'é', createdAt: 1000 }, instanceId: 'ins_1' });
  assert.ok(!inspect(delivery).includes('user.created'));
  assert.ok(!inspect(webhook, { showHidden: true }).includes('c2VjcmV0'));
});

describe('the data of an event is read when it is looked at', () => {
  const plain = { type: 'user.created', object: 'event', data: { id: 'é', createdAt: 1000 }, instanceId: 'ins_1' };
  const event = (text = TEXT) => webhook.verify(webhook.sign('msg_1', NOW, text), text);

  test('and nobody can tell', () => {
    assert.deepStrictEqual(event(), plain);
    assert.deepStrictEqual({ ...event() }, plain);
    assert.deepStrictEqual(Object.keys(event()), Object.keys(plain));
    assert.deepStrictEqual(structuredClone(event()), plain);
    assert.equal(JSON.stringify(event()), JSON.stringify(plain));
    assert.equal(inspect(event()), inspect(plain));
    const { data } = event();
    assert.deepStrictEqual(data, plain.data);
    const read = event();
    assert.equal(read.data, read.data);
    assert.equal(new Proxy(event(), {}).data.id, 'é');
    assert.equal(Object.create(event()).data.id, 'é');
    assert.equal(Object.freeze(event()).data.id, 'é');
    assert.ok(inspect(Object.create(event())).endsWith('{}'), 'what inherits from it has nothing of its own to show');
    const odd = event('{"type":"user.deleted","data":{"id":"1"},"__proto__":{"polluted":1}}');
    assert.match(inspect(odd), /\['__proto__'\]: \{ polluted: 1 \}/);
    assert.equal(Object.getPrototypeOf(odd), Object.prototype);
  });

  test('through proxies, after a deep freeze, and in copies', () => {
    const within = (object) => new Proxy(object, { get: (target, key, receiver) => {
      const value = Reflect.get(target, key, receiver);
      return typeof value === 'object' && value !== null ? within(value) : value;
    } });
    assert.equal(within(event()).data.id, 'é');
    const frozen = (object) => {
      for (const key of Reflect.ownKeys(object).reverse()) {
        const { value } = Object.getOwnPropertyDescriptor(object, key);
        if (typeof value === 'object' || typeof value === 'function') frozen(value);
      }
      return Object.freeze(object);
    };
    assert.equal(frozen(event()).data.id, 'é');
    const whole = Object.defineProperties({}, Object.getOwnPropertyDescriptors(event()));
    assert.equal(whole.data.id, 'é');
    // What was copied in part says so, instead of being nothing.
    const part = Object.defineProperty({}, 'data', Object.getOwnPropertyDescriptor(event(), 'data'));
    assert.throws(() => part.data, /copied without what reads it/);
  });

  test('what was put in its place is all that is kept', () => {
    for (const change of [(read) => (read.data = null), (read) => [read.data, (read.data = null)]]) {
      const read = event();
      change(read);
      assert.ok(!Object.getOwnPropertySymbols(read).some((key) => key.description === 'late'));
      assert.equal(read.data, null);
      const heir = Object.create(event());
      heir.data = 5;
      assert.equal(Object.getPrototypeOf(heir).data.id, 'é');
    }
  });

  test('it can be another', () => {
    const other = event();
    other.data = { id: 'mine' };
    assert.deepStrictEqual(other, { ...plain, data: { id: 'mine' } });
    const without = event();
    delete without.data;
    assert.ok(!('data' in without));
    assert.throws(() => {
      Object.freeze(event()).data = 1;
    }, TypeError);
  });

  test('bytes that are changed later change nothing', () => {
    const bytes = Buffer.from(TEXT);
    const before = webhook.verify(signed, bytes);
    bytes.fill(0);
    assert.deepStrictEqual(before, plain);
  });

  test('wherever it stands, and whatever it is', () => {
    const told = (text) => JSON.parse(JSON.stringify(event(text)));
    assert.deepEqual(told('{"data":{"id":"1"},"type":"user.created"}'), { data: { id: '1' }, type: 'user.created' });
    assert.deepEqual(told(' {\n"𝄞":"é" , "data" : {"created_at" : 1} ,"type":"user.created","ß":"𝄞"} '), { '𝄞': 'é', data: { createdAt: 1 }, type: 'user.created', ß: '𝄞' });
    assert.deepEqual(told('{"data":{"id":"1"},"type":"user.created","data":{"id":"2"}}'), { data: { id: '2' }, type: 'user.created' });
    assert.deepEqual(told('{"data":{"id":"1"},"type":"user.created","d\\u0061ta":{"id":"2"}}'), { data: { id: '2' }, type: 'user.created' });
    for (const data of ['null', '[1]', '"a"', '5']) assert.deepEqual(told(`{"data":${data},"type":"user.created"}`), { data: JSON.parse(data), type: 'user.created' });
    assert.deepEqual(told('{"type":"user.created"}'), { type: 'user.created' });
    assert.deepEqual(told('{"data":{"created_at":1},"type":"of.later"}'), { data: { created_at: 1 }, type: 'of.later' });
    assert.deepEqual(told('{"data":{"created_at":1}}'), { data: { created_at: 1 } });
  });
});

test('what is unusual takes a longer way to the same verdict', () => {
  const told = (headers, body) => {
    try {
      const delivery = webhook.verifyRaw(headers, body);
      return { ...delivery, body: delivery.body, event: JSON.stringify(delivery.event) };
    } catch (error) {
      return error.toJSON();
    }
  };
  const [id, timestamp, signature] = ['svix-id', 'svix-timestamp', 'svix-signature'];
  const changes = [
    {},
    { [id]: 'msg_2' },
    { [id]: ' msg_1\t' },
    { [id]: 'm\u00e9' },
    { [id]: '\ud800' },
    { [id]: '' },
    { [timestamp]: 'soon' },
    { [timestamp]: `${NOW - 301}` },
    { [signature]: `v1,AAAA v2,x ${signed[signature]}` },
    { [signature]: 'v1,AAAA' },
    { 'webhook-id': 'msg_3' },
  ];
  const bodies = [BODY, Buffer.alloc(0), Buffer.from('{"data":{}}'), Buffer.from([0xff]), new Uint8Array(new SharedArrayBuffer(3))];
  for (const change of changes) {
    for (const body of bodies) {
      const headers = { ...webhook.sign('msg_1', NOW, body), ...change };
      // There is no room for this beside the others, and nobody looks at it.
      const long = { ...headers, 'webhook-signature': 'x'.repeat(17_000) };
      assert.deepEqual(told(headers, body), told(long, body));
      const cased = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
      assert.deepEqual(told(cased, body), told(headers, body));
    }
  }
  // Several of one name are one, however they come.
  const two = { ...signed, [signature]: ['v1,AAAA', signed[signature]] };
  const pairs = Object.entries(two).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const joined = { ...signed, [signature]: `v1,AAAA, ${signed[signature]}` };
  for (const headers of [two, pairs, new Headers(pairs), { rawHeaders: pairs.flat(), headers: {} }]) {
    assert.deepEqual(told(headers, BODY), told(joined, BODY));
  }
  // The sign of the kelvin is no k, and such a name is another's.
  const standard = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.replace('svix', 'webhook'), value]));
  assert.equal(told(standard, BODY).id, 'msg_1');
  const { 'webhook-id': value, ...others } = standard;
  assert.match(told({ ...others, 'webhoo\u212a-id': value }, BODY).message, /missing: webhook-id \(/);
});

test('a client verifies with its secret, each time', () => {
  const clerk = new Clerk({ secretKey: 'sk_test_1', webhookSigningSecret: SECRET, clock, environment: {} });
  const other = clerk.withOptions({ webhookSigningSecret: 'whsec_YW5vdGhlcg==' });
  const none = new Clerk({ secretKey: 'sk_test_1', clock, environment: {} });
  for (let i = 0; i < 3; i++) {
    assert.equal(clerk.verifyWebhook(signed, BODY).type, 'user.created');
    assert.throws(() => other.verifyWebhook(signed, BODY), (error) => error.reason === 'webhook-signature-invalid');
    assert.throws(() => none.verifyWebhook(signed, BODY), (error) => error.reason === 'webhook-secret-missing');
  }
});

test('arguments of wrong kinds', () => {
  const refused = (run, argument) => assert.throws(run, (error) => error instanceof ClerkError && (error.argument ?? error.option) === argument);
  for (const secret of [5, { a: SECRET }, [SECRET, 5], true]) refused(() => new Webhook(secret), 'secret');
  for (const toleranceMs of [-1, NaN, Infinity, '300', true]) refused(() => new Webhook(SECRET, { toleranceMs }), 'toleranceMs');
  refused(() => new Webhook(SECRET, { tolerance: 5 }), 'tolerance');
  assert.throws(() => new Webhook(SECRET, { tolerance_ms: 5 }), ConfigError);
  for (const id of ['', ' a', 'a\n', 5, null]) refused(() => webhook.sign(id, NOW, BODY), 'id');
  for (const timestamp of [1.5, NaN, '1', new Date(), 2 ** 60]) refused(() => webhook.sign('msg_1', timestamp, BODY), 'timestamp');
  for (const secret of [undefined, null]) {
    assert.throws(() => new Webhook(secret), (error) => error instanceof WebhookError && error.reason === 'webhook-secret-missing');
  }
  assert.throws(() => new Webhook([SECRET, 'whsec_no base64!']), (error) => {
    assert.ok(error instanceof WebhookError && error.message.includes('secret[1]'), error);
    assert.deepEqual(error.toJSON().reason, 'webhook-secret-invalid');
    return !error.stack.includes('no base64!');
  });
});

test('the clock and the tolerance', () => {
  const moving = new ManualClock(NOW * 1000);
  const short = new Webhook(SECRET, { clock: moving, toleranceMs: 2000 });
  assert.equal(short.verify(signed, BODY).type, 'user.created');
  moving.advance(2000);
  assert.equal(short.verify(signed, BODY).type, 'user.created');
  moving.advance(1000);
  assert.throws(() => short.verify(signed, BODY), (error) => error.reason === 'webhook-timestamp-too-old' && error.message.includes('2 s ago'));
});

test('names of JavaScript are names like any other', () => {
  const body = '{"type":"user.deleted","__proto__":{"polluted":1},"data":{"__proto__":5,"constructor":1}}';
  const event = webhook.verify(webhook.sign('msg_1', NOW, body), body);
  assert.equal({}.polluted, undefined);
  assert.equal(event.polluted, undefined);
  assert.equal(JSON.stringify(event), body);
});

test('in a worker thread', async () => {
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { Webhook } = require('clerk-usher');
    parentPort.postMessage(new Webhook(workerData.secret, { toleranceMs: 1e12 }).verify(workerData.signed, workerData.body).type);`;
  const worker = new Worker(script, { eval: true, workerData: { secret: SECRET, signed, body: TEXT }, env: process.env, execArgv: [], stdin: false, argv: [ROOT] });
  assert.deepEqual((await once(worker, 'message'))[0], 'user.created');
});

describe('svix, which nobody here wrote', () => {
  for (const secret of [SECRET, SECRET.slice(6)]) {
    for (const text of [TEXT, '{"type":"x","data":"𝄞"}']) {
      test(`signs and accepts ${text.slice(0, 12)} with ${secret.slice(0, 6)}`, () => {
        const ours = new Webhook(secret);
        const theirs = new Svix(secret);
        const now = Math.floor(Date.now() / 1000);
        const signature = theirs.sign('msg_1', new Date(now * 1000), text);
        for (const names of ['svix', 'webhook']) {
          const headers = { [`${names}-id`]: 'msg_1', [`${names}-timestamp`]: String(now), [`${names}-signature`]: signature };
          assert.equal(ours.verifyRaw(headers, text).body, text);
          theirs.verify(text, headers);
        }
        const headers = ours.sign('msg_1', now, text);
        assert.equal(headers['svix-signature'], signature);
        theirs.verify(Buffer.from(text), headers);
        theirs.verify(text, new Webhook(['whsec_AAAA', secret]).sign('msg_1', now, text));
        for (const verify of [() => theirs.verify(`${text} `, headers), () => ours.verify(headers, `${text} `)]) {
          assert.throws(verify, (error) => error instanceof WebhookVerificationError || error.reason === 'webhook-signature-invalid');
        }
      });
    }
  }
});
