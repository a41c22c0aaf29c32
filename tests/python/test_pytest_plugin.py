"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = [str(ROOT / folder / "python") for folder in ("bindings-python", "bindings-python-dev")]


def _installed(folder: Path) -> None:
    """What an installer would leave: pytest finds the plugin by it alone."""
    # Python 3.10 has no reader of TOML; the lines are those of an `entry_points.txt` but for their quotes.
    _, after = (ROOT / "bindings-python-dev/pyproject.toml").read_text().split("[project.entry-points.pytest11]\n")
    lines = after.split("\n\n")[0].replace('"', "")
    info = folder / "clerk_usher_dev-0.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clerk-usher-dev\nVersion: 0.0.0\n")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{lines}\n")


def _run(folder: Path, tests: str, *arguments: str, ini: str = "", code: int = 0) -> str:
    """Runs pytest on these tests, which must end with this code; what it printed."""
    _installed(folder / "site")
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}")
    path = os.pathsep.join([*PACKAGES, str(folder / "site"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "CLERK_SECRET_KEY": "sk_test_of_the_developer"}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--strict-markers", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


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
    out = _run(tmp_path, "def test_it(clerk): ...\n", ini="clerk_seed = seven\n", code=pytest.ExitCode.USAGE_ERROR)
    assert "ERROR: clerk_seed must be an integer, not 'seven'" in out


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


BASE = "users:\n  - { id: user_ann, username: ann_1 }\n"
MORE = """
users: [{ username: bob_1 }]
organizations: [{ name: Acme, slug: acme, members: [ann_1] }]
instance: { restrictions: { allowlist: true } }
"""
BAD = "users:\n  - username: eve_1\n  - username: eve_2\n    hair: red\n"
TOLD = "line 4: users[1].hair: hair is not a valid parameter"
NAMES = """
import pytest

def names(clerk):
    return sorted(user.username for user in clerk.users.list())

"""


def _files(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_every_test_begins_with_the_configured_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    _files(tmp_path / "data", base=BASE, more=MORE)
    tests = (
        NAMES
        + """
@pytest.mark.parametrize("time", [1, 2])
def test_it(time, clerk, clerk_emulator, make_clerk_token):
    assert names(clerk) == ["ann_1", "bob_1"]
    assert clerk.verify_token(make_clerk_token("user_ann", org="acme"))["o"]["slg"] == "acme"
    assert clerk_emulator.requests()[0]["path"] == "/v1/users"
    clerk.users.delete("user_ann")
    print("ID", names(clerk), [user.id for user in clerk.users.list()])
"""
    )
    out = _run(tmp_path, tests, ini="clerk_fixtures = data/base.yaml data/more.yaml\n")
    told = [line.split("ID ")[1] for line in out.splitlines() if "ID " in line]
    assert len(told) == 2
    assert told[0] == told[1], "with the same ids"


def test_markers_add_files_the_closest_last(tmp_path: Path) -> None:
    one, two, three = (
        f"users: [{{ username: {name} }}]\ninstance: {{ support_email: {name}@x.de }}\n"
        for name in ("mod_1", "cls_1", "fun_1")
    )
    _files(tmp_path, base=BASE, one=one, two=two, three=three)
    tests = (
        NAMES
        + """
pytestmark = pytest.mark.clerk_fixtures("one.yaml")

def test_module(clerk):
    assert names(clerk) == ["ann_1", "mod_1"]

@pytest.mark.clerk_fixtures("two.yaml")
class TestIt:
    def test_class(self, clerk):
        assert names(clerk) == ["ann_1", "cls_1", "mod_1"]

    @pytest.mark.clerk_fixtures("three.yaml")
    def test_function(self, clerk, clerk_emulator):
        assert names(clerk) == ["ann_1", "cls_1", "fun_1", "mod_1"]
        rows = clerk_emulator.control("export")["tables"]["instance"]
        assert "fun_1@x.de" in str(rows), "the last one to be loaded"

    @pytest.mark.clerk_fixtures("three.yaml", only=True)
    def test_only(self, clerk):
        assert names(clerk) == ["fun_1"]

@pytest.mark.clerk_fixtures(only=True)
def test_nothing(clerk):
    assert names(clerk) == []
"""
    )
    _run(tmp_path, tests, ini="clerk_fixtures = base.yaml\n")


def test_markers_are_relative_to_the_file_of_the_test(tmp_path: Path) -> None:
    _files(tmp_path / "deep", own=BASE)
    (tmp_path / "deep" / "test_deep.py").write_text(
        NAMES
        + """
@pytest.mark.clerk_fixtures("own.yaml")
def test_it(clerk):
    assert names(clerk) == ["ann_1"]
"""
    )
    _run(tmp_path, "def test_here(clerk): ...\n")


def test_the_marker_is_told(tmp_path: Path) -> None:
    assert "@pytest.mark.clerk_fixtures(*files, only=False):" in _run(tmp_path, "", "--markers")


MANY = """
import pytest

@pytest.mark.parametrize("number", range(50))
def test_it(number, clerk): ...
"""


def test_a_configured_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    out = _run(tmp_path, MANY, ini="clerk_fixtures = gone.yaml\n", code=pytest.ExitCode.USAGE_ERROR)
    assert out.count(f"ERROR: clerk_fixtures: there is no file {tmp_path / 'gone.yaml'}") == 1
    assert "Traceback" not in out


def test_a_configured_file_that_is_wrong_ends_the_run_at_once(tmp_path: Path) -> None:
    _files(tmp_path, bad=BAD)
    out = _run(tmp_path, MANY, ini="clerk_fixtures = bad.yaml\n", code=pytest.ExitCode.USAGE_ERROR)
    assert out.count(f"clerk_fixtures: {tmp_path / 'bad.yaml'} {TOLD}") == 1
    assert "no tests ran" in out


def test_a_configured_file_that_is_wrong_ends_a_run_of_xdist(tmp_path: Path) -> None:
    _files(tmp_path, bad=BAD)
    ini = "clerk_fixtures = bad.yaml\n"
    out = _run(tmp_path, MANY, "-n", "2", ini=ini, code=pytest.ExitCode.INTERRUPTED)
    assert f"Interrupted: clerk_fixtures: {tmp_path / 'bad.yaml'} {TOLD}" in out
    assert "passed" not in out


def test_a_configured_file_does_not_matter_to_a_run_without_an_emulator(tmp_path: Path) -> None:
    _files(tmp_path, bad=BAD)
    _run(tmp_path, "def test_it(): ...\n", ini="clerk_fixtures = bad.yaml\n")


def test_markers_that_no_test_could_begin_with_are_usage_errors(tmp_path: Path) -> None:
    tests = (
        """
import pytest

pytestmark = pytest.mark.clerk_fixtures("gone.yaml")
"""
        + MANY
        + """
@pytest.mark.clerk_fixtures(5, only=True)
def test_number(clerk): ...

@pytest.mark.clerk_fixtures(file="x.yaml", only=True)
def test_name(clerk): ...

@pytest.mark.clerk_fixtures("other.yaml")
def test_without(): ...
"""
    )
    out = _run(tmp_path, tests, code=pytest.ExitCode.USAGE_ERROR)
    gone = f"test_it[0]: the marker clerk_fixtures names {tmp_path / 'gone.yaml'}, and there is no such file"
    assert gone in out
    assert out.count("gone.yaml") == 1, "the same one once"
    assert "test_number: the marker clerk_fixtures takes paths of YAML files, not (5,)" in out
    assert "test_name: the marker clerk_fixtures takes files and only=True, not {'file': 'x.yaml'" in out
    assert "other.yaml" not in out, "nothing is loaded for it"


def test_a_marked_file_that_is_wrong_fails_its_test_alone(tmp_path: Path) -> None:
    _files(tmp_path, bad=BAD, base=BASE)
    tests = (
        NAMES
        + """
@pytest.mark.clerk_fixtures("bad.yaml")
def test_one(clerk): ...

def test_other(clerk):
    assert names(clerk) == ["ann_1"]
"""
    )
    out = _run(tmp_path, tests, ini="clerk_fixtures = base.yaml\n", code=pytest.ExitCode.TESTS_FAILED)
    assert "1 passed, 1 error" in out
    assert f"clerk_fixtures: {tmp_path / 'bad.yaml'} {TOLD}" in out
    assert "Traceback" not in out
    assert "During handling" not in out


def test_workers_of_xdist_tell_of_a_marker(tmp_path: Path) -> None:
    tests = """
import pytest

@pytest.mark.clerk_fixtures("gone.yaml")
def test_one(clerk): ...
"""
    out = _run(tmp_path, tests, "-n", "2", code=pytest.ExitCode.TESTS_FAILED)
    assert f"the marker clerk_fixtures names {tmp_path / 'gone.yaml'}, and there is no such file" in out
