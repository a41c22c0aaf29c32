"""Hooks run on the caller's own thread or task, and can do no harm."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading

import pytest
from clerk_usher import CallEvent, ConfigError, RequestTimeoutError
from clerk_usher.testing import Emulator


def test_a_hook_that_raises_is_logged_and_changes_nothing(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    def hook(event: CallEvent) -> None:
        raise RuntimeError("mine")

    assert emulator.clerk(on_request=hook, on_response=hook).users.count().total_count == 0
    assert [record.message for record in caplog.records] == ["on_request failed", "on_response failed"]


def test_they_run_on_the_callers_thread(emulator: Emulator) -> None:
    threads: list[int] = []
    clerk = emulator.clerk(on_response=lambda event: threads.append(threading.get_ident()))
    clerk.users.count()
    assert threads == [threading.get_ident()]


def test_they_run_in_the_context_of_the_task(emulator: Emulator) -> None:
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name")
    found: list[str] = []

    async def call(clerk_name: str) -> None:
        name.set(clerk_name)
        await clerk.users.count()

    async def main() -> None:
        await asyncio.gather(*(call(str(number)) for number in range(8)))

    clerk = emulator.async_clerk(on_response=lambda event: found.append(name.get()))
    asyncio.run(main())
    assert sorted(found) == [str(number) for number in range(8)]


def test_a_call_that_is_given_up_tells_what_it_did(emulator: Emulator) -> None:
    emulator.add_fault(latency_ms=2_000)
    steps: list[str] = []
    clerk = emulator.clerk(timeout=0.1, max_retries=0, on_request=lambda event: steps.append(event.step))
    with pytest.raises(RequestTimeoutError):
        clerk.users.count()
    assert steps == ["request"]


def test_a_copy_keeps_them_and_may_have_its_own(emulator: Emulator) -> None:
    first: list[CallEvent] = []
    second: list[CallEvent] = []
    clerk = emulator.clerk(on_request=first.append)
    clerk.with_options(timeout=5).users.count()
    clerk.with_options(on_request=second.append).users.count()
    assert (len(first), len(second)) == (1, 1)


def test_the_logger_is_told_without_any_hook(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="clerk_usher")
    emulator.add_fault(route="/v1/users/count", status=503, count=1)
    emulator.clerk(retry_delay=0.001).users.count()
    texts = [record.message for record in caplog.records]
    assert texts[0] == "GET /users/count, attempt 1"
    assert texts[1].startswith("GET /users/count, attempt 1: 503 in ")
    assert caplog.records[2].levelno == logging.INFO
    assert not any("sk_test" in text for text in texts)


def test_what_is_no_function_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ConfigError, match="on_retry") as refused:
        emulator.clerk(on_retry="print")
    assert refused.value.option == "on_retry"
