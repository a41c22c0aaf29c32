"""What to answer when a caller's proof of who they are is too old."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from .helper import run_helper

Reverification: TypeAlias = Literal["strict_mfa", "strict", "moderate", "lax"] | str | Mapping[str, Any]
"""How fresh a proof is asked for: a preset, or a mapping with `level` and `after_minutes`."""


class ReverificationError(NamedTuple):
    """The answer that asks a browser to verify its user again. Clerk's frontend SDKs understand it."""

    status: int
    """HTTP status: 403."""
    body: dict[str, Any]
    """The body, to be sent as JSON."""


def reverification_error(config: Reverification) -> ReverificationError:
    """The answer where `auth.has(reverification=config)` says no (R-403).

    Args:
        config: What was asked: `strict_mfa`, `strict`, `moderate`, `lax`, or a mapping with `level` (`first_factor`,
            `second_factor`, `multi_factor`) and `after_minutes`.

    Raises:
        ArgumentError: it is anything else.
    """
    return ReverificationError(**run_helper("reverification_error", config=config))
