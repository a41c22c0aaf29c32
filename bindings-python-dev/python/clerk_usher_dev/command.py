"""The command `usher`: all of it is native."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command with the arguments of this process, and ends with its exit code."""
    # Not Python's own handler, which waits for Python code to run: the command ends at once, with exit code 130.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ._native import run_command

    sys.exit(run_command(["usher", *sys.argv[1:]]))
