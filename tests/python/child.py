"""Runs a program in a Python of its own, as a user would: keys by the environment, output watched."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

from clerk_usher.testing import Emulator


def environment(emulator: Emulator | None) -> dict[str, str]:
    """Variables for a program that uses this emulator."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    # What this process can import, the program can too.
    variables["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    if emulator is not None:
        variables |= {
            "CLERK_SECRET_KEY": emulator.secret_key,
            "CLERK_PUBLISHABLE_KEY": emulator.publishable_key,
            "CLERK_API_URL": emulator.url,
        }
    return variables


def start(program: str, emulator: Emulator | None = None, **more: str) -> subprocess.Popen[str]:
    """Starts a program."""
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(program)],
        env={**environment(emulator), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def complaints(stderr: str) -> str:
    """What a program complained of. That a step of a loop took long is news of a busy machine, which asyncio tells in
    its debug mode."""
    lines = stderr.splitlines(keepends=True)
    slow = [line.startswith("Executing <") and line.rstrip().endswith(" seconds") for line in lines]
    return "".join(line for line, was_slow in zip(lines, slow, strict=True) if not was_slow)


def run(program: str, emulator: Emulator | None = None, timeout: float = 60, **more: str) -> str:
    """Runs a program: it must end with code 0 and a silent stderr. Gives what it printed."""
    with start(program, emulator, **more) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"the program hangs; it said {out!r} and {err!r}") from None
    assert (process.returncode, complaints(err)) == (0, ""), (process.returncode, out, err)
    return out
