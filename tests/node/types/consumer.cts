// What a TypeScript consumer of the CommonJS modules sees. Compiled, never run.

import { Clerk, NotFoundError, type User } from 'clerk-usher';
import testing = require('clerk-usher/testing');
import usher = require('clerk-usher');

async function main(): Promise<User> {
  const emulator = testing.Emulator.start();
  const clerk: usher.Clerk = new Clerk({ secretKey: emulator.secretKey, apiUrl: emulator.url });
  const error: unknown = await clerk.users.delete('user_1').catch((thrown: unknown) => thrown);
  if (error instanceof usher.NotFoundError && error instanceof NotFoundError) emulator.stop();
  return clerk.users.get('user_1');
}

void main;
