"""A step of a call, as hooks are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class CallEvent:
    """A step of a call, and what is known at it."""

    step: Literal["request", "response", "retry"]
    """An attempt was sent, an attempt ended (answered or failed), or another attempt followed after a wait."""
    method: str
    """The HTTP method."""
    route: str
    """The path as a template, such as `/users/{user_id}`. Of `clerk.request`, the path."""
    attempt: int
    """Which attempt: 1 for the first."""
    at: int
    """When it happened, in Unix milliseconds of the client's clock."""
    status: int | None = None
    """HTTP status of the answer, if there was one."""
    error: str | None = None
    """The kind of the error that the attempt ended with, such as `timeout` or `rate_limit`."""
    duration: float | None = None
    """Seconds that the attempt took."""
    wait: float | None = None
    """Seconds before the next attempt."""
    trace_id: str | None = None
    """The API's id of the request, for its support."""


def read_event(told: dict[str, Any]) -> CallEvent:
    """A step from the core's form of it."""
    duration, wait = told.pop("duration_ms"), told.pop("wait_ms")
    return CallEvent(
        **told,
        duration=None if duration is None else duration / 1000,
        wait=None if wait is None else wait / 1000,
    )
