"""What can go wrong, told apart by what a caller would do about it.

Every error of this package is a [`ClerkError`][clerk_usher.ClerkError]. What it says was decided in the core; here it
only becomes a Python exception. All of them can be pickled, so they survive a process pool.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .lazy import loading
from .raw import Headers

if TYPE_CHECKING:
    from .api_error_item import ApiErrorItem


class ClerkError(Exception):
    """Any error of this package."""

    kind: str = "internal"
    """Its name, the same in every language of this SDK."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


class ApiError(ClerkError):
    """The API answered with a status that is not a success. Its subclasses go by status."""

    kind = "api"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        errors: Sequence[ApiErrorItem] = (),
        trace_id: str | None = None,
        retry_after: float | None = None,
        headers: Headers | None = None,
        body: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status."""
        self.errors = list(errors)
        """What the API says is wrong; empty where its body does not say."""
        self.trace_id = trace_id
        """The API's id of this request, to name to its support."""
        self.retry_after = retry_after
        """Seconds to wait before another try, where the API said so."""
        self.headers = headers if headers is not None else Headers()
        """Response headers."""
        self.body = body
        """The body as text, as it came."""

    def has_code(self, code: str) -> bool:
        """Whether the API gave this code."""
        return any(item.code == code for item in self.errors)


class AuthenticationError(ApiError):
    """401: the secret key is missing, wrong, or of another instance."""

    kind = "authentication"


class PaymentRequiredError(ApiError):
    """402: the plan does not include it."""

    kind = "payment_required"


class PermissionDeniedError(ApiError):
    """403: the key is good, but may not do this."""

    kind = "permission_denied"


class NotFoundError(ApiError):
    """404: there is no such thing."""

    kind = "not_found"


class ConflictError(ApiError):
    """409: it is in the way of something that is there."""

    kind = "conflict"


class GoneError(ApiError):
    """410: it was there, or the endpoint was."""

    kind = "gone"


class ValidationError(ApiError):
    """400 and 422: the API refuses what was sent; `errors` says why."""

    kind = "validation"


class RateLimitError(ApiError):
    """429: too many calls; `retry_after` says when to come back."""

    kind = "rate_limit"


class ServerError(ApiError):
    """500 and above: the API failed."""

    kind = "server"


class RequestTimeoutError(ClerkError, TimeoutError):
    """No answer within the time allowed."""

    kind = "timeout"


class RequestConnectionError(ClerkError, ConnectionError):
    """No connection, or one that broke."""

    kind = "connection"


class DecodeError(ClerkError):
    """An answer that cannot be read; it keeps the body."""

    kind = "decode"

    def __init__(self, message: str, *, status: int = 200, headers: Headers | None = None, body: str = "") -> None:
        super().__init__(message)
        self.status = status
        """HTTP status."""
        self.headers = headers if headers is not None else Headers()
        """Response headers."""
        self.body = body
        """The body as text, as it came."""


class ConfigError(ClerkError, ValueError):
    """An option of the client is missing or wrong. Nothing was sent."""

    kind = "config"

    def __init__(self, message: str, *, option: str = "") -> None:
        super().__init__(message)
        self.option = option
        """The option's name."""


class ArgumentError(ClerkError, ValueError):
    """An argument is missing, unknown, or of a wrong kind. Nothing was sent."""

    kind = "argument"

    def __init__(self, message: str, *, argument: str = "") -> None:
        super().__init__(message)
        self.argument = argument
        """Its name; a path into it for nested values, such as `invitations[2].role`."""


class TokenError(ClerkError):
    """A token that does not hold."""

    kind = "token"

    def __init__(self, message: str, *, reason: str, action: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        """A code to program against, such as `token-expired`."""
        self.action = action
        """What to do about it, where there is something to do."""


class UnavailableError(ClerkError):
    """The keys that decide about a token could not be had: nothing is known of the token, and it may well hold."""

    kind = "unavailable"

    def __init__(
        self, message: str, *, reason: str, action: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        """What kept the keys away, such as `jwk-remote-failed-to-load`."""
        self.action = action
        """What to do about it, where there is something to do."""
        self.retry_after = retry_after
        """Seconds after which to try again, where known."""


class WebhookError(ClerkError):
    """A webhook that does not hold."""

    kind = "webhook"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        """A code to program against, such as `webhook-signature-invalid`."""


class CancelledError(ClerkError):
    """The call was given up. (A cancelled asyncio task sees `asyncio.CancelledError`, as always.)"""

    kind = "cancelled"


class InternalError(ClerkError):
    """A mistake of this package. Please report it."""

    kind = "internal"


def _rebuild(cls: type[ClerkError], message: str, state: dict[str, Any]) -> ClerkError:
    error = cls.__new__(cls, message)
    error.__dict__.update(state)
    return error


_API: dict[str, type[ApiError]] = {
    cls.kind: cls
    for cls in (
        ApiError,
        AuthenticationError,
        PaymentRequiredError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        GoneError,
        ValidationError,
        RateLimitError,
        ServerError,
    )
}
_PLAIN: dict[str, type[ClerkError]] = {
    cls.kind: cls for cls in (RequestTimeoutError, RequestConnectionError, CancelledError, InternalError)
}


def from_envelope(envelope: str) -> ClerkError:
    """The exception for an error of the core, from the JSON text it hands to bindings."""
    told: dict[str, Any] = json.loads(envelope)
    kind: str = told["kind"]
    message: str = told["message"]
    headers = Headers((name, value) for name, value in told.get("headers") or ())
    if kind in _API:
        return _API[kind](
            message,
            status=told["status"],
            errors=_items(told.get("errors") or ()),
            trace_id=told.get("trace_id"),
            retry_after=told.get("retry_after"),
            headers=headers,
            body=told.get("body") or "",
        )
    if kind == "decode":
        return DecodeError(message, status=told["status"], headers=headers, body=told.get("body") or "")
    if kind == "argument":
        return ArgumentError(message, argument=told.get("argument") or "")
    if kind == "config":
        return ConfigError(message, option=told.get("option") or "")
    if kind == "token":
        return TokenError(message, reason=told["reason"], action=told.get("action"))
    if kind == "webhook":
        return WebhookError(message, reason=told["reason"])
    if kind == "unavailable":
        return UnavailableError(
            message, reason=told["reason"], action=told.get("action"), retry_after=told.get("retry_after")
        )
    return _PLAIN.get(kind, InternalError)(message)


def _items(told: Sequence[dict[str, Any]]) -> list[ApiErrorItem]:
    with loading:
        from .api_error_item import ApiErrorItem
    return [ApiErrorItem(**item) for item in told]
