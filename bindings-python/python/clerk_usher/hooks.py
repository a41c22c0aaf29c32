"""What a call tells of itself: to hooks, and to the logger `clerk_usher`. No secrets are in it, and no ids but
those in the path of a `clerk.request`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .error import ConfigError
from .lazy import loading
from .log import INFO, listening, logger

if TYPE_CHECKING:
    from ._native import Task
    from .call_event import CallEvent

Hook: TypeAlias = Callable[["CallEvent"], object]
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
        if self._hooks:
            return True
        log = listening()
        return log is not None and log.isEnabledFor(INFO)

    def tell(self, task: Task[Any]) -> None:
        """Passes the steps of a call on."""
        steps = task.take_steps()
        if not steps:
            return
        with loading:
            from .call_event import read_event
        for told in json.loads(steps):
            event = read_event(told)
            _write(event)
            hook = self._hooks.get(f"on_{event.step}")
            if hook is None:
                continue
            try:
                hook(event)
            except Exception:
                logger().exception("on_%s failed", event.step)


def _write(event: CallEvent) -> None:
    log = listening()
    if log is None:
        return
    what = (event.method, event.route, event.attempt)
    outcome = event.status if event.status is not None else event.error
    if event.step == "request":
        log.debug("%s %s, attempt %d", *what)
    elif event.step == "response":
        took = round((event.duration or 0) * 1000)
        log.debug("%s %s, attempt %d: %s in %d ms (trace %s)", *what, outcome, took, event.trace_id)
    else:
        log.info("%s %s, attempt %d: %s, again in %d ms", *what, outcome, round((event.wait or 0) * 1000))
