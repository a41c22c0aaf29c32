"""`python -m clerk_usher` is the command `usher`."""

from __future__ import annotations

from .command import main

main()
