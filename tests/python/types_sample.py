"""What type checkers make of every kind of call. Checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from clerk_usher import (
    ApiError,
    ApiErrorItem,
    AsyncAuth,
    AsyncClerk,
    AsyncPage,
    AsyncPager,
    AsyncRequestState,
    Auth,
    CallOptions,
    Claims,
    Clerk,
    File,
    Headers,
    Items,
    MachineToken,
    Page,
    Pager,
    RawResponse,
    RequestState,
    TokenError,
    Webhook,
    WebhookError,
    models,
)
from clerk_usher.models import DeletedObject, EmailAddress, Organization, Session, SessionToken, User
from clerk_usher.testing import Emulator, ManualClock

if TYPE_CHECKING:
    from typing_extensions import assert_type


def waiting(clerk: Clerk) -> None:
    assert_type(clerk.users.get("user_1"), User)
    assert_type(clerk.users.get("user_1", options=CallOptions(timeout=1.5)), User)
    assert_type(clerk.users.create(first_name="Ann", last_name=None, email_address=["ann@example.com"]), User)
    assert_type(clerk.users.delete("user_1"), DeletedObject)
    assert_type(clerk.users.set_profile_image("user_1", file=File("a.png", b"")), User)
    assert_type(clerk.webhooks.delete_svix_app(), None)
    assert_type(clerk.miscellaneous.get_public_interstitial(), str)
    assert_type(clerk.sessions.create_token("sess_1", expires_in_seconds=60), SessionToken)
    assert_type(clerk.request("GET", "/users", query={"limit": 1}), Any)
    assert_type(clerk.warm_up(), None)
    assert_type(clerk.with_options(timeout=3), Clerk)
    with clerk as same:
        assert_type(same, Clerk)


def listings(clerk: Clerk) -> None:
    pager = clerk.users.list(limit=10, order_by="-created_at")
    assert_type(pager, Pager[User])
    page = pager.page()
    assert_type(page, Page[User])
    assert_type(page.data, Items[User])
    assert_type(page.data[0], User)
    assert_type(page.data[:2], list[User])
    assert_type(page.total_count, int | None)
    assert_type(page.next_page(), Page[User] | None)
    for user in pager:
        assert_type(user, User)
    for one in pager.pages():
        assert_type(one, Page[User])
    for user in page:
        assert_type(user, User)


def raw(clerk: Clerk) -> None:
    answer = clerk.raw(clerk.users.get, "user_1")
    assert_type(answer, RawResponse[User])
    assert_type(answer.status, int)
    assert_type(answer.headers, Headers)
    assert_type(answer.headers.get("cf-ray"), str | None)
    assert_type(answer.body, bytes)
    assert_type(answer.parse(), User)
    assert_type(clerk.raw(clerk.users.list, limit=1), RawResponse[Page[User]])
    assert_type(clerk.raw(clerk.webhooks.delete_svix_app), RawResponse[None])


async def awaited(clerk: AsyncClerk) -> None:
    assert_type(await clerk.users.get("user_1"), User)
    assert_type(await clerk.users.create(first_name="Ann"), User)
    assert_type(await clerk.users.delete("user_1"), DeletedObject)
    assert_type(await clerk.organizations.create(name="Acme", created_by="user_1"), Organization)
    assert_type(await clerk.miscellaneous.get_public_interstitial(), str)
    pager = clerk.users.list(limit=10)
    assert_type(pager, AsyncPager[User])
    assert_type(await pager, AsyncPage[User])
    page = await pager.page()
    assert_type(page, AsyncPage[User])
    assert_type(await page.next_page(), AsyncPage[User] | None)
    async for user in pager:
        assert_type(user, User)
    async for one in pager.pages():
        assert_type(one, AsyncPage[User])
    assert_type(await clerk.raw(clerk.users.get, "user_1"), RawResponse[User])
    assert_type(await clerk.raw(clerk.users.list, limit=1), RawResponse[AsyncPage[User]])
    assert_type(await clerk.request("GET", "/users"), Any)
    assert_type(await clerk.verify_token("token"), Claims)
    state = await clerk.authenticate_request({})
    assert_type(state, AsyncRequestState)
    assert_type(state.auth, AsyncAuth | None)
    if state.auth:
        assert_type(await state.auth.get_token(template="t"), str | None)
    assert_type(await clerk.verify_machine_token("ak_1"), MachineToken)
    assert_type(clerk.with_options(max_retries=0), AsyncClerk)
    async with clerk as same:
        assert_type(same, AsyncClerk)


def fields(user: User, session: Session) -> None:
    assert_type(user.id, str)
    assert_type(user.first_name, str | None)
    assert_type(user.banned, bool)
    assert_type(user.public_metadata, dict[str, Any])
    assert_type(user.email_addresses, list[EmailAddress])
    assert_type(user.email_addresses[0].email_address, str)
    assert_type(user.last_sign_in_at, int | None)
    assert_type(user.last_sign_in_at_datetime, datetime | None)
    assert_type(user.to_dict(), dict[str, Any])
    assert_type(User.from_dict({}), User)
    # An enum stays open: a value that is not known yet is a string all the same.
    assert_type(user.object, Literal["user"] | str)
    status: str = session.status
    assert status == "active" or session.status == "revoked"


def tokens(clerk: Clerk) -> None:
    claims = clerk.verify_token("token", authorized_parties=["https://app.example.com"], clock_skew=5)
    assert_type(claims, Claims)
    assert_type(claims.sub, str)
    assert_type(claims.sid, str | None)
    assert_type(claims.exp, int)
    assert_type(claims["custom"], Any)
    assert_type(claims.get("custom", 7), Any)
    assert_type(claims.to_dict(), dict[str, Any])
    try:
        clerk.verify_token("token")
    except TokenError as error:
        assert_type(error.reason, str)


def requests(clerk: Clerk) -> None:
    state = clerk.authenticate_request({"authorization": "Bearer …"}, accepts_token="any")
    assert_type(state, RequestState)
    assert_type(state.status, Literal["signed-in", "signed-out", "handshake", "unavailable"])
    assert_type(state.reason, str | None)
    assert_type(state.retry_after, float | None)
    assert_type(state.headers, list[tuple[str, str]])
    assert_type(state.claims, Claims | None)
    auth = state.auth
    assert_type(auth, Auth | None)
    assert_type(state.to_auth(treat_pending_as_signed_out=False), Auth | None)
    if auth is not None:
        assert_type(auth.user_id, str | None)
        assert_type(auth.org_permissions, list[str] | None)
        assert_type(auth.has(role="org:admin", reverification="strict"), bool)
        assert_type(auth.session_claims, dict[str, Any] | None)


def webhooks(clerk: Clerk, waiting: AsyncClerk, body: bytes) -> None:
    webhook = Webhook(["whsec_AAAA", "whsec_BBBB"], tolerance=60)
    event = webhook.verify({"svix-id": "msg_1"}, body)
    assert_type(event, models.WebhookEvent)
    assert_type(clerk.verify_webhook({}, body), models.WebhookEvent)
    assert_type(waiting.verify_webhook({}, body), models.WebhookEvent)
    assert_type(webhook.verify_raw([], body).event, models.WebhookEvent)
    assert_type(webhook.sign("msg_1", 1, body), dict[str, str])
    assert_type(event.timestamp, int)
    if event.type == "user.created":
        assert_type(event, models.UserCreatedEvent)
        assert_type(event.data, models.User)
        print(event.data.frist_name)  # type: ignore[attr-defined]
    elif event.type == "session.ended":
        assert_type(event.data.user.first_name, str | None)
    if isinstance(event, models.UserCreatedEvent):
        assert_type(event.type, Literal["user.created"])
        assert_type(event.data, models.User)
    elif isinstance(event, models.UnknownWebhookEvent):
        assert_type(str(event.type), str)
        assert_type(event.data, Any | None)
    try:
        webhook.verify({}, body)
    except WebhookError as error:
        assert_type(error.reason, str)


def errors(error: ApiError) -> None:
    assert_type(error.status, int)
    assert_type(error.errors, list[ApiErrorItem])
    assert_type(error.errors[0].code, str)
    assert_type(error.retry_after, float | None)


def emulated() -> None:
    with Emulator(seed=1) as emulator:
        assert_type(emulator, Emulator)
        assert_type(emulator.url, str)
        assert_type(emulator.clerk(clock=ManualClock(0)), Clerk)
        assert_type(emulator.async_clerk(), AsyncClerk)
        assert_type(emulator.mint_session_token(user_id="user_1"), str)
        assert_type(emulator.mint_m2m_token(format="jwt"), str)
        assert_type(emulator.mint_oauth_token(scopes=("email",)), str)
        assert_type(emulator.mint_api_key(claims=[1]), str)
        assert_type(emulator.mint_handshake_token(["a=b"]), str)
        assert_type(emulator.browser_sign_in("user_1").session_id, str)
        assert_type(emulator.requests(), list[dict[str, Any]])


def refused(clerk: Clerk) -> None:
    """What is a mistake has to be one for type checkers too: an ignore that nothing needs is an error of its own."""
    clerk.users.get()  # type: ignore[call-arg]
    clerk.users.get(1)  # type: ignore[arg-type]
    clerk.users.get("user_1", nonsense=1)  # type: ignore[call-arg]
    clerk.users.list(limit="10")  # type: ignore[arg-type]
    print(clerk.users.list().nonsense)  # type: ignore[attr-defined]
    print(clerk.users.get("user_1").frist_name)  # type: ignore[attr-defined]
    clerk.with_options(timeuot=1)  # type: ignore[call-arg]
    Webhook("whsec_AAAA").verify({}, {"type": "user.created"})  # type: ignore[arg-type]
    Webhook("whsec_AAAA").verify({}, "{}")  # type: ignore[arg-type]
    Webhook(b"whsec_AAAA")  # type: ignore[arg-type]
