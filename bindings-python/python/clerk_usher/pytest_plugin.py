"""A plugin for pytest: the API on this machine, clean for every test. It comes with the package.

    def test_greeting(clerk, clerk_user, clerk_headers):
        answer = app.get("/greeting", headers=clerk_headers)
        assert answer.text == f"Hello {clerk_user.first_name}"

| fixture | what it is |
|---|---|
| `clerk_emulator` | the emulator: one a session (under xdist: a worker), as it was when it started for each test |
| `clerk`, `async_clerk` | clients of it |
| `clerk_user` | a user made for the test |
| `make_clerk_user(**fields)` | makes further ones |
| `clerk_token` | a session token of `clerk_user` |
| `make_clerk_token(user, org=…)` | makes further ones, also of members in an organization |
| `clerk_headers` | `{"Authorization": "Bearer …"}` with `clerk_token` |

In pytest's configuration `clerk_seed` says what ids are made of (default 1: the same in every run; empty: always
others). A test that uses none of these starts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from .client import AsyncClerk, Clerk
    from .models import Organization, User
    from .testing import Emulator

__all__: list[str] = []

_SEED = "clerk_seed"


class MakeClerkUser(Protocol):
    """What the fixture `make_clerk_user` is."""

    def __call__(self, **fields: Any) -> User:
        """Makes a user.

        Args:
            fields: As of `clerk.users.create`. Without anything to be known by the user has an email address of their
                own at `example.com`.

        Raises:
            ClerkError: as of `clerk.users.create`.
        """
        ...


class MakeClerkToken(Protocol):
    """What the fixture `make_clerk_token` is."""

    def __call__(
        self,
        user: User | str | None = None,
        *,
        org: Organization | str | None = None,
        expires_in_seconds: int = 3600,
        **options: Any,
    ) -> str:
        """Makes a session token, of a session that is there.

        Args:
            user: A user or the id of one. Default: `clerk_user`.
            org: The active organization, or its id or slug; the user must be a member. Default: none.
            expires_in_seconds: How long it holds.
            options: Further ones of `Emulator.mint_session_token`, such as `claims`.

        Raises:
            ValueError: there is no such user, or they are no member.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tells pytest of the plugin's configuration."""
    parser.addini(_SEED, "The seed of the clerk_emulator fixture; empty for none.", default="1")


@pytest.fixture(scope="session")
def _clerk_session_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    # Loaded here: a run that needs no emulator does not wait for it.
    from .testing import Emulator

    text = str(pytestconfig.getini(_SEED)).strip()
    try:
        seed = int(text) if text else None
    except ValueError:
        raise pytest.UsageError(f"{_SEED} must be an integer, not {text!r}") from None
    with Emulator(seed=seed) as emulator:
        yield emulator


@pytest.fixture
def clerk_emulator(_clerk_session_emulator: Emulator) -> Iterator[Emulator]:
    """An emulator of the API, as it was when it started; its clock runs."""
    _clerk_session_emulator.reset()
    _clerk_session_emulator.set_clock(None)
    yield _clerk_session_emulator
    _clerk_session_emulator.set_clock(None)


@pytest.fixture
def clerk(clerk_emulator: Emulator) -> Clerk:
    """A client of the emulator."""
    return clerk_emulator.clerk()


@pytest.fixture
def async_clerk(clerk_emulator: Emulator) -> AsyncClerk:
    """A client of the emulator, for asyncio."""
    return clerk_emulator.async_clerk()


@pytest.fixture
def make_clerk_user(clerk: Clerk) -> MakeClerkUser:
    """Makes users; see `MakeClerkUser`."""
    made = 0

    def make(**fields: Any) -> User:
        nonlocal made
        if not any(fields.get(name) for name in ("email_address", "phone_number", "username", "web3_wallet")):
            made += 1
            fields["email_address"] = [f"user{made}@example.com"]
        return clerk.users.create(**fields)

    return make


@pytest.fixture
def clerk_user(make_clerk_user: MakeClerkUser) -> User:
    """A user made for this test: Ada Lovelace, ada@example.com."""
    return make_clerk_user(email_address=["ada@example.com"], first_name="Ada", last_name="Lovelace")


@pytest.fixture
def make_clerk_token(clerk_emulator: Emulator, request: pytest.FixtureRequest) -> MakeClerkToken:
    """Makes session tokens; see `MakeClerkToken`."""

    def make(
        user: User | str | None = None,
        *,
        org: Organization | str | None = None,
        expires_in_seconds: int = 3600,
        **options: Any,
    ) -> str:
        of: User | str = request.getfixturevalue("clerk_user") if user is None else user
        browser = clerk_emulator.browser_sign_in(_id(of), org_id=None if org is None else _id(org))
        return clerk_emulator.mint_session_token(
            session_id=browser.session_id, expires_in_seconds=expires_in_seconds, **options
        )

    return make


@pytest.fixture
def clerk_token(make_clerk_token: MakeClerkToken) -> str:
    """A session token of `clerk_user`; it holds for an hour."""
    return make_clerk_token()


@pytest.fixture
def clerk_headers(clerk_token: str) -> dict[str, str]:
    """The headers of a request that `clerk_user` sends."""
    return {"Authorization": f"Bearer {clerk_token}"}


def _id(thing: User | Organization | str) -> str:
    return thing if isinstance(thing, str) else thing.id
