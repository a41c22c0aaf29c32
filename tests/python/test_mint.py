"""Session tokens that are minted and verified without any server."""

from __future__ import annotations

from typing import Any

import pytest
from clerk_usher import ArgumentError, Clerk, TokenError
from clerk_usher.testing import Emulator, ManualClock, jwt_key, mint_session_token

SECRET = "sk_test_" + "a" * 42


def test_a_client_with_the_key_verifies_them() -> None:
    clock = ManualClock(1_700_000_000_000)
    clerk = Clerk(jwt_key=jwt_key(), clock=clock, environment={})
    token = mint_session_token("user_ada", session_id="sess_1", claims={"plan": "pro", "sts": None}, clock=clock)
    claims = clerk.verify_token(token)
    assert (claims.sub, claims.sid, claims["plan"], claims.get("sts")) == ("user_ada", "sess_1", "pro", None)
    assert (claims["iat"], claims["exp"]) == (1_700_000_000, 1_700_000_060)
    clock.advance(120_000)
    with pytest.raises(TokenError):
        clerk.verify_token(token)
    with pytest.raises(TokenError):
        clerk.verify_token(mint_session_token(expires_in_seconds=-60, clock=clock))


def test_roles_and_permissions_are_seen() -> None:
    clerk = Clerk(
        secret_key=SECRET, publishable_key="pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", jwt_key=jwt_key(), environment={}
    )

    def auth(org: Any) -> Any:
        headers = {"authorization": f"Bearer {mint_session_token('user_ada', org=org)}"}
        state = clerk.authenticate_request({"method": "GET", "url": "https://app.example.com/", "headers": headers})
        assert state.is_authenticated, state.message
        return state.auth

    org = {
        "id": "org_acme",
        "slug": "acme",
        "role": "org:admin",
        "permissions": ["org:invoices:read", "org:reports:write"],
    }
    acme = auth(org)
    assert (acme.user_id, acme.org_id, acme.org_slug) == ("user_ada", "org_acme", "acme")
    assert acme.has(role="org:admin") and not acme.has(role="org:member")
    assert acme.has(permission="org:invoices:read") and acme.has(permission="org:reports:write")
    assert not acme.has(permission="org:invoices:write")
    assert auth("org_1").has(role="org:member")
    assert auth(None).org_id is None


def test_the_key_is_of_this_process_alone(emulator: Emulator) -> None:
    assert jwt_key() == jwt_key() != emulator.jwt_key
    with pytest.raises(TokenError):
        Clerk(jwt_key=emulator.jwt_key, environment={}).verify_token(mint_session_token())


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"org": {"role": "org:admin"}}, "org"),
        ({"org": {"id": "org_1", "permissions": ["read"]}}, "org"),
        ({"org": 1}, "org"),
        ({"org": {"id": "org_1", "permissions": "org:a:b"}}, "permissions"),
        ({"org": {"id": "org_1", "color": "red"}}, "color"),
        ({"claims": [1]}, "claims"),
        ({"expires_in_seconds": "soon"}, "expires_in_seconds"),
        ({"user_id": 1}, "user_id"),
    ],
)
def test_what_no_token_can_have_is_named(arguments: dict[str, Any], argument: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        mint_session_token(**arguments)
    assert refused.value.argument == argument
