"""Requests in the shapes that frameworks have."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from clerk_usher import ArgumentError
from clerk_usher.testing import Emulator

BEARER = "Bearer $TOKEN"
META: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/p", "HTTP_HOST": "a.io", "HTTP_AUTHORIZATION": BEARER}
ENVIRON = {**META, "wsgi.version": (1, 0), "wsgi.url_scheme": "https"}
HEADERS = [(b"host", b"a.io"), (b"authorization", BEARER.encode())]
SCOPE = {"type": "http", "method": "GET", "path": "/p", "headers": HEADERS}

SHAPES: dict[str, Any] = {
    "a mapping": {"aUTHORIZATION": BEARER},
    "pairs": [("authorization", BEARER)],
    "pairs of bytes": [(b"authorization", BEARER.encode())],
    "a WSGI environ": ENVIRON,
    "an ASGI scope": SCOPE,
    "an ASGI scope as servers fill it": {**SCOPE, "scheme": "https", "raw_path": b"/p", "query_string": b"q=1"},
    "Django": SimpleNamespace(META=META, scheme="https"),
    "Flask": SimpleNamespace(environ=ENVIRON),
    "Starlette": SimpleNamespace(scope=SCOPE),
    "aiohttp": SimpleNamespace(method="GET", raw_path="/p", scheme="https", headers={"Authorization": BEARER}),
    "an object with method, url, headers": SimpleNamespace(
        method="GET", url="https://a.io/p", headers={"Authorization": BEARER}
    ),
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
    if not isinstance(shape, SimpleNamespace):
        return shape
    return SimpleNamespace(**{name: filled(value, token) for name, value in vars(shape).items()})


@pytest.mark.parametrize("name", SHAPES)
def test_shape(emulator: Emulator, name: str) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    state = emulator.clerk(jwt_key=emulator.jwt_key).authenticate_request(filled(SHAPES[name], token))
    assert (state.status, state.reason) == ("signed-in", None)
    assert state.auth is not None and state.auth.user_id == "user_1"
    assert token not in repr(state)


@pytest.mark.parametrize(
    "request_",
    [
        {**SCOPE, "scheme": "https", "raw_path": b"/p%20q", "query_string": b"q=1&r=\xe4"},
        {**SCOPE, "scheme": "http", "raw_path": b"/\xe4", "query_string": b""},
        {
            "method": "post",
            "url": "https://a.io/p?q=1#r",
            "headers": {"Referer": "https://b.io/ü", "accept": "text/html"},
        },
        {"url": "/p", "headers": [("Host", "a.io"), ("host", "b.io"), ("x", "y"), ("accept", b"\xe4")]},
        {"url": "https://a.io/", "headers": {"accept": "\ud800", "referer": "https://a.io/\ud800"}},
        {"method": "", "url": "https://a.io/", "headers": {}},
        {"method": None, "url": "https://a.io/", "headers": []},
        {"url": "https://a.io/", "headers": {"accept": ["a", "b"]}, "scheme": "https", "target": "/other"},
        {"headers": {"accept": "a"}, "target": "/other"},
        {"headers": "x", "url": "https://a.io/", "type": "http"},
        {**SCOPE, "scheme": "wss", "raw_path": b"/p", "query_string": b""},
        {**SCOPE, "scheme": "https", "raw_path": b"/p", "query_string": b"", "headers": {"host": "a.io"}},
    ],
)
def test_the_same_is_read_whoever_reads_it(emulator: Emulator, request_: dict[str, Any]) -> None:
    """Plain dicts are read natively, any other mapping is not."""
    clerk = emulator.clerk(jwt_key=emulator.jwt_key)
    one, other = clerk.authenticate_request(request_), clerk.authenticate_request(MappingProxyType(request_))
    assert one.debug() == other.debug()
    assert (one.status, one.reason, one.headers) == (other.status, other.reason, other.headers)


def test_headers_that_can_be_read_once_are_read_once(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    pairs = [("authorization", f"Bearer {token}"), ("host", "a.io")]
    # Without keys at hand: they have to be fetched, which is another way.
    clerk = emulator.clerk()
    for _ in range(2):
        state = clerk.authenticate_request(SimpleNamespace(method="GET", url="/p", headers=iter(pairs)))
        assert (state.status, state.reason) == ("signed-in", None)
    again = emulator.clerk().authenticate_request({"method": "GET", "url": "/p", "headers": dict(pairs)})
    assert again.status == "signed-in"


@pytest.mark.parametrize("request_", [("GET", "https", "/p", True, [("a", "b")]), ["GET", "https", "/p", True, []]])
def test_what_only_looks_like_our_own_form_is_none(emulator: Emulator, request_: Any) -> None:
    with pytest.raises(ArgumentError):
        emulator.clerk(jwt_key=emulator.jwt_key).authenticate_request(request_)


class Wire:
    """What frameworks make of a request with this target and this host."""

    def __init__(self, target: str, host: str | None) -> None:
        self.target = target
        self.host = host

    def environ(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        environ = {**META, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "::1", "SERVER_PORT": "8000"}
        environ |= {"wsgi.version": (1, 0), "wsgi.url_scheme": "http"}
        del environ["HTTP_HOST"]
        return environ if self.host is None else {**environ, "HTTP_HOST": self.host}

    def scope(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        headers = [] if self.host is None else [(b"host", self.host.encode("latin-1"))]
        return {**SCOPE, "path": path, "query_string": query.encode(), "headers": headers, "server": ("::1", 8000)}

    def aiohttp(self) -> Any:
        class Request:
            method = "GET"
            scheme = "http"
            raw_path = self.target
            headers = {} if self.host is None else {"Host": self.host}

            @property
            def url(self) -> str:
                raise ValueError("it cannot be made of this host")

        return Request()

    def all(self) -> dict[str, Any]:
        scope = self.scope()
        return {
            "WSGI": self.environ(),
            "ASGI": scope,
            "ASGI, raw": {**scope, "raw_path": self.target.partition("?")[0].encode("latin-1")},
            "Django": SimpleNamespace(META=self.environ(), scheme="http"),
            "Flask": SimpleNamespace(environ=self.environ()),
            "Starlette": SimpleNamespace(scope=scope),
            "aiohttp": self.aiohttp(),
        }


NO_HOSTS = [None, "", "a:99999", "exa mple", "[::1", "user@evil.com", "evil.com/x?y=1#", "[:::]", "1.2.3.999", "\xff"]


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_that_is_none_is_no_error(emulator: Emulator, host: str | None) -> None:
    clerk = emulator.clerk(jwt_key=emulator.jwt_key, proxy_url="/__clerk")
    for name, request in Wire("/p?q=1", host).all().items():
        assert clerk.authenticate_request(request).proxy_url == "http://localhost/__clerk", name


@pytest.mark.parametrize(
    "target", ["", "*", "//evil.com/p", "http://a:99999/p", "ftp://x/y", "p?q", "/\\evil.com", "/\xff#"]
)
def test_no_target_is_an_error(emulator: Emulator, target: str) -> None:
    clerk = emulator.clerk(jwt_key=emulator.jwt_key, proxy_url="/__clerk")
    for name, request in Wire(target, "a.io:81").all().items():
        assert clerk.authenticate_request(request).proxy_url == "http://a.io:81/__clerk", name


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_scheme_is_the_connections(emulator: Emulator, scheme: str) -> None:
    clerk = emulator.clerk(jwt_key=emulator.jwt_key, proxy_url="/__clerk")
    wire = Wire("/p", "a.io")
    websocket = {"http": "ws", "https": "wss"}[scheme]
    for request in (
        {**wire.environ(), "wsgi.url_scheme": scheme},
        SimpleNamespace(META=wire.environ(), scheme=scheme),
        {**wire.scope(), "scheme": scheme},
        {**wire.scope(), "type": "websocket", "scheme": websocket},
        SimpleNamespace(method="GET", raw_path="/p", scheme=scheme, headers={"host": "a.io"}),
        SimpleNamespace(method="GET", url=f"{scheme}://a.io/p", headers={}),
    ):
        assert clerk.authenticate_request(request).proxy_url == f"{scheme}://a.io/__clerk"


@pytest.mark.parametrize(
    "headers",
    [
        {"type": "http", "path": "/", "server": "a"},
        {"type": "http", "path": "/"},
        {"type": "http", "path": "/", "headers": "x"},
        {"type": ["http"], "path": ["/"], "headers": ["x"]},
        {"type": "http", "path": ["/"], "headers": ["x", "y"]},
        {"REQUEST_METHOD": "GET"},
        {"REQUEST_METHOD": "GET", "wsgi.version": "(1, 0)", "wsgi.input": "x", "HTTP_AUTHORIZATION": "x"},
        {"REQUEST_METHOD": "GET", "wsgi.version": ["1", "0"]},
        {"url": "nonsense", "headers": "x", "method": "POST"},
        {"url": "https://a.io/", "headers": ["x"]},
        {"environ": "x", "META": "x", "scope": "x"},
    ],
)
def test_names_of_headers_steer_nothing(emulator: Emulator, headers: dict[str, Any]) -> None:
    """A client chooses the names of its headers: none of them makes a mapping of headers anything else."""
    token = emulator.mint_session_token(user_id="user_1")
    clerk = emulator.clerk(jwt_key=emulator.jwt_key)
    state = clerk.authenticate_request({**headers, "authorization": f"Bearer {token}"})
    assert (state.status, state.reason) == ("signed-in", None)
