"""What is not looked at is not made."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from cases import load
from clerk_usher import DecodeError, Headers, Model, RawResponse
from clerk_usher.call import read_one
from clerk_usher.models import User
from clerk_usher.page import Items, PageReader
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


def answer(text: str | bytes) -> RawResponse[Any]:
    return RawResponse(200, Headers(), text.encode() if isinstance(text, str) else text)


def users(text: str | bytes) -> Items[User]:
    reader = PageReader(User.from_dict, "data")
    return reader.wrap(reader.envelope(answer(text))[0])


TWICE = '{"id":"a","first_name":"Ann","id":"user_1","first_name":null,"first_name":"Bo"}'
ODD = (
    '{"id":"user_1","first_name":"\\u00e9\\n","last_name":"\\ud800","username":"é𝄞","banned":true,"locked":null,'
    '"created_at":-0,"updated_at":12345678901234567890,"last_active_at":1.50,"last_sign_in_at":1e400,'
    '"public_metadata":{"a":[{"b":"]}"}]},"email_addresses":[{"id":"idn_1"},null],"phone_numbers":[]}'
)
NAMES = sorted(User._fields)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("text", [TWICE, ODD, "{}", ' { "id" : 1 } '], ids=["twice", "odd", "empty", "spaces"])
def test_a_field_read_alone_is_that_of_the_whole(text: str) -> None:
    whole = User.from_dict(json.loads(text))
    for name in NAMES:
        one, other = users(f"[{text},7,{text}]")[0], read_one(User.from_dict)(answer(text))
        assert getattr(one, name) == getattr(other, name) == getattr(whole, name), name
        assert type(getattr(one, name)) is type(getattr(whole, name)), name


@pytest.mark.parametrize("text", [TWICE, ODD, "{}"], ids=["twice", "odd", "empty"])
def test_a_user_that_was_not_read_yet_is_like_any_other(text: str) -> None:
    whole = User.from_dict(json.loads(text))
    ways: list[Callable[[User], Any]] = [
        lambda user: user,
        repr,
        vars,
        dict,
        dir,
        copy.copy,
        copy.deepcopy,
        lambda user: pickle.loads(pickle.dumps(user)),
        User.to_dict,
        lambda user: [name in user for name in ("id", "first_name", "none")],
        lambda user: [getattr(user, name) for name in NAMES],
        lambda user: user.created_at_datetime,
    ]
    for way in ways:
        assert way(users(f"[{text}]")[0]) == way(whole)
    user = users(f"[{text}]")[0]
    for name in ("no_such_field", "__no_such_field__"):
        with pytest.raises(AttributeError, match="has no field"):
            getattr(user, name)
    with pytest.raises(KeyError):
        user["none"]
    with pytest.raises(AttributeError, match="read-only"):
        user.id = "x"


def test_a_value_that_can_change_is_always_the_same_one() -> None:
    user = users(f"[{ODD}]")[0]
    assert user.id == "user_1"
    assert user.public_metadata is user.public_metadata is user["public_metadata"]


def test_a_user_outlives_its_page() -> None:
    body = f"[{ODD},{TWICE}]".encode()
    reader = PageReader(User.from_dict, "data")
    user = reader.wrap(reader.envelope(answer(body))[0])[1]
    held = sys.getrefcount(body)
    assert user.first_name == "Bo"
    assert sys.getrefcount(body) == held
    assert body not in gc.get_referents(user)


NO_JSON = ["", "[", '[{"id":}]', '[{"id":"a"}', '[{"id":"a"}] x', '[{"id":"\n"}]', '[{"id":01}]', '[{"a":1,}]']


@pytest.mark.parametrize("text", [*NO_JSON, b'[{"id":"\xff"}]', "7"])
def test_what_cannot_be_read_is_told_at_the_call(text: str | bytes) -> None:
    with pytest.raises(DecodeError):
        users(text)
    with pytest.raises(DecodeError):
        read_one(User.from_dict)(answer(text))


@pytest.mark.parametrize("item", ["[" * 20_000 + "]" * 20_000, "9" * 5_000], ids=["deep", "long"])
def test_what_is_more_than_python_can_hold_is_told_at_the_call(item: str) -> None:
    for body in (f'[{{"id":"a"}},{{"a":{item}}}]', f'{{"data":[],"a":{item}}}'):
        with pytest.raises(DecodeError):
            users(body)
    with pytest.raises(DecodeError):
        read_one(User.from_dict)(answer(f'{{"id":{item}}}'))


NESTED = "[" * 100 + "]" * 100


@pytest.mark.parametrize(
    "body",
    [
        '[{"id":"a"},{"id":NaN},{"id":-Infinity}]',
        f'[{{"id":{NESTED}}}]',
        f'[{{"id":"{"1" * 700}"}}]',
        '[{"id":"é"}]'.encode("utf-16"),
        '[{"id":"é"}]'.encode("utf-8-sig"),
        '{"data":[{"id":"a"}],"data":[{"id":"b"}]}',
        '{"d\\u0061ta":[{"id":"a"}],"total_count":3}',
        '{"data":{"id":"a"},"total_count":3}',
        '{"data":[{"id":"a"}],"total_count":3,"other":{"a":[1.5,"é"]}}',
        "[]",
    ],
)
def test_every_listing_is_read_as_python_reads_it(body: str | bytes) -> None:
    reader = PageReader(User.from_dict, "data")
    items, beside = reader.envelope(answer(body))
    whole = json.loads(body)
    fields = whole if isinstance(whole, dict) else {"data": whole}
    listed = fields["data"] if isinstance(fields["data"], list) else []
    told = [user.to_dict() for user in reader.wrap(items)]
    assert repr(told) == repr(listed)
    assert beside == {name: value for name, value in fields.items() if name != "data"}
