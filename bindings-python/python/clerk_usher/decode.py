"""Looking into a token without asking whether it is genuine."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .error import TokenError
from .helper import run_helper, text_of


class RawParts(NamedTuple):
    """The three parts of a token as they were written."""

    header: str
    payload: str
    signature: str

    def __repr__(self) -> str:
        return f"RawParts({len('.'.join(self))} characters)"


@dataclass(frozen=True)
class UnverifiedToken:
    """What a token says of itself. **Nothing in it is verified**: anybody can write a token that says anything.

    It is for logs, tests and curiosity; to decide who is calling, use `verify_token` or `authenticate_request`.
    """

    header: dict[str, Any]
    """The header's fields."""
    payload: dict[str, Any] = field(repr=False)
    """The claims."""
    signature: bytes = field(repr=False)
    """The signature's bytes."""
    raw: RawParts = field(repr=False)
    """The three parts as they were written."""


def decode_token(token: str) -> UnverifiedToken:
    """Takes a JWT apart, **without verifying anything** (R-201 to R-203).

    Raises:
        TokenError: `token-invalid`: it is no JWT whose header and payload are JSON objects.
    """
    told = run_helper("decode_token", token=text_of(token))
    try:
        header, payload = json.loads(told["header"]), json.loads(told["payload"])
    except (RecursionError, ValueError) as cause:
        raise TokenError("The token holds more than Python can read", reason="token-invalid") from cause
    raw = RawParts(**told["raw"])
    bare = raw.signature.rstrip("=")
    return UnverifiedToken(header, payload, urlsafe_b64decode(bare + "=" * (-len(bare) % 4)), raw)
