"""Comparing a request's state with what a case says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cases import check_within


def check_state(expected: dict[str, Any], state: Any) -> None:
    """Every field that the case names is as it says."""
    seen = (state.status, state.reason, state.message)
    for name, value in expected.items():
        if name in ("auth", "auth_with_pending"):
            _check_auth(value, state.auth if name == "auth" else state.to_auth(treat_pending_as_signed_out=False))
        elif name == "auth_lacks":
            assert [key for key in value if key in state.auth.to_dict()] == []
        elif name in ("has", "has_with_pending"):
            auth = state.auth if name == "has" else state.to_auth(treat_pending_as_signed_out=False)
            for asked, answer in value:
                assert (auth is not None and auth.has(**asked)) is answer, asked
        elif name == "narrow":
            for kinds, wanted in value:
                _check_auth(wanted, state.auth.narrow(kinds))
        elif name == "location":
            check_location(value, _header(state, "location"))
        elif name == "set_cookie":
            assert [value for key, value in state.headers if key == "set-cookie"] == value, seen
        elif name == "headers":
            assert {key: _header(state, key) for key in value} == value, seen
        elif name == "no_headers":
            assert state.headers == [], seen
        elif name == "message_contains":
            assert value in state.message
        elif name == "debug":
            check_within(value, state.debug(), "debug")
        elif name == "debug_lacks":
            text = json.dumps(state.debug())
            assert [secret for secret in value if secret in text] == []
        else:
            assert getattr(state, name) == value, (name, *seen)


def _check_auth(expected: dict[str, Any] | None, auth: Any) -> None:
    if expected is None:
        assert auth is None
    else:
        check_within(expected, auth.to_dict(), "auth")


def _header(state: Any, name: str) -> str | list[str] | None:
    """A header's value; all of them where there are several; None where there is none."""
    values = [value for key, value in state.headers if key == name]
    return values if len(values) > 1 else next(iter(values), None)


def check_location(expected: Any, got: Any) -> None:
    """Where the browser is sent: a text is exactly that URL, an object has its parts.

    A `query` that is an object holds all there is, in any order; as a list of pairs, in this order. `query_within`
    names only some, null for one that must not be there.
    """
    if not isinstance(expected, dict) or got is None:
        assert got == expected, "location"
        return
    url = urlsplit(got)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    for name, value in expected.items():
        if name == "origin":
            assert f"{url.scheme}://{url.netloc}" == value, got
        elif name == "path":
            assert url.path == value, got
        elif name == "query" and isinstance(value, list):
            assert [list(pair) for pair in pairs] == value, got
        elif name == "query":
            assert sorted(pairs) == sorted(value.items()), got
        elif name == "query_within":
            assert {key: dict(reversed(pairs)).get(key) for key in value} == value, got
        else:
            raise AssertionError(f"the runner does not know a location's {name}")
