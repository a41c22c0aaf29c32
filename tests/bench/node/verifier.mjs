/** A worker thread of ours that verifies tokens nobody has seen. */

import { parentPort } from 'node:worker_threads';

import { fixture, load } from './rounds.mjs';

const { Clerk } = load('clerk-usher');
const clerk = new Clerk({ jwtKey: fixture.pem, environment: {} });

parentPort.on('message', async ({ first, calls }) => {
  for (const token of fixture.tokens.slice(first, first + calls)) await clerk.verifyToken(token);
  parentPort.postMessage('done');
});
