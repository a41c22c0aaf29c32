"""A web application with a login, on nothing but the standard library.

    usher dev                # or Clerk itself: the two keys are all that an application needs to know
    export CLERK_SECRET_KEY=… CLERK_PUBLISHABLE_KEY=… CLERK_API_URL=…
    python web_app.py

`/` is for everybody, `/account` for who is signed in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from html import escape
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server
from wsgiref.util import request_uri

from clerk_usher import Clerk, Redirects

HEAD = '<title>Example</title><link rel="icon" href="data:,">'


def application(clerk: Clerk) -> Callable[..., Iterable[bytes]]:
    """The application, for any WSGI server."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        state = clerk.authenticate_request(environ)
        if state.response_status:  # the browser goes elsewhere first, and comes back
            start_response(f"{state.response_status} Elsewhere", list(state.headers))
            return [b""]

        here = request_uri(environ)
        sign_in = Redirects.of(state, base_url=here).to_sign_in(here)
        if state.auth and state.auth.user_id:
            user = clerk.users.get(state.auth.user_id)
            page = account(user, state.auth.org_slug, sign_in)
        elif environ["PATH_INFO"] == "/account":
            start_response("303 See Other", [*state.headers, ("location", sign_in)])
            return [b""]
        else:
            page = f'<h1>Hello</h1><p><a href="{escape(sign_in)}">Sign in</a></p>'
        start_response("200 OK", [*state.headers, ("content-type", "text/html; charset=utf-8")])
        return [f'<!doctype html><html lang="en">{HEAD}{page}</html>'.encode()]

    return app


def account(user: Any, organization: str | None, sign_in: str) -> str:
    """What a user sees. The other pages of the account portal are beside the one to sign in."""
    links = {"organizations": "Switch organization", "user": "Manage account", "sign-out": "Sign out"}
    items = "".join(
        f'<li><a href="{escape(sign_in.replace("/sign-in", f"/{page}", 1))}">{text}</a></li>'
        for page, text in links.items()
    )
    return (
        f"<h1>Hello, {escape(user.first_name or user.id)}</h1>"
        f'<p>Organization: <b id="organization">{escape(organization or "none")}</b></p><ul>{items}</ul>'
    )


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request: browsers open connections before they need them."""

    daemon_threads = True


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "3000"))
    origin = f"http://localhost:{port}"
    app = application(Clerk(authorized_parties=[origin]))
    with make_server("127.0.0.1", port, app, Server) as server:
        print(origin)
        server.serve_forever()
