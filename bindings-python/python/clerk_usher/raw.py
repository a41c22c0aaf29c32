"""An answer of the API as it came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
T2 = TypeVar("T2")


class Headers:
    """Header fields of an answer. Names are looked up in any case; a field may come more than once."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs: list[tuple[str, str]] = [(name.lower(), value) for name, value in pairs]

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of this name."""
        wanted = name.lower()
        return next((value for key, value in self._pairs if key == wanted), default)

    def get_all(self, name: str) -> list[str]:
        """Every value of this name, in order."""
        wanted = name.lower()
        return [value for key, value in self._pairs if key == wanted]

    def items(self) -> list[tuple[str, str]]:
        """All fields in order, names in lower case."""
        return list(self._pairs)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._pairs == other._pairs

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Values may be credentials (Set-Cookie): names are enough to see what is there.
        return f"Headers({', '.join(self)})"


class RawResponse(Generic[T]):
    """An answer of the API as it came: status, headers and bytes. `T` is what `parse()` makes of it."""

    __slots__ = ("_parse", "body", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        body: bytes,
        parse: Callable[[RawResponse[Any]], T] | None = None,
    ) -> None:
        self.status = status
        """HTTP status."""
        self.headers = headers
        """Header fields."""
        self.body = body
        """The bytes of the body."""
        self._parse = parse

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body read as JSON.

        Raises:
            DecodeError: it is not JSON, or more than Python can hold.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as cause:
            from .error import DecodeError

            raise DecodeError(
                f"the answer cannot be read as JSON: {cause}", status=self.status, headers=self.headers, body=self.text
            ) from None

    def parsed_by(self, parse: Callable[[RawResponse[Any]], T2]) -> RawResponse[T2]:
        """The same answer, for which `parse()` does this."""
        return RawResponse(self.status, self.headers, self.body, parse)

    def parse(self) -> T:
        """What the typed call would have returned."""
        if self._parse is None:
            parsed: T = self.json()
            return parsed
        return self._parse(self)

    def __repr__(self) -> str:
        return f"RawResponse(status={self.status}, body={len(self.body)} bytes)"
