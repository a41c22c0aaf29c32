"""Marks what is on its way out, for type checkers and at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
else:
    import functools
    import warnings

    def deprecated(message):
        """Warns whoever calls it, on the caller's line."""

        def mark(function):
            @functools.wraps(function)
            def warning(*args, **kwargs):
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                return function(*args, **kwargs)

            return warning

        return mark
