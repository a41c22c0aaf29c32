// The Node example beside an emulator, both on one clock that the test moves; as serve.py.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Clerk } from 'clerk-usher';
import { Emulator, ManualClock } from 'clerk-usher/testing';
import { application } from '../../examples/web_app.mjs';

const now = Date.now();
const emulator = Emulator.start({ now, production: process.argv[2] === 'production' });
const clock = new ManualClock(now);
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
// No more than an application would say.
const clerk = new Clerk({
  secretKey: emulator.secretKey,
  publishableKey: emulator.publishableKey,
  apiUrl: emulator.url,
  authorizedParties: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
  clock,
});
server.on('request', application(clerk));
const told = { port, emulator: emulator.url, secret_key: emulator.secretKey };
console.log(JSON.stringify(told));
for await (const line of createInterface({ input: process.stdin })) {
  let [command, given] = JSON.parse(line);
  if (command === 'advance') {
    clock.advance(given.by_ms);
    command = 'clock_advance';
  }
  console.log(JSON.stringify(emulator.control(command, given)));
}
process.exit();
