"""Calls of operations: arguments go to the core as JSON, the answer's bytes come back and are read here.

The generated resources know nothing but `Calls` (or `AsyncCalls`) and the readers below.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ._native import Completions, NativeClient, Task, Walk, late_object
from .args import encode_arguments, encode_files, encode_value
from .error import DecodeError
from .hooks import Hooks
from .kinds import is_object, is_sequence
from .lazy import loading
from .omit import Omit
from .page import AsyncPage, AsyncPager, Page, Pager, PageReader
from .raw import Headers, RawResponse

if TYPE_CHECKING:
    from .bridge import Begun
    from .options import CallOptions

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""
Arguments = Mapping[str, Any]
Wrap = Callable[[Any], T]
"""Makes a model of an object, be it still to be read."""
Read = Callable[[RawResponse[Any]], T]
"""Makes of an answer what a call returns."""
Start = Callable[["Completions | None"], "Task[Answer]"]
"""Starts a call whose answer goes to this queue; or, without one, to whoever waits for the task."""


def read_one(wrap: Wrap[T]) -> Read[T]:
    """Reads an answer that is one object."""

    def read(response: RawResponse[Any]) -> T:
        late = late_object(response.body)
        if late is not None:
            return wrap(late)
        data = response.json()
        if is_object(data):
            return wrap(data)
        raise DecodeError(
            f"the answer is a JSON {_kind(data)}, not an object",
            status=response.status,
            headers=response.headers,
            body=response.text,
        )

    return read


def read_nothing(_: RawResponse[Any]) -> None:
    """Reads an answer that says no more than that it was done."""


def read_text(response: RawResponse[Any]) -> str:
    """Reads an answer that is text."""
    return response.text


def read_anything(response: RawResponse[Any]) -> Any:
    """Reads the JSON of an answer; None where it has no body."""
    return response.json() if response.body else None


class Calls(Protocol):
    """What a generated resource of `Clerk` needs."""

    def call(
        self,
        read: Read[T],
        operation: str,
        arguments: Arguments,
        options: CallOptions | None,
        files: Arguments | None = None,
    ) -> T:
        """Calls an operation."""
        ...

    def page(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> Page[T]:
        """Calls an operation that answers a whole listing."""
        ...

    def pager(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> Pager[T]:
        """Makes a listing ready to be walked; nothing is sent yet."""
        ...

    def request(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, options: CallOptions | None
    ) -> Any:
        """Sends a request that no operation describes."""
        ...


class AsyncCalls(Protocol):
    """What a generated resource of `AsyncClerk` needs."""

    async def call(
        self,
        read: Read[T],
        operation: str,
        arguments: Arguments,
        options: CallOptions | None,
        files: Arguments | None = None,
    ) -> T:
        """Calls an operation."""
        ...

    async def page(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> AsyncPage[T]:
        """Calls an operation that answers a whole listing."""
        ...

    def pager(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> AsyncPager[T]:
        """Makes a listing ready to be walked; nothing is sent yet."""
        ...

    async def request(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, options: CallOptions | None
    ) -> Any:
        """Sends a request that no operation describes."""
        ...


class Starter:
    """Starts calls on one native client. Whatever the caller passed is checked before read_anything is sent."""

    __slots__ = ("hooks", "late", "native")

    def __init__(self, native: NativeClient, hooks: Hooks) -> None:
        self.native = native
        self.hooks = hooks
        # The caller's thread is what answers, and it does while it waits.
        self.late = native.transport is not None

    def operation(
        self, operation: str, arguments: str, options: CallOptions | None, files: Arguments | None = None
    ) -> Start:
        """A call of an operation; `arguments` is a JSON object."""
        taken = encode_files(files) if files else []
        told = _options(options)
        recorded = self.hooks.wanted()
        return lambda completions: self.native.start_call(operation, arguments, taken, told, completions, recorded)

    def request(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, options: CallOptions | None
    ) -> Start:
        """A request that no operation describes."""
        pairs = _query_pairs(query or {})
        encoded = None if isinstance(body, Omit) else encode_value("body", body)
        told = _options(options)
        recorded = self.hooks.wanted()
        return lambda completions: self.native.start_request(method, path, pairs, encoded, told, completions, recorded)

    def ask(self, start: Start) -> Asked:
        """Starts a call, to be waited for later."""
        return Asked(start, self.hooks, late=self.late)

    def begin(self, start: Start) -> AsyncAsked:
        """Starts a call, to be awaited later."""
        return AsyncAsked(start, self.hooks)

    def wait(self, start: Start) -> RawResponse[Any]:
        """Starts a call and waits for its answer."""
        return self.ask(start).wait()

    async def run(self, start: Start) -> RawResponse[Any]:
        """Starts a call and awaits its answer."""
        return await self.begin(start).wait()


class TypedCalls:
    """Waits for answers and reads them."""

    __slots__ = ("start",)

    def __init__(self, start: Starter) -> None:
        self.start = start

    def call(
        self,
        read: Read[T],
        operation: str,
        arguments: Arguments,
        options: CallOptions | None,
        files: Arguments | None = None,
    ) -> T:
        return read(self.start.wait(self.start.operation(operation, encode_arguments(arguments), options, files)))

    def page(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> Page[T]:
        return self.pager(wrap, operation, arguments, options, data=data).page()

    def pager(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> Pager[T]:
        def ask(encoded: str) -> Asked:
            return self.start.ask(self.start.operation(operation, encoded, options))

        return Pager(ask, PageReader(wrap, data), lambda told: Walk(operation, encode_arguments(arguments), told))

    def request(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, options: CallOptions | None
    ) -> Any:
        return read_anything(self.start.wait(self.start.request(method, path, query, body, options)))


class RawCalls(TypedCalls):
    """Waits for answers and hands them over as they came. Its users go by the types of `TypedCalls`."""

    __slots__ = ()

    def call(self, read: Read[Any], *args: Any, **kwargs: Any) -> Any:
        return super().call(lambda response: response.parsed_by(read), *args, **kwargs)

    def page(self, *args: Any, **kwargs: Any) -> Any:
        return super().pager(*args, **kwargs).raw_page()

    def pager(self, *args: Any, **kwargs: Any) -> Any:
        return super().pager(*args, **kwargs).raw_page()

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return self.start.wait(self.start.request(*args, **kwargs)).parsed_by(read_anything)


class AsyncTypedCalls:
    """Awaits answers and reads them."""

    __slots__ = ("start",)

    def __init__(self, start: Starter) -> None:
        self.start = start

    async def call(
        self,
        read: Read[T],
        operation: str,
        arguments: Arguments,
        options: CallOptions | None,
        files: Arguments | None = None,
    ) -> T:
        return read(await self.start.run(self.start.operation(operation, encode_arguments(arguments), options, files)))

    async def page(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> AsyncPage[T]:
        return await self.pager(wrap, operation, arguments, options, data=data).page()

    def pager(
        self, wrap: Wrap[T], operation: str, arguments: Arguments, options: CallOptions | None, *, data: str = "data"
    ) -> AsyncPager[T]:
        def ask(encoded: str) -> AsyncAsked:
            return self.start.begin(self.start.operation(operation, encoded, options))

        return AsyncPager(ask, PageReader(wrap, data), lambda told: Walk(operation, encode_arguments(arguments), told))

    async def request(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, options: CallOptions | None
    ) -> Any:
        return read_anything(await self.start.run(self.start.request(method, path, query, body, options)))


class AsyncRawCalls(AsyncTypedCalls):
    """Awaits answers and hands them over as they came. Its users go by the types of `AsyncTypedCalls`."""

    __slots__ = ()

    async def call(self, read: Read[Any], *args: Any, **kwargs: Any) -> Any:
        return await super().call(lambda response: response.parsed_by(read), *args, **kwargs)

    async def page(self, *args: Any, **kwargs: Any) -> Any:
        return await super().pager(*args, **kwargs).raw_page()

    def pager(self, *args: Any, **kwargs: Any) -> Any:
        return super().pager(*args, **kwargs).raw_page()

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        return (await self.start.run(self.start.request(*args, **kwargs))).parsed_by(read_anything)


class Asked:
    """A call on its way, to be waited for later; a late one is on its way only then."""

    __slots__ = ("_hooks", "_start", "_task")

    def __init__(self, start: Start, hooks: Hooks, *, late: bool = False) -> None:
        self._hooks = hooks
        self._start = start
        self._task = None if late else start(None)

    def wait(self) -> RawResponse[Any]:
        """Waits for its answer."""
        task = self._start(None) if self._task is None else self._task
        try:
            return _response(task.wait())
        finally:
            self._hooks.tell(task)

    def abort(self) -> None:
        """Gives it up."""
        if self._task is not None:
            self._task.abort()
            self._hooks.tell(self._task)


class AsyncAsked:
    """A call on its way, to be awaited later."""

    __slots__ = ("_begun", "_hooks", "_task")

    def __init__(self, start: Start, hooks: Hooks) -> None:
        self._hooks = hooks

        def kept(completions: Completions | None) -> Task[Answer]:
            self._task = start(completions)
            return self._task

        self._begun = begin(kept)

    async def wait(self) -> RawResponse[Any]:
        """Awaits its answer."""
        try:
            return _response(await self._begun.end())
        finally:
            self._hooks.tell(self._task)

    def abort(self) -> None:
        """Gives it up."""
        self._begun.abort()
        self._hooks.tell(self._task)


def begin(start: Callable[[Completions | None], Task[T]]) -> Begun[T]:
    """Starts a call on the running loop."""
    with loading:  # asyncio is not cheap to import, and only those who await need it
        from . import bridge

    return bridge.begin(start)


async def run(start: Callable[[Completions | None], Task[T]]) -> T:
    """Starts a call and awaits its end."""
    return await begin(start).end()


def _response(answer: Answer) -> RawResponse[Any]:
    status, headers, body = answer
    return RawResponse(status, Headers(headers), body)


def _options(options: CallOptions | None) -> str:
    return "{}" if options is None else options.to_json()


def _query_pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A list repeats its name; None and `OMIT` are left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        for item in value if is_sequence(value) else (value,):
            if item is None or isinstance(item, Omit):
                continue
            pairs.append((name, item if isinstance(item, str) else json.dumps(item)))
    return pairs


def _kind(value: object) -> str:
    kinds = {"list": "array", "str": "string", "bool": "boolean", "int": "number", "float": "number"}
    return kinds.get(type(value).__name__, "null")
