// A call that nobody awaits is still made: the process stays until it is over.

const { Clerk } = require('clerk-usher');

const clerk = new Clerk({ secretKey: process.env.USHER_KEY, apiUrl: process.env.USHER_URL, environment: {} });
clerk.users.count().then(() => console.log('answered'));
