"""What is loaded when it is first used, safe in a process that forks."""

from __future__ import annotations

import os
from _thread import RLock
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

S = TypeVar("S")
T = TypeVar("T")
L = TypeVar("L", bound="lazy[Any, Any]")

loading = RLock()
"""Held while a module of ours is loaded late. A fork waits for it: a child forked meanwhile by another thread would
find the module half loaded and its lock taken for ever. Our modules import each other by their own names and never
through a late attribute, so no import waits for this lock."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=loading.acquire, after_in_parent=loading.release, after_in_child=loading.release)


class lazy(Generic[S, T]):
    """Like `functools.cached_property`, whose lock before Python 3.12 does not survive a fork."""

    def __init__(self, make: Callable[[S], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self: L, instance: None, owner: object = None) -> L: ...
    @overload
    def __get__(self, instance: S, owner: object = None) -> T: ...
    def __get__(self, instance: S | None, owner: object = None) -> Any:
        if instance is None:
            return self
        with loading:
            made = instance.__dict__
            if self._name not in made:
                # From now on the instance's own attribute goes before this one.
                made[self._name] = self._make(instance)
            return made[self._name]
