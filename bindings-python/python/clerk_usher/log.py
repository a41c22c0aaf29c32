"""The logger `clerk_usher`. `logging` is not cheap to import, so it is left to whoever wants to hear something."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from .lazy import loading

if TYPE_CHECKING:
    from logging import Logger

INFO: Final = 20
"""`logging.INFO`."""


def logger() -> Logger:
    """The logger, for what has to be heard."""
    with loading:
        import logging
    return logging.getLogger("clerk_usher")


def listening() -> Logger | None:
    """The logger, for what only those hear who asked for it: None where nobody has imported `logging`."""
    # Nor is it imported here: its locks would not be ready for a fork that another thread has begun.
    found: Any = getattr(sys.modules.get("logging"), "getLogger", None)
    if found is None:
        return None
    log: Logger = found("clerk_usher")
    return log
