"""From the native module's threads to an asyncio loop.

A finished call is put into a queue by a thread that knows nothing of Python and never waits for the GIL. One byte on a
socket pair wakes the loop, and the loop's own thread takes the answers out and resolves its futures. Each loop has one
such queue, made at its first call. What a call asks of a transport of the host's comes the same way, and is answered in
a task of the loop.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from ._native import Ask, Completions, Task, fork_generation
from .lazy import loading

T = TypeVar("T")


class Begun(Generic[T]):
    """A call on its way: awaited once, or given up."""

    __slots__ = ("_future", "_give_up")

    def __init__(self, future: asyncio.Future[Any], give_up: Callable[[], None]) -> None:
        self._future = future
        self._give_up = give_up

    async def end(self) -> T:
        """Awaits its answer. Cancelling the awaiting task aborts the call."""
        try:
            end: T = await self._future
            return end
        finally:
            # Cancelled, or the loop is being torn down: whatever the reason, nobody waits for it any more.
            self._give_up()

    def abort(self) -> None:
        """Gives it up, unless it has ended."""
        self._give_up()
        if self._future.done() and not self._future.cancelled():
            self._future.exception()  # an error that nobody asks for is not worth a warning


class Answerer:
    """Has a transport answer what one call asks, in the context that the call was made in."""

    __slots__ = ("_context", "_future", "_loop", "_running", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop, task: Task[Any], future: asyncio.Future[Any]) -> None:
        self._loop = loop
        self._task = task
        self._future = future
        self._context = copy_context()
        self._running: asyncio.Task[None] | None = None

    def answer(self, ask: Ask) -> None:
        """Answers it, and not what was asked before: that has run out of time."""
        self.stop()
        self._running = self._context.run(self._loop.create_task, self._answer(ask))

    def stop(self) -> None:
        """Nobody waits for an answer any more."""
        if self._running is not None:
            self._running.cancel()

    async def _answer(self, ask: Ask) -> None:
        try:
            await _answer_soon(self._task, ask)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # It is the caller's; the call itself is given up by whoever awaits it.
            if not self._future.done():
                self._future.set_exception(_raisable(error))
            if not isinstance(error, Exception):
                raise


async def _answer_soon(task: Task[Any], ask: Ask) -> None:
    with loading:
        from .transport import answer_soon
    await answer_soon(task.transport, ask)


def _raisable(error: BaseException) -> BaseException:
    """No future takes a `StopIteration`, which is what `next()` raises for a script that has run out."""
    if not isinstance(error, StopIteration):
        return error
    told = RuntimeError("the transport raised StopIteration")
    told.__cause__ = error
    return told


class LoopBridge:
    """The queue of one loop, and the futures that wait for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.generation = fork_generation()
        self.completions = Completions()
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        self.answerers: dict[int, Answerer] = {}
        loop.add_reader(self.completions.fileno(), self._drain)

    def begin(self, loop: asyncio.AbstractEventLoop, start: Callable[[Completions | None], Task[T]]) -> Begun[T]:
        future: asyncio.Future[Any] = loop.create_future()
        task = start(self.completions)
        self.waiting[task.id] = future
        if task.transport is not None:
            self.answerers[task.id] = Answerer(loop, task, future)

        def give_up() -> None:
            if self.waiting.pop(task.id, None) is not None:
                task.abort()
                self._no_more_answers(task.id)

        return Begun(future, give_up)

    def _no_more_answers(self, task_id: int) -> None:
        answerer = self.answerers.pop(task_id, None)
        if answerer is not None:
            answerer.stop()

    def _drain(self) -> None:
        for task_id, answer, error in self.completions.drain():
            if type(answer) is Ask:
                if task_id in self.answerers:
                    self.answerers[task_id].answer(answer)
                continue
            if self.answerers:
                self._no_more_answers(task_id)
            future = self.waiting.pop(task_id, None)
            if future is None or future.done():
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(answer)


_bridges: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopBridge] = WeakKeyDictionary()
_lock = threading.Lock()


def begin(start: Callable[[Completions | None], Task[T]]) -> Begun[T]:
    """Starts a call on the running loop, to be awaited there."""
    loop = asyncio.get_running_loop()
    bridge = _bridge_of(loop)
    if bridge is None:
        return _begin_in_thread(loop, start)
    return bridge.begin(loop, start)


def _bridge_of(loop: asyncio.AbstractEventLoop) -> LoopBridge | None:
    bridge = _bridges.get(loop)
    # After a fork the socket pair is shared with the parent, and what is in the queue is the parent's.
    if bridge is not None and bridge.generation == fork_generation():
        return bridge
    try:
        bridge = LoopBridge(loop)
    except (NotImplementedError, OSError):
        return None  # this loop watches no descriptors, or this system has no socket pair to watch
    with _lock:
        _bridges[loop] = bridge
    return bridge


def _begin_in_thread(loop: asyncio.AbstractEventLoop, start: Callable[[Completions | None], Task[T]]) -> Begun[T]:
    task = start(None)
    future: asyncio.Future[T]
    if task.transport is None:
        future = loop.run_in_executor(None, task.wait)
    else:
        future = loop.create_task(_answering(loop, task))

    def give_up() -> None:
        task.abort()
        future.cancel()

    return Begun(future, give_up)


async def _answering(loop: asyncio.AbstractEventLoop, task: Task[T]) -> T:
    """The end of a call, whose transport answers on this loop."""
    while True:
        heard: T | Ask = await loop.run_in_executor(None, task.next)
        if not isinstance(heard, Ask):
            return heard
        try:
            await _answer_soon(task, heard)
        except StopIteration as error:
            raise _raisable(error) from error


def _after_fork() -> None:
    # A lock may have been held by a thread that the child does not have.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
