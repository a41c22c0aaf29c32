"""Pages asked for ahead of their turn: what is sent, in which order it comes, and where it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from clerk_usher import ApiError, ArgumentError, DecodeError
from clerk_usher.testing import Emulator

USERS = 25
SIZE = 5


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One for each test: a request that was given up may still arrive a little later."""
    with Emulator(seed=7) as emulator:
        yield emulator


@pytest.fixture
def ids(emulator: Emulator) -> list[str]:
    clerk = emulator.clerk()
    for number in range(USERS):
        clerk.users.create(username=f"user{number}", skip_password_requirement=True)
    ids = [user.id for user in clerk.users.list(limit=100)]
    emulator.clear_requests()
    return ids


def offsets(emulator: Emulator) -> list[int]:
    """Where the pages that were asked for begin, in order of offset."""
    return sorted(int(dict(request["query"]).get("offset", 0)) for request in emulator.requests())


def until_asked(emulator: Emulator, offset: int) -> None:
    deadline = time.monotonic() + 10
    while offset not in offsets(emulator):
        assert time.monotonic() < deadline, f"{offset} is not asked for"
        time.sleep(0.001)


def test_a_known_total_is_walked_with_not_one_request_more(emulator: Emulator, ids: list[str]) -> None:
    clerk = emulator.clerk()
    made = {clerk.organizations.create(name=f"Org {number}", created_by=ids[0]).id for number in range(USERS)}
    walks = []
    for concurrency in (1, 4, 16):
        emulator.clear_requests()
        walks.append([one.id for one in clerk.organizations.list(limit=SIZE).items(concurrency=concurrency)])
        assert offsets(emulator) == [0, 5, 10, 15, 20]
    assert walks[0] == walks[1] == walks[2]
    assert set(walks[0]) == made


def test_without_a_total_no_more_than_the_bound_goes_beyond_the_end(emulator: Emulator, ids: list[str]) -> None:
    pager = emulator.clerk().users.list(limit=SIZE)
    assert [user.id for user in pager] == ids
    assert offsets(emulator) == [0, 5, 10, 15, 20, 25]
    emulator.clear_requests()
    assert [user.id for user in pager.items(concurrency=4)] == ids
    asked = offsets(emulator)
    assert asked[:6] == [0, 5, 10, 15, 20, 25]
    assert len(asked) <= 9


def test_pages_overlap_and_come_in_order(emulator: Emulator, ids: list[str]) -> None:
    emulator.add_fault(query={"offset": "5"}, latency_ms=700)
    pages = emulator.clerk().users.list(limit=SIZE).pages(concurrency=3)
    assert len(next(pages)) == SIZE
    assert offsets(emulator) == [0]
    assert [user.id for user in next(pages)] == ids[5:10]
    # The slow page was given out first, and by then the others had come.
    assert offsets(emulator) == [0, 5, 10, 15]
    assert [request["status"] for request in emulator.requests()] == [200] * 4
    pages.close()


def test_a_walk_that_is_left_sends_no_more_and_cancels_the_rest(emulator: Emulator, ids: list[str]) -> None:
    emulator.add_fault(query={"offset": "10"}, latency_ms=700)
    for number, page in enumerate(emulator.clerk().users.list(limit=SIZE).pages(concurrency=4)):
        assert len(page) == SIZE
        if number == 1:
            until_asked(emulator, 10)
            break
    _was_never_answered(emulator)


def _was_never_answered(emulator: Emulator, at_most: int = 20) -> None:
    time.sleep(0.9)
    assert max(offsets(emulator)) <= at_most
    [slow] = [request for request in emulator.requests() if ["offset", "10"] in request["query"]]
    assert slow["status"] is None


def test_an_error_comes_in_its_pages_turn(emulator: Emulator, ids: list[str]) -> None:
    emulator.add_fault(query={"offset": "10"}, status=500)
    pages = emulator.clerk(max_retries=0).users.list(limit=SIZE).pages(concurrency=4)
    assert [len(next(pages)), len(next(pages))] == [SIZE, SIZE]
    with pytest.raises(ApiError):
        next(pages)
    assert next(pages, None) is None


