"""The pages of one walk that were asked for ahead of their turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from ._native import Walk, fork_generation
from .error import ClerkError


class Abortable(Protocol):
    """A request on its way."""

    def abort(self) -> None:
        """Gives it up."""
        ...


A = TypeVar("A", bound=Abortable)


class Ahead(Generic[A]):
    """Requests in the order of their pages, each with the arguments it was asked with. How many, the core says."""

    __slots__ = ("_ask", "_asked", "_generation")

    def __init__(self, ask: Callable[[str], A]) -> None:
        self._ask = ask
        self._asked: deque[tuple[str, A]] = deque()
        self._generation = fork_generation()

    def next(self, walk: Walk) -> A | None:
        """The page that the walk wants now, and asks for those ahead of it; None where the listing is over.

        What was asked for in vain, because a page came out shorter or longer than the one before, is given up.
        """
        if self._generation != fork_generation():
            self._asked.clear()  # what is on its way is on its way to the parent
            self._generation = fork_generation()
        wanted = walk.ahead
        kept = 0
        for (asked, _), arguments in zip(self._asked, wanted, strict=False):
            if asked != arguments:
                break
            kept += 1
        self.abort(kept)
        for arguments in wanted[kept:]:
            try:
                self._asked.append((arguments, self._ask(arguments)))
            except ClerkError:
                if not self._asked:
                    raise
                break  # nothing was sent; it is told when it is this page's turn
        return self._asked.popleft()[1] if self._asked else None

    def abort(self, keep: int = 0) -> None:
        """Gives up what is on its way, but for the first so many."""
        while len(self._asked) > keep:
            self._asked.pop()[1].abort()
