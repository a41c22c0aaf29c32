"""What a caller can set besides the fields of the API. Times are seconds.

These are types, for checkers and for readers: a client is made without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from .error import ArgumentError
from .option_json import encode_options

if TYPE_CHECKING:
    from .hooks import Hook
    from .transport import Transport

TokenType: TypeAlias = Literal["session_token", "api_key", "m2m_token", "oauth_token"]
"""The kinds of token."""


class ClientOptions(TypedDict, total=False):
    """Options of a client. One that is left out, or None, comes from the environment or is the default."""

    publishable_key: str | None
    """The instance's publishable key (`pk_…`): tells its kind, its Frontend API and its cookies' names. Environment:
    `CLERK_PUBLISHABLE_KEY`."""
    machine_secret_key: str | None
    """A machine's secret key (`ak_…`): authorizes its M2M tokens. Environment: `CLERK_MACHINE_SECRET_KEY`."""
    jwt_key: str | Mapping[str, Any] | None
    """The instance's public key, as PEM or JWK: tokens are then verified without any request. Environment:
    `CLERK_JWT_KEY`."""
    api_url: str | None
    """Where the API is. Default `https://api.clerk.com`. Environment: `CLERK_API_URL`."""
    api_version: str | None
    """The API version, a date. Default `2026-05-12`. Environment: `CLERK_API_VERSION`."""
    timeout: float | None
    """Seconds a call may take: all attempts and the waits between them. Default 10."""
    attempt_timeout: float | None
    """Seconds one attempt may take. Default: what is left of `timeout`."""
    connect_timeout: float | None
    """Seconds to make a connection. Default 5."""
    keys_timeout: float | None
    """Seconds for what authentication asks the API while a request waits (keys, a refresh, what a handshake came to, an
    opaque machine token), each with all its attempts. Default 3."""
    max_retries: int | None
    """How often a call is tried again. Default 2."""
    retry_delay: float | None
    """Seconds before the first retry, at most; it doubles from there, with full jitter. Default 0.5."""
    ca_certificates: str | None
    """More root certificates, as PEM text, beside the system's."""
    proxy: str | None
    """The proxy to use, as a URL. Default: `HTTPS_PROXY` and friends."""
    user_agent_suffix: str | None
    """Added to the `User-Agent`."""
    audience: str | Sequence[str] | None
    """The audiences a token may be for: where a token names any, one of these."""
    authorized_parties: str | Sequence[str] | None
    """The origins a token may have been requested from. Set this for every application with cookies."""
    issuer: str | Sequence[str] | None
    """The issuers a token may come from."""
    header_type: str | Sequence[str] | None
    """What the `typ` of a token's header may be. Default: `JWT`, or none."""
    clock_skew: float | None
    """Seconds that the clocks may differ when tokens are verified. Default 5."""
    keys_cooldown: float | None
    """Seconds for which an unknown key id is not asked for again. Default 30."""
    domain: str | None
    """The satellite's domain. Environment: `CLERK_DOMAIN`."""
    proxy_url: str | None
    """Where the Frontend API is proxied. Environment: `CLERK_PROXY_URL`."""
    sign_in_url: str | None
    """Where users sign in. Environment: `CLERK_SIGN_IN_URL`."""
    is_satellite: bool | None
    """Whether this application is a satellite of another domain. Environment: `CLERK_IS_SATELLITE`."""
    organization_patterns: Sequence[str] | None
    """Paths that name an organization, such as `/orgs/:slug/(.*)`: where a path's `:id` or `:slug` is not the session's
    active organization, a handshake activates it."""
    personal_account_patterns: Sequence[str] | None
    """Paths of the personal account, such as `/me/(.*)`: a handshake leaves the active organization there."""
    machine_cache: float | None
    """Seconds for which the API's word on an opaque machine token is believed again. Within that time a token that was
    revoked still counts. Default 0: not at all."""
    token_cache_entries: int | None
    """How many session tokens whose signature held are remembered, so that only the first use of each costs one. Which
    key is the right one, the times and all rules are checked at each use. 3.3 KB each at most, on average. Default
    10000; 0 for none."""
    webhook_signing_secret: str | Sequence[str] | None
    """What webhooks are verified with (`whsec_…`): one secret, or several while they are rotated. Environment:
    `CLERK_WEBHOOK_SIGNING_SECRET`."""
    environment: Mapping[str, str] | None
    """Variables to use instead of the process's."""
    on_request: Hook | None
    """Is told of every attempt that was sent. Hooks run on the caller's own thread or task, once the call has ended."""
    on_response: Hook | None
    """Is told of every attempt that ended, answered or failed."""
    on_retry: Hook | None
    """Is told when another attempt followed."""
    transport: Transport | None
    """Sends in the place of the network, for tests and for means of one's own; see `clerk_usher.transport`. Options of
    connections, such as `proxy`, are then of no use."""


