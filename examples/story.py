"""The story of `cargo xtask demo`, in Python: who is calling, answered on an emulator."""

from __future__ import annotations

import json

from clerk_usher import Clerk, NotFoundError
from clerk_usher.testing import Emulator


def tell(step: str, ok: bool, saw: str) -> None:
    """Prints one scene for the table; a scene that does not hold ends the story."""
    print(json.dumps({"step": step, "ok": ok, "saw": saw}), flush=True)
    if not ok:
        raise SystemExit(f"{step}: {saw}")


def client(emulator: Emulator) -> Clerk:
    """A client of the emulator."""
    return Clerk(emulator.secret_key, publishable_key=emulator.publishable_key, api_url=emulator.url)


def bearer(token: str) -> dict[str, object]:
    """A request that carries a token."""
    return {
        "method": "GET",
        "url": "https://app.example.com/orders",
        "headers": {"authorization": f"Bearer {token}"},
    }


def main() -> None:
    """Plays it."""
    with Emulator(seed=7) as emulator, client(emulator) as clerk:
        tell("start the emulator", emulator.url.startswith("http://127.0.0.1:"), "listening on 127.0.0.1")

        ann = clerk.users.create(first_name="Ann", email_address=["ann@example.com"], password="a long enough secret")
        tell("create a user", ann.id.startswith("user_"), str(ann.first_name))

        session = clerk.sessions.create(user_id=ann.id)
        tell("open a session", session.id.startswith("sess_"), session.status)

        token = clerk.sessions.create_token(session.id).jwt
        tell("get its token", token.count(".") == 2, "three segments")

        state = clerk.authenticate_request(bearer(token))
        right = state.status == "signed-in" and state.auth is not None and state.auth.user_id == ann.id
        tell("authenticate a request with it", right, state.status)

        tampered = token[:-8] + ("BBBB" if token[-8:-4] == "AAAA" else "AAAA") + token[-4:]
        state = clerk.authenticate_request(bearer(tampered))
        saw = f"{state.status}: {state.reason}"
        tell("… and with a tampered one", saw == "signed-out: token-invalid-signature", saw)

        emulator.add_fault(method="GET", route="/v1/jwks", status=503)
        with client(emulator) as stranger:  # has not seen the keys yet
            state = stranger.authenticate_request(bearer(token))
        saw = f"{state.status}: {state.reason}"
        tell("… and while the key endpoint is down", saw == "unavailable: jwk-remote-failed-to-load", saw)
        emulator.clear_faults()

        for number in range(1, 7):
            clerk.users.create(email_address=[f"user{number}@example.com"])
        emulator.clear_requests()
        count = sum(1 for _ in clerk.users.list(limit=3))
        pages = len(emulator.requests())
        tell("list users over three pages", (count, pages) == (7, 3), f"{count} users in {pages} pages")

        banned = clerk.users.ban(ann.id)
        session = clerk.sessions.get(session.id)
        tell("ban the user", banned.banned is True, f"banned; the session is {session.status}")

        try:
            clerk.users.get("user_nobody")
        except NotFoundError as error:
            saw = f"{error.kind} {error.status} {error.errors[0].code}"
        else:
            saw = "no error"
        tell("meet an API error", saw == "not_found 404 resource_not_found", saw)


if __name__ == "__main__":
    main()
