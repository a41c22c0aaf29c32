"""`python -m clerk_usher` is the command `usher`, where `clerk-usher-dev` is installed."""

from __future__ import annotations

import sys

from .dev import MISSING

try:
    from clerk_usher_dev.command import main
except ModuleNotFoundError:
    sys.exit(f"The command usher {MISSING}")

main()
