"""What an application of clerk-usher is developed with: the emulator behind `clerk_usher.testing`, and `usher`.

There is nothing here to import: `from clerk_usher.testing import Emulator`.
"""

from __future__ import annotations

import os

from ._native import __version__ as __version__
from ._native import after_fork_in_child

# A child has none of its parent's threads. The handler touches one atomic.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork_in_child)
