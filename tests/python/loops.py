"""Event loops that lack something."""

from __future__ import annotations

import asyncio
from typing import Any

from clerk_usher import bridge


class ProactorLike(asyncio.SelectorEventLoop):
    """A loop that cannot watch descriptors for callbacks."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:  # type: ignore[override]
        if getattr(callback, "__self__", None).__class__ is bridge.LoopBridge:
            asyncio.AbstractEventLoop.add_reader(self, fd, callback, *args)
        super().add_reader(fd, callback, *args)
