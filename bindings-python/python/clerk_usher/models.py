"""The models of the API: `from clerk_usher.models import User`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .generated.models import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        from .generated import models

        return getattr(models, name)

    def __dir__() -> list[str]:
        from .generated import models

        return models.__all__
