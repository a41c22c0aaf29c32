"""Files to upload: from a path, from bytes, from a stream; byte for byte, and never more of them than the API takes."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

import pytest
from cases import check_form
from clerk_usher import ArgumentError, File, FileInput
from clerk_usher.testing import Emulator

CONTENT = bytes(range(256)) * 5 + b"\r\n--not a boundary\r\n"
LIMIT = 10 * 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mé.png"
    path.write_bytes(CONTENT)
    return path


class Drip(io.RawIOBase):
    """A stream that gives less than it is asked for, and counts what it gives."""

    def __init__(self, size: int, *, content_type: str | None = None) -> None:
        self.left = size
        self.given = 0
        if content_type is not None:
            self.content_type = content_type

    def read(self, size: int = -1, /) -> bytes:
        assert size > 0, "never the whole of it"
        count = min(size, self.left, 1 << 20)
        self.left -= count
        self.given += count
        return b"x" * count


class Upload(io.BytesIO):
    """What a web framework hands over."""

    name = "upload.gif"
    content_type = "image/x-of-its-own"


def sent(emulator: Emulator, file: FileInput) -> dict[str, Any]:
    """Sends a file; what of it arrived."""
    with emulator.clerk() as clerk:
        clerk.users.set_profile_image("user_nobody", file=file, options=None)
    (request,) = emulator.requests()
    return {name.lower(): value for name, value in request["headers"]} | {
        "body": base64.b64decode(request["body_base64"])
    }


def answer(emulator: Emulator) -> None:
    emulator.control("add_fault", status=200, body={"object": "user"}, count=1)


def check(emulator: Emulator, file: FileInput, filename: str, content_type: str, content: bytes = CONTENT) -> None:
    answer(emulator)
    came = sent(emulator, file)
    part = {
        "name": "file",
        "filename": filename,
        "content_type": content_type,
        "base64": base64.b64encode(content).decode(),
    }
    check_form([part], came["content-type"], came["body"])


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview], ids=["bytes", "bytearray", "memoryview"])
def test_bytes(emulator: Emulator, make: Any) -> None:
    check(emulator, make(CONTENT), "file", "application/octet-stream")


def test_a_named_file(emulator: Emulator) -> None:
    check(emulator, File("a.webp", CONTENT), "a.webp", "image/webp")


def test_a_media_type_of_its_own(emulator: Emulator) -> None:
    check(emulator, File("a.webp", CONTENT, "image/x-of-its-own"), "a.webp", "image/x-of-its-own")


def test_a_path(emulator: Emulator, path: Path) -> None:
    check(emulator, path, "mé.png", "image/png")


def test_a_path_opened_by_another_name(emulator: Emulator, path: Path) -> None:
    check(emulator, File.open(str(path), filename="b.gif", content_type="image/png"), "b.gif", "image/png")


def test_a_stream_of_a_file(emulator: Emulator, path: Path) -> None:
    with path.open("rb") as stream:
        check(emulator, stream, "mé.png", "image/png")


def test_a_stream_in_memory(emulator: Emulator) -> None:
    check(emulator, io.BytesIO(CONTENT), "file", "application/octet-stream")


def test_a_stream_from_where_it_stands(emulator: Emulator) -> None:
    stream = io.BytesIO(b"read before" + CONTENT)
    stream.seek(11)
    check(emulator, File.from_stream(stream, "c.jpg"), "c.jpg", "image/jpeg")


def test_an_upload_of_a_framework(emulator: Emulator) -> None:
    check(emulator, Upload(CONTENT), "upload.gif", "image/x-of-its-own")


def test_a_stream_that_gives_little_by_little(emulator: Emulator) -> None:
    check(emulator, Drip(3 << 20), "file", "application/octet-stream", b"x" * (3 << 20))


def test_as_large_as_may_be(emulator: Emulator) -> None:
    answer(emulator)
    sent(emulator, Drip(LIMIT))


def test_awaited(emulator: Emulator, path: Path) -> None:
    answer(emulator)

    async def call() -> None:
        async with emulator.async_clerk() as clerk:
            await clerk.users.set_profile_image("user_nobody", file=path)

    asyncio.run(call())
    (request,) = emulator.requests()
    assert CONTENT in base64.b64decode(request["body_base64"])


def refused(emulator: Emulator, file: Any, message: str) -> None:
    with emulator.clerk() as clerk, pytest.raises(ArgumentError, match=message) as raised:
        clerk.users.set_profile_image("user_nobody", file=file)
    assert raised.value.argument == "file"
    assert emulator.requests() == []


def test_too_large_is_refused_and_not_read_to_its_end(emulator: Emulator, tmp_path: Path) -> None:
    huge = Drip(1 << 40)
    refused(emulator, huge, "10 MiB")
    assert huge.given == LIMIT + 1
    path = tmp_path / "huge.png"
    with path.open("wb") as stream:
        stream.truncate(1 << 36)  # 64 GiB, of which nothing is on the disk
    refused(emulator, path, "10 MiB")
    assert len(File.open(path).content) == LIMIT + 1
    refused(emulator, bytes(LIMIT + 1), "10 MiB")
    refused(emulator, File("a.png", bytes(LIMIT + 1)), "10 MiB")


def test_what_is_no_file_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    refused(emulator, tmp_path / "none.png", "cannot be read.*No such file")
    refused(emulator, tmp_path, "cannot be read")
    refused(emulator, io.StringIO("text"), "gives str, not bytes")
    refused(emulator, "me.png", "pathlib.Path")
    refused(emulator, 7, "must be a File")
