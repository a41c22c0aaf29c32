"""Importing starts nothing (law 8), and is quick."""

from __future__ import annotations

import sys

import pytest
from child import run
from clerk_usher.testing import Emulator

COUNT = """
import os
def count():
    return sorted(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
@pytest.mark.parametrize(
    "what",
    [
        "import clerk_usher",
        "import clerk_usher.models, clerk_usher.testing, clerk_usher.client",
        "from clerk_usher import Clerk, AsyncClerk; c = Clerk(), AsyncClerk(); c[0].users, c[1].users",
        "from clerk_usher import Clerk; Clerk().with_options(timeout=1); Clerk().users.list(limit=3)",
        "from clerk_usher import Clerk, TokenError\ntry: Clerk().verify_token('no token')\nexcept TokenError: pass",
        "from clerk_usher import Clerk\nassert Clerk().authenticate_request({}).status == 'signed-out'",
    ],
)
def test_opens_no_thread_socket_or_descriptor(emulator: Emulator, what: str) -> None:
    before_and_after = f"{COUNT}\nbefore = count()\n{what}\nafter = count()\nassert before == after, (before, after)"
    run(before_and_after, emulator)
    assert emulator.requests() == []


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_verifying_with_a_key_opens_nothing(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    out = run(
        f"""{COUNT}
import os
from clerk_usher import Clerk
clerk = Clerk()
before = count()
print(clerk.verify_token(os.environ["TOKEN"]).sub)
assert clerk.authenticate_request({{"authorization": "Bearer " + os.environ["TOKEN"]}}).auth.user_id == "user_1"
assert count() == before
""",
        emulator,
        TOKEN=token,
        CLERK_JWT_KEY=emulator.jwt_key,
    )
    assert out == "user_1\n"
    assert emulator.requests() == []


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
@pytest.mark.parametrize(
    "call",
    [
        "Clerk('sk_test_x').users.list(limit=501).page()",
        "next(iter(Clerk('sk_test_x').users.list(limit=501)))",
        "Clerk('sk_test_x').users.get('user_1/..')",
        "asyncio.run(awaited(AsyncClerk('sk_test_x').users.list(limit=501)))",
        "asyncio.run(awaited(AsyncClerk('sk_test_x').users.get('user_1/..')))",
    ],
)
def test_a_refused_call_starts_no_thread(call: str) -> None:
    run(f"""
        import asyncio, os
        from clerk_usher import ArgumentError, AsyncClerk, Clerk
        async def awaited(call):
            return await call
        try:
            {call}
        except ArgumentError as error:
            assert error.argument in ("limit", "user_id")
        else:
            raise AssertionError("it was not refused")
        assert len(os.listdir("/proc/self/task")) == 1
    """)


def test_import_leaves_the_heavy_parts_out() -> None:
    run("""
        import sys
        import clerk_usher
        late = {"asyncio", "clerk_usher._native", "clerk_usher.client", "clerk_usher.generated.models.users"}
        assert not late & set(sys.modules), late & set(sys.modules)
        clerk_usher.Clerk("sk_test_1", environment={}).users
        late = {"asyncio", "clerk_usher.generated.resources.sessions", "clerk_usher.testing"}
        assert not late & set(sys.modules), late & set(sys.modules)
    """)


def test_a_first_client_brings_little_along() -> None:
    run("""
        import sys
        before = set(sys.modules)
        from clerk_usher import Clerk
        Clerk("sk_test_1", environment={})
        brought = set(sys.modules) - before
        heavy = {"asyncio", "dataclasses", "datetime", "inspect", "logging", "platform", "threading", "urllib.parse"}
        assert not heavy & brought, heavy & brought
        late = {"clerk_usher." + name for name in ("call", "file", "model", "options", "page")}
        assert not late & brought, late & brought
    """)


def test_a_client_without_logging_logs_when_somebody_listens(emulator: Emulator) -> None:
    out = run(
        """
        import sys
        from clerk_usher import Clerk
        clerk = Clerk()
        clerk.users.count()
        assert "logging" not in sys.modules
        import logging
        logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s %(levelname)s")
        clerk.users.count()
        """,
        emulator,
    )
    assert out == "clerk_usher DEBUG\n" * 2


def test_everything_promised_is_there() -> None:
    run("""
        import clerk_usher, clerk_usher.models
        for module in (clerk_usher, clerk_usher.models):
            for name in dir(module):
                getattr(module, name)
        assert set(clerk_usher.__all__) <= set(dir(clerk_usher))
        try:
            clerk_usher.no_such_name
        except AttributeError as error:
            assert "no_such_name" in str(error)
        else:
            raise AssertionError
    """)
