"""asyncio: cancelling, many loops, closed loops, loops that cannot watch a descriptor."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from clerk_usher import AsyncClerk, NotFoundError, bridge
from clerk_usher.testing import Emulator
from loops import ProactorLike


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come to be"
        time.sleep(0.01)


def test_cancelling_aborts_the_request(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=10_000)

    async def main() -> None:
        clerk = emulator.async_clerk()
        task = asyncio.create_task(clerk.users.count())
        while not emulator.requests():
            await asyncio.sleep(0.01)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 1
        loop_bridge = bridge._bridges[asyncio.get_running_loop()]
        assert loop_bridge.waiting == {}
        # The loop goes on, and so do other calls.
        assert (await clerk.sessions.list(user_id="user_1")).data == []

    asyncio.run(main())


def test_a_timeout_of_the_host_cancels(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=10_000)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(emulator.async_clerk().users.count(), 0.1)

    asyncio.run(main())


def test_many_calls_at_once(emulator: Emulator) -> None:
    async def main() -> None:
        clerk = emulator.async_clerk()
        answers: list[Any] = await asyncio.gather(
            *(clerk.users.count() if number % 2 else clerk.users.get("user_no") for number in range(200)),
            return_exceptions=True,
        )
        assert [isinstance(answer, NotFoundError) for answer in answers] == [True, False] * 100

    asyncio.run(main())


def test_one_client_in_several_loops_after_each_other(emulator: Emulator) -> None:
    clerk = emulator.async_clerk()

    async def main() -> int:
        return (await clerk.users.count()).total_count

    assert [asyncio.run(main()) for _ in range(5)] == [0] * 5


def test_one_client_in_several_loops_at_once(emulator: Emulator) -> None:
    clerk = emulator.async_clerk()
    found: list[int] = []

    async def main() -> None:
        for _ in range(10):
            found.append((await clerk.users.count()).total_count)

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [0] * 40


def test_an_answer_for_a_closed_loop_is_dropped(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=200)
    clerk = emulator.async_clerk()
    loop = asyncio.new_event_loop()
    call = clerk.users.count()
    task = loop.create_task(call)
    loop.run_until_complete(asyncio.sleep(0.05))
    loop_bridge = bridge._bridges[loop]
    task.remove_done_callback  # noqa: B018 (the task is alive, and nobody runs its loop any more)
    loop.close()
    wait_until(lambda: emulator.requests()[-1]["status"] == 200)
    time.sleep(0.1)
    assert len(loop_bridge.waiting) == 1
    # What came is left where it is, and another loop is none the wiser.
    call.close()
    del task

    async def other() -> int:
        return (await clerk.users.count()).total_count

    assert asyncio.run(other()) == 0


def test_a_loop_that_ends_takes_its_bridge_along(emulator: Emulator) -> None:
    clerk = emulator.async_clerk()

    async def main() -> None:
        await clerk.users.count()

    asyncio.run(main())
    gc.collect()
    before = len(bridge._bridges)
    for _ in range(5):
        asyncio.run(main())
    gc.collect()
    assert len(bridge._bridges) <= before


def no_completions() -> None:
    """As on systems whose loops watch no descriptors at all."""
    raise OSError("unsupported")


@pytest.mark.parametrize("kind", ["a loop without readers", "a system without them"])
def test_without_readers_it_calls_from_a_thread(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=5_000)
    loop = ProactorLike() if kind == "a loop without readers" else asyncio.SelectorEventLoop()
    if kind == "a system without them":
        monkeypatch.setattr(bridge, "Completions", no_completions)
    try:
        clerk = emulator.async_clerk()

        async def main() -> None:
            assert (await clerk.sessions.list(user_id="user_1")).data == []
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(clerk.users.count(), 0.1)

        began = time.monotonic()
        loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_default_executor())
        assert time.monotonic() - began < 3
        assert loop not in bridge._bridges
    finally:
        loop.close()


def test_a_cached_key_never_awaits(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    clerk = emulator.async_clerk(jwt_key=emulator.jwt_key)
    # Driven by hand, without any loop: it would fail if it created a future.
    with pytest.raises(StopIteration) as ended:
        clerk.verify_token(token).send(None)
    assert ended.value.value.sub == "user_1"
    with pytest.raises(StopIteration) as ended:
        clerk.authenticate_request({"authorization": f"Bearer {token}"}).send(None)
    assert ended.value.value.auth.user_id == "user_1"


def test_cold_verifications_share_one_fetch(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")

    async def main() -> None:
        clerk: AsyncClerk = emulator.async_clerk()
        claims = await asyncio.gather(*(clerk.verify_token(token) for _ in range(20)))
        assert {claim.sub for claim in claims} == {"user_1"}
        await clerk.warm_up()

    asyncio.run(main())
    assert [request["path"] for request in emulator.requests()] == ["/v1/jwks"]
