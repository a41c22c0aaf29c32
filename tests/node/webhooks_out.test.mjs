/** Webhooks of the emulator: svix, which nobody here wrote, verifies what is really delivered, and so do we. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { Webhook } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';
import { Webhook as Svix, WebhookVerificationError } from 'svix';

/** An endpoint that keeps what it gets. */
async function receiver(t, statuses = []) {
  const delivered = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    delivered.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { delivered, url: `http://127.0.0.1:${server.address().port}/hooks` };
}

/** The receiver runs on this thread: asking, never blocking. */
async function settled(emulator) {
  while (!emulator.control('wait_for_webhooks', { timeout_ms: 0 }).idle) await setImmediate();
}

test('svix and we accept all that is delivered', async (t) => {
  const emulator = Emulator.start({ seed: 7 });
  t.after(() => emulator.stop());
  const { delivered, url } = await receiver(t);
  const { secret } = emulator.control('add_webhook_endpoint', { url });
  const clerk = emulator.clerk();
  const user = await clerk.users.create({ emailAddress: ['ann@example.com'], firstName: 'Änn 𝄞' });
  await clerk.users.update(user.id, { lastName: 'Lee' });
  const session = await clerk.sessions.create({ userId: user.id });
  await clerk.sessions.revoke(session.id);
  const organization = await clerk.organizations.create({ name: 'Acme', createdBy: user.id });
  await clerk.invitations.create({ emailAddress: 'bob@example.com' });
  await clerk.organizations.delete(organization.id);
  await clerk.users.delete(user.id);
  await settled(emulator);

  const types = [];
  for (const { headers, body } of delivered) {
    const event = new Webhook(secret).verify(headers, body);
    assert.equal(new Svix(secret).verify(body.toString(), headers).type, event.type);
    assert.throws(() => new Svix(secret).verify(`${body} `, headers), WebhookVerificationError);
    assert.equal(event.instanceId, emulator.instanceId);
    types.push(event.type);
  }
  assert.deepEqual(types, [
    'user.created',
    'user.updated',
    'session.created',
    'session.revoked',
    'organization.created',
    'organizationMembership.created',
    'email.created',
    'organizationMembership.deleted',
    'organization.deleted',
    'user.deleted',
  ]);
  const first = new Webhook(secret).verify(delivered[0].headers, delivered[0].body);
  assert.deepEqual([first.data.id, first.data.firstName], [user.id, 'Änn 𝄞']);
});

test('a retry and a replay verify too', async (t) => {
  const emulator = Emulator.start({ seed: 7 });
  t.after(() => emulator.stop());
  const { delivered, url } = await receiver(t, [500]);
  const { secret } = emulator.control('add_webhook_endpoint', { url, events: ['user.created'] });
  await emulator.clerk().users.create({ emailAddress: ['ann@example.com'] });
  await settled(emulator);
  emulator.advanceClock(5_000);
  await settled(emulator);
  const [{ id }] = emulator.control('webhook_events');
  emulator.control('replay_webhook', { event_id: id });
  await settled(emulator);
  assert.deepEqual(
    delivered.map(({ headers }) => headers['svix-id']),
    [id, id, id],
  );
  for (const { headers, body } of delivered) new Svix(secret).verify(body, headers);
});
