// Metadata with types of the caller's own, by declaration merging. Compiled, never run.

import { Clerk, type Organization, type User } from 'clerk-usher';

declare module 'clerk-usher' {
  interface UserPublicMetadata {
    plan?: 'free' | 'pro';
    address?: { city: string; zip?: string };
  }
  interface OrganizationPrivateMetadata {
    seats: number;
  }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Wanted>() {
  return <Got,>(_value: Got, ..._same: Same<Wanted, Got> extends true ? [] : [never]): void => undefined;
}

const clerk = new Clerk({ secretKey: 'sk_test_x' });

const user: User = await clerk.users.get('user_1');
expectType<'free' | 'pro' | undefined>()(user.publicMetadata.plan);
expectType<string | undefined>()(user.publicMetadata.address?.city);
expectType<unknown>()(user.publicMetadata['declared nowhere']);
expectType<unknown>()(user.unsafeMetadata?.['plan']);
const anything: Record<string, unknown> = user.publicMetadata;
void anything;

const organization: Organization = await clerk.organizations.get('org_1');
expectType<number | undefined>()(organization.privateMetadata?.seats);
expectType<unknown>()(organization.publicMetadata['seats']);

await clerk.users.create({ publicMetadata: { plan: 'pro', somethingElse: [1] } });
// @ts-expect-error: there is no such plan
await clerk.users.create({ publicMetadata: { plan: 'gold' } });
// @ts-expect-error: a city is missing in what is put there whole
await clerk.users.replaceMetadata('user_1', { publicMetadata: { address: { zip: '1' } } });

// What is merged may be in part, and null takes a key away.
await clerk.users.updateMetadata('user_1', { publicMetadata: { plan: null, address: { zip: '1', city: null } } });
await clerk.users.updateMetadata('user_1', { publicMetadata: { address: null, somethingElse: null } });
await clerk.organizations.mergeMetadata('org_1', { privateMetadata: {} });
// @ts-expect-error: seats are a number
await clerk.organizations.mergeMetadata('org_1', { privateMetadata: { seats: 'many' } });
// @ts-expect-error: an invitation's metadata becomes that of the user
await clerk.invitations.create({ emailAddress: 'a@example.com', publicMetadata: { plan: 'gold' } });
// @ts-expect-error: whole metadata has its seats
await clerk.organizations.replaceMetadata('org_1', { privateMetadata: {} });
