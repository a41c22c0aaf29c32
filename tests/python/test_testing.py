"""The testing kit: what it makes is known to the API it emulates."""

from __future__ import annotations

import base64
import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from clerk_usher import NotFoundError
from clerk_usher.testing import Browser, Emulator


def _redirected(emulator: Emulator, browser: str) -> tuple[str, list[str]]:
    """Where a browser is sent from the handshake, and the cookies it gets on its way."""
    connection = HTTPConnection(urlsplit(emulator.url).netloc)
    try:
        query = urlencode({"redirect_url": "https://app.example.com/p", "format": "nonce"})
        connection.request("GET", f"/v1/client/handshake?{query}", headers={"cookie": f"__client={browser}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 307
        return answer.headers["location"], answer.headers.get_all("set-cookie", [])
    finally:
        connection.close()


def _cookies(directives: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (directive.split(";")[0].partition("=") for directive in directives)}


def test_machine_tokens_of_both_forms_are_known(emulator: Emulator) -> None:
    clerk = emulator.clerk(machine_secret_key=emulator.machine_secret_key)
    for token in (emulator.mint_m2m_token(), emulator.mint_m2m_token(format="jwt", claims={"tier": 2})):
        told = clerk.m2m.verify_token(token=token)
        assert told.scopes == [emulator.machine_id]
    with pytest.raises(NotFoundError):
        clerk.m2m.verify_token(token=emulator.mint_m2m_token(format="jwt", tampered=True))
    with pytest.raises(ValueError, match="tampered"):
        emulator.mint_m2m_token(tampered=True)


def test_a_machine_makes_its_own_tokens(emulator: Emulator) -> None:
    machine = emulator.clerk().machines.create(name="caller", scoped_machines=[emulator.machine_id])
    caller = emulator.clerk(machine_secret_key=machine.secret_key)
    made = caller.m2m.create_token(claims={"a": 1})
    own = emulator.clerk(machine_secret_key=emulator.machine_secret_key)
    assert own.m2m.verify_token(token=made.token).subject == machine.id
    caller.m2m.revoke_token(made.id)
    with pytest.raises(NotFoundError):
        own.m2m.verify_token(token=made.token)


def test_access_tokens_and_api_keys_are_known(emulator: Emulator) -> None:
    clerk = emulator.clerk()
    application = clerk.oauth_applications.create(name="App")
    token = emulator.mint_oauth_token(application_id=application.id, user_id="user_1", scopes=["email"])
    told = clerk.oauth_access_tokens.verify(access_token=token).to_dict()
    assert (told["client_id"], told["scopes"]) == (application.client_id, ["email"])
    jwt = emulator.mint_oauth_token(format="jwt", client_id="c1")
    assert clerk.oauth_access_tokens.verify(access_token=jwt).to_dict()["client_id"] == "c1"
    clerk.oauth_applications.revoke_token(application.id, token=token)
    with pytest.raises(NotFoundError):
        clerk.oauth_access_tokens.verify(access_token=token)
    secret = emulator.mint_api_key(subject="org_1", scopes=["read"], expires_in_seconds=60)
    key = clerk.api_keys.verify(secret=secret)
    assert (key.subject, key.scopes) == ("org_1", ["read"])


@pytest.mark.parametrize("production", [False, True])
def test_a_browser_comes_back_from_the_handshake(production: bool) -> None:
    with Emulator(seed=7, production=production) as emulator:
        assert emulator.publishable_key.startswith("pk_live_" if production else "pk_test_")
        clerk = emulator.clerk()
        user = clerk.users.create(email_address=["ann@example.com"])
        signed_in = emulator.browser_sign_in(user.id)
        assert isinstance(signed_in, Browser)
        clerk.instance_settings.update(allowed_origins=["https://app.example.com"])
        location, set_cookies = _redirected(emulator, signed_in.browser)
        assert location.startswith("https://app.example.com/p")
        in_query = parse_qs(urlsplit(location).query).get("__clerk_handshake_nonce")
        in_cookie = _cookies(set_cookies).get("__clerk_handshake_nonce")
        assert (in_query is None) is production
        nonce = in_query[0] if in_query else in_cookie
        assert nonce
        payload = clerk.clients.get_handshake_payload(nonce=nonce)
        cookies = _cookies(payload.directives or [])
        assert clerk.verify_token(cookies["__session"]).sid == signed_in.session_id
        assert ("__clerk_db_jwt" in cookies) is not production
        emulator.browser_sign_out(signed_in.browser)
        with pytest.raises(ValueError, match="no browser"):
            emulator.browser_sign_out("dvb_x")


def test_handshakes_can_be_made_up(emulator: Emulator) -> None:
    nonce = emulator.create_handshake_nonce(["a=b"])
    assert emulator.clerk().clients.get_handshake_payload(nonce=nonce).directives == ["a=b"]
    header, payload, _ = emulator.mint_handshake_token(["a=b"], header={"cat": "cl_x"}).split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==="))["cat"] == "cl_x"
    assert json.loads(base64.urlsafe_b64decode(payload + "===")) == {"handshake": ["a=b"]}


def test_a_reset_goes_back_to_the_fixtures(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text("users: [{ id: user_ann, username: ann_1 }]\ninstance: { restrictions: { allowlist: true } }\n")
    with Emulator(fixtures=file) as emulator:
        clerk = emulator.clerk()
        clerk.users.delete("user_ann")
        clerk.instance_settings.update_restrictions(allowlist=False)
        emulator.reset()
        assert [user.id for user in clerk.users.list()] == ["user_ann"]
        assert clerk.instance_settings.update_restrictions().allowlist is True


def test_a_file_of_fixtures_that_is_wrong_is_told(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text("users:\n  - username: ann_1\n    hair: red\n")
    with pytest.raises(ValueError, match=r"people\.yaml line 3: users\[0\]\.hair: hair is not a valid parameter"):
        Emulator(fixtures=file)
    with Emulator() as emulator:
        with pytest.raises(ValueError, match=r"line 3: users\[0\]\.hair"):
            emulator.control("load_fixtures", path=str(file))
        assert emulator.clerk().users.count().total_count == 0
