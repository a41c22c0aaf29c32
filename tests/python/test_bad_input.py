"""Bad input gets the documented error, and nothing is sent."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from clerk_usher import ArgumentError, AsyncClerk, Clerk, ConfigError, NotFoundError, TokenError
from clerk_usher.testing import Emulator


@pytest.mark.parametrize("kind", [Clerk, AsyncClerk])
@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({}, "secret_key"),
        ({"secret_key": ""}, "secret_key"),
        ({"secret_key": "pk_test_abc"}, "secret_key"),
        ({"secret_key": "sk_test_1", "jwt_key": "-----BEGIN PUBLIC KEY-----\nno\n"}, "jwt_key"),
        ({"secret_key": "sk_test_1", "api_url": "ftp://x"}, "api_url"),
        ({"secret_key": "sk_test_1", "timeout": float("nan")}, "timeout"),
        ({"secret_key": "sk_test_1", "timeuot": 3}, "timeuot"),
    ],
)
def test_options(kind: type[Clerk] | type[AsyncClerk], options: dict[str, object], option: str) -> None:
    with pytest.raises(ConfigError) as raised:
        kind(environment={}, **options)  # type: ignore[arg-type]
    assert raised.value.option == option
    assert isinstance(raised.value, ValueError)
    assert pickle.loads(pickle.dumps(raised.value)).option == option


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda clerk: clerk.users.get("user_1/../x"), "user_id"),
        (lambda clerk: clerk.users.get(""), "user_id"),
        (lambda clerk: clerk.users.list(limit=501).page(), "limit"),
        (lambda clerk: clerk.users.create(public_metadata={"a": object()}), "public_metadata"),
        (lambda clerk: clerk.users.create(first_name="\ud800"), "first_name"),
        (lambda clerk: clerk.request("GET", "users"), "path"),
        (lambda clerk: clerk.authenticate_request(7), "request"),
        (lambda clerk: clerk.raw(print), "method"),
    ],
)
def test_arguments(emulator: Emulator, call: Callable[[Clerk], object], argument: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        call(emulator.clerk())
    assert raised.value.argument == argument
    assert emulator.requests() == []


def test_an_unknown_argument_is_pythons_own_error(emulator: Emulator) -> None:
    with pytest.raises(TypeError, match="nonsense"):
        emulator.clerk().users.get("user_1", nonsense=1)  # type: ignore[call-arg]
    assert emulator.requests() == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800.x.y", b"\xff", None, 7])
def test_what_is_no_token(emulator: Emulator, token: str) -> None:
    with pytest.raises(TokenError) as raised:
        emulator.clerk().verify_token(token)
    assert raised.value.reason == "token-invalid"
    assert emulator.requests() == []


def test_api_errors_survive_a_pickle(emulator: Emulator) -> None:
    with pytest.raises(NotFoundError) as raised:
        emulator.clerk().users.get("user_no")
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (copy.status, copy.errors, str(copy)) == (404, raised.value.errors, str(raised.value))
    assert copy.has_code("resource_not_found")
