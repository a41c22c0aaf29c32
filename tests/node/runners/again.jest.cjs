// A second file in the same process: jest loads every module anew for it; run by ../runners.test.mjs.

const { setupEmulator } = require('clerk-usher/testing');

const { clerk, createUser, tokenFor } = setupEmulator();

for (const time of [1, 2]) {
  test(`begins clean, time ${time}`, async () => {
    expect((await clerk.users.count()).totalCount).toBe(0);
    const ada = await createUser({ firstName: 'Ada' });
    expect((await clerk.verifyToken(tokenFor(ada))).sub).toBe(ada.id);
  });
}
