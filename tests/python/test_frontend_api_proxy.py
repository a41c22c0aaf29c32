"""The Frontend API proxy in a WSGI application: the one that the module's text shows."""

from __future__ import annotations

import inspect
import io
import json
import pickle
import textwrap
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import clerk_usher.frontend_api_proxy
import pytest
from clerk_usher import ArgumentError, FrontendApiProxy, ProxyAnswer
from clerk_usher.testing import Emulator

SECRET = "sk_live_verysecret"
KEYS = {"publishable_key": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "secret_key": SECRET}


class Upstream(BaseHTTPRequestHandler):
    """A Frontend API that tells what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        told = {"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}}
        answer = json.dumps({**told, "body": body.decode()}).encode()
        self.send_response(302)
        self.send_header("set-cookie", "a=1")
        self.send_header("set-cookie", "b=2")
        self.send_header("location", "/v1/next")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def upstream() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def application(proxy: FrontendApiProxy) -> Any:
    """The WSGI application of the module's text, as it stands there."""
    text = inspect.getdoc(clerk_usher.frontend_api_proxy) or ""
    code = textwrap.dedent(text[text.index("    from contextlib") :])
    code = code.replace("proxy = FrontendApiProxy()", "proxy = PROXY")
    names: dict[str, Any] = {"PROXY": proxy, "ProxyAnswer": ProxyAnswer}
    exec(code, names)
    return names["clerk_proxy"]


def call(app: Any, body: bytes = b"hello") -> tuple[str, list[tuple[str, str]], bytes]:
    environ = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/__clerk/v1/client",
        "QUERY_STRING": "a=b",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "app.example.com",
        "HTTP_COOKIE": "x=y",
    }
    begun: list[Any] = []
    pieces = app(environ, lambda status, headers: begun.extend((status, headers)))
    return begun[0], begun[1], b"".join(pieces)


def test_the_application_of_the_text(upstream: str) -> None:
    status, headers, body = call(application(FrontendApiProxy(**KEYS, fapi_url=upstream, environment={})))
    told = json.loads(body)
    assert status == "302 Found"
    assert [value for name, value in headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("location", "https://app.example.com/__clerk/v1/next") in headers
    assert "content-length" not in dict(headers)
    assert (told["path"], told["body"]) == ("/v1/client?a=b", "hello")
    assert told["headers"]["clerk-secret-key"] == SECRET
    assert told["headers"]["host"] == upstream.removeprefix("http://")
    assert told["headers"]["accept-encoding"] == "identity"
    assert told["headers"]["cookie"] == "x=y"


def test_a_frontend_api_that_is_not_there() -> None:
    status, headers, body = call(application(FrontendApiProxy(**KEYS, fapi_url="http://127.0.0.1:1", environment={})))
    assert status.startswith("502")
    assert ("cache-control", "no-store") in headers
    assert json.loads(body)["errors"][0]["code"] == "proxy_request_failed"


def test_nothing_prints_the_secret() -> None:
    proxy = FrontendApiProxy(**KEYS, environment={})
    outgoing = proxy.prepare({"url": "https://app.example.com/__clerk", "headers": {"cookie": "hidden"}})
    assert not isinstance(outgoing, ProxyAnswer)
    assert ("clerk-secret-key", SECRET) in outgoing.headers
    shown = f"{proxy!r} {outgoing!r} {outgoing.response(200, [('set-cookie', 'hidden')])!r}"
    assert SECRET not in shown and "hidden" not in shown


def test_headers_are_pairs() -> None:
    outgoing = FrontendApiProxy(**KEYS, environment={}).prepare({"url": "http://a.io/__clerk", "headers": {}})
    assert not isinstance(outgoing, ProxyAnswer)
    with pytest.raises(ArgumentError, match="pairs"):
        outgoing.response(200, {"set-cookie": "a=1"})  # type: ignore[dict-item]
    assert pickle.loads(pickle.dumps(outgoing)) == outgoing


def test_a_client_has_a_proxy_with_its_own_keys(emulator: Emulator) -> None:
    for clerk in (emulator.clerk(), emulator.async_clerk()):
        proxy = clerk.frontend_api_proxy(path="/x", fapi_url="https://fapi.com")
        outgoing = proxy.prepare({"url": "http://a.io/x/y", "headers": {}})
        assert not isinstance(outgoing, ProxyAnswer)
        assert outgoing.url == "https://fapi.com/y"
        assert ("clerk-secret-key", emulator.secret_key) in outgoing.headers
