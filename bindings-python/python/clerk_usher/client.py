"""The clients: `Clerk`, which waits, and `AsyncClerk`, which is awaited."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from ._native import (
    AsyncRequestState,
    Claims,
    MachineToken,
    ManualClock,
    NativeClient,
    RequestState,
    Undecided,
    after_fork_in_child,
)
from .error import ArgumentError, ConfigError
from .generated.client import AsyncResources, Resources
from .helper import told_options
from .hooks import Hooks
from .kinds import is_mapping
from .lazy import lazy, loading
from .omit import OMIT, Omit
from .option_json import encode_options
from .webhook import verify_delivery

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Unpack

    from ._native import Completions, NativeFrontendApiProxy, Task
    from .call import AsyncTypedCalls, Starter, TypedCalls
    from .doctor import Report
    from .frontend_api_proxy import FrontendApiProxy
    from .generated.models import WebhookEvent
    from .options import AuthenticateOptions, CallOptions, ClientOptions, MachineTokenOptions, VerifyOptions
    from .page import AsyncPage, AsyncPager, Page, Pager
    from .raw import RawResponse
    from .transport import Transport

P = ParamSpec("P")
T = TypeVar("T")

# As `platform.python_version()` has it, without importing that.
_PLATFORM = f"python/{sys.version.split(maxsplit=1)[0]}"

# A child has none of its parent's threads: it makes its own at its first call. The handler touches one atomic.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork_in_child)


def _made(secret_key: str | None, clock: ManualClock | None, options: Mapping[str, Any]) -> tuple[NativeClient, Hooks]:
    hooks, rest = Hooks.taken_from(options)
    transport, rest = _transport(rest)
    return NativeClient(_told_options(secret_key, rest), clock, transport), hooks


def _told_options(secret_key: str | None, options: Mapping[str, Any]) -> str:
    return encode_options({**options, "secret_key": secret_key, "platform": _PLATFORM}, ConfigError)


def _changed(native: NativeClient, before: Hooks, options: Mapping[str, Any]) -> tuple[NativeClient, Hooks]:
    hooks, rest = Hooks.taken_from(options, before)
    transport, rest = _transport(rest)
    return native.with_options(encode_options(rest, ConfigError), transport), hooks


def _examined(secret_key: str | None, options: Mapping[str, Any]) -> tuple[str, Transport | None]:
    _, rest = Hooks.taken_from(options)
    transport, rest = _transport(rest)
    return _told_options(secret_key, rest), transport


def _transport(options: dict[str, Any]) -> tuple[Transport | None, dict[str, Any]]:
    if "transport" not in options:
        return None, options
    with loading:
        from .transport import taken_from
    return taken_from(options)


def _text(token: object) -> str:
    """Whatever is no text is no token either: it becomes one that cannot be valid."""
    if isinstance(token, str):
        return token.encode("utf-8", "replace").decode()
    return token.decode("utf-8", "replace") if isinstance(token, bytes) else ""


def _maybe(token: object) -> str | None:
    return None if token is None else _text(token)


# What a client can do without at first is loaded when it is wanted: that is most of this package.


async def _run(start: Callable[[Completions | None], Task[T]]) -> T:
    """Starts a call and awaits its end."""
    with loading:
        from .call import run
    return await run(start)


def _report(text: str) -> Report:
    with loading:
        from .doctor import read_report
    return read_report(text)


def _proxy(native: NativeFrontendApiProxy) -> FrontendApiProxy:
    with loading:
        from .frontend_api_proxy import FrontendApiProxy
    return FrontendApiProxy.of(native)


def _jwt(response: RawResponse[Any]) -> str | None:
    """The token that the API made."""
    body = response.json() if response.body else None
    token: object = body.get("jwt") if is_mapping(body) else None
    return token if isinstance(token, str) else None


def _raw_twin(method: Callable[..., Any], calls: Literal["RawCalls", "AsyncRawCalls"]) -> Callable[..., Any]:
    """The same method of a resource whose calls give answers as they came."""
    with loading:
        from . import call
    owner: Any = getattr(method, "__self__", None)
    old: Any = getattr(owner, "_calls", None)
    function: Any = getattr(method, "__func__", None)
    if old is None or function is None:
        raise ArgumentError("`method` must be a method of a resource, such as clerk.users.get", argument="method")
    twin: Any = object.__new__(owner.__class__)
    twin._calls = getattr(call, calls)(old.start)
    bound: Callable[..., Any] = function.__get__(twin)
    return bound


class Clerk(Resources):
    """A client of one Clerk instance. Its calls wait for their answer; it may be used from many threads at once.

    Nothing is opened and nothing is sent until the first call that needs it. Connections and keys are kept for the next
    call; there is nothing that must be closed.
    """

    def __init__(
        self,
        secret_key: str | None = None,
        *,
        clock: ManualClock | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Makes a client.

        Args:
            secret_key: The instance's secret key (`sk_…`). Default: `CLERK_SECRET_KEY` of the environment.
            clock: Where the time comes from, for tests. Default: this machine's clock.
            **options: See `ClientOptions`; times are seconds.

        Raises:
            ConfigError: an option is missing, unknown or wrong.
        """
        self._use(*_made(secret_key, clock, options))

    def _use(self, native: NativeClient, hooks: Hooks) -> None:
        self._native = native
        self._hooks = hooks

    @lazy
    def _starter(self) -> Starter:
        from .call import Starter

        return Starter(self._native, self._hooks)

    @lazy
    def _calls(self) -> TypedCalls:
        from .call import TypedCalls

        return TypedCalls(self._starter)

    def _get_calls(self) -> TypedCalls:
        return self._calls

    def with_options(self, **options: Unpack[ClientOptions]) -> Clerk:
        """A copy with some options changed. It shares connections and keys where they stay the same.

        Raises:
            ConfigError: an option is unknown or wrong.
        """
        copy = object.__new__(type(self))
        copy._use(*_changed(self._native, self._hooks, options))
        return copy

    @overload
    def raw(self, method: Callable[P, Pager[T]], *args: P.args, **kwargs: P.kwargs) -> RawResponse[Page[T]]: ...
    @overload
    def raw(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]: ...
    def raw(self, method: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Makes a call and gives its answer as it came: `clerk.raw(clerk.users.get, "user_1").headers`.

        Args:
            method: A method of a resource, or `clerk.request`.
            *args: Its arguments.
            **kwargs: Its arguments by name.
        """
        return _raw_twin(method, "RawCalls")(*args, **kwargs)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any | Omit = OMIT,
        options: CallOptions | None = None,
    ) -> Any:
        """Sends a request that no method describes, with the same keys, retries, deadline and errors.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH`, `DELETE` or `HEAD`.
            path: Below the API version, such as `/users/user_1`.
            query: Query parameters; a list repeats its name.
            body: Anything that JSON can hold; None is null.
            options: How this call is made.

        Returns:
            The JSON of the answer; None where it has no body.
        """
        return self._calls.request(method, path, query, body, options)

    def verify_token(self, token: str, **options: Unpack[VerifyOptions]) -> Claims:
        """Verifies a session token. With a JWT key, or keys that were fetched before, nothing is sent.

        Args:
            token: The token.
            **options: See `VerifyOptions`; times are seconds.

        Raises:
            TokenError: it does not hold.
            UnavailableError: the keys could not be had, so nothing is known of it.
            ArgumentError: an option is unknown or wrong.
        """
        claims = self._native.try_verify_token(token, options)
        return self._native.start_verify_token(token, options).wait() if claims is None else claims

    def authenticate_request(self, request: object, **options: Unpack[AuthenticateOptions]) -> RequestState:
        """Tells who sent a request: signed in, signed out (and why), to be sent on a handshake first, or, in an outage,
        none of these.

            state = clerk.authenticate_request(request)
            if state.response_status:
                return Response(status=state.response_status, headers=state.headers)

        Args:
            request: A request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or its
                headers as a mapping or as pairs. Its body is never touched.
            **options: See `AuthenticateOptions`; times are seconds.

        Raises:
            ArgumentError: an option is unknown or wrong, or the request is none of these.
            ConfigError: the client lacks a key that this needs, or an option cannot work.
            TokenError: a development instance's handshake does not hold, most likely as its keys were changed.
        """
        state = self._native.authenticate_request(request, options, self)
        return state.start().wait() if isinstance(state, Undecided) else state

    def verify_machine_token(self, token: str, **options: Unpack[MachineTokenOptions]) -> MachineToken:
        """Verifies the token of a machine: an API key, an M2M or an OAuth token. A JWT is verified here, with keys that
        may have to be fetched; an opaque token by the API.

        Args:
            token: The token.
            **options: See `MachineTokenOptions`; times are seconds.

        Raises:
            TokenError: it does not hold. Its `reason` is `token-invalid`, `token-verification-failed`,
                `secret-key-invalid` or `unexpected-error`.
            UnavailableError: the API could not be asked, so nothing is known of it.
            ArgumentError: an option is unknown or wrong.
        """
        verified = self._native.try_verify_machine_token(token, options)
        return self._native.start_verify_machine_token(token, options).wait() if verified is None else verified

    def _get_token(self, token: str | None, call: tuple[str, str] | None) -> str | None:
        """What `Auth.get_token()` asks for: the token in hand, or the one that this call makes."""
        return token if call is None else _jwt(self._starter.wait(self._starter.operation(*call, None)))

    def verify_webhook(self, request: object, body: bytes) -> WebhookEvent:
        """Verifies a webhook with the client's `webhook_signing_secret`, and reads its event. Nothing is sent.

        Args:
            request: A request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or the
                headers as a mapping or as pairs. Its body is not touched.
            body: The bytes of the body as they came.

        Raises:
            WebhookError: it does not hold, or the client has no secret; `reason` says which.
            ArgumentError: the body is not bytes, or the request is nothing that is known here.
        """
        return verify_delivery(self._native.verify_webhook, request, body).event

    def warm_up(self) -> None:
        """Fetches the keys that verify tokens, so that the first request does not wait for them: for start-up hooks.

        Raises:
            TokenError, UnavailableError: they cannot be had.
            ConfigError: the client has no key to fetch them with.
        """
        self._native.start_warm_up().wait()

    def doctor(self, token: str | None = None) -> Report:
        """Looks for what could be wrong with this client, with the API behind it, and with a token that is refused.

        It sends up to three requests, and decides nothing. No key and no token is told.

        Args:
            token: A token that should hold here.

        Returns:
            What was found; `print()` it, or look at `findings`.
        """
        return _report(self._native.start_doctor(_maybe(token)).wait())

    @staticmethod
    def diagnose(
        secret_key: str | None = None,
        *,
        token: str | None = None,
        clock: ManualClock | None = None,
        **options: Unpack[ClientOptions],
    ) -> Report:
        """As `doctor`, for options of which no client can be made: what is wrong with a key is told and not raised.

        Args:
            secret_key: The instance's secret key, as for a client.
            token: A token that should hold here.
            clock: Where the time comes from, for tests.
            **options: See `ClientOptions`; times are seconds.

        Raises:
            ConfigError: an option is unknown, or of another type.
        """
        told, transport = _examined(secret_key, options)
        return _report(NativeClient.start_diagnose(told, clock, transport, _maybe(token)).wait())

    def frontend_api_proxy(self, *, path: str | None = None, fapi_url: str | None = None) -> FrontendApiProxy:
        """A Frontend API proxy with this client's keys.

        Args:
            path: The path that is the proxy's. Default `/__clerk`.
            fapi_url: Where the Frontend API is. Default: `CLERK_FAPI_URL`, or as the publishable key says.

        Raises:
            ConfigError: `path` is none.
        """
        return _proxy(self._native.frontend_api_proxy(told_options(path=path, fapi_url=fapi_url)))

    def __enter__(self) -> Clerk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing has to be closed; `with` is there for those who like to see where a client ends."""


class AsyncClerk(AsyncResources):
    """A client of one Clerk instance for asyncio. It may be used from several event loops.

    Nothing is opened and nothing is sent until the first call that needs it. Connections and keys are kept for the next
    call; there is nothing that must be closed.
    """

    def __init__(
        self,
        secret_key: str | None = None,
        *,
        clock: ManualClock | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Makes a client.

        Args:
            secret_key: The instance's secret key (`sk_…`). Default: `CLERK_SECRET_KEY` of the environment.
            clock: Where the time comes from, for tests. Default: this machine's clock.
            **options: See `ClientOptions`; times are seconds.

        Raises:
            ConfigError: an option is missing, unknown or wrong.
        """
        self._use(*_made(secret_key, clock, options))

    def _use(self, native: NativeClient, hooks: Hooks) -> None:
        self._native = native
        self._hooks = hooks

    @lazy
    def _starter(self) -> Starter:
        from .call import Starter

        return Starter(self._native, self._hooks)

    @lazy
    def _calls(self) -> AsyncTypedCalls:
        from .call import AsyncTypedCalls

        return AsyncTypedCalls(self._starter)

    def _get_calls(self) -> AsyncTypedCalls:
        return self._calls

    def with_options(self, **options: Unpack[ClientOptions]) -> AsyncClerk:
        """A copy with some options changed. It shares connections and keys where they stay the same.

        Raises:
            ConfigError: an option is unknown or wrong.
        """
        copy = object.__new__(type(self))
        copy._use(*_changed(self._native, self._hooks, options))
        return copy

    @overload
    async def raw(
        self, method: Callable[P, AsyncPager[T]], *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[AsyncPage[T]]: ...
    @overload
    async def raw(self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]: ...
    async def raw(self, method: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Makes a call and gives its answer as it came: `(await clerk.raw(clerk.users.get, "user_1")).headers`.

        Args:
            method: A method of a resource, or `clerk.request`.
            *args: Its arguments.
            **kwargs: Its arguments by name.
        """
        return await _raw_twin(method, "AsyncRawCalls")(*args, **kwargs)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any | Omit = OMIT,
        options: CallOptions | None = None,
    ) -> Any:
        """Sends a request that no method describes, with the same keys, retries, deadline and errors.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH`, `DELETE` or `HEAD`.
            path: Below the API version, such as `/users/user_1`.
            query: Query parameters; a list repeats its name.
            body: Anything that JSON can hold; None is null.
            options: How this call is made.

        Returns:
            The JSON of the answer; None where it has no body.
        """
        return await self._calls.request(method, path, query, body, options)

    async def verify_token(self, token: str, **options: Unpack[VerifyOptions]) -> Claims:
        """Verifies a session token. With a JWT key, or keys that were fetched before, it never really awaits.

        Args:
            token: The token.
            **options: See `VerifyOptions`; times are seconds.

        Raises:
            TokenError: it does not hold.
            UnavailableError: the keys could not be had, so nothing is known of it.
            ArgumentError: an option is unknown or wrong.
        """
        claims = self._native.try_verify_token(token, options)
        if claims is not None:
            return claims
        return await _run(lambda completions: self._native.start_verify_token(token, options, completions))

    async def authenticate_request(self, request: object, **options: Unpack[AuthenticateOptions]) -> AsyncRequestState:
        """Tells who sent a request: signed in, signed out (and why), to be sent on a handshake first, or, in an outage,
        none of these.

            state = await clerk.authenticate_request(request)
            if state.response_status:
                return Response(status=state.response_status, headers=state.headers)

        Args:
            request: A request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or its
                headers as a mapping or as pairs. Its body is never touched.
            **options: See `AuthenticateOptions`; times are seconds.

        Raises:
            ArgumentError: an option is unknown or wrong, or the request is none of these.
            ConfigError: the client lacks a key that this needs, or an option cannot work.
            TokenError: a development instance's handshake does not hold, most likely as its keys were changed.
        """
        state = self._native.authenticate_request(request, options, self, awaited=True)
        return await _run(state.start) if isinstance(state, Undecided) else state

    async def verify_machine_token(self, token: str, **options: Unpack[MachineTokenOptions]) -> MachineToken:
        """Verifies the token of a machine: an API key, an M2M or an OAuth token. A JWT is verified here, with keys that
        may have to be fetched; an opaque token by the API.

        Args:
            token: The token.
            **options: See `MachineTokenOptions`; times are seconds.

        Raises:
            TokenError: it does not hold. Its `reason` is `token-invalid`, `token-verification-failed`,
                `secret-key-invalid` or `unexpected-error`.
            UnavailableError: the API could not be asked, so nothing is known of it.
            ArgumentError: an option is unknown or wrong.
        """
        verified = self._native.try_verify_machine_token(token, options)
        if verified is not None:
            return verified
        return await _run(lambda completions: self._native.start_verify_machine_token(token, options, completions))

    async def _get_token(self, token: str | None, call: tuple[str, str] | None) -> str | None:
        """What `AsyncAuth.get_token()` asks for: the token in hand, or the one that this call makes."""
        return token if call is None else _jwt(await self._starter.run(self._starter.operation(*call, None)))

    def verify_webhook(self, request: object, body: bytes) -> WebhookEvent:
        """Verifies a webhook with the client's `webhook_signing_secret`, and reads its event. Nothing is sent, and
        there is nothing to await.

        Args:
            request: A request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or the
                headers as a mapping or as pairs. Its body is not touched.
            body: The bytes of the body as they came.

        Raises:
            WebhookError: it does not hold, or the client has no secret; `reason` says which.
            ArgumentError: the body is not bytes, or the request is nothing that is known here.
        """
        return verify_delivery(self._native.verify_webhook, request, body).event

    async def warm_up(self) -> None:
        """Fetches the keys that verify tokens, so that the first request does not wait for them: for start-up hooks.

        Raises:
            TokenError, UnavailableError: they cannot be had.
            ConfigError: the client has no key to fetch them with.
        """
        await _run(self._native.start_warm_up)

    async def doctor(self, token: str | None = None) -> Report:
        """Looks for what could be wrong with this client, with the API behind it, and with a token that is refused.

        It sends up to three requests, and decides nothing. No key and no token is told.

        Args:
            token: A token that should hold here.

        Returns:
            What was found; `print()` it, or look at `findings`.
        """
        text = _maybe(token)
        return _report(await _run(lambda completions: self._native.start_doctor(text, completions)))

    @staticmethod
    async def diagnose(
        secret_key: str | None = None,
        *,
        token: str | None = None,
        clock: ManualClock | None = None,
        **options: Unpack[ClientOptions],
    ) -> Report:
        """As `doctor`, for options of which no client can be made: what is wrong with a key is told and not raised.

        Args:
            secret_key: The instance's secret key, as for a client.
            token: A token that should hold here.
            clock: Where the time comes from, for tests.
            **options: See `ClientOptions`; times are seconds.

        Raises:
            ConfigError: an option is unknown, or of another type.
        """
        (told, transport), text = _examined(secret_key, options), _maybe(token)
        return _report(
            await _run(lambda completions: NativeClient.start_diagnose(told, clock, transport, text, completions))
        )

    def frontend_api_proxy(self, *, path: str | None = None, fapi_url: str | None = None) -> FrontendApiProxy:
        """A Frontend API proxy with this client's keys.

        Args:
            path: The path that is the proxy's. Default `/__clerk`.
            fapi_url: Where the Frontend API is. Default: `CLERK_FAPI_URL`, or as the publishable key says.

        Raises:
            ConfigError: `path` is none.
        """
        return _proxy(self._native.frontend_api_proxy(told_options(path=path, fapi_url=fapi_url)))

    async def __aenter__(self) -> AsyncClerk:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing has to be closed; `async with` is there for those who like to see where a client ends."""
