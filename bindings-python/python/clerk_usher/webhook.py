"""Webhooks: whether a delivery came from Clerk, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._native import LateObject, ManualClock, NativeWebhook
from .error import ArgumentError, WebhookError
from .kinds import is_buffer, is_bytes, is_plain_dict
from .lazy import loading
from .option_json import encode_options
from .request import read_headers

if TYPE_CHECKING:
    from .generated.models import WebhookEvent

_RAW = (
    "`body` must be the bytes as they came, not {}: what was decoded or parsed may not be what was signed. They are "
    "`request.body` in Django, `request.get_data()` in Flask, `await request.body()` in FastAPI and Starlette, "
    "`await request.read()` in aiohttp"
)


class WebhookDelivery:
    """A delivery that holds."""

    __slots__ = ("_event", "_late", "_raw", "id", "timestamp")

    def __init__(self, id: str, timestamp: int, raw: bytes, late: LateObject | None) -> None:
        self.id = id
        """The id of the message: the same for every attempt to deliver it, so it tells what was handled already."""
        self.timestamp = timestamp
        """When this attempt was sent, in Unix seconds."""
        self._raw = raw
        self._late = late
        self._event: WebhookEvent | None = None

    @property
    def body(self) -> str:
        """The body as it came."""
        return self._raw.decode()

    @property
    def event(self) -> WebhookEvent:
        """What it tells; read when it is first asked for.

        Raises:
            WebhookError: it is more than Python can hold (a number of thousands of digits).
        """
        if self._event is None:
            try:
                self._event = _read(json.loads(self._raw) if self._late is None else self._late)
            except (ValueError, RecursionError) as cause:
                raise WebhookError(
                    "the webhook is genuine, but its body is more than Python can hold",
                    reason="webhook-payload-invalid",
                ) from cause
        return self._event

    def __repr__(self) -> str:
        # Bodies are nothing for logs.
        return f"WebhookDelivery(id={self.id!r}, timestamp={self.timestamp}, body={len(self._raw)} bytes)"


class Webhook:
    """Verifies webhooks, and signs them for tests. It sends nothing and waits for nothing, so it suits asyncio too.

    webhook = Webhook("whsec_…")
    event = webhook.verify(request, body)
    if event.type == "user.created":
        print(event.data.id)
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        secret: str | Sequence[str] | None,
        *,
        tolerance: float | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        """Reads the secrets.

        Args:
            secret: The endpoint's signing secret (`whsec_…`), or several while they are rotated: any of them may have
                signed.
            tolerance: Seconds that a delivery may have been sent ago, or ahead of this machine's clock. Default 300.
            clock: Where the time comes from, for tests. Default: this machine's clock.

        Raises:
            WebhookError: `webhook-secret-missing` or `webhook-secret-invalid`; the message says which of several.
            ArgumentError: an argument is of a wrong kind.
        """
        self._native = NativeWebhook(encode_options({"secret": secret, "tolerance": tolerance}, ArgumentError), clock)

    def verify(self, request: object, body: bytes) -> WebhookEvent:
        """Verifies a delivery, and reads its event.

        Args:
            request: A request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or the
                headers as a mapping or as pairs; names in any case. Its body is not touched.
            body: The bytes of the body as they came.

        Returns:
            The event: a model for each type, and `UnknownWebhookEvent` for a type that this version does not know.

        Raises:
            WebhookError: it does not hold; `reason` says why.
            ArgumentError: the body is not bytes, or the request is nothing that is known here.
        """
        return self.verify_raw(request, body).event

    def verify_raw(self, request: object, body: bytes) -> WebhookDelivery:
        """Verifies a delivery, and leaves reading its event for later: for its id, and for whoever reads it in a way of
        their own.

        Args:
            request: As `verify` has it.
            body: The bytes of the body as they came.

        Raises:
            WebhookError, ArgumentError: as `verify` has them.
        """
        return verify_delivery(self._native.verify, request, body)

    def sign(self, id: str, timestamp: int, body: bytes) -> dict[str, str]:
        """Signs a body as Clerk would, for tests. With several secrets there are as many signatures.

        Args:
            id: The message's id, such as `msg_1`.
            timestamp: When it is sent, in Unix seconds.
            body: The bytes of the body.

        Returns:
            The headers of the delivery.

        Raises:
            ArgumentError: the id is nothing that a header can carry, or another argument is of a wrong kind.
        """
        return dict(self._native.sign(_text(id), _seconds(timestamp), _bytes(body)))

    def __repr__(self) -> str:
        return "Webhook(…)"


def _read(data: Any) -> WebhookEvent:
    global _reader
    if _reader is None:
        with loading:
            # Fifty models that most programs never need.
            from .generated.models.webhook_events import read_webhook_event
        _reader = read_webhook_event
    return _reader(data)


_reader: Callable[[Any], WebhookEvent] | None = None
"""Reads an event of a dict, or of an object that is still to be read."""


def verify_delivery(
    verify: Callable[[object, bytes], tuple[str, int, LateObject | None] | None], request: object, body: object
) -> WebhookDelivery:
    """What a native `verify` makes of a request and its body."""
    raw = _bytes(body)
    # A dict of texts is looked at natively; whatever else there is becomes pairs first.
    verdict = verify(request, raw) if is_plain_dict(request) else None
    if verdict is None:
        verdict = verify(read_headers(request), raw)
    assert verdict is not None  # pairs of texts are always understood
    id, timestamp, late = verdict
    return WebhookDelivery(id, timestamp, raw, late)


def _text(id: object) -> str:
    if isinstance(id, str):
        return id.encode("utf-8", "replace").decode()
    raise ArgumentError("`id` must be a text", argument="id")


def _seconds(timestamp: object) -> int:
    if isinstance(timestamp, int) and not isinstance(timestamp, bool) and abs(timestamp) < 2**63:
        return timestamp
    raise ArgumentError("`timestamp` must be a whole number of Unix seconds", argument="timestamp")


def _bytes(body: object) -> bytes:
    if is_bytes(body):
        return body
    if is_buffer(body):
        return bytes(body)
    raise ArgumentError(_RAW.format(f"a {type(body).__name__}"), argument="body")
