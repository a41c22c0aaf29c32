"""The Frontend API under a path of your own: which requests are for it, what to send on, what to answer.

Nothing here sends anything, and no body is touched: send what `prepare` says with an HTTP client that you have, without
following redirects, and pass both bodies on. A WSGI application with nothing but the standard library:

    from contextlib import closing
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from urllib.parse import urlsplit

    proxy = FrontendApiProxy()  # CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY

    def clerk_proxy(environ, start_response):
        outgoing = proxy.prepare(environ)
        if not isinstance(outgoing, ProxyAnswer):
            url = urlsplit(outgoing.url)
            connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
            try:
                connection = connect(url.netloc, timeout=30)
                length = int(environ.get("CONTENT_LENGTH") or 0)
                body = environ["wsgi.input"].read(length) if length else None
                target = url._replace(scheme="", netloc="").geturl()
                connection.putrequest(outgoing.method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in outgoing.headers:
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
            except (OSError, HTTPException):
                outgoing = outgoing.failed()
            else:
                response = outgoing.response(answer.status, answer.getheaders())
                start_response(f"{response.status} {answer.reason}", response.headers)
                return pieces_of(answer, connection)
        start_response(f"{outgoing.status} Error", outgoing.headers)
        return [outgoing.body]

    def pieces_of(answer, connection):
        with closing(connection):
            yield from iter(lambda: answer.read1(65536), b"")
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._native import NativeFrontendApiProxy
from .error import ArgumentError
from .helper import told_options
from .request import read_request


@dataclass(frozen=True)
class ProxyAnswer:
    """An answer that needs nobody else: an error, as JSON (R-441)."""

    status: int
    """HTTP status."""
    headers: list[tuple[str, str]]
    """Headers, names in lower case."""
    body: bytes
    """The body."""


@dataclass(frozen=True)
class ProxyResponse:
    """The head of the answer for the browser. The body is that of the Frontend API's answer, decoded if need be."""

    status: int
    """HTTP status."""
    headers: list[tuple[str, str]] = field(repr=False)
    """Headers, names in lower case; `set-cookie` may be there several times."""


@dataclass(frozen=True)
class ProxyRequest:
    """A request to send to the Frontend API, with the body of the browser's. **Its headers hold the secret key.**"""

    method: str
    """The method, as it came."""
    url: str
    """Where to send it: always on the Frontend API's own host."""
    headers: list[tuple[str, str]] = field(repr=False)
    """Its headers, names in lower case; `host` is among them."""
    _context: str = field(repr=False)

    def response(self, status: int, headers: Iterable[tuple[str, str]]) -> ProxyResponse:
        """What to answer the browser with (R-445).

        Args:
            status: The status of the Frontend API's answer.
            headers: Its headers as pairs; a repeated one is several pairs.

        Raises:
            ArgumentError: `headers` are none.
        """
        if isinstance(headers, Mapping):
            raise ArgumentError("`headers` must be pairs: a mapping loses all but one `set-cookie`", argument="headers")
        pairs = [(str(name), str(value)) for name, value in headers]
        text = json.dumps(pairs, ensure_ascii=False).encode("utf-8", "replace").decode()
        told = json.loads(NativeFrontendApiProxy.response(self._context, status, text))
        return ProxyResponse(told["status"], _pairs(told["headers"]))

    def failed(self) -> ProxyAnswer:
        """The answer where it could not be sent, or got none: 502 (R-441)."""
        return _answer(json.loads(NativeFrontendApiProxy.failed()))


class FrontendApiProxy:
    """Proxies the Frontend API under a path of the application's own (R-440 to R-445)."""

    def __init__(
        self,
        *,
        publishable_key: str | None = None,
        secret_key: str | None = None,
        path: str | None = None,
        fapi_url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Makes one. Missing keys are no errors here: requests are answered with 500 then, and the rest of the
        application lives.

        Args:
            publishable_key: The instance's publishable key. Default: `CLERK_PUBLISHABLE_KEY`.
            secret_key: The instance's secret key. Default: `CLERK_SECRET_KEY`.
            path: The path that is the proxy's, with all below it. Default `/__clerk`.
            fapi_url: Where the Frontend API is. Default: `CLERK_FAPI_URL`, or as the publishable key says (R-442).
            environment: Variables to use instead of the process's.

        Raises:
            ConfigError: `path` is none.
            ArgumentError: something has another type.
        """
        self._native = NativeFrontendApiProxy(
            told_options(
                publishable_key=publishable_key,
                secret_key=secret_key,
                path=path,
                fapi_url=fapi_url,
                environment=environment,
            )
        )

    @classmethod
    def of(cls, native: NativeFrontendApiProxy) -> FrontendApiProxy:
        """One that the native module has made."""
        proxy = object.__new__(cls)
        proxy._native = native
        return proxy

    @property
    def path(self) -> str:
        """The path, without a slash at its end."""
        return self._native.path

    def matches(self, request: object) -> bool:
        """Whether a request is for the proxy: its path is the proxy's, or below it (R-440).

        Args:
            request: As for `Clerk.authenticate_request`.

        Raises:
            ArgumentError: it is no request that is known here.
        """
        return self._native.matches(read_request(request))

    def prepare(self, request: object) -> ProxyAnswer | ProxyRequest:
        """What to do with a request: send this one on, or answer this (R-441 to R-444). A request that is not for the
        proxy is answered with 400: ask `matches` first where there are others.

        Args:
            request: As for `Clerk.authenticate_request`. Its body is never touched.

        Raises:
            ArgumentError: it is no request that is known here.
        """
        told = json.loads(self._native.prepare(read_request(request)))
        if "answer" in told:
            return _answer(told["answer"])
        send = told["send"]
        return ProxyRequest(send["method"], send["url"], _pairs(send["headers"]), send["context"])

    def __repr__(self) -> str:
        return f"FrontendApiProxy(path={self.path!r})"


def _pairs(headers: list[list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers]


def _answer(told: Mapping[str, Any]) -> ProxyAnswer:
    return ProxyAnswer(told["status"], _pairs(told["headers"]), told["body"].encode())
