// The testing kit with fixtures: each test begins from the file.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as runner from 'node:test';
import { pathToFileURL } from 'node:url';

import { ArgumentError } from 'clerk-usher';
import { Emulator, ManualClock, setupEmulator } from 'clerk-usher/testing';

const { after, describe, test } = runner;
const folder = mkdtempSync(join(tmpdir(), 'clerk-usher-'));
after(() => rmSync(folder, { recursive: true }));

function file(name, yaml) {
  const path = join(folder, name);
  writeFileSync(path, yaml);
  return path;
}

const PLACE = file(
  'a place.yaml',
  `
users:
  - { id: user_ann, emails: [ann@example.com] }
organizations:
  - { name: Acme, slug: acme, members: [user_ann], domains: [acme.com] }
instance:
  restrictions: { allowlist: true }
webhook_endpoints: ["http://localhost:1/hooks"]
`,
);
const NOW = Date.UTC(2026, 0, 2);

describe('every test begins from the file', () => {
  const { emulator, clerk, tokenFor } = setupEmulator(runner, {
    fixtures: pathToFileURL(PLACE),
    now: NOW,
    clerk: { clock: new ManualClock(NOW) },
  });
  const seen = [];
  for (const time of [1, 2]) {
    test(`time ${time}`, async () => {
      const { data } = await clerk.users.list();
      assert.deepEqual(data.map((user) => [user.id, user.createdAt]), [['user_ann', NOW]]);
      assert.equal((await clerk.instanceSettings.updateRestrictions({})).allowlist, true);
      assert.equal((await clerk.verifyToken(tokenFor('user_ann', { org: 'acme' }))).o.slg, 'acme');
      const [endpoint] = emulator.control('webhook_endpoints');
      seen.push([endpoint.id, endpoint.secret]);
      await clerk.users.delete('user_ann');
      await clerk.instanceSettings.updateRestrictions({ allowlist: false });
      emulator.setClock(0);
    });
  }
  test('with the same ids and secrets', () => {
    assert.equal(seen.length, 2);
    assert.deepEqual(seen[0], seen[1]);
  });
});

const REFUSED = (pattern) => (error) => error instanceof ArgumentError && pattern.test(error.message);

test('a path will do', () => {
  const emulator = Emulator.start({ fixtures: PLACE });
  assert.equal(emulator.control('webhook_endpoints').length, 1);
  emulator.stop();
});

test('what is no file of fixtures is refused at once', () => {
  const bad = file('bad.yaml', 'users:\n  - username: ann_1\n  - username: ann_2\n    hair: red\n');
  assert.throws(() => setupEmulator(runner, { fixtures: bad }), REFUSED(/bad\.yaml line 4: users\[1\]\.hair: hair is not a valid/));
  assert.throws(() => setupEmulator(runner, { fixtures: join(folder, 'gone.yaml') }), REFUSED(/fixtures .*gone\.yaml: /));
  assert.throws(() => setupEmulator(runner, { fixtures: new URL('https://example.com/x.yaml') }), REFUSED(/`fixtures` must be a path/));
});
