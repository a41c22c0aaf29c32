"""The door to the core's helpers: arguments by name, an answer of JSON."""

from __future__ import annotations

import json
from typing import Any

from ._native import run_helper as run_native
from .error import ArgumentError
from .option_json import encode_options


def told_options(**options: Any) -> str:
    """Options as the core's JSON; what is None is left out.

    Raises:
        ArgumentError: one has no JSON form.
    """
    return encode_options(options, ArgumentError)


def run_helper(helper: str, /, **arguments: Any) -> Any:
    """Runs a helper.

    Raises:
        ClerkError: whatever the helper says.
    """
    return json.loads(run_native(helper, told_options(**arguments)))


def text_of(value: object) -> str:
    """A text that the core can hold. A lone surrogate is in nothing that is valid, and what is no text is as good as
    none."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
