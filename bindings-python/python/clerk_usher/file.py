"""A file to upload."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, Union

from ._native import MAX_FILE_BYTES
from .error import ArgumentError
from .kinds import is_bytes


class ByteStream(Protocol):
    """What is read from: a stream opened in binary mode, or whatever else has such a `read`."""

    def read(self, size: int, /) -> bytes | None:
        """At most so many bytes; none at the end."""


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
    def open(
        cls, path: str | os.PathLike[str], *, filename: str | None = None, content_type: str | None = None
    ) -> File:
        """Reads a file from disk; its name is the last part of the path, if none is given.

        Of a file that is too large no more is read than it takes to know; the call it is given to refuses it.
        """
        with open(path, "rb") as stream:
            name = os.path.basename(os.fsdecode(path)) if filename is None else filename
            return cls(name, _read(stream), content_type)

    @classmethod
    def from_stream(cls, stream: ByteStream, filename: str, *, content_type: str | None = None) -> File:
        """Reads a binary stream from where it stands to its end; of too much of it no more than `open` would."""
        return cls(filename, _read(stream), content_type)

    def __repr__(self) -> str:
        return f"File({self.filename!r}, {len(self.content)} bytes)"


FileInput: TypeAlias = Union[File, bytes, bytearray, memoryview, "os.PathLike[str]", ByteStream]
"""What an argument that is a file takes: a `File`, bytes, a `pathlib.Path`, or a stream opened in binary mode."""


def as_file(argument: str, value: FileInput) -> File:
    """A file from what callers have at hand. One without a name has the argument's."""
    if isinstance(value, File):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return File(argument, bytes(value))
    try:
        if isinstance(value, os.PathLike):
            return File.open(value)
        if callable(getattr(value, "read", None)):
            return File.from_stream(value, _name(value) or argument, content_type=_content_type(value))
    except OSError as cause:
        raise ArgumentError(f"`{argument}` cannot be read: {cause}", argument=argument) from cause
    except TypeError as cause:
        raise ArgumentError(f"`{argument}` cannot be read: {cause}", argument=argument) from None
    raise ArgumentError(
        f"`{argument}` must be a File, bytes, a pathlib.Path, or a stream opened in binary mode", argument=argument
    )


def _read(stream: ByteStream) -> bytes:
    """What is left in a stream, or one byte more than a file may have: the core refuses that by the argument's name."""
    chunks: list[bytes] = []
    wanted = MAX_FILE_BYTES + 1
    while wanted > 0:
        # A raw stream may give less than was asked for before its end.
        chunk = stream.read(wanted)
        if not is_bytes(chunk):
            raise TypeError(f"its read() gives {type(chunk).__name__}, not bytes")
        if not chunk:
            break
        chunks.append(chunk)
        wanted -= len(chunk)
    return b"".join(chunks)


def _name(stream: Any) -> str | None:
    """The name of a stream: of a file on disk the last part of its path, of an upload what the upload says."""
    name = getattr(stream, "name", None)
    return os.path.basename(name) if isinstance(name, str) and name else None


def _content_type(stream: Any) -> str | None:
    """The media type of an upload of a framework."""
    content_type = getattr(stream, "content_type", None)
    return content_type if isinstance(content_type, str) and content_type else None
