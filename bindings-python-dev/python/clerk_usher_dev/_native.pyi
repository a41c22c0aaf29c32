"""The native module. What is here is what Python sees of it; `mypy.stubtest` holds the two together."""

from typing import final

__all__ = [
    "NativeEmulator",
    "__version__",
    "after_fork_in_child",
    "run_command",
]

__version__: str

def after_fork_in_child() -> None:
    """To be called in the child after `fork`. It touches one atomic and nothing else."""

def run_command(arguments: list[str]) -> int:
    """Runs the command `usher` with these arguments, its name first, and returns its exit code. Until then it has
    SIGINT and SIGTERM for itself. Other threads go on meanwhile."""

@final
class NativeEmulator:
    """An emulator on a thread of its own. What it takes and gives is JSON."""

    def __new__(cls, options: str) -> NativeEmulator: ...
    def control(self, command: str, arguments: str) -> str:
        """Runs a command."""

    def stop(self) -> None:
        """Stops it and waits until it has."""
