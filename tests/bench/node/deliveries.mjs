/** The best library for webhooks, and the one that today's SDK stands on: svix. */

import { again, expect, fixture, load, takeRounds } from './rounds.mjs';

const { Webhook } = load('svix');
const webhook = new Webhook(fixture.webhook_secret);
const body = Buffer.from(fixture.webhook_body);

await takeRounds({
  webhook: (calls) => {
    const now = new Date();
    const headers = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(now / 1000)),
      'svix-signature': webhook.sign('msg_1', now, fixture.webhook_body),
    };
    return again(() => expect(webhook.verify(body, headers).type === 'user.created', 'no event'))(calls);
  },
});
