// Exits with code 3 while calls are in flight.

const { Clerk } = require('clerk-usher');

const clerk = new Clerk({ secretKey: process.env.USHER_KEY, apiUrl: process.env.USHER_URL, environment: {} });
for (let i = 0; i < 20; i++) clerk.users.get('user_1', { maxRetries: 0 }).catch(() => {});
setTimeout(() => process.exit(3), Number(process.argv[2]));
