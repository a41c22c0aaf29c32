"""What is not looked at is not made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from cases import load
from clerk_usher import Model
from clerk_usher.models import User
from clerk_usher.testing import Emulator

COUNT = 500


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How many models of each class were made."""
    counted: Counter[str] = Counter()
    init = Model.__init__

    def counting(self: Model, data: Mapping[str, Any]) -> None:
        counted[type(self).__name__] += 1
        init(self, data)

    monkeypatch.setattr(Model, "__init__", counting)
    yield counted


def full_users() -> list[dict[str, Any]]:
    """As many users as a page can have, each with every field."""
    case = next(case for case in load("call") if case["name"] == "users.list/every argument, 1")
    one = json.dumps(case["respond"][0]["body"][0])
    return [{**json.loads(one), "id": f"user_{index}"} for index in range(COUNT)]


def test_a_field_of_one_user_makes_that_user_alone(emulator: Emulator, made: Counter[str]) -> None:
    users = full_users()
    emulator.control("add_fault", status=200, body=users, count=1)
    with emulator.clerk() as clerk:
        page = clerk.users.list(limit=COUNT).page()
    assert (len(page), len(page.data), page.total_count) == (COUNT, COUNT, None)
    assert made == {}
    assert page.data[321].id == "user_321"
    assert made == {"User": 1}
    assert page.data[321] is page.data[321]
    addresses = page.data[321].email_addresses
    assert addresses[0].email_address == users[321]["email_addresses"][0]["email_address"]
    assert made == {"User": 1, "EmailAddress": len(addresses)}
    assert [user.id for user in page.data[:3]] == ["user_0", "user_1", "user_2"]
    assert made["User"] == 4
    assert page.to_dict() == {"data": users}
    assert made["User"] == 4


def test_a_walk_makes_the_users_that_it_comes_to(emulator: Emulator, made: Counter[str]) -> None:
    emulator.control("add_fault", status=200, body=full_users(), count=1)
    with emulator.clerk() as clerk:
        for user in clerk.users.list(limit=COUNT):
            if user.id == "user_9":
                break
    assert made == {"User": 10}


def test_the_items_are_a_sequence(emulator: Emulator) -> None:
    emulator.control("add_fault", status=200, body=[{"id": "user_1"}, None, 7, {"id": "user_2"}], count=1)
    with emulator.clerk() as clerk:
        data = clerk.users.list().page().data
    one, two = User.from_dict({"id": "user_1"}), User.from_dict({"id": "user_2"})
    whole: list[Any] = [one, None, 7, two]
    assert data == whole
    assert whole == data
    assert data != whole[:3]
    odd: list[Any] = data[1:3]
    assert odd == [None, 7]
    assert (list(data), data[:], data[-1], data[::3]) == (whole, whole, two, [one, two])
    assert (list(reversed(data)), two in data, data.index(two)) == (whole[::-1], True, 3)
    more: list[Any] = [one]
    assert (data + more, more + data) == ([*whole, one], [one, *whole])
    assert repr(data) == repr(whole)
    with pytest.raises(IndexError):
        data[4]
