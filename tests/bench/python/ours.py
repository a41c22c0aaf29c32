"""clerk-usher in Python."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from clerk_usher import AsyncClerk, Clerk, Webhook
from rounds import FIXTURE, Run, again, by_cookie, by_header, expect, on_new, on_seen, take_rounds

OPTIONS: dict[str, Any] = {
    "jwt_key": FIXTURE["pem"],
    "publishable_key": FIXTURE["publishable_key"],
    "api_url": FIXTURE["api_url"],
    "authorized_parties": [FIXTURE["origin"]],
}
clerk = Clerk(FIXTURE["secret_key"], **OPTIONS)
awaited = AsyncClerk(FIXTURE["secret_key"], **OPTIONS)
webhook = Webhook(FIXTURE["webhook_secret"])
body: bytes = FIXTURE["webhook_body"].encode()


def verify(token: str) -> None:
    expect(clerk.verify_token(token).sub, "no subject")


def request(headers: dict[str, str]) -> dict[str, Any]:
    return {"method": "GET", "url": f"{FIXTURE['origin']}/orders", "headers": headers}


def authenticate(request: dict[str, Any]) -> None:
    auth = clerk.authenticate_request(request).auth
    expect(auth and auth.user_id, "nobody")


def threads(calls: int, first: int) -> Run:
    """How much more two threads do than one."""
    share = calls // 3
    shares = [FIXTURE["tokens"][first + place * share : first + (place + 1) * share] for place in range(3)]

    def work(tokens: list[str]) -> None:
        for token in tokens:
            clerk.verify_token(token)

    def timed(*some: list[str]) -> float:
        running = [threading.Thread(target=work, args=(tokens,)) for tokens in some]
        start = time.perf_counter()
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return time.perf_counter() - start

    def run() -> dict[str, float]:
        one = timed(shares[0])
        return {"gain": 2 * one / timed(shares[1], shares[2])}

    return run


def deliveries(calls: int, first: int) -> Run:
    headers = webhook.sign("msg_1", int(time.time()), body)
    return again(lambda: expect(webhook.verify(headers, body).type == "user.created", "no event"))(calls, first)


def get() -> None:
    expect(clerk.users.get(FIXTURE["user_id"]).first_name, "no user")


async def get_awaited() -> None:
    user = await awaited.users.get(FIXTURE["user_id"])
    expect(user.first_name, "no user")


loop = asyncio.new_event_loop()


def get_at_once(calls: int, first: int) -> Run:
    async def all_of_them() -> None:
        for _ in range(0, calls, 64):
            await asyncio.gather(*[get_awaited() for _ in range(64)])

    return lambda: loop.run_until_complete(all_of_them())


def list_users() -> Any:
    page = clerk.users.list(limit=500).page()
    expect(len(page.data) == 500, "not all")
    return page.data


def list_names() -> None:
    for user in list_users():
        expect(user.first_name, "no name")


take_rounds(
    {
        "verify-new": on_new(str, verify),
        "verify-seen": on_seen(str, verify),
        "header-new": on_new(lambda token: request(by_header(token)), authenticate),
        "header-seen": on_seen(lambda token: request(by_header(token)), authenticate),
        "cookie-new": on_new(lambda token: request(by_cookie(token)), authenticate),
        "cookie-seen": on_seen(lambda token: request(by_cookie(token)), authenticate),
        "threads": threads,
        "webhook": deliveries,
        "get": again(get),
        "get-64": get_at_once,
        "list": again(list_users),
        "list-names": again(list_names),
    }
)
