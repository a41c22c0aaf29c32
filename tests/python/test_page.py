"""Listings: lazy, one request a page, an end even where the API has none."""

from __future__ import annotations

import asyncio

import pytest
from clerk_usher import DecodeError
from clerk_usher.testing import Emulator


@pytest.fixture
def ids(emulator: Emulator) -> list[str]:
    clerk = emulator.clerk()
    made = [clerk.users.create(username=f"user{number}", skip_password_requirement=True).id for number in range(7)]
    emulator.clear_requests()
    return made


def test_every_page_is_walked(emulator: Emulator, ids: list[str]) -> None:
    pager = emulator.clerk().users.list(limit=3, order_by="+created_at")
    assert emulator.requests() == []
    assert sorted(user.id for user in pager) == sorted(ids)
    assert len(emulator.requests()) == 3
    assert [len(page) for page in pager.pages()] == [3, 3, 1]


def test_the_first_page_is_one_request(emulator: Emulator, ids: list[str]) -> None:
    page = emulator.clerk().users.list(limit=3).page()
    assert (len(page.data), page.total_count, len(emulator.requests())) == (3, None, 1)
    following = page.next_page()
    assert following is not None
    assert {user.id for user in page}.isdisjoint(user.id for user in following)


def test_awaited(emulator: Emulator, ids: list[str]) -> None:
    async def main() -> None:
        clerk = emulator.async_clerk()
        assert len(await clerk.users.list(limit=2)) == 2
        assert sorted([user.id async for user in clerk.users.list(limit=3)]) == sorted(ids)

    asyncio.run(main())


def test_a_listing_that_does_not_advance_ends_with_an_error(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users", body=[{"id": "user_1"}, {"id": "user_2"}])
    with pytest.raises(DecodeError, match="does not advance"):
        list(emulator.clerk().users.list(limit=2))
    assert len(emulator.requests()) < 5
