"""A browser's whole way: an application in front, the emulator as the Frontend API, and nobody else."""

from __future__ import annotations

import http.client
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from clerk_usher import Clerk
from clerk_usher.testing import Emulator

APP = "http://localhost:3000"


class Visitor:
    """A browser: it keeps what it is told to keep, by the host that told it. Where application and Frontend API are of
    one site, as in production, each gets what the other set for the site."""

    def __init__(self, clerk: Clerk, one_site: bool) -> None:
        self.clerk = clerk
        jar: dict[str, str] = {}
        self.jars: dict[str, dict[str, str]] = {"app": jar, "clerk": jar if one_site else {}}
        self.ways: list[str] = []

    def keep(self, jar: str, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                ended = morsel["max-age"] == "0" or "1970" in morsel["expires"]
                if ended or not morsel.value:
                    self.jars[jar].pop(name, None)
                else:
                    self.jars[jar][name] = morsel.value

    def cookies(self, jar: str) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.jars[jar].items())

    def open(self, url: str) -> tuple[int, str | None]:
        """Opens a page, following redirects: the status at last, and who the application says it is."""
        for _ in range(8):
            if url.startswith(APP):
                status, headers, user = self.app(url)
                jar = "app"
            else:
                status, headers = self.frontend_api(url)
                jar, user = "clerk", None
            self.keep(jar, [value for name, value in headers if name.lower() == "set-cookie"])
            if status != 307:
                return status, user
            url = next(value for name, value in headers if name.lower() == "location")
            self.ways.append("app" if url.startswith(APP) else "clerk")
        raise AssertionError(f"no end of it: {self.ways}")

    def app(self, url: str) -> tuple[int, list[tuple[str, str]], str | None]:
        """The application: this is all that an adapter does."""
        request = {
            "method": "GET",
            "url": url,
            "headers": {"cookie": self.cookies("app"), "sec-fetch-dest": "document"},
        }
        state = self.clerk.authenticate_request(request)
        if state.response_status:
            return state.response_status, state.headers, None
        return 200, state.headers, state.auth.user_id if state.auth else None

    def frontend_api(self, url: str) -> tuple[int, list[tuple[str, str]]]:
        parts = urlsplit(url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port)
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"cookie": self.cookies("clerk")})
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.getheaders()


@pytest.mark.parametrize("production", [False, True])
def test_a_browser_comes_back_signed_in(production: bool) -> None:
    with Emulator(production=production) as emulator:
        clerk = emulator.clerk()
        user = clerk.users.create(email_address=["ann@example.com"])
        assert user.id is not None
        browser = emulator.browser_sign_in(user_id=user.id)
        visitor = Visitor(clerk, one_site=production)
        visitor.jars["clerk"]["__client"] = browser.browser
        # What says that somebody signed in: the dev browser's token in development, client_uat in production.
        visitor.jars["app"].update({"__client_uat": "1"} if production else {"__clerk_db_jwt": browser.browser})
        visitor.jars["app"].update({} if production else {"__client_uat": "1"})
        assert visitor.open(f"{APP}/orders?page=2") == (200, user.id)
        assert visitor.ways[:2] == ["clerk", "app"]
        begun = len(visitor.ways)
        assert visitor.open(f"{APP}/orders") == (200, user.id), "signed in, without going anywhere"
        assert len(visitor.ways) == begun
