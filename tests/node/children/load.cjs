// Prints what loading the package, and making a client, opened: threads and file descriptors.

const { readdirSync, readlinkSync, promises } = require('node:fs');

const threads = () => readdirSync('/proc/self/task').length;
const fds = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return []; // the one that listed them
    }
  });

(async () => {
  // Node's own threads for files, and its module loader, before the count.
  await promises.readFile(__filename);
  await import('data:text/javascript,export default 1');
  const before = { threads: threads(), fds: fds() };
  const first = process.argv[2] === 'import' ? await import('clerk-usher') : require('clerk-usher');
  const testing = process.argv[2] === 'import' ? await import('clerk-usher/testing') : require('clerk-usher/testing');
  const clerk = new first.Clerk({ secretKey: 'sk_test_x', environment: {} });
  void clerk.users;
  void clerk.users.list();
  void new testing.ManualClock(0);
  const opened = fds().filter((fd) => !before.fds.includes(fd));
  console.log(JSON.stringify({ threads: threads() - before.threads, opened }));
})();
