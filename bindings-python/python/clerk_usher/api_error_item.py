"""What the API says is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ApiErrorItem:
    """One entry of an API error's list."""

    code: str
    """A code to program against, such as `resource_not_found`."""
    message: str
    """A sentence for developers."""
    long_message: str | None = None
    """A longer sentence, for users."""
    meta: Mapping[str, Any] | None = field(default=None)
    """More, such as `param_name`."""
