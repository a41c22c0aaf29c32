"""What the tests share: one emulator, as it was when it started, for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clerk_usher.testing import Emulator


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(seed=7) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the developer's own gets into a test."""
    import os

    for name in [name for name in os.environ if name.startswith("CLERK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def other() -> Iterator[Emulator]:
    with Emulator(seed=8) as emulator:
        yield emulator
