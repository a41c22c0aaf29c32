"""The official Python SDK, which nobody here wrote, works against the emulator."""

from __future__ import annotations

import pytest
from clerk_usher.testing import Emulator

backend_api = pytest.importorskip("clerk_backend_api")
security = pytest.importorskip("clerk_backend_api.security")

pytestmark = pytest.mark.filterwarnings("default")


def test_it_creates_and_lists_users(emulator: Emulator) -> None:
    with backend_api.Clerk(bearer_auth=emulator.secret_key, server_url=f"{emulator.url}/v1") as peer:
        made = peer.users.create(email_address=["ann@example.com"], skip_password_requirement=True)
        assert [user.id for user in peer.users.list(request={"limit": 10})] == [made.id]
    assert emulator.clerk().users.get(made.id).email_addresses[0].email_address == "ann@example.com"


def test_it_verifies_the_emulators_tokens(emulator: Emulator) -> None:
    options = security.types.VerifyTokenOptions(jwt_key=emulator.jwt_key)
    assert security.verify_token(emulator.mint_session_token(user_id="user_1"), options)["sub"] == "user_1"
    with pytest.raises(security.types.TokenVerificationError):
        security.verify_token(emulator.mint_session_token(user_id="user_1", tampered=True), options)
