// What a TypeScript consumer of the ES modules sees. Compiled, never run.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

import {
  ApiError,
  Clerk,
  ClerkError,
  NotFoundError,
  Page,
  Pager,
  TokenError,
  UnavailableError,
  Webhook,
  type Auth,
  type CallEvent,
  type CallOptions,
  type HasQuestion,
  type OrganizationPublicMetadata,
  type UnknownWebhookEvent,
  type UserCreatedEvent,
  type WebhookEvent,
  type Invitation,
  type RequestState,
  type SessionClaims,
  type SessionRefresh,
  type User,
  type UsersListParams,
  type WalkOptions,
} from 'clerk-usher';
import * as runner from 'node:test';

import {
  Emulator,
  ManualClock,
  jwtKey,
  mintSessionToken,
  setupEmulator,
  type EmulatorKit,
  type Fault,
  type SessionTokenOptions,
} from 'clerk-usher/testing';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Wanted>() {
  return <Got,>(_value: Got, ..._same: Same<Wanted, Got> extends true ? [] : [never]): void => undefined;
}

const clerk = new Clerk({ secretKey: 'sk_test_x', timeoutMs: 5_000, clock: new ManualClock(new Date()) });
const options: CallOptions = { signal: AbortSignal.timeout(10), maxRetries: 0, headers: { 'x-a': 'b' } };

const user = await clerk.users.get('user_1', options);
expectType<User>()(user);
expectType<string>()(user.id);
expectType<number | undefined>()((await clerk.users.count()).totalCount satisfies number | undefined as number | undefined);
expectType<string | null | undefined>()(user.firstName satisfies string | null | undefined as string | null | undefined);

const { data, response } = await clerk.users.get('user_1').withResponse();
expectType<User>()(data);
expectType<number>()(response.status);
expectType<Headers>()(response.headers);
expectType<Uint8Array>()(response.body);

const page = await clerk.users.list({ limit: 10, createdAtAfter: new Date() });
expectType<Page<User>>()(page);
expectType<User[]>()(page.data);
expectType<number | null>()(page.totalCount);
expectType<Page<User> | null>()(await page.nextPage());
for await (const one of clerk.users.list()) expectType<User>()(one);
for await (const one of clerk.users.list().pages()) expectType<Page<User>>()(one);
const walk: WalkOptions = { concurrency: 4 };
for await (const one of clerk.users.list().pages(walk)) expectType<Page<User>>()(one);
for await (const one of clerk.users.list().items({ concurrency: 4 })) expectType<User>()(one);
expectType<Pager<User>>()(clerk.users.list());
expectType<User[]>()(await clerk.users.list().toArray());

await clerk.users.update('user_1', { firstName: null, lastName: undefined });
await clerk.users.updateMetadata('user_1', { publicMetadata: { anyThing: [1] } });
await clerk.users.setProfileImage('user_1', { file: { path: 'me.png' } });
await clerk.users.setProfileImage('user_1', { file: new Uint8Array(), }, options);
await clerk.users.setProfileImage('user_1', { file: createReadStream('me.png') });
await clerk.users.setProfileImage('user_1', { file: { data: Readable.from([]), filename: 'me.png' } });
await clerk.users.setProfileImage('user_1', { file: new Blob([]).stream() });
await clerk.users.setProfileImage('user_1', { file: { path: new URL('file:///me.png'), contentType: 'image/png' } });
// @ts-expect-error: a path is told from a text by its name
await clerk.users.setProfileImage('user_1', { file: 'me.png' });
expectType<Pager<Invitation>>()(clerk.invitations.bulkCreate([{ emailAddress: 'ann@example.com' }]));
expectType<void>()(await clerk.betaFeatures.updateProductionInstanceDomain({ homeUrl: 'https://example.com' }));
expectType<string>()(await clerk.miscellaneous.getPublicInterstitial());
expectType<SessionRefresh>()(
  await clerk.sessions.refresh('sess_1', { expiredToken: 'a', refreshToken: 'b', requestOrigin: 'https://example.com' }),
);
const hooked = new Clerk({ onResponse: (event) => expectType<CallEvent>()(event), onRetry: ({ waitMs }) => expectType<number | null>()(waitMs) });
void hooked;
// @ts-expect-error an array body is passed by place
void clerk.invitations.bulkCreate({ invitations: [] });
const filters: UsersListParams = { orderBy: '-created_at' };
void clerk.users.list(filters);
expectType<unknown>()(await clerk.request('GET', '/users', { query: { limit: 1, ids: ['a'] } }));
expectType<{ id: string }>()(await clerk.request<{ id: string }>('POST', '/users', { body: { a: 1 } }));

expectType<Readonly<SessionClaims>>()(await clerk.verifyToken('a.b.c', { audience: ['x'] }));
const state: RequestState = await clerk.authenticateRequest(new Request('https://x'), { acceptsToken: 'any' });
await clerk.authenticateRequest({ method: 'GET', url: '/p', headers: { cookie: 'a=b' } });
const auth: Auth | null = state.auth;
const question: HasQuestion = { role: 'org:admin', reverification: { level: 'second_factor', afterMinutes: 10 } };
expectType<boolean | undefined>()(auth?.has(question));
expectType<string | null | undefined>()(auth?.userId);
expectType<Auth | null>()(state.toAuth({ treatPendingAsSignedOut: false }));

