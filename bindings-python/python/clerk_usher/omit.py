"""What stands for an argument that is not given."""

from __future__ import annotations

from typing import Final


class Omit:
    """The type of `OMIT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OMIT"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
"""Stands for an argument that is not given. `None` is something else: it is sent as null."""
