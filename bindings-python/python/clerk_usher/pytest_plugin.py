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
others), and `clerk_fixtures` names YAML files of users, organizations, settings and so on that every test begins with,
relative to the configuration's file:

    [pytest]
    clerk_fixtures = tests/clerk.yaml

A marker adds further ones for a test, a class or a module, relative to the folder of the test's file. They are loaded
after those of the configuration, the marker that is closest to the test last. With `only=True` nothing else is loaded
but what it names; without a file that is an instance with nothing in it:

    @pytest.mark.clerk_fixtures("billing.yaml")
    def test_invoice(clerk): ...

    @pytest.mark.clerk_fixtures(only=True)
    def test_first_user(clerk): ...

A test that uses none of these fixtures starts and loads nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import pytest

if TYPE_CHECKING:
    from .client import AsyncClerk, Clerk
    from .models import Organization, User
    from .testing import Emulator

__all__: list[str] = []

_SEED = "clerk_seed"
_FILES = "clerk_fixtures"


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
    parser.addini(_FILES, "YAML files that clerk_emulator begins each test with.", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Tells pytest of the marker."""
    marker = "clerk_fixtures(*files, only=False): YAML files, relative to the test's, that clerk_emulator begins with."
    config.addinivalue_line("markers", marker)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuses a configuration that no test could begin with."""
    _seed(session.config)
    for path in session.config.getini(_FILES):
        if not path.is_file():
            raise pytest.UsageError(f"{_FILES}: there is no file {path}")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuses markers that no test could begin with."""
    if hasattr(session.config, "workerinput"):
        return  # A worker of xdist cannot refuse a run: each test does.
    wrong: dict[str, str] = {}
    for item in session.items:
        if "clerk_emulator" in getattr(item, "fixturenames", ()):
            try:
                _files(item)
            except pytest.UsageError as error:
                wrong.setdefault(str(error), item.nodeid)
    if wrong:
        raise pytest.UsageError(*(f"{nodeid}: {text}" for text, nodeid in wrong.items()))


def _seed(config: pytest.Config) -> int | None:
    text = str(config.getini(_SEED)).strip()
    try:
        return int(text) if text else None
    except ValueError:
        raise pytest.UsageError(f"{_SEED} must be an integer, not {text!r}") from None


def _files(item: pytest.Item) -> list[Path]:
    """What a test begins with, in the order of loading."""
    marked: list[Path] = []
    for marker in item.iter_markers(_FILES):  # The closest first.
        if set(marker.kwargs) - {"only"} or not isinstance(marker.kwargs.get("only", False), bool):
            raise pytest.UsageError(f"the marker {_FILES} takes files and only=True, not {marker.kwargs!r}")
        if not all(isinstance(file, (str, os.PathLike)) for file in marker.args):
            raise pytest.UsageError(f"the marker {_FILES} takes paths of YAML files, not {marker.args!r}")
        files = [item.path.parent / file for file in marker.args]
        for path in files:
            if not path.is_file():
                raise pytest.UsageError(f"the marker {_FILES} names {path}, and there is no such file")
        marked = files + marked
        if marker.kwargs.get("only"):
            return marked
    return [*item.config.getini(_FILES), *marked]


@pytest.fixture(scope="session")
def _clerk_session_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    # Loaded here: a run that needs no emulator does not wait for it.
    from .testing import Emulator

    with Emulator(seed=_seed(request.config)) as emulator:
        wrong = _load(emulator, request.config.getini(_FILES))
        if wrong is not None:
            _give_up(request.session, wrong)
        yield emulator


def _load(emulator: Emulator, files: list[Path]) -> str | None:
    """Loads files; what is wrong with one, if something is."""
    try:
        for path in files:
            emulator.control("load_fixtures", path=str(path))
    except ValueError as error:
        return f"{_FILES}: {error}"
    return None


def _begin(emulator: Emulator, item: pytest.Item) -> str | None:
    try:
        files = _files(item)
    except pytest.UsageError as error:
        return str(error)
    return _load(emulator, files)


def _give_up(session: pytest.Session, text: str) -> NoReturn:
    """Ends the run: no test of it could begin."""
    if not hasattr(session.config, "workerinput"):
        pytest.exit(text, returncode=pytest.ExitCode.USAGE_ERROR)
    # That is how a worker of xdist has the others stop too.
    session.shouldstop = text
    pytest.fail(text, pytrace=False)


@pytest.fixture
def clerk_emulator(_clerk_session_emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An emulator of the API with nothing in it but the files of `clerk_fixtures`; its clock runs."""
    emulator = _clerk_session_emulator
    emulator.set_clock(None)
    emulator.reset()
    wrong = _begin(emulator, request.node)
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
    yield emulator
    emulator.set_clock(None)


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
