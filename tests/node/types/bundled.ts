// What a TypeScript consumer sees whose bundler resolves modules. Compiled, never run.

import { Clerk, type RequestState } from 'clerk-usher';
import { Emulator } from 'clerk-usher/testing';

export async function middleware(request: Request): Promise<RequestState> {
  const clerk = new Clerk({ apiUrl: Emulator.start().url });
  return clerk.authenticateRequest(request);
}
