"""The steps of a case: what is asked of one client, one after the other, and what must have been sent for each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cases import Case, check_error, check_requests, options
from clerk_usher import AsyncClerk, Clerk, ClerkError
from clerk_usher.testing import Emulator, ManualClock
from placed import Names

Ask = Callable[[Any, Any], Any]
"""What is asked of a client in a step; of an `AsyncClerk` it is to be awaited."""


def run_steps(
    emulator: Emulator, other: Emulator, case: Case, way: str, ask: Ask, check: Callable[[Any, Any], None]
) -> None:
    """Carries out the steps of a case, or the case itself as the only step."""
    told = Names(emulator, other, case).place(case)
    clock = ManualClock(told["now"])
    usual = {"secret_key": emulator.secret_key, "publishable_key": emulator.publishable_key, "api_url": emulator.url}
    settings: dict[str, Any] = {**usual, "environment": {}, "retry_delay": 0.001, **options(told.get("client", {}))}
    settings = {name: value for name, value in settings.items() if value is not None}
    kind = Clerk if way == "python_sync" else AsyncClerk
    try:
        clerk = kind(**settings, clock=clock)
    except ClerkError as error:
        assert "error" in told, error
        check_error(told["error"], error)
        return
    steps = told.get("steps", [told])
    if isinstance(clerk, AsyncClerk):
        asyncio.run(_awaited(emulator, clock, steps, clerk, ask, check))
        return
    for step in steps:
        _prepare(emulator, clock, step)
        if "error" in step:
            with pytest.raises(ClerkError) as raised:
                ask(clerk, step)
            check_error(step["error"], raised.value)
        elif "at_once" in step:
            for answer in _at_once(clerk, step, ask):
                check(step["result"], answer)
        else:
            for _ in range(step.get("repeat", 1)):
                check(step["result"], ask(clerk, step))
        _check_sent(emulator, step)


async def _awaited(
    emulator: Emulator,
    clock: ManualClock,
    steps: list[Any],
    clerk: AsyncClerk,
    ask: Ask,
    check: Callable[[Any, Any], None],
) -> None:
    for step in steps:
        _prepare(emulator, clock, step)
        if "error" in step:
            with pytest.raises(ClerkError) as raised:
                await ask(clerk, step)
            check_error(step["error"], raised.value)
        elif "at_once" in step:
            for answer in await asyncio.gather(*(ask(clerk, step) for _ in range(step["at_once"]))):
                check(step["result"], answer)
        else:
            for _ in range(step.get("repeat", 1)):
                check(step["result"], await ask(clerk, step))
        _check_sent(emulator, step)


def _at_once(clerk: Clerk, step: Any, ask: Ask) -> list[Any]:
    count = step["at_once"]
    barrier = threading.Barrier(count)

    def one(_: int) -> Any:
        barrier.wait()
        return ask(clerk, step)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _prepare(emulator: Emulator, clock: ManualClock, step: Any) -> None:
    clock.advance(step.get("after_ms", 0))
    emulator.control("clear_faults")
    emulator.control("clear_requests")
    for fault in step.get("faults", []):
        emulator.control("add_fault", **fault)


def _check_sent(emulator: Emulator, step: Any) -> None:
    sent = emulator.requests()
    if "requests" in step:
        check_requests(step["requests"], sent, emulator.secret_key)
    assert len(sent) <= step.get("requests_at_most", len(sent)), sent
