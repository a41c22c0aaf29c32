"""What a call tells of itself: to hooks, and to the logger `clerk_usher`. No secrets are in it, and no ids but
those in the path of a `clerk.request`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ._native import Task
from .error import ConfigError

_log = logging.getLogger("clerk_usher")


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


Hook: TypeAlias = Callable[[CallEvent], object]
"""Is told of a step of a call, on the thread or task of the caller, once the call has ended: in order, each step with
the time it happened. What it raises is logged, and changes nothing."""

HOOK_NAMES = ("on_request", "on_response", "on_retry")


class Hooks:
    """Who is told of the calls of a client."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self._hooks = hooks

    @classmethod
    def taken_from(cls, options: Mapping[str, Any], before: Hooks | None = None) -> tuple[Hooks, dict[str, Any]]:
        """The hooks among some options, over those from before, and the other options.

        Raises:
            ConfigError: a hook cannot be called.
        """
        hooks = dict(before._hooks) if before is not None else {}
        rest = dict(options)
        for name in HOOK_NAMES:
            hook = rest.pop(name, None)
            if hook is None:
                continue
            if not callable(hook):
                message = f"`{name}` must be a function of one argument, the event"
                raise ConfigError(message, option=name)
            hooks[name] = hook
        return cls(hooks), rest

    def wanted(self) -> bool:
        """Whether anybody wants to know."""
        return bool(self._hooks) or _log.isEnabledFor(logging.INFO)

    def tell(self, task: Task[Any]) -> None:
        """Passes the steps of a call on."""
        steps = task.take_steps()
        for told in json.loads(steps) if steps else ():
            event = _event(told)
            _write(event)
            hook = self._hooks.get(f"on_{event.step}")
            if hook is None:
                continue
            try:
                hook(event)
            except Exception:
                _log.exception("on_%s failed", event.step)


def _event(told: dict[str, Any]) -> CallEvent:
    duration, wait = told.pop("duration_ms"), told.pop("wait_ms")
    return CallEvent(
        **told,
        duration=None if duration is None else duration / 1000,
        wait=None if wait is None else wait / 1000,
    )


def _write(event: CallEvent) -> None:
    what = (event.method, event.route, event.attempt)
    outcome = event.status if event.status is not None else event.error
    if event.step == "request":
        _log.debug("%s %s, attempt %d", *what)
    elif event.step == "response":
        took = round((event.duration or 0) * 1000)
        _log.debug("%s %s, attempt %d: %s in %d ms (trace %s)", *what, outcome, took, event.trace_id)
    else:
        _log.info("%s %s, attempt %d: %s, again in %d ms", *what, outcome, round((event.wait or 0) * 1000))
