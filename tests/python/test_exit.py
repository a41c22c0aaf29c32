"""A program that ends in the middle of calls ends well: code 0, a silent stderr, at once."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest
from child import complaints, run, start
from clerk_usher.testing import Emulator

TIMES = 8

PROGRAMS = {
    "after calls": """
        from clerk_usher import Clerk
        clerk = Clerk()
        for _ in range(3): clerk.users.count()
    """,
    "with calls in daemon threads": """
        import threading, time
        from clerk_usher import Clerk, ClerkError
        clerk = Clerk()
        clerk.sessions.list(user_id="user_1")
        for _ in range(6): threading.Thread(target=clerk.users.count, daemon=True).start()
        time.sleep(0.07)
    """,
    "with calls of a loop that is torn down": """
        import asyncio
        from clerk_usher import AsyncClerk
        async def main():
            clerk = AsyncClerk()
            tasks = [asyncio.create_task(clerk.users.count()) for _ in range(6)]
            await asyncio.sleep(0.05)
        asyncio.run(main())
    """,
    "with a loop in a daemon thread": """
        import asyncio, threading, time
        from clerk_usher import AsyncClerk
        async def main():
            clerk = AsyncClerk()
            while True: await clerk.users.count()
        threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
        time.sleep(0.15)
    """,
    "with a client in a module's globals and at exit": """
        import atexit
        from clerk_usher import Clerk
        clerk = Clerk()
        clerk.sessions.list(user_id="user_1")
        atexit.register(lambda: clerk.sessions.list(user_id="user_2"))
    """,
    "with an emulator that nobody stopped": """
        from clerk_usher.testing import Emulator
        emulator = Emulator()
        emulator.clerk().users.count()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_exit(emulator: Emulator, name: str) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=120)
    for _ in range(TIMES):
        run(PROGRAMS[name], emulator, timeout=20)


def test_ctrl_c_during_a_call(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=20_000)
    process = start(
        """
        import signal
        from clerk_usher import Clerk
        # Whoever started the tests in the background may have had it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        clerk = Clerk(timeout=60)
        print("go", flush=True)
        try:
            clerk.users.count()
        except KeyboardInterrupt:
            print("interrupted", len(clerk.sessions.list(user_id="user_1").page()))
        """,
        emulator,
    )
    out, err, seconds = interrupt(process)
    assert (process.returncode, out, complaints(err)) == (0, "interrupted 0\n", "")
    assert seconds < 2


def test_ctrl_c_during_an_awaited_call(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=20_000)
    process = start(
        """
        import asyncio
        import signal
        from clerk_usher import AsyncClerk
        signal.signal(signal.SIGINT, signal.default_int_handler)
        async def main():
            clerk = AsyncClerk(timeout=60)
            print("go", flush=True)
            await clerk.users.count()
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
        """,
        emulator,
    )
    out, err, seconds = interrupt(process)
    assert (process.returncode, out, complaints(err)) == (0, "interrupted\n", "")
    assert seconds < 2


def interrupt(process: subprocess.Popen[str]) -> tuple[str, str, float]:
    """Ctrl-C, once the program is in its call. Gives what it said and how long it took to end."""
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return out, err, time.monotonic() - began
