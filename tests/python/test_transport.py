"""A transport of the host's: what it gets, where it runs, and how its answers and failures are told."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any, cast

import pytest
from clerk_usher import (
    AsyncClerk,
    Clerk,
    ConfigError,
    DecodeError,
    NotFoundError,
    RequestConnectionError,
    RequestTimeoutError,
    TransportError,
    TransportRequest,
    TransportResponse,
    UnavailableError,
)
from clerk_usher.testing import Emulator
from loops import ProactorLike

SECRET = "sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def user(user_id: str) -> TransportResponse:
    return TransportResponse(json={"object": "user", "id": user_id, "first_name": "Ada"})


class Script:
    """Answers, one after the other, and what was asked."""

    def __init__(self, *answers: TransportResponse | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[TransportRequest] = []

    def __call__(self, request: TransportRequest) -> TransportResponse:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def clerk_of(transport: Any, **options: Any) -> Clerk:
    return Clerk(SECRET, environment={}, transport=transport, **{"retry_delay": 0.001, **options})


def async_clerk_of(transport: Any, **options: Any) -> AsyncClerk:
    return AsyncClerk(SECRET, environment={}, transport=transport, **{"retry_delay": 0.001, **options})


def call(clerk: Clerk | AsyncClerk, user_id: str = "user_1") -> str | None:
    """Gets a user, in either way."""
    if isinstance(clerk, Clerk):
        return clerk.users.get(user_id).id

    async def get(clerk: AsyncClerk) -> str | None:
        return (await clerk.users.get(user_id)).id

    return asyncio.run(get(clerk))


both = pytest.mark.parametrize("client_of", [clerk_of, async_clerk_of], ids=["sync", "async"])
ClientOf = Callable[..., "Clerk | AsyncClerk"]


def test_what_it_gets_is_what_would_be_sent() -> None:
    script = Script(user("user_1"))
    clerk_of(script).users.create(first_name="Ada")
    (request,) = script.asked
    assert (request.method, request.url, request.path) == ("POST", "https://api.clerk.com/v1/users", "/v1/users")
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.headers["content-type"] == "application/json"
    assert "clerk-usher" in request.headers["user-agent"]
    assert (request.body, request.json()) == (b'{"first_name":"Ada"}', {"first_name": "Ada"})
    assert SECRET not in repr(request)
    script = Script(TransportResponse(json=[]))
    clerk_of(script).users.list(user_id=["user_1", "user_2"], limit=1).page()
    assert ("user_id", "user_2") in script.asked[0].query
    assert script.asked[0].json() is None


@both
def test_retries_are_as_usual(client_of: ClientOf) -> None:
    script = Script(TransportError("it broke off"), TransportResponse(503), user("user_1"))
    assert call(client_of(script)) == "user_1"
    assert len(script.asked) == 3


def test_a_write_is_repeated_only_where_it_cannot_have_been_acted_on() -> None:
    script = Script(TransportError("it broke off"), user("user_1"))
    with pytest.raises(RequestConnectionError, match="it broke off"):
        clerk_of(script).users.create()
    assert len(script.asked) == 1
    script = Script(
        TransportError("nobody there", sent=False),
        TransportResponse(429, headers={"Retry-After": "0"}),
        user("user_1"),
    )
    clerk_of(script).users.create()
    assert len(script.asked) == 3


def test_errors_are_as_usual() -> None:
    errors = {"errors": [{"code": "resource_not_found", "message": "not found"}], "clerk_trace_id": "t1"}
    with pytest.raises(NotFoundError) as caught:
        clerk_of(Script(TransportResponse(404, json=errors))).users.get("user_1")
    assert (caught.value.has_code("resource_not_found"), caught.value.trace_id) == (True, "t1")
    with pytest.raises(DecodeError):
        clerk_of(Script(TransportResponse(body="<html>"))).users.get("user_1")


@both
def test_what_it_raises_goes_to_the_caller_as_it_is(client_of: ClientOf) -> None:
    mine = AssertionError("not this one")
    script = Script(mine, user("user_1"))
    with pytest.raises(AssertionError) as caught:
        call(client_of(script))
    assert caught.value is mine
    assert len(script.asked) == 1


@both
def test_a_script_that_runs_out_says_so(client_of: ClientOf) -> None:
    answers = iter([user("user_1")])
    clerk = client_of(lambda request: next(answers))
    assert call(clerk) == "user_1"
    with pytest.raises((StopIteration, RuntimeError)) as caught:
        call(clerk)
    assert isinstance(caught.value, StopIteration) or isinstance(caught.value.__cause__, StopIteration)


@both
def test_what_is_no_answer(client_of: ClientOf) -> None:
    with pytest.raises(TypeError, match="`transport` must return a `TransportResponse`, not a dict"):
        call(client_of(lambda request: {"status": 200}))


def test_one_that_is_async_is_for_the_client_that_is_awaited() -> None:
    async def transport(request: TransportRequest) -> TransportResponse:
        await asyncio.sleep(0)
        return user("user_1")

    with pytest.raises(TypeError, match="use `AsyncClerk`"):
        clerk_of(transport).users.get("user_1")
    assert call(async_clerk_of(transport)) == "user_1"


@pytest.mark.parametrize("clerk_class", [Clerk, AsyncClerk])
def test_what_is_no_transport(clerk_class: type[Clerk] | type[AsyncClerk]) -> None:
    with pytest.raises(ConfigError, match="`transport` must be a function") as caught:
        clerk_class(SECRET, transport=cast(Any, "https://example.com"))
    assert caught.value.option == "transport"
    clerk = clerk_class(SECRET)
    with pytest.raises(ConfigError, match="`transport` must be a function"):
        clerk.with_options(transport=cast(Any, 1))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: TransportResponse(cast(Any, "200")), "`status` must be an int"),
        (lambda: TransportResponse(0), "`status` must be an HTTP status from 100 to 599, not 0"),
        (lambda: TransportResponse(json={}, body=b"{}"), "`json` or `body`"),
        (lambda: TransportResponse(body=cast(Any, {})), "`body` must be bytes or str"),
        (lambda: TransportResponse(headers=cast(Any, {"a": 1})), "`headers` must be"),
        (lambda: TransportResponse(json=float("nan")), "not JSON compliant"),
    ],
)
def test_answers_that_cannot_be(make: Callable[[], object], match: str) -> None:
    with pytest.raises((TypeError, ValueError), match=match):
        make()


def test_a_null_is_an_answer() -> None:
    assert TransportResponse(json=None).body == b"null"


def test_it_runs_on_the_callers_thread() -> None:
    threads: list[int] = []

    def transport(request: TransportRequest) -> TransportResponse:
        threads.append(threading.get_ident())
        return user("user_1")

    clerk_of(transport).users.get("user_1")
    call(async_clerk_of(transport))
    assert threads == [threading.get_ident()] * 2


def test_it_runs_in_the_context_of_the_caller() -> None:
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name")

    async def transport(request: TransportRequest) -> TransportResponse:
        await asyncio.sleep(0)
        assert request.path == f"/v1/users/{name.get()}"
        return user(name.get())

    async def one(clerk: AsyncClerk, user_id: str) -> str | None:
        name.set(user_id)
        return (await clerk.users.get(user_id)).id

    async def main() -> list[str | None]:
        clerk = async_clerk_of(transport)
        return await asyncio.gather(*(one(clerk, f"user_{number}") for number in range(8)))

    assert asyncio.run(main()) == [f"user_{number}" for number in range(8)]


def test_it_may_call_by_the_same_client() -> None:
    def transport(request: TransportRequest) -> TransportResponse:
        if request.path == "/v1/users/user_1":
            return TransportResponse(json={"id": clerk.users.get("user_2").id, "object": "user"})
        return user("user_2")

    clerk = clerk_of(transport)
    assert clerk.users.get("user_1").id == "user_2"


def test_one_that_hangs_is_cancelled_when_its_time_is_over() -> None:
    ended: list[str] = []

    async def transport(request: TransportRequest) -> TransportResponse:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(request.path)
        raise AssertionError

    async def main() -> None:
        with pytest.raises(RequestTimeoutError):
            await async_clerk_of(transport, timeout=0.05).users.get("user_1")
        await asyncio.sleep(0)
        assert ended == ["/v1/users/user_1"]

    asyncio.run(main())


def test_an_attempt_whose_time_is_over_is_cancelled_when_the_next_one_asks() -> None:
    ended: list[str] = []

    async def transport(request: TransportRequest) -> TransportResponse:
        if not ended:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(request.path)
        return user("user_1")

    async def main() -> str | None:
        return (await async_clerk_of(transport, attempt_timeout=0.05).users.get("user_1")).id

    assert asyncio.run(main()) == "user_1"
    assert len(ended) == 1


def test_cancelling_the_caller_cancels_it() -> None:
    steps: list[str] = []

    async def transport(request: TransportRequest) -> TransportResponse:
        steps.append("began")
        try:
            await asyncio.Event().wait()
        finally:
            steps.append("ended")
        raise AssertionError

    async def main() -> None:
        task = asyncio.ensure_future(async_clerk_of(transport).users.get("user_1"))
        while not steps:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)

    asyncio.run(main())
    assert steps == ["began", "ended"]


def test_on_a_loop_without_readers_it_runs_in_the_loop() -> None:
    threads: list[int] = []

    async def transport(request: TransportRequest) -> TransportResponse:
        await asyncio.sleep(0)
        threads.append(threading.get_ident())
        if len(threads) == 1:
            raise TransportError("it broke off")
        return user("user_1")

    async def main() -> None:
        assert (await async_clerk_of(transport).users.get("user_1")).id == "user_1"
        with pytest.raises(ZeroDivisionError):
            await async_clerk_of(lambda request: 1 // 0).users.get("user_1")

    loop = ProactorLike()
    try:
        loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
    assert threads == [threading.get_ident()] * 2


def pages(request: TransportRequest) -> TransportResponse:
    query = dict(request.query)
    offset = int(query.get("offset", "0"))
    users = [{"object": "user", "id": f"user_{number}"} for number in range(offset, min(offset + 2, 7))]
    return TransportResponse(json=users)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_listings_are_walked(concurrency: int) -> None:
    wanted = [f"user_{number}" for number in range(7)]
    walk = clerk_of(pages).users.list(limit=2).items(concurrency=concurrency)
    assert [user.id for user in walk] == wanted

    async def main() -> list[str | None]:
        walk = async_clerk_of(pages).users.list(limit=2).items(concurrency=concurrency)
        return [user.id async for user in walk]

    assert asyncio.run(main()) == wanted


def test_a_page_ahead_is_asked_for_when_the_caller_can_answer() -> None:
    """Its time would be running while the caller is busy with the page before."""
    asked: list[str] = []

    def transport(request: TransportRequest) -> TransportResponse:
        asked.append(request.url)
        return pages(request)

    walk = iter(clerk_of(transport).users.list(limit=2).items(concurrency=3))
    next(walk)
    assert len(asked) == 1
    assert sum(1 for _ in walk) == 6


@both
def test_keys_come_from_it(client_of: ClientOf, emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    keys = emulator.clerk().jwks.get().to_dict()
    script = Script(TransportResponse(json=keys))
    clerk = client_of(script)

    def verified() -> str:
        if isinstance(clerk, Clerk):
            return clerk.verify_token(token).sub
        return asyncio.run(clerk.verify_token(token)).sub

    assert (verified(), verified()) == ("user_1", "user_1")
    assert [request.path for request in script.asked] == ["/v1/jwks"]


def test_an_outage_of_it_says_nothing_of_the_token(emulator: Emulator) -> None:
    def transport(request: TransportRequest) -> TransportResponse:
        raise TransportError("nobody there", sent=False)

    token = emulator.mint_session_token(user_id="user_1")
    with pytest.raises(UnavailableError):
        clerk_of(transport).verify_token(token)
    state = clerk_of(transport, publishable_key=emulator.publishable_key).authenticate_request(
        {"Authorization": f"Bearer {token}"}
    )
    assert state.status == "unavailable"


def test_the_doctor_asks_it_too() -> None:
    script = Script(*[TransportResponse(401)] * 6)
    clerk_of(script).doctor()
    asked = len(script.asked)
    assert asked > 0
    Clerk.diagnose(SECRET, environment={}, transport=script)
    assert len(script.asked) == 2 * asked


def test_copies_have_it_too_unless_they_have_another() -> None:
    script = Script(user("user_1"))
    clerk = clerk_of(script)
    assert clerk.with_options(max_retries=0).users.get("user_1").id == "user_1"
    other = clerk.with_options(transport=lambda request: user("user_2"))
    assert other.users.get("user_2").id == "user_2"
    assert len(script.asked) == 1


def test_hooks_and_answers_as_they_came() -> None:
    steps: list[str] = []
    clerk = clerk_of(
        Script(TransportResponse(500), TransportResponse(json={"id": "user_1"}, headers=[("X-A", "1"), ("x-a", "2")])),
        on_request=lambda event: steps.append(event.step),
        on_retry=lambda event: steps.append(event.step),
    )
    raw = clerk.raw(clerk.users.get, "user_1")
    assert raw.headers.get_all("x-a") == ["1", "2"]
    assert steps == ["request", "retry", "request"]


def test_a_client_that_its_transport_knows_can_go() -> None:
    class Api:
        clerk: Clerk

        def __call__(self, request: TransportRequest) -> TransportResponse:
            return user("user_1")

    api = Api()
    api.clerk = clerk_of(api)
    assert api.clerk.users.get("user_1").id == "user_1"
    gone = weakref.ref(api)
    del api
    gc.collect()
    assert gone() is None
