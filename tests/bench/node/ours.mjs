/** clerk-usher in Node. */

import { Worker } from 'node:worker_threads';

import { again, byCookie, byHeader, expect, fixture, load, onNew, onSeen, takeRounds } from './rounds.mjs';

const { Clerk, Webhook } = load('clerk-usher');
const { pem, secret_key: secretKey, publishable_key: publishableKey, api_url: apiUrl, user_id: userId } = fixture;
const authorizedParties = [fixture.origin];
const clerk = new Clerk({ jwtKey: pem, secretKey, publishableKey, apiUrl, authorizedParties, environment: {} });
const webhook = new Webhook(fixture.webhook_secret);
const body = Buffer.from(fixture.webhook_body);

const plain = (token) => token;
const verify = async (token) => expect((await clerk.verifyToken(token)).sub, 'no subject');
const authenticate = async (request) => expect((await clerk.authenticateRequest(request)).auth?.userId, 'nobody');

/** A request as a Node server has it, which ours takes as it is; of the peer's `Request` nobody counts the making. */
const received = (make) => (token) => {
  const { method, url, headers } = make(token);
  const { host, pathname } = new URL(url);
  return { method, url: pathname, rawHeaders: ['Host', host, ...[...headers].flat()], socket: { encrypted: true } };
};

/** Two worker threads, kept for all rounds. */
const workers = [];

async function threads(calls, first) {
  while (workers.length < 2) {
    const worker = new Worker(new URL('./verifier.mjs', import.meta.url));
    // Nobody waits for more than a message: what goes wrong in there ends the contender.
    worker.on('error', (error) => {
      throw error;
    });
    workers.push(worker);
  }
  const share = calls / 3;
  const turn = (worker, from) =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage({ first: from, calls: share });
    });
  const timed = async (turns) => {
    const start = performance.now();
    await Promise.all(turns());
    return performance.now() - start;
  };
  return async () => {
    const one = await timed(() => [turn(workers[0], first)]);
    const two = await timed(() => [turn(workers[0], first + share), turn(workers[1], first + 2 * share)]);
    return { gain: (2 * one) / two };
  };
}

function deliveries(calls) {
  const headers = webhook.sign('msg_1', Math.floor(Date.now() / 1000), body);
  return again(() => expect(webhook.verify(headers, body).type === 'user.created', 'no event'))(calls);
}

const get = async () => expect((await clerk.users.get(userId)).firstName, 'no user');
const list = async () => {
  const page = await clerk.users.list({ limit: 500 });
  expect(page.length === 500, 'not all');
  return page;
};

await takeRounds({
  'verify-new': onNew(plain, verify),
  'verify-seen': onSeen(plain, verify),
  'header-new': onNew(received(byHeader), authenticate),
  'header-seen': onSeen(received(byHeader), authenticate),
  'cookie-new': onNew(received(byCookie), authenticate),
  'cookie-seen': onSeen(received(byCookie), authenticate),
  threads,
  webhook: deliveries,
  get: again(get),
  'get-64': (calls) => async () => {
    for (let done = 0; done < calls; done += 64) await Promise.all(Array.from({ length: 64 }, get));
  },
  list: again(list),
  'list-names': again(async () => {
    for (const user of (await list()).data) expect(user.firstName, 'no name');
  }),
});
