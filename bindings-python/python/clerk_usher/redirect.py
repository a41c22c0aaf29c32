"""Where to send a browser to sign in or up, and how it finds its way back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from .helper import run_helper

if TYPE_CHECKING:
    from ._native import RequestState


@dataclass(frozen=True)
class Redirects:
    """Makes the URLs of sign-in and sign-up pages. It sends nothing: answer with a redirect to what it gives.

    redirect(Redirects.of(state, base_url="https://app.example.com/orders").to_sign_in("/orders"))
    """

    base_url: str = ""
    """The URL that the browser asked for; relative URLs are resolved against it. Without it, one of the URLs has to be
    absolute (R-463)."""
    publishable_key: str | None = None
    """The instance's publishable key: tells the account portal, where pages are that are not told here."""
    sign_in_url: str | None = None
    """The application's own sign-in page, absolute or relative."""
    sign_up_url: str | None = None
    """The application's own sign-up page. Default: `/create` below the sign-in page; `publishable_key` is needed
    then too (R-460)."""
    dev_browser_token: str | None = field(default=None, repr=False)
    """The browser's token of a development instance; it goes along to another origin (R-462)."""
    session_status: str | None = None
    """The session's status: for `pending` the browser is sent to the tasks that are left (R-461)."""
    is_satellite: bool = False
    """Whether this application is a satellite."""

    @classmethod
    def of(cls, state: RequestState, *, base_url: str = "", dev_browser_token: str | None = None) -> Redirects:
        """With what a request's state says of keys, pages and session.

        Args:
            state: What `authenticate_request` gave.
            base_url: The URL that the browser asked for.
            dev_browser_token: The browser's token of a development instance.
        """
        auth = state.to_auth(treat_pending_as_signed_out=False)
        return cls(
            base_url=base_url,
            publishable_key=state.publishable_key,
            sign_in_url=state.sign_in_url,
            sign_up_url=state.sign_up_url,
            dev_browser_token=dev_browser_token,
            session_status=None if auth is None else auth.session_status,
            is_satellite=state.is_satellite,
        )

    def to_sign_in(self, return_back_url: str | None = None) -> str:
        """The sign-in page's URL (R-460 to R-463).

        Args:
            return_back_url: Where to come back to, absolute or relative.

        Raises:
            ArgumentError: something is missing or no URL; `argument` says what.
        """
        url: str = run_helper("to_sign_in", return_back_url=return_back_url, **asdict(self))
        return url

    def to_sign_up(self, return_back_url: str | None = None) -> str:
        """The sign-up page's URL (R-460 to R-463).

        Args:
            return_back_url: Where to come back to, absolute or relative.

        Raises:
            ArgumentError: something is missing or no URL; `argument` says what.
        """
        url: str = run_helper("to_sign_up", return_back_url=return_back_url, **asdict(self))
        return url