class VerifyOptions(TypedDict, total=False):
    """How a token is verified. What is left out is as the client has it."""

    audience: str | Sequence[str] | None
    """The audiences it may be for: where it names any, one of these."""
    authorized_parties: str | Sequence[str] | None
    """The origins it may have been requested from."""
    allow_missing_azp: bool
    """Whether a token without any origin may pass although `authorized_parties` is set: those that a backend minted
    have none."""
    issuer: str | Sequence[str] | None
    """The issuers it may come from."""
    header_type: str | Sequence[str] | None
    """What the `typ` of its header may be."""
    clock_skew: float | None
    """Seconds that the clocks may differ; 0 is a value."""
    jwt_key: str | None
    """The key to verify with, as PEM or JWK. It goes before every key of the client."""
    secret_key: str | None
    """The secret key to fetch keys with. It goes before every key of the client, its JWT key included."""
    skip_jwks_cache: bool
    """Fetch the keys for this very call."""


class AuthenticateOptions(VerifyOptions, total=False):
    """How a request is authenticated. What is left out is as the client has it."""

    accepts_token: TokenType | Literal["any"] | Sequence[TokenType] | None
    """The kinds of token that are accepted: one, several, or `any`. Default: sessions only."""
    publishable_key: str | None
    """The publishable key, instead of the client's."""
    machine_secret_key: str | None
    """The machine secret key, instead of the client's."""
    domain: str | None
    """The domain of this satellite."""
    is_satellite: bool | None
    """Whether this is a satellite."""
    proxy_url: str | None
    """Where the Frontend API is proxied: a URL, or a path that starts with `/` on the request's own origin."""
    sign_in_url: str | None
    """The sign-in page; a satellite needs it."""
    sign_up_url: str | None
    """The sign-up page."""
    after_sign_in_url: str | None
    """Where to go after signing in."""
    after_sign_up_url: str | None
    """Where to go after signing up."""
    satellite_auto_sync: bool | None
    """Whether a satellite asks the primary domain on the first visit already. Default no."""
    organization_patterns: Sequence[str] | None
    """Paths that name an organization, such as `/orgs/:slug/(.*)`."""
    personal_account_patterns: Sequence[str] | None
    """Paths of the personal account, such as `/me/(.*)`."""


class MachineTokenOptions(TypedDict, total=False):
    """How a machine's token is verified. What is left out is as the client has it."""

    audience: str | Sequence[str] | None
    """The audiences it may be for; an OAuth token must name one of them."""
    clock_skew: float | None
    """Seconds that the clocks may differ; 0 is a value."""
    jwt_key: str | None
    """The key to verify a JWT with, as PEM or JWK."""
    secret_key: str | None
    """The secret key to fetch keys and ask the API with."""
    machine_secret_key: str | None
    """The machine secret key to ask the API for M2M tokens with, rather than `secret_key`."""
    skip_jwks_cache: bool
    """Fetch the keys for this very call."""


@dataclass(frozen=True)
class CallOptions:
    """How one call is made. What is left out is as the client has it."""

    timeout: float | None = None
    """Seconds the call may take: all attempts and the waits between them."""
    attempt_timeout: float | None = None
    """Seconds one attempt may take."""
    max_retries: int | None = None
    """How often it may be tried again; 0 for never."""
    headers: Mapping[str, str] | None = None
    """Headers to send beside the usual ones, or in their place."""

    def to_json(self) -> str:
        """The core's form of it.

        Raises:
            ArgumentError: a time is not a number of seconds, or something has no JSON form.
        """
        return encode_options(vars(self), ArgumentError)
