"""Today's SDK: PyPI's clerk-backend-api."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from rounds import FIXTURE, Run, again, by_cookie, by_header, expect, on_new, on_seen, take_rounds

# By name: it lies in a folder of its own, where type checkers do not look.
api: Any = importlib.import_module("clerk_backend_api")
security: Any = importlib.import_module("clerk_backend_api.security")
types: Any = importlib.import_module("clerk_backend_api.security.types")
httpx: Any = importlib.import_module("httpx")

clerk = api.Clerk(bearer_auth=FIXTURE["secret_key"], server_url=f"{FIXTURE['api_url']}/v1")
VERIFY = types.VerifyTokenOptions(jwt_key=FIXTURE["pem"], authorized_parties=[FIXTURE["origin"]])
AUTHENTICATE = types.AuthenticateRequestOptions(jwt_key=FIXTURE["pem"], authorized_parties=[FIXTURE["origin"]])


def verify(token: str) -> None:
    expect(security.verify_token(token, VERIFY)["sub"], "no subject")


def request(headers: dict[str, str]) -> Any:
    return httpx.Request("GET", f"{FIXTURE['origin']}/orders", headers=headers)


def authenticate(request: Any) -> None:
    expect(clerk.authenticate_request(request, AUTHENTICATE).payload["sub"], "nobody")


def get() -> None:
    expect(clerk.users.get(user_id=FIXTURE["user_id"]).first_name, "no user")


async def get_awaited() -> None:
    user = await clerk.users.get_async(user_id=FIXTURE["user_id"])
    expect(user.first_name, "no user")


loop = asyncio.new_event_loop()


def get_at_once(calls: int, first: int) -> Run:
    async def all_of_them() -> None:
        for _ in range(0, calls, 64):
            await asyncio.gather(*[get_awaited() for _ in range(64)])

    return lambda: loop.run_until_complete(all_of_them())


def list_users() -> Any:
    users = clerk.users.list(request={"limit": 500})
    expect(len(users) == 500, "not all")
    return users


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
        "get": again(get),
        "get-64": get_at_once,
        "list": again(list_users),
        "list-names": again(list_names),
    }
)
