// The story of `cargo xtask demo`, in Node: who is calling, answered on an emulator.
// The package is taken from this repository; in an application it is `import { Clerk } from 'clerk-usher'`.
import { Clerk, NotFoundError } from '../bindings-node/dist/index.mjs';
import { Emulator } from '../bindings-node/dist/testing.mjs';

/** Prints one scene for the table; a scene that does not hold ends the story. */
function tell(step, ok, saw) {
  console.log(JSON.stringify({ step, ok, saw }));
  if (!ok) throw new Error(`${step}: ${saw}`);
}

const client = (emulator) =>
  new Clerk({ secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url });

const bearer = (token) =>
  new Request('https://app.example.com/orders', { headers: { authorization: `Bearer ${token}` } });

const emulator = Emulator.start({ seed: 7 });
const clerk = client(emulator);
tell('start the emulator', emulator.url.startsWith('http://127.0.0.1:'), 'listening on 127.0.0.1');

const ann = await clerk.users.create({
  firstName: 'Ann',
  emailAddress: ['ann@example.com'],
  password: 'a long enough secret',
});
tell('create a user', ann.id.startsWith('user_'), ann.firstName);

let session = await clerk.sessions.create({ userId: ann.id });
tell('open a session', session.id.startsWith('sess_'), session.status);

const { jwt: token } = await clerk.sessions.createToken(session.id);
tell('get its token', token.split('.').length === 3, 'three segments');

let state = await clerk.authenticateRequest(bearer(token));
tell('authenticate a request with it', state.status === 'signed-in' && state.auth?.userId === ann.id, state.status);

const tampered = token.slice(0, -8) + (token.slice(-8, -4) === 'AAAA' ? 'BBBB' : 'AAAA') + token.slice(-4);
state = await clerk.authenticateRequest(bearer(tampered));
let saw = `${state.status}: ${state.reason}`;
tell('… and with a tampered one', saw === 'signed-out: token-invalid-signature', saw);

emulator.addFault({ method: 'GET', route: '/v1/jwks', status: 503 });
state = await client(emulator).authenticateRequest(bearer(token)); // a client that has not seen the keys yet
saw = `${state.status}: ${state.reason}`;
tell('… and while the key endpoint is down', saw === 'unavailable: jwk-remote-failed-to-load', saw);
emulator.clearFaults();

for (let number = 1; number <= 6; number++) {
  await clerk.users.create({ emailAddress: [`user${number}@example.com`] });
}
emulator.clearRequests();
let count = 0;
for await (const _user of clerk.users.list({ limit: 3 })) count += 1;
const pages = emulator.requests().length;
tell('list users over three pages', count === 7 && pages === 3, `${count} users in ${pages} pages`);

const banned = await clerk.users.ban(ann.id);
session = await clerk.sessions.get(session.id);
tell('ban the user', banned.banned === true, `banned; the session is ${session.status}`);

try {
  await clerk.users.get('user_nobody');
  saw = 'no error';
} catch (error) {
  if (!(error instanceof NotFoundError)) throw error;
  saw = `${error.kind} ${error.status} ${error.errors[0].code}`;
}
tell('meet an API error', saw === 'not_found 404 resource_not_found', saw);

emulator.stop();
