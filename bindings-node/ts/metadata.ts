/**
 * The types of metadata, to be made your own by declaration merging:
 *
 * ```ts
 * declare module 'clerk-usher' {
 *   interface UserPublicMetadata {
 *     plan?: 'free' | 'pro';
 *   }
 * }
 * ```
 *
 * They are promises of yours, not checks of ours: what comes is handed over as it is, its keys unchanged.
 */

/** What an object of metadata may hold besides what you declare. */
interface Metadata {
  [name: string]: unknown;
}

/** Public metadata of a user; readable by backend and frontend. Invitations carry it for the user to come. */
export interface UserPublicMetadata extends Metadata {}
/** Private metadata of a user; readable by the backend only. */
export interface UserPrivateMetadata extends Metadata {}
/** Unsafe metadata of a user; the frontend may write it. */
export interface UserUnsafeMetadata extends Metadata {}
/** Public metadata of an organization; readable by backend and frontend. */
export interface OrganizationPublicMetadata extends Metadata {}
/** Private metadata of an organization; readable by the backend only. */
export interface OrganizationPrivateMetadata extends Metadata {}
/** Public metadata of a membership; readable by backend and frontend. */
export interface OrganizationMembershipPublicMetadata extends Metadata {}
/** Private metadata of a membership; readable by the backend only. */
export interface OrganizationMembershipPrivateMetadata extends Metadata {}
/** Public metadata of an organization's invitation, which goes to the membership. */
export interface OrganizationInvitationPublicMetadata extends Metadata {}
/** Private metadata of an organization's invitation, which goes to the membership. */
export interface OrganizationInvitationPrivateMetadata extends Metadata {}

/** A change that is merged into metadata at every depth: what is left out stays, and null takes a key away. */
export type MetadataPatch<T> = { [K in keyof T]?: Patched<T[K]> | null };

/** Objects are merged; arrays and plain values are put in place whole. */
type Patched<V> = V extends readonly unknown[] ? V : V extends object ? MetadataPatch<V> : V;
