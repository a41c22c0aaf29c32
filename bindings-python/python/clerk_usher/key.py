"""What keys say by themselves, without asking anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, overload

from .helper import run_helper, text_of

InstanceType: TypeAlias = Literal["development", "production"]
"""Whether an instance is for development or for production."""


@dataclass(frozen=True)
class PublishableKey:
    """A publishable key, taken apart. It is not a secret."""

    key: str
    """The key as given."""
    instance_type: InstanceType
    """What the instance is for."""
    frontend_api: str
    """Where the Frontend API is: a host, or the proxy's URL."""
    cookie_suffix: str
    """What the cookies of the instance end with: eight characters (R-307)."""


@overload
def parse_publishable_key(
    key: str, *, proxy_url: str | None = None, domain: str | None = None, is_satellite: bool = False
) -> PublishableKey: ...
@overload
def parse_publishable_key(
    key: str | None,
    *,
    proxy_url: str | None = None,
    domain: str | None = None,
    is_satellite: bool = False,
    fatal: bool,
) -> PublishableKey | None: ...
def parse_publishable_key(
    key: str | None,
    *,
    proxy_url: str | None = None,
    domain: str | None = None,
    is_satellite: bool = False,
    fatal: bool = True,
) -> PublishableKey | None:
    """Takes a publishable key apart (R-450, R-451).

    Args:
        key: Such as `pk_test_Y2xlcmsuZXhhbXBsZS5jb20k`.
        proxy_url: Where the Frontend API is proxied: then it is that.
        domain: The domain of a satellite; for one of a production instance the Frontend API is `clerk.<domain>`.
        is_satellite: Whether this application is a satellite.
        fatal: Whether a key that is none is an error. If not, it is None.

    Raises:
        ConfigError: it is no publishable key, and `fatal`.
    """
    told = run_helper(
        "parse_publishable_key",
        key=text_of(key),
        proxy_url=proxy_url,
        domain=domain,
        is_satellite=is_satellite,
        fatal=fatal,
    )
    return None if told is None else PublishableKey(**told)


def is_publishable_key(key: object) -> bool:
    """Whether this is a publishable key, whole and well-formed (R-450). Anything may be asked."""
    return isinstance(key, str) and bool(run_helper("is_publishable_key", key=text_of(key)))


def instance_type_of_publishable_key(key: str) -> InstanceType | None:
    """What the prefix of a publishable key says: `pk_test_`, `pk_live_`, or the older `test_`, `live_` (R-452).

    The rest of the key is not looked at. None for any other.
    """
    kind: InstanceType | None = run_helper("instance_type_of_publishable_key", key=text_of(key))
    return kind


def instance_type_of_secret_key(key: str) -> InstanceType | None:
    """What the prefix of a secret key says: `sk_test_`, `sk_live_`, or the older `test_`, `live_` (R-452)."""
    kind: InstanceType | None = run_helper("instance_type_of_secret_key", key=text_of(key))
    return kind


def api_url_from_publishable_key(key: str) -> str:
    """Where the Backend API of the instance with this key is (R-453); for a key that is none, where it is for all."""
    url: str = run_helper("api_url_from_publishable_key", key=text_of(key))
    return url


def publishable_key_from_host(host: str) -> str:
    """The publishable key of the instance whose Frontend API is at this host (R-454).

    Raises:
        ArgumentError: no key can hold it.
    """
    key: str = run_helper("publishable_key_from_host", host=host)
    return key


def publishable_key_from_request_host(host: str, fallback: str | None = None) -> str:
    """The publishable key for requests to this host, that of `clerk.<host>` (R-454): for applications of many domains.

    Args:
        host: The host of a request, with or without its port.
        fallback: The application's own key; one of a development instance is the answer.

    Raises:
        ArgumentError: `host` is empty or none.
    """
    key: str = run_helper("publishable_key_from_request_host", host=host, fallback=fallback)
    return key
