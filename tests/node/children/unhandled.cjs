// Which failures of calls are told as unhandled: those that nobody looked at, once each, and no others.

const { Clerk } = require('clerk-usher');

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const clerk = new Clerk({ secretKey: process.env.USHER_KEY, apiUrl: process.env.USHER_URL, environment: {}, maxRetries: 0 });
const missing = () => clerk.users.get('user_none');

(async () => {
  await missing().catch(() => {});
  await missing().withResponse().catch(() => {});
  await missing().asResponse().catch(() => {});
  await missing().finally(() => {}).catch(() => {});
  await Promise.allSettled([missing(), clerk.users.list({ limit: 501 }), clerk.users.get('')]);
  const call = missing();
  await Promise.allSettled([call, call.withResponse(), call.asResponse(), call]);
  const controller = new AbortController();
  const aborted = clerk.users.get('user_none', { signal: controller.signal });
  controller.abort();
  await aborted.catch(() => {});
  try {
    for await (const user of clerk.users.list({ limit: 501 })) void user;
  } catch {
    // Looked at.
  }
  clerk.users.list(); // never asked for
  await new Promise((resolve) => setTimeout(resolve, 50));
  const looked = unhandled;
  missing();
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(JSON.stringify({ looked, ignored: unhandled - looked }));
})();
