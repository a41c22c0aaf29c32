/** Events whose type this version does not know. */

declare const unknownType: unique symbol;

/**
 * The type of an event that this version does not know: a string, but none of those it knows. So `event.type ===
 * 'user.created'` leaves one kind of event and no other.
 */
export type UnknownEventType = string & { readonly [unknownType]: never };