try {
  await clerk.users.get('user_1');
} catch (error) {
  if (error instanceof NotFoundError) expectType<number>()(error.status);
  if (error instanceof ApiError) expectType<string | null>()(error.traceId);
  if (error instanceof TokenError) expectType<string>()(error.reason);
  if (error instanceof UnavailableError) expectType<number | null>()(error.retryAfter);
  if (error instanceof ClerkError) expectType<Record<string, unknown>>()(error.toJSON());
}

const webhook = new Webhook(['whsec_AAAA'], { toleranceMs: 5, clock: new ManualClock(0) });
const received = new Request('https://app.example.com/');
const event = webhook.verify(received, await received.arrayBuffer());
expectType<WebhookEvent>()(event);
expectType<WebhookEvent>()(clerk.verifyWebhook(received.headers, Buffer.from('{}')));
expectType<WebhookEvent>()(webhook.verifyRaw({}, '{}').event);
expectType<Record<string, string>>()(webhook.sign('msg_1', 1, new Uint8Array()));
expectType<number>()(event.timestamp);
if (event.type === 'user.created') {
  expectType<UserCreatedEvent>()(event);
  expectType<User>()(event.data);
} else if (event.type === 'session.ended' || event.type === 'session.removed') {
  expectType<User>()(event.data.user);
}
switch (event.type) {
  case 'user.deleted':
    expectType<boolean>()(event.data.deleted);
    break;
  case 'organization.created':
    expectType<OrganizationPublicMetadata>()(event.data.publicMetadata);
    break;
  default:
    break;
}
function rest(some: WebhookEvent): string {
  // The type of an event that is not known is a string all the same.
  return some.type;
}
void rest;
declare const foreign: UnknownWebhookEvent;
expectType<unknown>()(foreign.data);
// @ts-expect-error no such event
if (event.type === 'user.creatd') void event;

const emulator = Emulator.start({ seed: 7 });
const fault: Fault = { route: '/v1/users', status: 500, count: 1 };
emulator.addFault(fault);
expectType<string>()(emulator.mintSessionToken({ userId: 'user_1', claims: { a: null } }));
expectType<string>()(emulator.mintM2mToken({ format: 'jwt', claims: { a: 1 }, key: 'other' }));
expectType<string>()(emulator.mintOAuthToken({ applicationId: 'oauthapp_1', scopes: ['email'] }));
expectType<string>()(emulator.mintApiKey({ subject: 'org_1', claims: [1] }));
expectType<string>()(emulator.mintHandshakeToken({ directives: ['a=b'] }));
expectType<string>()(emulator.browserSignIn({ userId: 'user_1' }).sessionId);
expectType<string>()(emulator.requests()[0]?.method ?? '');
emulator[Symbol.dispose]();

// What must not compile.
// @ts-expect-error an unknown argument
void clerk.users.list({ limitt: 1 });
// @ts-expect-error an argument of a wrong type
void clerk.users.list({ limit: '1' });
// @ts-expect-error another language's name
void clerk.users.list({ order_by: 'x' });
// @ts-expect-error an id that is missing
void clerk.users.get();
// @ts-expect-error a required argument that is missing
void clerk.invitations.create({});
// @ts-expect-error an unknown option
new Clerk({ secret: 'x' });
// @ts-expect-error an unknown call option
void clerk.users.get('user_1', { timeout: 1 });
// @ts-expect-error null in a query
void clerk.users.list({ query: null });
// @ts-expect-error a body that was parsed
webhook.verify({}, { type: 'user.created' });
// @ts-expect-error no such resource
void clerk.nothing;

const kit = setupEmulator(runner, { seed: 2, clerk: { timeoutMs: 1_000 } });
expectType<EmulatorKit>()(kit);
setupEmulator({ beforeEach: (run) => run(), afterAll: (run: () => void) => run() });
setupEmulator(runner, { fixtures: new URL('./clerk.yaml', import.meta.url) });
setupEmulator(runner, { fixtures: 'tests/clerk.yaml' });
// @ts-expect-error a path or a URL
setupEmulator(runner, { fixtures: 5 });
const ada = await kit.createUser({ firstName: 'Ada' });
expectType<User>()(ada);
expectType<string>()(kit.tokenFor(ada, { org: 'org_1', claims: { plan: 'pro' } }));
expectType<{ authorization: string }>()(kit.headersFor('user_1'));
const mint: SessionTokenOptions = { userId: 'user_1', org: { id: 'org_1', permissions: ['org:a:b'] as const }, expiresInSeconds: 5 };
expectType<string>()(mintSessionToken(mint));
expectType<string>()(jwtKey());
// @ts-expect-error an organization has an id
mintSessionToken({ org: { role: 'org:admin' } });
