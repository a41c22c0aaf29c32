"""Our verdict on every token case beside the official Python SDK's.

A difference is explained by a rule in `tests/conformance/peers_python.json`, or it fails; so does an explanation that
nothing needs.
"""

from __future__ import annotations

import datetime
import gc
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jwt.api_jwt
import pytest
from cases import FOLDER, Case, load, make_token, options
from clerk_backend_api.security import VerifyTokenOptions, verify_token
from clerk_backend_api.security.types import TokenVerificationError
from clerk_usher import Clerk, ClerkError
from clerk_usher.testing import Emulator, ManualClock

DIFFERENCES: list[dict[str, str]] = json.loads((FOLDER / "peers_python.json").read_text("utf-8"))["differences"]
EXPLAINED = {one["case"]: one for one in DIFFERENCES}
CASES = load("token")

# It leaves connections open.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module", autouse=True)
def no_litter() -> Iterator[None]:
    """What it left open is not blamed on a later test."""
    yield
    gc.collect()


def verdict(run: Callable[[], Any]) -> str:
    """`ok`, the reason, or `raises` where it is no verification error."""
    try:
        run()
    except TokenVerificationError as error:
        return str(error.reason.value[0])
    except ClerkError as error:
        return str(getattr(error, "reason", None) or error.kind)
    except Exception:
        return "raises"
    return "ok"


def theirs(token: str, told: dict[str, Any], **keys: Any) -> str:
    settings: dict[str, Any] = {
        {"clock_skew_ms": "clock_skew_in_ms"}.get(name, name): value
        for name, value in told.items()
        if name in ("audience", "authorized_parties", "clock_skew_ms")
    }
    return verdict(lambda: verify_token(token, VerifyTokenOptions(**keys, **settings)))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdict(emulator: Emulator, other: Emulator, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    now = case["now"]

    class Then(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Then:
            return cls.fromtimestamp(now / 1000, tz)

    told = case.get("key", "instance")
    key = {"instance": emulator.jwt_key, "other": other.jwt_key, "none": None}.get(told, told)
    token = make_token(case["token"], emulator, now)
    settings = case.get("options", {})
    our_settings: dict[str, Any] = {"publishable_key": emulator.publishable_key, "environment": {}, "jwt_key": key}
    our_verdict = verdict(
        lambda: Clerk(**our_settings, clock=ManualClock(now)).verify_token(token, **options(settings))
    )
    monkeypatch.setattr(jwt.api_jwt, "datetime", Then)
    their_verdict = theirs(token, settings, jwt_key=key, api_url=emulator.url)
    found = {"ours": our_verdict, "theirs": their_verdict}
    explained = EXPLAINED.get(case["name"])
    if explained is None:
        assert our_verdict == their_verdict, "unexplained: " + json.dumps({"case": case["name"], **found})
    else:
        assert our_verdict != their_verdict, "explained, and yet the same"
        assert found == {"ours": explained["ours"], "theirs": explained["theirs"]}, explained["rule"]


def test_every_explanation_is_needed() -> None:
    assert len(EXPLAINED) == len(DIFFERENCES)
    assert set(EXPLAINED) <= {case["name"] for case in CASES}
    assert all(re.match(r"[DR]-?\d", one["rule"]) for one in DIFFERENCES)
