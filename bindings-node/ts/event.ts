/** Events whose type this version does not know. */

/**
 * The type of an event that this version does not know: a string, but none of those it knows. To the compiler it is an
 * enum that nobody has a value of, so `event.type === 'user.created'` leaves one kind of event and no other.
 */
declare enum UnknownEventType {
  Any = '*',
}

export type { UnknownEventType };
