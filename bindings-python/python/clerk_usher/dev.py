"""The other package, which only development has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._native import __version__
from .lazy import loading

if TYPE_CHECKING:
    from clerk_usher_dev._native import NativeEmulator

MISSING = f"comes with the package clerk-usher-dev: pip install 'clerk-usher-dev=={__version__}'"


def start_emulator(options: str) -> NativeEmulator:
    """Starts an emulator; options are JSON.

    Raises:
        ModuleNotFoundError: `clerk-usher-dev` is not installed.
        ImportError: it is of another version.
        ValueError: an option is wrong.
    """
    with loading:
        try:
            import clerk_usher_dev
        except ModuleNotFoundError as missing:
            if missing.name != "clerk_usher_dev":
                raise
            raise ModuleNotFoundError(f"The emulator {MISSING}", name="clerk_usher_dev") from None
    if clerk_usher_dev.__version__ != __version__:
        theirs = f"clerk-usher-dev is {clerk_usher_dev.__version__} and clerk-usher {__version__}"
        raise ImportError(f"{theirs}: install the same version of both")
    from clerk_usher_dev._native import NativeEmulator

    return NativeEmulator(options)
