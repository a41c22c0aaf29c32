"""What is well signed, and yet more than Python can hold: our own error, and only for those who ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from clerk_usher import Auth, Claims, Clerk, DecodeError, Headers, RawResponse
from clerk_usher.testing import ManualClock
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.api_jws import PyJWS

DEEP = "[" * 20_000 + "]" * 20_000
LONG = "9" * 5_000
NOW = 1_700_000_000
PUBLISHABLE_KEY = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def authenticated(key: rsa.RSAPrivateKey, name: str, text: str) -> tuple[Claims, Auth]:
    """The claims and the caller of a token with this claim, whose text no JSON library here would write."""
    payload = f'{{"sub": "user_1", "sid": "sess_1", "iat": {NOW}, "exp": {NOW + 60}, "plain": [1], "{name}": {text}}}'
    token = PyJWS().encode(payload.encode(), key, "RS256", {"kid": "ins_1"})
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    settings: dict[str, Any] = {"publishable_key": PUBLISHABLE_KEY, "environment": {}}
    clerk = Clerk("sk_live_1", jwt_key=public, clock=ManualClock(NOW * 1000), **settings)
    state = clerk.authenticate_request({"authorization": f"Bearer {token}"})
    assert (state.status, state.reason) == ("signed-in", None)
    with pytest.raises(DecodeError):
        state.to_dict()
    assert state.auth is not None
    return clerk.verify_token(token), state.auth


@pytest.mark.parametrize("text", [DEEP, LONG, f'{{"a":{DEEP}}}'], ids=["deep", "long", "deep within"])
def test_other_claims_are_not_in_its_way(key: rsa.RSAPrivateKey, text: str) -> None:
    claims, auth = authenticated(key, "big", text)
    assert (claims["plain"], claims.get("plain"), claims.get("none", 7)) == ([1], [1], 7)
    assert "big" in claims
    assert "none" not in claims
    assert (auth.actor, auth.factor_verification_age, auth.user_id) == (None, None, "user_1")
    assert not auth.has(role="org:admin")
    with pytest.raises(KeyError, match="none"):
        claims["none"]
    asked: list[Callable[[], object]] = [
        lambda: claims["big"],
        lambda: claims.get("big"),
        claims.to_dict,
        auth.to_dict,
        lambda: auth.session_claims,
    ]
    for ask in asked:
        with pytest.raises(DecodeError) as raised:
            ask()
        assert text in raised.value.body
        assert text not in str(raised.value) + repr(raised.value)


@pytest.mark.parametrize(("claim", "field"), [("act", "actor"), ("fva", "factor_verification_age")])
@pytest.mark.parametrize("text", [DEEP, LONG, f"[{LONG},1]"], ids=["deep", "long", "long within"])
def test_the_claim_itself(key: rsa.RSAPrivateKey, claim: str, field: str, text: str) -> None:
    _, auth = authenticated(key, claim, text)
    with pytest.raises(DecodeError):
        getattr(auth, field)
    assert not auth.has(reverification="lax")


@pytest.mark.parametrize("text", [DEEP, LONG, "[", "\xff"], ids=["deep", "long", "cut off", "no UTF-8"])
def test_an_answer(text: str) -> None:
    answer: RawResponse[Any] = RawResponse(200, Headers(), text.encode("latin-1"))
    with pytest.raises(DecodeError) as raised:
        answer.json()
    assert raised.value.body == answer.text
