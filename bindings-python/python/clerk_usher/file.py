"""A file to upload."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO

from .error import ArgumentError


@dataclass(frozen=True)
class File:
    """A file for an operation that takes one, such as a profile image."""

    filename: str
    """The name the API is told."""
    content: bytes
    """What is in it; at most 10 MiB."""
    content_type: str | None = None
    """Its media type, such as `image/png`; told by the name's ending if left out."""

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, content_type: str | None = None) -> File:
        """Reads a file from disk; its name is the last part of the path."""
        with open(path, "rb") as stream:
            return cls(os.path.basename(os.fspath(path)), stream.read(), content_type)

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {len(self.content)} bytes)"


def as_file(argument: str, value: File | bytes | IO[bytes]) -> File:
    """A file from what callers have at hand: a `File`, bytes, or a binary stream."""
    if isinstance(value, File):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return File(argument, bytes(value))
    read = getattr(value, "read", None)
    if callable(read):
        content = read()
        if isinstance(content, bytes):
            name = getattr(value, "name", None)
            return File(os.path.basename(name) if isinstance(name, str) and name else argument, content)
    raise ArgumentError(f"`{argument}` must be a File, bytes, or a stream opened in binary mode", argument=argument)
