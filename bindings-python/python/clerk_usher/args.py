"""Arguments of an operation: from Python values to what the core takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .error import ArgumentError
from .file import File, as_file
from .kinds import is_mapping
from .model import Model
from .omit import Omit

NativeFile = tuple[str, str, "str | None", bytes]


def encode_arguments(arguments: Mapping[str, Any]) -> str:
    """The JSON object of what was given. What is `OMIT` was not given.

    Raises:
        ArgumentError: a value has no JSON form.
    """
    given = {name: value for name, value in arguments.items() if not isinstance(value, Omit)}
    try:
        return _encode(given)
    except (TypeError, ValueError, RecursionError):
        # Only now is it worth the time to find out which one it was.
        for name, value in given.items():
            try:
                _encode(value)
            except (TypeError, ValueError, RecursionError) as cause:
                raise ArgumentError(f"`{name}` cannot be written as JSON: {cause}", argument=name) from None
        raise


def encode_files(files: Mapping[str, Any]) -> list[NativeFile]:
    """The files among the arguments, as the native module takes them."""
    taken: list[NativeFile] = []
    for name, value in files.items():
        if isinstance(value, Omit) or value is None:
            continue
        file: File = as_file(name, value)
        taken.append((name, file.filename, file.content_type, file.content))
    return taken


def encode_value(name: str, value: Any) -> str:
    """One value as JSON."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as cause:
        raise ArgumentError(f"`{name}` cannot be written as JSON: {cause}", argument=name) from None


def _encode(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    text.encode()  # a lone surrogate has no UTF-8 form
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime needs a time zone")
        return value.isoformat()
    if is_mapping(value):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")
