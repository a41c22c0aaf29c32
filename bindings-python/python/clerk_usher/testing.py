"""For tests: the API on this machine, and a clock that they move.

`Emulator` is an HTTP server on loopback that behaves like the API, with its state in memory: no account, no network.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple

from ._native import ManualClock
from .client import AsyncClerk, Clerk
from .dev import start_emulator
from .helper import run_helper

__all__ = ["Browser", "Emulator", "ManualClock", "jwt_key", "mint_session_token", "sign_jwt"]


class Browser(NamedTuple):
    """A browser that is signed in."""

    browser: str
    """What the Frontend API knows it by: its `__client` cookie there and, in development, the dev-browser token
    (`__clerk_db_jwt`)."""
    session_id: str
    """The session it is signed in to."""


def sign_jwt(
    payload: Mapping[str, Any],
    key: str | Mapping[str, Any],
    *,
    algorithm: str = "RS256",
    header: Mapping[str, Any] | None = None,
    clock: ManualClock | None = None,
) -> str:
    """Signs a JWT with an RSA key of your own (§2.10). A client whose `jwt_key` is the public half of it verifies it.

    Args:
        payload: Its claims. `iat` is set to now, whatever it was.
        key: A private key, as PEM (PKCS#8) or as a JWK with all of its parts.
        algorithm: `RS256`, `RS384` or `RS512`.
        header: Further fields of the header, such as `kid`; `alg` is always that of `algorithm`. Default: `typ`, `JWT`.
        clock: Where the time comes from. Default: this machine's clock.

    Raises:
        ArgumentError: the key or the algorithm is none, or something has no JSON form.
    """
    jwt: str = run_helper(
        "sign_jwt",
        payload=payload,
        key=key,
        algorithm=algorithm,
        header=header,
        now_ms=None if clock is None else clock.now_ms,
    )
    return jwt


def jwt_key() -> str:
    """The public half of the key that `mint_session_token` signs with, as PEM: what a client takes as `jwt_key`.

    The key is made when it is first wanted, and gone with this process.
    """
    key: str = run_helper("jwt_key")
    return key


def mint_session_token(
    user_id: str | None = None,
    *,
    session_id: str | None = None,
    org: str | Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    expires_in_seconds: int | None = None,
    issued_at: int | None = None,
    issuer: str | None = None,
    azp: str | None = None,
    clock: ManualClock | None = None,
) -> str:
    """Mints a session token without any server. A client with this process's `jwt_key` verifies it without one too:

        clerk = Clerk(jwt_key=jwt_key())
        token = mint_session_token("user_ada", org={"id": "org_acme", "role": "org:admin"})
        assert clerk.verify_token(token).sub == "user_ada"

    Args:
        user_id: Its `sub`. Default: a user that nobody has heard of, as with `session_id`.
        session_id: Its `sid`.
        org: Its active organization: an id, or `id`, `slug`, `role` (default `org:member`), `permissions`
            (`org:feature:name`; as in a real token those of the system are left out) and `features`.
        claims: Claims to lay over the others; None removes one.
        header: Header fields to lay over the others; None removes one.
        expires_in_seconds: Its life. Default 60; zero and below: it has expired from the start.
        issued_at: When it was made, in Unix seconds. Default: now.
        issuer: Its `iss`. Default: `https://clerk.example.com`.
        azp: The origin that asked for it.
        clock: Where the time comes from. Default: this machine's clock.

    Raises:
        ArgumentError: an argument is none, or the organization has what no token can tell.
    """
    jwt: str = run_helper(
        "mint_session_token",
        user_id=user_id,
        session_id=session_id,
        org=org,
        claims=claims,
        header=header,
        expires_in_seconds=expires_in_seconds,
        issued_at=issued_at,
        issuer=issuer,
        azp=azp,
        now_ms=None if clock is None else clock.now_ms,
    )
    return jwt


class Emulator:
    """A running emulator. `with Emulator() as emulator:` stops it at the end."""

    url: str
    """The API URL for clients, `http://127.0.0.1:PORT`; also the issuer of its tokens."""
    secret_key: str
    """The secret key that it accepts."""
    publishable_key: str
    """The publishable key of its instance. It names the emulator, which is spoken to without TLS: handshakes and
    sign-in pages need no other option."""
    machine_secret_key: str
    """The machine secret key that it accepts."""
    machine_id: str
    """The id of the machine that the machine secret key belongs to."""
    instance_id: str
    """The instance's id, which is the `kid` of tokens."""

    def __init__(
        self,
        *,
        seed: int | None = None,
        port: int | None = None,
        clock_ms: int | None = None,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        machine_secret_key: str | None = None,
        instance_id: str | None = None,
        production: bool = False,
        data_dir: str | os.PathLike[str] | None = None,
        fixtures: str | os.PathLike[str] | None = None,
        rate_limits: bool | Mapping[str, int] = False,
    ) -> None:
        """Starts an emulator.

        Args:
            seed: Makes ids the same in every run.
            port: The port to listen on. Default: any that is free.
            clock_ms: Where its clock stands still, in Unix milliseconds. Default: it runs with this machine's.
            secret_key: The secret key to accept. Default: one of its own, as with the other keys and the id.
            publishable_key: The publishable key to have.
            machine_secret_key: The machine secret key to accept.
            instance_id: The id to have.
            production: Makes its keys those of a production instance.
            data_dir: A directory in which everything is kept, keys too; what was answered survives a kill.
                Default: none, memory.
            fixtures: A YAML file of users, organizations, settings and so on to begin with, and to begin again with at
                each `reset`.
            rate_limits: True for the limits that the API documents, or `{"requests": 5, "per_seconds": 10}`.
                Default: none.

        Raises:
            ValueError: an option is wrong, or the directory or the file is not what it should be.
        """
        options = {
            "seed": seed,
            "port": port,
            "clock_ms": clock_ms,
            "secret_key": secret_key,
            "publishable_key": publishable_key,
            "machine_secret_key": machine_secret_key,
            "instance_id": instance_id,
            "production": production or None,
            "data_dir": None if data_dir is None else os.fspath(data_dir),
            "fixtures": None if fixtures is None else os.fspath(fixtures),
            "rate_limits": (rate_limits if isinstance(rate_limits, bool) else dict(rate_limits)) or None,
        }
        given = {name: value for name, value in options.items() if value is not None}
        self._native = start_emulator(json.dumps(given))
        info = self.control("info", jwt_key=False)
        self.url = info["url"]
        self.secret_key = info["secret_key"]
        self.publishable_key = info["publishable_key"]
        self.machine_secret_key = info["machine_secret_key"]
        self.machine_id = info["machine_id"]
        self.instance_id = info["instance_id"]

    @property
    def jwt_key(self) -> str:
        """The public key as PEM, for verification without the network. The first time it may take a moment to make."""
        key: str = self.control("info")["jwt_key"]
        return key

    def control(self, command: str, **arguments: Any) -> Any:
        """Runs any command of the emulator; the methods below are the usual ones.

        Raises:
            ValueError: there is no such command, or it does not take these arguments.
        """
        return json.loads(self._native.control(command, json.dumps(arguments)))

    def clerk(self, **options: Any) -> Clerk:
        """A client of it."""
        return Clerk(**self._client_options(options))

    def async_clerk(self, **options: Any) -> AsyncClerk:
        """A client of it, for asyncio."""
        return AsyncClerk(**self._client_options(options))

    def _client_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        usual = {"secret_key": self.secret_key, "publishable_key": self.publishable_key, "api_url": self.url}
        # Handshakes, and what a proxy of the Frontend API sends, lead here too.
        return {**usual, "proxy_url": self.url, "environment": {"CLERK_FAPI_URL": self.url}, **options}

    def mint_session_token(
        self,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        organization: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        version: int | None = None,
        expires_in_seconds: int | None = None,
        issued_at: int | None = None,
        azp: str | None = None,
        tampered: bool = False,
        key: str | None = None,
    ) -> str:
        """Mints a session token.

        Args:
            user_id: Its `sub`. Default: one of nobody.
            session_id: Its `sid`.
            organization: Its active organization: `id`, `slug`, `role`, `permissions`, `features`.
            claims: Claims to lay over the others; None removes one.
            header: Header fields to lay over the others; None removes one.
            version: 2, or 1 for the older claims.
            expires_in_seconds: Its life. Default 60.
            issued_at: When it was made, in Unix seconds. Default: now, by the emulator's clock.
            azp: The origin that asked for it.
            tampered: Whether its payload was changed after it was signed.
            key: `instance`, or `other` for a key that is not the instance's.
        """
        arguments = {
            "user_id": user_id,
            "session_id": session_id,
            "org": organization,
            "claims": claims,
            "header": header,
            "version": version,
            "expires_in_seconds": expires_in_seconds,
            "issued_at": issued_at,
            "azp": azp,
            "tampered": tampered,
            "key": key,
        }
        given = {name: value for name, value in arguments.items() if value is not None}
        jwt: str = self.control("mint_session_token", **given)["jwt"]
        return jwt

    def mint_handshake_token(
        self,
        directives: Sequence[str] = (),
        *,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        tampered: bool = False,
        key: str | None = None,
    ) -> str:
        """Mints a handshake token.

        Args:
            directives: Whole `Set-Cookie` values.
            claims: Claims to lay over the others; None removes one.
            header: Header fields to lay over the others, such as `cat`; None removes one.
            tampered: Whether its payload was changed after it was signed.
            key: `instance`, or `other` for a key that is not the instance's.
        """
        arguments = {
            "directives": list(directives),
            "claims": claims,
            "header": header,
            "tampered": tampered,
            "key": key,
        }
        jwt: str = self._mint("mint_handshake_token", arguments)["jwt"]
        return jwt

    def mint_m2m_token(
        self,
        *,
        format: Literal["opaque", "jwt"] = "opaque",
        machine_id: str | None = None,
        scopes: Sequence[str] | None = None,
        claims: Mapping[str, Any] | None = None,
        expires_in_seconds: int | None = None,
        header: Mapping[str, Any] | None = None,
        issued_at: int | None = None,
        tampered: bool = False,
        key: str | None = None,
    ) -> str:
        """Mints a machine token.

        Args:
            format: `opaque`, which is stored and can be revoked, or `jwt`.
            machine_id: The machine that calls. Default: one of nobody.
            scopes: The machines that may be called. Default: those of the stored machine, else the emulator's own.
            claims: Custom claims. In a JWT they are laid over the others; None removes one.
            expires_in_seconds: Its life. Default: that of the stored machine's tokens, else 3600.
            header: JWTs only: header fields to lay over the others; None removes one.
            issued_at: JWTs only: when it was made, in Unix seconds. Default: now, by the emulator's clock.
            tampered: JWTs only: whether its payload was changed after it was signed.
            key: JWTs only: `instance`, or `other` for a key that is not the instance's.

        Raises:
            ValueError: an opaque token cannot have what was asked.
        """
        arguments = {
            "format": format,
            "machine_id": machine_id,
            "scopes": None if scopes is None else list(scopes),
            "claims": claims,
            "expires_in_seconds": expires_in_seconds,
            "header": header,
            "issued_at": issued_at,
            "tampered": tampered,
            "key": key,
        }
        token: str = self._mint("mint_m2m_token", arguments)["token"]
        return token

    def mint_oauth_token(
        self,
        *,
        format: Literal["opaque", "jwt"] = "opaque",
        application_id: str | None = None,
        client_id: str | None = None,
        user_id: str | None = None,
        scopes: Sequence[str] | None = None,
        expires_in_seconds: int | None = None,
        claims: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        issued_at: int | None = None,
        tampered: bool = False,
        key: str | None = None,
    ) -> str:
        """Mints an access token of an OAuth application.

        Args:
            format: `opaque`, which is stored and can be revoked, or `jwt`.
            application_id: The stored application that asks. Default: none.
            client_id: Default: the application's, else one of nobody.
            user_id: The user who agreed. Default: one of nobody.
            scopes: Default: the application's, else `profile` and `email`.
            expires_in_seconds: Its life. Default: one day.
            claims: JWTs only: claims to lay over the others; None removes one.
            header: JWTs only: header fields to lay over the others; None removes one.
            issued_at: JWTs only: when it was made, in Unix seconds. Default: now, by the emulator's clock.
            tampered: JWTs only: whether its payload was changed after it was signed.
            key: JWTs only: `instance`, or `other` for a key that is not the instance's.

        Raises:
            ValueError: there is no such application, or an opaque token cannot have what was asked.
        """
        arguments = {
            "format": format,
            "application_id": application_id,
            "client_id": client_id,
            "user_id": user_id,
            "scopes": None if scopes is None else list(scopes),
            "expires_in_seconds": expires_in_seconds,
            "claims": claims,
            "header": header,
            "issued_at": issued_at,
            "tampered": tampered,
            "key": key,
        }
        token: str = self._mint("mint_oauth_token", arguments)["token"]
        return token

    def mint_api_key(
        self,
        *,
        subject: str | None = None,
        name: str | None = None,
        scopes: Sequence[str] = (),
        claims: Any = None,
        expires_in_seconds: int | None = None,
    ) -> str:
        """Makes an API key; what is returned is its secret.

        Args:
            subject: The user, organization or machine it belongs to. Default: one of nobody.
            name: Default: `API key`.
            scopes: Default: none.
            claims: Any JSON.
            expires_in_seconds: Its life. Default: it never expires.
        """
        arguments = {
            "subject": subject,
            "name": name,
            "scopes": list(scopes),
            "claims": claims,
            "expires_in_seconds": expires_in_seconds,
        }
        token: str = self._mint("mint_api_key", arguments)["token"]
        return token

    def _mint(self, command: str, arguments: Mapping[str, Any]) -> Any:
        return self.control(command, **{name: value for name, value in arguments.items() if value is not None})

    def create_handshake_nonce(self, directives: Sequence[str]) -> str:
        """Keeps `Set-Cookie` values to be fetched with a handshake nonce, for a minute; the nonce."""
        nonce: str = self.control("create_handshake_nonce", directives=list(directives))["nonce"]
        return nonce

    def browser_sign_in(self, user_id: str, *, org_id: str | None = None, browser: str | None = None) -> Browser:
        """Signs a user in on a browser, as the Frontend API finds it at the next handshake.

        The browser has the cookie `__client`, with what this returns as `browser`, at the emulator's own URL. The
        application gets its first handshake when it is opened with `?__clerk_db_jwt=<browser>` (development, as after a
        sign-in page) or has a `__client_uat` other than 0 (production).

        Args:
            user_id: A stored user.
            org_id: The id or slug of the active organization. Default: the personal account.
            browser: One that is known. Default: a new one.

        Raises:
            ValueError: there is no such user or browser, or the user is banned, locked or no member.
        """
        arguments = {"user_id": user_id, "org_id": org_id, "browser": browser}
        return Browser(**self._mint("browser_sign_in", arguments))

    def browser_sign_out(self, browser: str) -> None:
        """Signs a browser out.

        Raises:
            ValueError: there is no such browser.
        """
        self.control("browser_sign_out", browser=browser)

    def set_clock(self, now_ms: int | None) -> None:
        """Stops its clock at this Unix time in milliseconds; None lets it run with this machine's again."""
        self.control("clock_set", now_ms=now_ms)

    def advance_clock(self, by_ms: int) -> None:
        """Moves its clock by this many milliseconds."""
        self.control("clock_advance", by_ms=by_ms)

    @property
    def now_ms(self) -> int:
        """What its clock shows, in Unix milliseconds."""
        now: int = self.control("clock_get")["now_ms"]
        return now

    def add_fault(
        self,
        *,
        method: str | None = None,
        route: str | None = None,
        query: Mapping[str, str] | None = None,
        count: int | None = None,
        latency_ms: int | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        retry_after: float | None = None,
        drop: bool = False,
        truncate: bool = False,
        malformed: bool = False,
    ) -> None:
        """Makes requests go wrong.

        Args:
            method: Only with this method.
            route: Only at this path or template, such as `/v1/users/{user_id}`.
            query: Only with these values in the query, whatever else is in it.
            count: How often. Default: until `clear_faults()`.
            latency_ms: Answers this much later.
            status: Answers this status.
            headers: Answers these headers.
            body: Answers this body: any JSON, or a text as it is.
            retry_after: Answers with `Retry-After`, in seconds.
            drop: Closes the connection without an answer.
            truncate: Breaks off in the middle of the body.
            malformed: Answers what is no JSON.
        """
        arguments = {
            "method": method,
            "route": route,
            "query": query,
            "count": count,
            "latency_ms": latency_ms,
            "status": status,
            "headers": headers,
            "body": body,
            "retry_after": retry_after,
            "drop": drop,
            "truncate": truncate,
            "malformed": malformed,
        }
        given = {name: value for name, value in arguments.items() if value is not None and value is not False}
        self.control("add_fault", **given)

    def clear_faults(self) -> None:
        """Takes all faults back."""
        self.control("clear_faults")

    def requests(self) -> list[dict[str, Any]]:
        """The requests that reached it, oldest first: `method`, `path`, `query`, `headers`, `body`, `status`, …"""
        requests: list[dict[str, Any]] = self.control("requests")
        return requests

    def clear_requests(self) -> None:
        """Forgets the requests that reached it."""
        self.control("clear_requests")

    def reset(self) -> None:
        """Back to how it was when it started, with its `fixtures` if it was given a file; its clock stays."""
        self.control("reset")

    def stop(self) -> None:
        """Stops it. It may be called again."""
        self._native.stop()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Emulator(url={self.url!r}, instance_id={self.instance_id!r})"
