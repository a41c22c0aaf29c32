// The testing kit under vitest; run by ../runners.test.mjs.

import { setupEmulator } from 'clerk-usher/testing';
import * as runner from 'vitest';

const { expect, test } = runner;
const { clerk, createUser, tokenFor } = setupEmulator(runner);

for (const time of [1, 2]) {
  test(`begins clean, time ${time}`, async () => {
    expect((await clerk.users.count()).totalCount).toBe(0);
    const ada = await createUser({ firstName: 'Ada' });
    expect((await clerk.verifyToken(tokenFor(ada))).sub).toBe(ada.id);
  });
}
