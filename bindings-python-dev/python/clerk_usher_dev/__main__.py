"""`python -m clerk_usher_dev` is the command `usher`."""

from __future__ import annotations

from .command import main

main()
