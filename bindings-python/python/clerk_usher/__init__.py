"""Backend SDK for the Clerk API: verify who is calling, manage users, test without an account. Unofficial.

    from clerk_usher import Clerk

    clerk = Clerk()  # CLERK_SECRET_KEY and friends
    user = clerk.users.get("user_2abc")

`AsyncClerk` is the same for asyncio, `clerk_usher.models` has the models, `clerk_usher.testing` an emulator of the API.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .lazy import loading

if TYPE_CHECKING:
    from ._native import AsyncAuth as AsyncAuth
    from ._native import AsyncRequestState as AsyncRequestState
    from ._native import Auth as Auth
    from ._native import Claims as Claims
    from ._native import MachineToken as MachineToken
    from ._native import RequestState as RequestState
    from ._native import __version__ as __version__
    from .api_error_item import ApiErrorItem as ApiErrorItem
    from .call_event import CallEvent as CallEvent
    from .client import AsyncClerk as AsyncClerk
    from .client import Clerk as Clerk
    from .decode import RawParts as RawParts
    from .decode import UnverifiedToken as UnverifiedToken
    from .decode import decode_token as decode_token
    from .doctor import Finding as Finding
    from .doctor import Report as Report
    from .error import ApiError as ApiError
    from .error import ArgumentError as ArgumentError
    from .error import AuthenticationError as AuthenticationError
    from .error import CancelledError as CancelledError
    from .error import ClerkError as ClerkError
    from .error import ConfigError as ConfigError
    from .error import ConflictError as ConflictError
    from .error import DecodeError as DecodeError
    from .error import GoneError as GoneError
    from .error import InternalError as InternalError
    from .error import NotFoundError as NotFoundError
    from .error import PaymentRequiredError as PaymentRequiredError
    from .error import PermissionDeniedError as PermissionDeniedError
    from .error import RateLimitError as RateLimitError
    from .error import RequestConnectionError as RequestConnectionError
    from .error import RequestTimeoutError as RequestTimeoutError
    from .error import ServerError as ServerError
    from .error import TokenError as TokenError
    from .error import UnavailableError as UnavailableError
    from .error import ValidationError as ValidationError
    from .error import WebhookError as WebhookError
    from .file import File as File
    from .file import FileInput as FileInput
    from .frontend_api_proxy import FrontendApiProxy as FrontendApiProxy
    from .frontend_api_proxy import ProxyAnswer as ProxyAnswer
    from .frontend_api_proxy import ProxyRequest as ProxyRequest
    from .frontend_api_proxy import ProxyResponse as ProxyResponse
    from .key import PublishableKey as PublishableKey
    from .key import api_url_from_publishable_key as api_url_from_publishable_key
    from .key import instance_type_of_publishable_key as instance_type_of_publishable_key
    from .key import instance_type_of_secret_key as instance_type_of_secret_key
    from .key import is_publishable_key as is_publishable_key
    from .key import parse_publishable_key as parse_publishable_key
    from .key import publishable_key_from_host as publishable_key_from_host
    from .key import publishable_key_from_request_host as publishable_key_from_request_host
    from .model import Model as Model
    from .omit import OMIT as OMIT
    from .omit import Omit as Omit
    from .options import AuthenticateOptions as AuthenticateOptions
    from .options import CallOptions as CallOptions
    from .options import ClientOptions as ClientOptions
    from .options import MachineTokenOptions as MachineTokenOptions
    from .options import VerifyOptions as VerifyOptions
    from .page import AsyncPage as AsyncPage
    from .page import AsyncPager as AsyncPager
    from .page import Items as Items
    from .page import Page as Page
    from .page import Pager as Pager
    from .raw import Headers as Headers
    from .raw import RawResponse as RawResponse
    from .redirect import Redirects as Redirects
    from .reverification import ReverificationError as ReverificationError
    from .reverification import reverification_error as reverification_error
    from .transport import TransportError as TransportError
    from .transport import TransportRequest as TransportRequest
    from .transport import TransportResponse as TransportResponse
    from .webhook import Webhook as Webhook
    from .webhook import WebhookDelivery as WebhookDelivery

_HOMES = {
    "_native": (
        "AsyncAuth",
        "AsyncRequestState",
        "Auth",
        "Claims",
        "MachineToken",
        "RequestState",
        "__version__",
    ),
    "client": ("AsyncClerk", "Clerk"),
    "api_error_item": ("ApiErrorItem",),
    "call_event": ("CallEvent",),
    "error": (
        "ApiError",
        "ArgumentError",
        "AuthenticationError",
        "CancelledError",
        "ClerkError",
        "ConfigError",
        "ConflictError",
        "DecodeError",
        "GoneError",
        "InternalError",
        "NotFoundError",
        "PaymentRequiredError",
        "PermissionDeniedError",
        "RateLimitError",
        "RequestConnectionError",
        "RequestTimeoutError",
        "ServerError",
        "TokenError",
        "UnavailableError",
        "ValidationError",
        "WebhookError",
    ),
    "file": ("File", "FileInput"),
    "model": ("Model",),
    "omit": ("OMIT", "Omit"),
    "options": (
        "AuthenticateOptions",
        "CallOptions",
        "ClientOptions",
        "MachineTokenOptions",
        "VerifyOptions",
    ),
    "page": ("AsyncPage", "AsyncPager", "Items", "Page", "Pager"),
    "raw": ("Headers", "RawResponse"),
    "decode": ("RawParts", "UnverifiedToken", "decode_token"),
    "doctor": ("Finding", "Report"),
    "frontend_api_proxy": ("FrontendApiProxy", "ProxyAnswer", "ProxyRequest", "ProxyResponse"),
    "key": (
        "PublishableKey",
        "api_url_from_publishable_key",
        "instance_type_of_publishable_key",
        "instance_type_of_secret_key",
        "is_publishable_key",
        "parse_publishable_key",
        "publishable_key_from_host",
        "publishable_key_from_request_host",
    ),
    "redirect": ("Redirects",),
    "reverification": ("ReverificationError", "reverification_error"),
    "transport": ("TransportError", "TransportRequest", "TransportResponse"),
    "webhook": ("Webhook", "WebhookDelivery"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "OMIT",
    "ApiError",
    "ApiErrorItem",
    "ArgumentError",
    "AsyncAuth",
    "AsyncClerk",
    "AsyncPage",
    "AsyncPager",
    "AsyncRequestState",
    "Auth",
    "AuthenticateOptions",
    "AuthenticationError",
    "CallEvent",
    "CallOptions",
    "CancelledError",
    "Claims",
    "Clerk",
    "ClerkError",
    "ClientOptions",
    "ConfigError",
    "ConflictError",
    "DecodeError",
    "File",
    "Finding",
    "FrontendApiProxy",
    "GoneError",
    "Headers",
    "InternalError",
    "Items",
    "MachineToken",
    "MachineTokenOptions",
    "Model",
    "NotFoundError",
    "Omit",
    "Page",
    "Pager",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "ProxyAnswer",
    "ProxyRequest",
    "ProxyResponse",
    "PublishableKey",
    "RateLimitError",
    "RawParts",
    "RawResponse",
    "Redirects",
    "Report",
    "RequestConnectionError",
    "RequestState",
    "RequestTimeoutError",
    "ReverificationError",
    "ServerError",
    "TokenError",
    "TransportError",
    "TransportRequest",
    "TransportResponse",
    "UnavailableError",
    "UnverifiedToken",
    "ValidationError",
    "VerifyOptions",
    "Webhook",
    "WebhookDelivery",
    "WebhookError",
    "__version__",
    "api_url_from_publishable_key",
    "decode_token",
    "instance_type_of_publishable_key",
    "instance_type_of_secret_key",
    "is_publishable_key",
    "parse_publishable_key",
    "publishable_key_from_host",
    "publishable_key_from_request_host",
    "reverification_error",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with loading:
        value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
