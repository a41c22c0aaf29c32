"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "bindings-python/python"


def _installed(folder: Path) -> None:
    """What an installer would leave: pytest finds the plugin by it alone."""
    # Python 3.10 has no reader of TOML; the lines are those of an `entry_points.txt` but for their quotes.
    _, after = (ROOT / "pyproject.toml").read_text().split("[project.entry-points.pytest11]\n")
    lines = after.split("\n\n")[0].replace('"', "")
    info = folder / "clerk_usher-0.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clerk-usher\nVersion: 0.0.0\n")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{lines}\n")


def _run(folder: Path, tests: str, *arguments: str, ini: str = "") -> str:
    """Runs pytest on these tests, which must pass; what it printed."""
    _installed(folder / "site")
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}")
    path = os.pathsep.join([str(PACKAGE), str(folder / "site"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "CLERK_SECRET_KEY": "sk_test_of_the_developer"}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_test_begins_with_a_clean_instance(tmp_path: Path) -> None:
    out = _run(
        tmp_path,
        """
import pytest

@pytest.mark.parametrize("time", [1, 2])
def test_one(time, clerk, clerk_emulator, make_clerk_user):
    assert clerk.users.count().total_count == 0
    assert clerk_emulator.requests()[:-1] == []
    user = make_clerk_user(first_name="Bob")
    other = make_clerk_user(username="carol")
    assert user.email_addresses[0].email_address == "user1@example.com" and other.email_addresses == []
    clerk_emulator.add_fault(status=500)
    clerk_emulator.set_clock(0)
    print("ID", user.id, clerk_emulator.url)
""",
    )
    told = [line.split("ID ")[1] for line in out.splitlines() if "ID " in line]
    assert len(told) == 2
    assert told[0] == told[1], "one emulator, and the same ids by the same seed"


def test_the_token_is_of_the_user(tmp_path: Path) -> None:
    _run(
        tmp_path,
        """
import asyncio

def test_headers(clerk, clerk_user, clerk_token, clerk_headers):
    assert clerk_user.first_name == "Ada"
    assert clerk_headers == {"Authorization": f"Bearer {clerk_token}"}
    claims = clerk.verify_token(clerk_token)
    assert claims.sub == clerk_user.id
    assert clerk.sessions.get(claims.sid).user_id == clerk_user.id

def test_async(async_clerk, clerk_user):
    async def names():
        return [user.id async for user in async_clerk.users.list()]
    assert asyncio.run(names()) == [clerk_user.id]

def test_members(clerk, clerk_user, make_clerk_user, make_clerk_token):
    acme = clerk.organizations.create(name="Acme", created_by=clerk_user.id)
    claims = clerk.verify_token(make_clerk_token(org=acme))
    assert claims.sub == clerk_user.id and claims["o"]["rol"] == "admin"
    bob = make_clerk_user()
    clerk.organization_memberships.create(acme.id, user_id=bob.id, role="org:member")
    token = make_clerk_token(bob, org=acme.id, claims={"plan": "pro"})
    claims = clerk.verify_token(token)
    assert (claims.sub, claims["o"]["rol"], claims["plan"]) == (bob.id, "member", "pro")
""",
    )


def test_a_run_that_uses_none_of_it_starts_nothing(tmp_path: Path) -> None:
    _run(
        tmp_path,
        """
import sys
import threading

def test_nothing():
    assert "clerk_usher.pytest_plugin" in sys.modules
    loaded = {"clerk_usher._native", "clerk_usher.testing", "clerk_usher.client"} & set(sys.modules)
    assert not loaded
    assert threading.active_count() == 1
""",
    )


def test_the_seed_is_configured(tmp_path: Path) -> None:
    tests = """
def test_it(clerk_user):
    print("ID", clerk_user.id)
"""

    def made(name: str, ini: str) -> str:
        out = _run(tmp_path / name, tests, ini=ini)
        return next(line.split("ID ")[1] for line in out.splitlines() if "ID " in line)

    assert made("default", "") == made("one", "clerk_seed = 1\n") != made("two", "clerk_seed = 2\n")
    assert made("none", "clerk_seed =\n") != made("again", "clerk_seed =\n")


def test_a_seed_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="clerk_seed must be an integer, not 'seven'"):
        _run(tmp_path, "def test_it(clerk): ...\n", ini="clerk_seed = seven\n")


def test_each_worker_of_xdist_has_its_own(tmp_path: Path) -> None:
    _run(
        tmp_path,
        """
import os
import pathlib
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number, clerk, clerk_emulator, worker_id):
    assert clerk.users.count().total_count == 0
    clerk.users.create(username=f"user{number}")
    place = pathlib.Path(__file__).with_name(f"{worker_id}.{number}.url")
    place.write_text(clerk_emulator.url)
""",
        "-n",
        "2",
        "--dist",
        "each",
    )
    urls: dict[str, set[str]] = {}
    for place in tmp_path.glob("*.url"):
        urls.setdefault(place.name.split(".")[0], set()).add(place.read_text())
    assert len(urls) == 2
    assert all(len(of_worker) == 1 for of_worker in urls.values())
    assert len(set.union(*urls.values())) == 2
