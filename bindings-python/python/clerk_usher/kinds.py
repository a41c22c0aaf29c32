"""What kind of JSON a value is, in a form that type checkers follow."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_plain_dict(value: object) -> bool:
    """Whether it is a dict and nothing derived from it, which may give other items than it holds."""
    return type(value) is dict


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether it is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether it is a mapping of any kind."""
    return isinstance(value, Mapping)


def is_buffer(value: object) -> TypeGuard[bytearray | memoryview[int]]:
    """Whether it is bytes that are not called so."""
    return isinstance(value, (bytearray, memoryview))


def is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    """Whether it can be awaited."""
    return isinstance(value, Awaitable)


def is_integer(value: object) -> TypeGuard[int]:
    """Whether it is an integer, which a bool is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_bytes(value: object) -> TypeGuard[bytes]:
    """Whether it is bytes."""
    return isinstance(value, bytes)
