"""Keys as Python has them: two instances, every form of a local key, and what is said of unsafe settings."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from clerk_usher import Clerk, ConfigError, TokenError
from clerk_usher.testing import Emulator


@pytest.fixture(scope="module")
def twin() -> Iterator[Emulator]:
    """Another instance whose key has the same id as that of `one`."""
    with Emulator(seed=32, instance_id="ins_same") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def one() -> Iterator[Emulator]:
    with Emulator(seed=31, instance_id="ins_same") as emulator:
        yield emulator


def test_keys_of_two_instances_never_verify_each_others_tokens(one: Emulator, twin: Emulator) -> None:
    first, second = one.mint_session_token(user_id="user_1"), twin.mint_session_token(user_id="user_2")
    sides = [(one.clerk(), first, second), (twin.clerk(), second, first)]
    for _ in range(2):
        for clerk, own, foreign in sides:
            assert clerk.verify_token(own).sub.startswith("user_")
            with pytest.raises(TokenError) as refused:
                clerk.verify_token(foreign)
            assert refused.value.reason == "token-invalid-signature"
    assert [len(emulator.requests()) for emulator in (one, twin)] == [1, 1]


def body(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-"))


def jwk(pem: str) -> str:
    # The modulus lies at a fixed place in the SPKI form of an RSA-2048 key whose exponent is 65537.
    modulus = base64.b64decode(body(pem))[33 : 33 + 256]
    return json.dumps({"kty": "RSA", "e": "AQAB", "n": base64.urlsafe_b64encode(modulus).decode().rstrip("=")})


FORMS: dict[str, Callable[[str], str]] = {
    "real line breaks": str,
    "Windows line breaks": lambda pem: pem.replace("\n", "\r\n"),
    "line breaks written out": lambda pem: pem.replace("\n", "\\n"),
    "no line breaks": lambda pem: pem.replace("\n", ""),
    "bare base64": body,
    "a JWK": jwk,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_local_key_in_every_form(emulator: Emulator, form: str) -> None:
    clerk = Clerk(jwt_key=FORMS[form](emulator.jwt_key), environment={})
    assert clerk.verify_token(emulator.mint_session_token(user_id="user_1")).sub == "user_1"
    assert emulator.requests() == []


@pytest.mark.parametrize("key", ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "sk_test_1", "{}"])
def test_what_is_no_local_key_fails_when_the_client_is_made(key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Clerk(jwt_key=key, environment={})
    assert refused.value.option == "jwt_key"


PROGRAM = """
import logging
from clerk_usher.testing import Emulator
seen = []
class Keep(logging.Handler):
    def emit(self, record):
        seen.append(record.getMessage())
logging.getLogger("clerk_usher").addHandler(Keep(logging.WARNING))
with Emulator() as emulator:
    clerk = emulator.clerk(jwt_key=emulator.jwt_key, publishable_key="pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
    token = emulator.mint_session_token(
        user_id="user_1", session_id="sess_1", azp="https://app.example.com", claims={"iss": "https://clerk.example.com"}
    )
    headers = {"cookie": f"__session={token}; __client_uat=1"}
    request = {"method": "GET", "url": "https://app.example.com/", "headers": headers}
    for _ in range(3):
        assert clerk.authenticate_request(request).status == "signed-in"
    told = [text for text in seen if "authorized_parties" in text]
    assert len(told) == 1, seen
    seen.clear()
    assert clerk.authenticate_request(request, authorized_parties=["https://app.example.com"]).status == "signed-in"
    assert seen == []
"""


def test_cookies_without_authorized_parties_are_warned_of_once_a_process() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
