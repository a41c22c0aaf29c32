"""Runs every Python snippet of the README as printed, each against an emulator of its own.

A program of its own, so that it also runs where only the wheel is installed: `python readme_snippets.py [README]`.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from clerk_usher.testing import Emulator

README = Path(__file__).resolve().parents[2] / "README.md"


def snippets(readme: Path) -> list[str]:
    """The snippets marked `python`, in order."""
    return re.findall(r"^```python\n(.*?)^```", readme.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def run(code: str) -> None:
    """Runs one with the environment that an application would have."""
    with Emulator() as emulator:
        os.environ["CLERK_SECRET_KEY"] = emulator.secret_key
        os.environ["CLERK_PUBLISHABLE_KEY"] = emulator.publishable_key
        os.environ["CLERK_API_URL"] = emulator.url
        exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})


def main() -> None:
    """Runs all, and says how many."""
    found = snippets(Path(sys.argv[1]) if len(sys.argv) > 1 else README)
    if not found:
        raise SystemExit("the README has no Python snippets")
    for code in found:
        run(code)
    print(f"README, Python: {len(found)} passed, 0 failed")


if __name__ == "__main__":
    main()
