/** Today's SDK: npm's @clerk/backend. */

import { again, byCookie, byHeader, expect, fixture, load, onNew, onSeen, takeRounds } from './rounds.mjs';

const { createClerkClient, verifyToken } = load('@clerk/backend');
const { pem: jwtKey, secret_key: secretKey, publishable_key: publishableKey, api_url: apiUrl, user_id: userId } = fixture;
const clerk = createClerkClient({ jwtKey, secretKey, publishableKey, apiUrl, telemetry: { disabled: true } });
const options = { jwtKey, authorizedParties: [fixture.origin] };

const plain = (token) => token;
const verify = async (token) => expect((await verifyToken(token, options)).sub, 'no subject');
const authenticate = async (request) =>
  expect((await clerk.authenticateRequest(request, options)).toAuth()?.userId, 'nobody');
const get = async () => expect((await clerk.users.getUser(userId)).firstName, 'no user');
const list = async () => {
  const page = await clerk.users.getUserList({ limit: 500 });
  expect(page.data.length === 500, 'not all');
  return page;
};

await takeRounds({
  'verify-new': onNew(plain, verify),
  'verify-seen': onSeen(plain, verify),
  'header-new': onNew(byHeader, authenticate),
  'header-seen': onSeen(byHeader, authenticate),
  'cookie-new': onNew(byCookie, authenticate),
  'cookie-seen': onSeen(byCookie, authenticate),
  get: again(get),
  'get-64': (calls) => async () => {
    for (let done = 0; done < calls; done += 64) await Promise.all(Array.from({ length: 64 }, get));
  },
  list: again(list),
  'list-names': again(async () => {
    for (const user of (await list()).data) expect(user.firstName, 'no name');
  }),
});
