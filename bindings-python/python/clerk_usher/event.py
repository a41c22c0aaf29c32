"""Events whose type this version does not know."""

from __future__ import annotations

from enum import Enum


class UnknownEventType(Enum):
    """What type checkers take the `type` of an `UnknownWebhookEvent` for: no text that this version knows, so that
    `event.type == "user.created"` leaves one kind of event and no other. What is there is the text itself: say
    `str(event.type)` to use it as such."""

    ANY = "*"
