"""Requests in the shapes that frameworks have."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from clerk_usher.testing import Emulator

BEARER = "Bearer $TOKEN"
ENVIRON = {"REQUEST_METHOD": "GET", "PATH_INFO": "/p", "HTTP_HOST": "a.io", "HTTP_AUTHORIZATION": BEARER}
HEADERS = [(b"host", b"a.io"), (b"authorization", BEARER.encode())]
SCOPE = {"type": "http", "method": "GET", "path": "/p", "headers": HEADERS}

SHAPES: dict[str, Any] = {
    "a mapping": {"aUTHORIZATION": BEARER},
    "pairs": [("authorization", BEARER)],
    "pairs of bytes": [(b"authorization", BEARER.encode())],
    "a WSGI environ": ENVIRON,
    "an ASGI scope": SCOPE,
    "Django": SimpleNamespace(META=ENVIRON, scheme="https"),
    "Flask": SimpleNamespace(environ=ENVIRON),
    "Starlette": SimpleNamespace(scope=SCOPE),
    "aiohttp": SimpleNamespace(method="GET", url="https://a.io/p", headers={"Authorization": BEARER}),
    "method, url, headers": {"method": "GET", "url": "https://a.io/p", "headers": {"Authorization": BEARER}},
}


def filled(shape: Any, token: str) -> Any:
    if isinstance(shape, str):
        return shape.replace("$TOKEN", token)
    if isinstance(shape, bytes):
        return shape.replace(b"$TOKEN", token.encode())
    if isinstance(shape, dict):
        return {name: filled(value, token) for name, value in shape.items()}
    if isinstance(shape, (list, tuple)):
        return type(shape)(filled(item, token) for item in shape)
    return SimpleNamespace(**{name: filled(value, token) for name, value in vars(shape).items()})


@pytest.mark.parametrize("name", SHAPES)
def test_shape(emulator: Emulator, name: str) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    state = emulator.clerk(jwt_key=emulator.jwt_key).authenticate_request(filled(SHAPES[name], token))
    assert (state.status, state.reason) == ("signed-in", None)
    assert state.auth is not None and state.auth.user_id == "user_1"
    assert token not in repr(state)
