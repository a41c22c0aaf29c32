"""Listings: one page, or all of them one after the other.

Which page comes next, when there is none, and when a listing that does not advance must end, is the core's to say
(`Walk`); here pages are fetched when they are wanted and read when they are looked at.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from ._native import Walk
from .error import DecodeError
from .kinds import is_array, is_object
from .raw import RawResponse

T = TypeVar("T")
Fetch = Callable[[str], RawResponse[Any]]
AsyncFetch = Callable[[str], Awaitable[RawResponse[Any]]]


class PageReader(Generic[T]):
    """Reads the pages of one listing, in whichever of its two shapes they come."""

    __slots__ = ("_data", "_wrap")

    def __init__(self, wrap: Callable[[dict[str, Any]], T], data: str) -> None:
        self._wrap = wrap
        self._data = data

    def items(self, response: RawResponse[Any], body: Any) -> list[Any]:
        """The objects in an answer."""
        found = body
        if is_object(body):
            found = body.get(self._data, body.get("data"))
        if is_array(found):
            return found
        raise DecodeError(
            f"the answer is neither an array nor an object with an array {self._data!r}",
            status=response.status,
            headers=response.headers,
            body=response.text,
        )

    def wrap(self, items: list[Any]) -> list[T]:
        """The objects as models; what is no object is left as it came."""
        return [self._wrap(item) if is_object(item) else item for item in items]


class _PageBase(Generic[T]):
    """What a page is, however the next one is fetched."""

    __slots__ = ("_body", "_items", "_walk", "data", "response")

    def __init__(self, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        self._body = response.json()
        self._items = reader.items(response, self._body)
        self._walk = walk
        self.data: list[T] = reader.wrap(self._items)
        """The items of this page."""
        self.response = response
        """The answer as it came."""

    def _following(self) -> Walk:
        """Where the listing goes on. Asked only when it is wanted: a page that does not advance is no less a page."""
        first, last = (_id(self._items[0]), _id(self._items[-1])) if self._items else (None, None)
        return self._walk.after(len(self._items), self.total_count, first, last)

    @property
    def total_count(self) -> int | None:
        """How many items there are in all pages, where the API says."""
        total = self._body.get("total_count") if is_object(self._body) else None
        return total if isinstance(total, int) and not isinstance(total, bool) else None

    def to_dict(self) -> dict[str, Any]:
        """The page as an object with `data`, and `total_count` where the API said, whichever shape it came in."""
        page: dict[str, Any] = {"data": self._items}
        if self.total_count is not None:
            page["total_count"] = self.total_count
        copy: dict[str, Any] = json.loads(json.dumps(page))
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

    __slots__ = ("_fetch", "_reader")

    def __init__(self, fetch: Fetch, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        super().__init__(reader, response, walk)
        self._fetch = fetch
        self._reader = reader

    def next_page(self) -> Page[T] | None:
        """Fetches the page after this one; None where the listing is over.

        Raises:
            DecodeError: the API answers the same page again and again.
        """
        walk = self._following()
        arguments = walk.arguments
        return None if arguments is None else Page(self._fetch, self._reader, self._fetch(arguments), walk)


class Pager(Generic[T]):
    """A listing. Nothing is sent until it is looked at.

    `for item in pager` walks all items of all pages, `pages()` walks the pages, `page()` fetches the first one alone.
    """

    __slots__ = ("_fetch", "_reader", "_walk")

    def __init__(self, fetch: Fetch, reader: PageReader[T], walk: Callable[[], Walk]) -> None:
        self._fetch = fetch
        self._reader = reader
        self._walk = walk

    def page(self) -> Page[T]:
        """Fetches the first page: one request, whatever there is beyond it."""
        walk = self._walk()
        return Page(self._fetch, self._reader, self._fetch(walk.arguments or "{}"), walk)

    def pages(self) -> Iterator[Page[T]]:
        """The pages, each fetched when it is wanted."""
        page: Page[T] | None = self.page()
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data

    def raw_page(self) -> RawResponse[Page[T]]:
        """The answer of the first page as it came."""
        walk = self._walk()
        answer = self._fetch(walk.arguments or "{}")
        fetch, reader = self._fetch, self._reader
        return answer.parsed_by(lambda response: Page(fetch, reader, response, walk))

    def __repr__(self) -> str:
        return "Pager(a listing: iterate it, or ask for its page())"


class AsyncPage(_PageBase[T]):
    """One page of a listing."""

    __slots__ = ("_fetch", "_reader")

    def __init__(self, fetch: AsyncFetch, reader: PageReader[T], response: RawResponse[Any], walk: Walk) -> None:
        super().__init__(reader, response, walk)
        self._fetch = fetch
        self._reader = reader

    async def next_page(self) -> AsyncPage[T] | None:
        """Fetches the page after this one; None where the listing is over.

        Raises:
            DecodeError: the API answers the same page again and again.
        """
        walk = self._following()
        arguments = walk.arguments
        return None if arguments is None else AsyncPage(self._fetch, self._reader, await self._fetch(arguments), walk)


class AsyncPager(Generic[T]):
    """A listing. Nothing is sent until it is looked at.

    `async for item in pager` walks all items of all pages, `pages()` walks the pages, and `await pager` (or
    `await pager.page()`) fetches the first one alone.
    """

    __slots__ = ("_fetch", "_reader", "_walk")

    def __init__(self, fetch: AsyncFetch, reader: PageReader[T], walk: Callable[[], Walk]) -> None:
        self._fetch = fetch
        self._reader = reader
        self._walk = walk

    async def page(self) -> AsyncPage[T]:
        """Fetches the first page: one request, whatever there is beyond it."""
        walk = self._walk()
        return AsyncPage(self._fetch, self._reader, await self._fetch(walk.arguments or "{}"), walk)

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self.page().__await__()

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        """The pages, each fetched when it is wanted."""
        page: AsyncPage[T] | None = await self.page()
        while page is not None:
            yield page
            page = await page.next_page()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item

    async def raw_page(self) -> RawResponse[AsyncPage[T]]:
        """The answer of the first page as it came."""
        walk = self._walk()
        answer = await self._fetch(walk.arguments or "{}")
        fetch, reader = self._fetch, self._reader
        return answer.parsed_by(lambda response: AsyncPage(fetch, reader, response, walk))

    def __repr__(self) -> str:
        return "AsyncPager(a listing: iterate it, or await its page())"


def _id(item: Any) -> str | None:
    found = item.get("id") if is_object(item) else None
    return found if isinstance(found, str) else None
