// Several threads load the package, one after the other and at once; some are ended in the middle of a call.

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

async function work() {
  const { Clerk } = require('clerk-usher');
  const clerk = new Clerk({ secretKey: workerData.key, apiUrl: workerData.url, environment: {} });
  if (workerData.hang) {
    for (let i = 0; i < 10; i++) clerk.users.get('user_slow').catch(() => {});
    setTimeout(() => parentPort.postMessage('in flight'), 30);
    return;
  }
  const page = await clerk.users.list({ limit: 1 });
  parentPort.postMessage(`page of ${page.data.length}`);
}

function start(hang) {
  const workerData = { key: process.env.USHER_KEY, url: process.env.USHER_URL, hang };
  const worker = new Worker(__filename, { workerData });
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', async (message) => {
      if (hang) await worker.terminate();
      resolve(message);
    });
  });
}

async function main() {
  if (process.argv[2] === 'main-too') require('clerk-usher');
  const messages = [];
  for (let round = 0; round < 3; round++) {
    messages.push(await start(false));
    messages.push(...(await Promise.all([start(true), start(false), start(true)])));
  }
  console.log(messages.sort().join(', '));
}

if (isMainThread) main();
else work();
