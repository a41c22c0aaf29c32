"""The conformance cases, and comparing what came with what they say. See `tests/conformance/README.md`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any

from clerk_usher import CallOptions, ClerkError
from clerk_usher.testing import Emulator

FOLDER = Path(__file__).parent.parent / "conformance"
Case = dict[str, Any]
TIMES = (
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "keys_timeout",
    "retry_delay",
    "clock_skew",
    "keys_cooldown",
    "tolerance",
)


def load(kind: str) -> list[Case]:
    """All cases of a kind. `peers_….json` explain differences to other SDKs; they hold no cases."""
    found: list[Case] = []
    for path in sorted(FOLDER.rglob("*.json")):
        if not path.name.startswith("peers_"):
            found += [case for case in json.loads(path.read_text("utf-8"))["cases"] if case["kind"] == kind]
    names = [case["name"] for case in found]
    assert len(set(names)) == len(names)
    return found


def goes(case: Case, way: str) -> bool:
    """Whether a case goes this way."""
    return way in case.get("ways", [way])


def options(told: Mapping[str, Any]) -> dict[str, Any]:
    """Options as Python has them: seconds where the cases have milliseconds."""
    named = {name + "_ms": name for name in TIMES}
    return {
        named.get(name, name): value / 1000 if name in named and isinstance(value, (int, float)) else value
        for name, value in told.items()
    }


def call_options(told: Mapping[str, Any] | None) -> CallOptions | None:
    """Call options of a case."""
    return None if told is None else CallOptions(**options(told))


def check_requests(expected: list[Any], got: list[dict[str, Any]], secret_key: str) -> None:
    """The requests that reached the emulator are those of the case."""
    assert len(got) == len(expected), got
    for wanted, came in zip(expected, got, strict=True):
        assert (came["method"], came["path"]) == (wanted["method"], wanted["path"])
        if "query" in wanted:
            assert sorted(map(tuple, came["query"])) == sorted(map(tuple, wanted["query"]))
        headers = {name.lower(): value for name, value in came["headers"]}
        for name, value in wanted.get("headers", {}).items():
            # Null is for one that must not be there.
            assert headers.get(name) == (value and value.replace("$SECRET_KEY", secret_key)), name
        for name, value in wanted.get("header_contains", {}).items():
            assert value in headers.get(name, ""), name
        if "body" in wanted:
            assert (json.loads(came["body"]) if came["body"] else None) == wanted["body"]
        if "body_within" in wanted:
            check_within(wanted["body_within"], json.loads(came["body"]), "body")
        if "multipart" in wanted:
            check_form(wanted["multipart"], headers["content-type"], base64.b64decode(came["body_base64"]))


def check_form(expected: list[Any], content_type: str, body: bytes) -> None:
    """The parts of a multipart form."""
    boundary = content_type.split("boundary=")[1].strip('"').encode()
    first, *parts, last = (b"\r\n" + body).split(b"\r\n--" + boundary)
    assert (first, last) == (b"", b"--\r\n")
    assert len(parts) == len(expected)
    for wanted, part in zip(expected, parts, strict=True):
        head, content = part[2:].split(b"\r\n\r\n", 1)
        described = Message()
        for line in head.decode().split("\r\n"):
            name, value = line.split(":", 1)
            described[name] = value.strip()
        disposition = described.get_params(header="content-disposition", unquote=True) or []
        came: dict[str, str | None] = {name: value for name, value in disposition if name in ("name", "filename")}
        came["content_type"] = described.get("content-type")
        came["base64" if "base64" in wanted else "text"] = (
            base64.b64encode(content).decode() if "base64" in wanted else content.decode()
        )
        assert {name: came.get(name) for name in wanted} == wanted


def check_error(expected: Mapping[str, Any], error: ClerkError) -> None:
    """The error is the one the case names."""
    for name, value in expected.items():
        if name == "message_contains":
            assert value in str(error)
        elif name == "code":
            assert error.errors[0].code == value  # type: ignore[attr-defined]
        elif name == "param_name":
            assert error.errors[0].meta["param_name"] == value  # type: ignore[attr-defined]
        else:
            assert getattr(error, name, None) == value, (name, error)


def check_within(expected: Any, got: Any, where: str = "") -> None:
    """Every field of `expected` is in `got`, with the same value; objects within likewise."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name, value in expected.items():
            check_within(value, got.get(name), f"{where}.{name}")
    else:
        assert got == expected, where


def times(value: Any, now: int) -> Any:
    """`"now+5"` as seconds."""
    if isinstance(value, str):
        found = re.fullmatch(r"now([+-]\d+(?:\.\d+)?)?", value)
        if found is None:
            return value
        seconds = now // 1000 + float(found[1] or 0)
        return int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, list):
        return [times(item, now) for item in value]
    if isinstance(value, dict):
        return {name: times(item, now) for name, item in value.items()}
    return value


def make_token(told: Any, emulator: Emulator, now: int) -> str:
    """The token of a case."""
    if isinstance(told, str):
        return told
    told = told or {}
    assert set(told) <= {"header", "claims", "signed_by", "tamper"}, told
    signer = told.get("signed_by", "instance")
    token = emulator.mint_session_token(
        issued_at=now // 1000,
        header=told.get("header", {}),
        claims=times(told.get("claims", {}), now),
        key="other" if signer == "other" else "instance",
        tampered=told.get("tamper") == "payload",
    )
    return token.rpartition(".")[0] + "." if signer == "none" else token
