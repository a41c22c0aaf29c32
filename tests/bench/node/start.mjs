/** What starting costs: a process that imports a package, makes its first client, and ends. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const fixture = JSON.parse(readFileSync(process.env.BENCH_FIXTURE_KEYS, 'utf8'));
const folder = process.env.BENCH_PACKAGES;
const load = createRequire(folder ? join(folder, 'package.json') : import.meta.url);
const starts = {
  empty: () => {},
  ours: () => new (load('clerk-usher').Clerk)({ secretKey: fixture.secret_key, environment: {} }),
  todays: () => load('@clerk/backend').createClerkClient({ secretKey: fixture.secret_key }),
};

const cpu = process.cpuUsage();
const start = process.hrtime.bigint();
const client = starts[process.argv[2]]();
const wall = Number(process.hrtime.bigint() - start) / 1e3;
const used = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ wall, cpu: used.user + used.system, memory: process.memoryUsage.rss(), made: typeof client })}\n`);
