"""Listings: one page, or all of them one after the other.

Which page comes next, when there is none, and when a listing that does not advance must end, is the core's to say
(`Walk`); here pages are fetched when they are wanted, or a few ahead of that (`ahead.py`), and read when they are
looked at.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeGuard, TypeVar, cast, overload

from ._native import LateItems, LateObject, Walk, late_items
from .ahead import Ahead
from .error import ArgumentError, DecodeError
from .kinds import is_array, is_object
from .option_json import encode_options
from .raw import RawResponse

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Asked(Protocol):
    """A page on its way."""

    def wait(self) -> RawResponse[Any]:
        """Waits for it."""
        ...

    def abort(self) -> None:
        """Gives it up."""
        ...


class AsyncAsked(Protocol):
    """A page on its way."""

    async def wait(self) -> RawResponse[Any]:
        """Awaits it."""
        ...

    def abort(self) -> None:
        """Gives it up."""
        ...


Ask = Callable[[str], Asked]
"""Asks for a page with these arguments, as JSON."""
AsyncAsk = Callable[[str], AsyncAsked]
Start = Callable[[str], Walk]
"""Begins a walk with these options, as JSON."""


class Items(Sequence[T_co]):
    """The items of a page: a sequence that makes the model of an item when that item is looked at, and only then."""

    __slots__ = ("_made", "_objects", "_wrap")

    def __init__(self, objects: list[Any] | LateItems, wrap: Callable[[Any], T_co]) -> None:
        self._objects = objects
        self._wrap = wrap
        self._made: dict[int, T_co] = {}

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> list[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | list[T_co]:
        found = range(len(self._objects))[index]
        return self._at(found) if isinstance(found, int) else [self._at(each) for each in found]

    def _at(self, index: int) -> T_co:
        if index not in self._made:
            item = self._objects[index]
            readable = isinstance(item, LateObject) or is_object(item)
            # What is no object is left as it came.
            self._made[index] = self._wrap(item) if readable else cast(T_co, item)
        return self._made[index]

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[T_co]:
        return map(self._at, range(len(self._objects)))

    def __add__(self, other: Iterable[Any]) -> list[Any]:
        return [*self, *other]

    def __radd__(self, other: Iterable[Any]) -> list[Any]:
        return [*other, *self]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if is_items(other) or is_array(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def is_items(value: object) -> TypeGuard[Items[Any]]:
    """Whether these are the items of a page."""
    return isinstance(value, Items)


class PageReader(Generic[T]):
    """Reads the pages of one listing, in whichever of its two shapes they come."""

    __slots__ = ("_data", "_wrap")

    def __init__(self, wrap: Callable[[dict[str, Any]], T], data: str) -> None:
        self._wrap = wrap
        self._data = data

    def envelope(self, response: RawResponse[Any]) -> tuple[list[Any] | LateItems, dict[str, Any]]:
        """The objects in an answer, and what is beside them. An answer without any is a page without items.

        Whether it is JSON is known from here on; what is in the items is read when it is looked at.
        """
        late = late_items(response.body, self._data)
        if late is not None:
            return late, late.beside()
        body = response.json()
        if is_array(body):
            return body, {}
        if is_object(body):
            name = self._data if is_array(body.get(self._data)) else "data"
            found = body.get(name)
            beside = {key: value for key, value in body.items() if key != name}
            return (found if is_array(found) else []), beside
        raise DecodeError(
            f"the answer is neither an array nor an object with an array {self._data!r}",
            status=response.status,
            headers=response.headers,
            body=response.text,
        )

    def wrap(self, items: list[Any] | LateItems) -> Items[T]:
        """The objects as models."""
        return Items(items, self._wrap)


class _PageBase(Generic[T]):
    """What a page is, however the next one is fetched."""

    __slots__ = ("_beside", "_items", "_walk", "data", "response")

    def __init__(self, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        self._items, self._beside = reader.envelope(response)
        self._walk = walk
        self.data: Items[T] = reader.wrap(self._items)
        """The items of this page, each made into a model when it is looked at."""
        self.response = response
        """The answer as it came."""

    def _following(self) -> Walk:
        """Where the listing goes on. Asked only when it is wanted: a page that does not advance is no less a page."""
        count = len(self._items)
        first, last = (_id(self._items[0]), _id(self._items[count - 1])) if count else (None, None)
        return self._walk.after(count, self.total_count, first, last)

    @property
    def total_count(self) -> int | None:
        """How many items there are in all pages, where the API says."""
        total = self._beside.get("total_count")
        return total if isinstance(total, int) and not isinstance(total, bool) else None

    def to_dict(self) -> dict[str, Any]:
        """The page as an object with `data` and what came beside it, whichever shape it came in."""
        items = self._items.whole() if isinstance(self._items, LateItems) else self._items
        copy: dict[str, Any] = json.loads(json.dumps({"data": items, **self._beside}))
        return copy

    def __iter__(self) -> Iterator[T]:
        """The items of this page alone."""
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.data)} items, total_count={self.total_count})"


class Page(_PageBase[T]):
    """One page of a listing."""

    __slots__ = ("_ask", "_reader")

    def __init__(self, ask: Ask, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        super().__init__(reader, response, walk)
        self._ask = ask
        self._reader = reader

    def next_page(self) -> Page[T] | None:
        """Fetches the page after this one; None where the listing is over.

        Raises:
            DecodeError: the API answers the same page again and again.
        """
        walk = self._following()
        arguments = walk.arguments
        return None if arguments is None else Page(self._ask, self._reader, self._ask(arguments).wait(), walk)


class Pager(Generic[T]):
    """A listing. Nothing is sent until it is looked at.

    `for item in pager` (or in `items()`) walks all items of all pages, `pages()` walks the pages, `page()` fetches the
    first one alone.
    """

    __slots__ = ("_ask", "_reader", "_start")

    def __init__(self, ask: Ask, reader: PageReader[T], start: Start) -> None:
        self._ask = ask
        self._reader = reader
        self._start = start

    def page(self) -> Page[T]:
        """Fetches the first page: one request, whatever there is beyond it."""
        walk = self._start("{}")
        return Page(self._ask, self._reader, self._ask(walk.arguments or "{}").wait(), walk)

    def pages(self, *, concurrency: int = 1) -> Generator[Page[T], None, None]:
        """The pages, each fetched when it is wanted, or with a `concurrency` a few ahead of that.

        Args:
            concurrency: How many pages may be on their way at once, 1 to 16. The first page is always asked for alone.
                Pages come in order, an error in its page's turn, and leaving the loop gives up what is on its way.
                Where the API tells no total, up to `concurrency - 1` requests may go beyond the end. Where a page is
                asked for by the item before it (`starting_after`), pages come one by one.

        Raises:
            ArgumentError: `concurrency` is out of range; nothing is sent.
        """
        walk = self._start(_options(concurrency))
        ahead = Ahead(self._ask)
        try:
            while (asked := ahead.next(walk)) is not None:
                page = Page(self._ask, self._reader, asked.wait(), walk)
                yield page
                walk = page._following()  # pyright: ignore[reportPrivateUsage] (of this module)
        finally:
            ahead.abort()

    def items(self, *, concurrency: int = 1) -> Generator[T, None, None]:
        """All items of all pages; `concurrency` is that of `pages()`."""
        pages = self.pages(concurrency=concurrency)
        try:
            for page in pages:
                yield from page.data
        finally:
            pages.close()

    def __iter__(self) -> Iterator[T]:
        return self.items()

    def raw_page(self) -> RawResponse[Page[T]]:
        """The answer of the first page as it came."""
        walk = self._start("{}")
        answer = self._ask(walk.arguments or "{}").wait()
        ask, reader = self._ask, self._reader
        return answer.parsed_by(lambda response: Page(ask, reader, response, walk))

    def __repr__(self) -> str:
        return "Pager(a listing: iterate it, or ask for its page())"


class AsyncPage(_PageBase[T]):
    """One page of a listing."""

    __slots__ = ("_ask", "_reader")

    def __init__(self, ask: AsyncAsk, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        super().__init__(reader, response, walk)
        self._ask = ask
        self._reader = reader

    async def next_page(self) -> AsyncPage[T] | None:
        """Fetches the page after this one; None where the listing is over.

        Raises:
            DecodeError: the API answers the same page again and again.
        """
        walk = self._following()
        arguments = walk.arguments
        if arguments is None:
            return None
        return AsyncPage(self._ask, self._reader, await self._ask(arguments).wait(), walk)


class AsyncPager(Generic[T]):
    """A listing. Nothing is sent until it is looked at.

    `async for item in pager` (or in `items()`) walks all items of all pages, `pages()` walks the pages, and
    `await pager` (or `await pager.page()`) fetches the first one alone.
    """

    __slots__ = ("_ask", "_reader", "_start")

    def __init__(self, ask: AsyncAsk, reader: PageReader[T], start: Start) -> None:
        self._ask = ask
        self._reader = reader
        self._start = start

    async def page(self) -> AsyncPage[T]:
        """Fetches the first page: one request, whatever there is beyond it."""
        walk = self._start("{}")
        return AsyncPage(self._ask, self._reader, await self._ask(walk.arguments or "{}").wait(), walk)

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self.page().__await__()

    async def pages(self, *, concurrency: int = 1) -> AsyncGenerator[AsyncPage[T], None]:
        """The pages, each fetched when it is wanted, or with a `concurrency` a few ahead of that.

        Args:
            concurrency: How many pages may be on their way at once, 1 to 16. The first page is always asked for alone.
                Pages come in order, an error in its page's turn, and `aclose()` gives up what is on its way.
                Where the API tells no total, up to `concurrency - 1` requests may go beyond the end. Where a page is
                asked for by the item before it (`starting_after`), pages come one by one.

        Raises:
            ArgumentError: `concurrency` is out of range; nothing is sent.
        """
        walk = self._start(_options(concurrency))
        ahead = Ahead(self._ask)
        try:
            while (asked := ahead.next(walk)) is not None:
                page = AsyncPage(self._ask, self._reader, await asked.wait(), walk)
                yield page
                walk = page._following()  # pyright: ignore[reportPrivateUsage] (of this module)
        finally:
            ahead.abort()

    async def items(self, *, concurrency: int = 1) -> AsyncGenerator[T, None]:
        """All items of all pages; `concurrency` is that of `pages()`."""
        pages = self.pages(concurrency=concurrency)
        try:
            async for page in pages:
                for item in page.data:
                    yield item
        finally:
            await pages.aclose()

    def __aiter__(self) -> AsyncIterator[T]:
        return self.items()

    async def raw_page(self) -> RawResponse[AsyncPage[T]]:
        """The answer of the first page as it came."""
        walk = self._start("{}")
        answer = await self._ask(walk.arguments or "{}").wait()
        ask, reader = self._ask, self._reader
        return answer.parsed_by(lambda response: AsyncPage(ask, reader, response, walk))

    def __repr__(self) -> str:
        return "AsyncPager(a listing: iterate it, or await its page())"


def _id(item: Any) -> str | None:
    item = item.whole() if isinstance(item, LateObject) else item
    found = item.get("id") if is_object(item) else None
    return found if isinstance(found, str) else None


def _options(concurrency: int) -> str:
    return encode_options({"concurrency": concurrency}, ArgumentError)
