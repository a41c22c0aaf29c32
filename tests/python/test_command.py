"""The command `usher`, as the package brings it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clerk_usher
import clerk_usher_dev
import pytest

COMMAND = [sys.executable, "-m", "clerk_usher_dev"]
ROOT = Path(__file__).parents[2]
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl"


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], input=given, capture_output=True, text=True, env=environment(), check=False
    )


@contextmanager
def dev() -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    with subprocess.Popen(
        [*COMMAND, "dev", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_version() -> None:
    ran = run("--version")
    assert (ran.returncode, ran.stdout) == (0, f"usher {clerk_usher.__version__}\n")


def test_token_decode() -> None:
    for ran in (run("token", "decode", TOKEN, "--json"), run("token", "decode", "-", "--json", given=TOKEN)):
        assert ran.returncode == 0
        assert json.loads(ran.stdout) == {
            "verified": False,
            "header": {"alg": "RS256"},
            "payload": {"sub": "user_1"},
        }
    assert run("token", "decode", "no token").returncode == 1
    assert run("token").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_dev_answers_until_it_is_interrupted() -> None:
    with dev() as (process, told):
        request = urllib.request.Request(told["url"] + "/v1/users/count")
        request.add_header("Authorization", "Bearer " + told["secret_key"])
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["total_count"] == 0
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_an_interrupt_ends_it_while_it_listens() -> None:
    with subprocess.Popen(
        [*COMMAND, "webhook", "listen", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {"CLERK_WEBHOOK_SIGNING_SECRET": "whsec_YW4gZW5kcG9pbnQgaGFzIGEgc2VjcmV0"},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [*COMMAND, "api", "--list"], stdout=write, stderr=subprocess.PIPE, text=True, env=environment(), check=False
    )
    os.close(write)
    assert (ran.returncode, ran.stderr) == (141, "")


def test_the_package_for_production_does_not_load_it() -> None:
    script = "import sys, clerk_usher.testing; clerk_usher.Clerk; print('clerk_usher_dev' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_the_package_for_production_starts_it_too_where_it_is() -> None:
    ran = subprocess.run([sys.executable, "-m", "clerk_usher", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"usher {clerk_usher.__version__}\n"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (["-m", "clerk_usher"], "The command usher comes with the package clerk-usher-dev: pip install "),
        (["-c", "from clerk_usher.testing import Emulator; Emulator()"], "The emulator comes with the package clerk-"),
    ],
)
def test_without_the_package_for_development(what: list[str], told: str) -> None:
    production = str(Path(clerk_usher.__file__).parents[1])
    environment = {"PYTHONPATH": production, "PATH": os.environ["PATH"]}
    ran = subprocess.run([sys.executable, *what], capture_output=True, text=True, check=False, env=environment)
    assert (ran.returncode, told in ran.stderr) == (1, True), ran.stderr


def test_the_packages_are_of_one_version() -> None:
    for folder in (".", "bindings-python-dev"):
        text = (ROOT / folder / "pyproject.toml").read_text()
        assert f'=={clerk_usher.__version__}"]' in text
    assert clerk_usher_dev.__version__ == clerk_usher.__version__
