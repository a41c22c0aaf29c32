// Makes calls, and is then at its end: connections are kept alive, but not the process.

const { Clerk } = require('clerk-usher');

const clerk = new Clerk({ secretKey: process.env.USHER_KEY, apiUrl: process.env.USHER_URL, environment: {} });
Promise.all(Array.from({ length: 5 }, () => clerk.users.list({ limit: 1 }))).then((pages) => {
  console.log(`pages: ${pages.length}`);
});
