"""A transport of one's own, in the place of the network: for tests that script the API, and for hosts that send by
their own means.

    from clerk_usher import Clerk, TransportRequest, TransportResponse

    def api(request: TransportRequest) -> TransportResponse:
        assert (request.method, request.path) == ("GET", "/v1/users/user_ada")
        return TransportResponse(json={"object": "user", "id": "user_ada", "first_name": "Ada"})

    clerk = Clerk("sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", transport=api)
    assert clerk.users.get("user_ada").first_name == "Ada"

Everything else stays as it is: what is asked is what would be sent, with its keys; answers are read, told as errors,
tried again and walked page by page as usual, within the same limits of time.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from .error import ConfigError
from .kinds import is_awaitable, is_bytes, is_integer, is_mapping, is_sequence
from .omit import OMIT, Omit
from .raw import Headers

if TYPE_CHECKING:
    from ._native import Ask


class TransportRequest:
    """A request as it would go to the network. Its headers have the secret key: its `repr` shows neither them nor the
    body."""

    __slots__ = ("body", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Headers, body: bytes) -> None:
        self.method = method
        """Such as `GET`."""
        self.url = url
        """The whole URL."""
        self.headers = headers
        """Request headers."""
        self.body = body
        """The body; empty where there is none."""

    @property
    def path(self) -> str:
        """The path of the URL as it is written there, such as `/v1/users/user_2abc`."""
        return urlsplit(self.url).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """Names and values of the URL's query, in their order; a list repeats its name."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    def json(self) -> Any:
        """The body's JSON; None where there is no body.

        Raises:
            ValueError: the body is not JSON.
        """
        return json_module.loads(self.body) if self.body else None

    def __repr__(self) -> str:
        return f"TransportRequest({self.method!r}, {self.path!r})"


class TransportResponse:
    """An answer, as it would come from the network."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        status: int = 200,
        *,
        json: Any | Omit = OMIT,
        body: bytes | str = b"",
        headers: Headers | Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        """Makes an answer.

        Args:
            status: HTTP status.
            json: What the body's JSON says; it comes with its `Content-Type`.
            body: The body itself, where it is not `json`.
            headers: Response headers, as a mapping or as pairs.

        Raises:
            TypeError: an argument is of a wrong type, or `json` and `body` are both given.
            ValueError: `status` is not one, or `json` cannot be written.
        """
        if not is_integer(status):
            raise TypeError("`status` must be an int, such as 200")
        if not 100 <= status <= 599:
            raise ValueError(f"`status` must be an HTTP status from 100 to 599, not {status}")
        pairs = [_field(pair) for pair in _items(headers)]
        if not isinstance(json, Omit):
            if body:
                raise TypeError("give `json` or `body`, not both")
            body = json_module.dumps(json, allow_nan=False)
            pairs.append(("content-type", "application/json"))
        if not isinstance(body, str) and not is_bytes(body):
            raise TypeError("`body` must be bytes or str; `json` takes what is to become JSON")
        self.status = status
        self.headers = pairs
        self.body = body.encode() if isinstance(body, str) else bytes(body)

    def __repr__(self) -> str:
        return f"TransportResponse({self.status}, {len(self.body)} bytes)"


def _items(headers: Headers | Mapping[str, str] | Iterable[tuple[str, str]]) -> Iterable[object]:
    if isinstance(headers, Headers) or is_mapping(headers):
        return headers.items()
    return headers


def _field(pair: object) -> tuple[str, str]:
    if is_sequence(pair) and len(pair) == 2:
        name, value = pair
        if isinstance(name, str) and isinstance(value, str):
            return name, value
    raise TypeError("`headers` must be a mapping of texts, or pairs of texts")


class TransportError(Exception):
    """No answer: raised by a transport, and told to the caller as a `RequestConnectionError` where no retry helps.

    Whatever else a transport raises ends the call, and goes to the caller as it is.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        """Tells why there is none.

        Args:
            message: Why.
            sent: Whether the request may have reached the API. If so it is tried again only where it changes nothing.
        """
        super().__init__(message)
        self.message = message
        self.sent = sent


Transport: TypeAlias = Callable[[TransportRequest], TransportResponse | Awaitable[TransportResponse]]
"""What sends one request, once: trying again is not its business. That of an `AsyncClerk` may be `async`.

It runs where the call was made: on the thread that waits for it, or in a task of the loop that awaits it, with the
caller's context. There it is cancelled as soon as its answer is no longer wanted. Of a `Clerk`, pages ahead in a walk
are asked for only when they are wanted: no thread is there to answer before."""


Host: TypeAlias = Callable[[TransportRequest], object]
"""A transport that the host gave: what it returns is to be seen."""


def taken_from(options: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The transport among some options, and the other options.

    Raises:
        ConfigError: it cannot be called.
    """
    rest = dict(options)
    transport = rest.pop("transport", None)
    if transport is not None and not callable(transport):
        raise ConfigError("`transport` must be a function of one argument, the request", option="transport")
    return transport, rest


def answer_now(transport: Host, ask: Ask) -> None:
    """Has the transport of a `Clerk` answer."""
    try:
        answer = transport(_request(ask))
    except TransportError as error:
        ask.fail(error.message, error.sent)
        return
    if is_awaitable(answer):
        if isinstance(answer, Coroutine):
            answer.close()  # nobody awaits it, which would be warned of
        raise TypeError("the `transport` of a `Clerk` must answer at once: use `AsyncClerk` for one that is async")
    _pass_on(answer, ask)


async def answer_soon(transport: Host, ask: Ask) -> None:
    """Has the transport of an `AsyncClerk` answer."""
    try:
        answer = transport(_request(ask))
        if is_awaitable(answer):
            answer = await answer
    except TransportError as error:
        ask.fail(error.message, error.sent)
        return
    _pass_on(answer, ask)


def _request(ask: Ask) -> TransportRequest:
    method, url, headers, body = ask.request
    return TransportRequest(method, url, Headers(headers), body)


def _pass_on(answer: object, ask: Ask) -> None:
    if not isinstance(answer, TransportResponse):
        raise TypeError(f"`transport` must return a `TransportResponse`, not a {type(answer).__name__}")
    ask.answer(answer.status, answer.headers, answer.body)
