"""Options as the core takes them: JSON, without what is not set."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from .error import ArgumentError, ClerkError, ConfigError
from .kinds import is_mapping
from .omit import Omit

_TIMES = frozenset(
    {
        "attempt_timeout",
        "clock_skew",
        "connect_timeout",
        "keys_cooldown",
        "keys_timeout",
        "machine_cache",
        "retry_delay",
        "timeout",
        "tolerance",
    }
)


def encode_options(options: Mapping[str, Any], error: type[ArgumentError | ConfigError]) -> str:
    """An option object for the core: what is None is left out, seconds become milliseconds.

    Raises:
        ArgumentError, ConfigError: whichever is given, if an option has no such form.
    """
    told: dict[str, Any] = {}
    for name, value in options.items():
        if value is None or isinstance(value, Omit):
            continue
        if name in _TIMES:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
                raise _wrong(error, name, f"`{name}` must be a number of seconds of at least 0")
            told[f"{name}_ms"] = value * 1000
            continue
        try:
            _encode(value).encode()  # a lone surrogate has no UTF-8 form
        except (TypeError, ValueError, RecursionError) as cause:
            raise _wrong(error, name, f"`{name}` cannot be written as JSON: {cause}") from None
        told[name] = value
    return _encode(told)


def _wrong(error: type[ArgumentError | ConfigError], name: str, message: str) -> ClerkError:
    return ArgumentError(message, argument=name) if error is ArgumentError else ConfigError(message, option=name)


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if is_mapping(value):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")