def test_a_page_shorter_than_foretold_skips_nobody(emulator: Emulator, ids: list[str]) -> None:
    users = emulator.clerk().users
    # Without a limit pages are as long as the API likes.
    emulator.add_fault(query={"offset": "10"}, body=[{"object": "user", "id": id_} for id_ in ids[10:18]])
    emulator.clear_requests()
    assert [user.id for user in users.list().items(concurrency=3)] == ids
    assert {0, 10, 18, 25} <= set(offsets(emulator))


def test_a_listing_that_does_not_advance_ends_all_the_same(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users", body=[{"id": "user_1"}, {"id": "user_2"}])
    with pytest.raises(DecodeError, match="does not advance"):
        list(emulator.clerk().users.list(limit=2).items(concurrency=8))
    assert len(emulator.requests()) <= 10


@pytest.mark.parametrize("concurrency", [0, 17, -1, 1.5, "4", True, 10**30, float("nan"), object()])
def test_a_concurrency_out_of_range_is_refused_before_anything_is_sent(emulator: Emulator, concurrency: int) -> None:
    pager = emulator.clerk().users.list()
    for walk in (pager.pages(concurrency=concurrency), pager.items(concurrency=concurrency)):
        with pytest.raises(ArgumentError) as caught:
            next(walk)
        assert caught.value.argument == "concurrency"
    assert emulator.requests() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_goes_on_by_itself(emulator: Emulator, ids: list[str]) -> None:
    items = emulator.clerk().users.list(limit=SIZE).items(concurrency=4)
    emulator.add_fault(query={"offset": "10"}, latency_ms=700)
    seen = [next(items).id for _ in range(7)]  # page 3 is on its way
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if seen + [user.id for user in items] == ids else 2
        finally:
            os._exit(code)
    deadline = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, 9)
    assert ended == (child, 0)
    assert seen + [user.id for user in items] == ids


def test_awaited(emulator: Emulator, ids: list[str]) -> None:
    async def main() -> None:
        pager = emulator.async_clerk().users.list(limit=SIZE)
        emulator.add_fault(query={"offset": "5"}, latency_ms=700)
        pages = pager.pages(concurrency=3)
        assert len(await anext(pages)) == SIZE
        assert offsets(emulator) == [0]
        assert [user.id for user in await anext(pages)] == ids[5:10]
        assert offsets(emulator) == [0, 5, 10, 15]
        assert [request["status"] for request in emulator.requests()] == [200] * 4
        await pages.aclose()
        assert [user.id async for user in pager.items(concurrency=4)] == ids
        with pytest.raises(ArgumentError):
            await anext(pager.items(concurrency=17))

    asyncio.run(main())


@pytest.mark.parametrize("how", ["aclose", "break", "cancel"])
def test_awaited_and_left(emulator: Emulator, ids: list[str], how: str) -> None:
    emulator.add_fault(query={"offset": "10"}, latency_ms=700)

    async def main() -> None:
        items = emulator.async_clerk().users.list(limit=SIZE).items(concurrency=4)
        if how == "break":
            async for user in items:
                if user.id == ids[7]:
                    break
            del items
        elif how == "aclose":
            assert [(await anext(items)).id for _ in range(7)] == ids[:7]
        else:  # given up while page 3 is awaited
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(_all(items), 0.3)
        await asyncio.to_thread(until_asked, emulator, 10)
        if how == "aclose":
            await items.aclose()
        # Where page 3 was wanted, page 6 was asked for.
        await asyncio.to_thread(_was_never_answered, emulator, at_most=25 if how == "cancel" else 20)

    asyncio.run(main())


async def _all(items: AsyncIterator[Any]) -> None:
    async for _ in items:
        pass


def test_an_awaited_error_comes_in_its_pages_turn(
    emulator: Emulator, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    emulator.add_fault(query={"offset": "10"}, status=500)

    async def main() -> None:
        pager = emulator.async_clerk(max_retries=0).users.list(limit=SIZE)
        seen = []
        with pytest.raises(ApiError):
            async for user in pager.items(concurrency=4):
                seen.append(user.id)
        assert seen == ids[:10]
        # Left before that page's turn, nobody hears of its error.
        pages = pager.pages(concurrency=4)
        await anext(pages)
        await anext(pages)
        await asyncio.sleep(0.2)
        await pages.aclose()

    asyncio.run(main())
    gc.collect()
    assert caplog.records == []
