"""Runs every conformance case, waiting and awaited. It has no knowledge of its own of what is right."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from cases import Case, call_options, check_error, check_requests, check_within, goes, load, make_token, options, times
from clerk_usher import (
    AsyncClerk,
    AsyncPage,
    AsyncPager,
    CallEvent,
    Clerk,
    ClerkError,
    File,
    Model,
    Page,
    Pager,
    Webhook,
)
from clerk_usher.testing import Emulator, ManualClock
from recorded import record
from states import check_state
from steps import run_steps
from webhooks import body_of, headers_of

WAYS = ("python_sync", "python_async")
CALLS = [(case, way) for case in load("call") for way in WAYS if goes(case, way)]
TOKENS = [(case, way) for case in load("token") for way in WAYS if goes(case, way)]
WEBHOOKS = [(case, way) for case in load("webhook") for way in WAYS if way == "python_sync" or "client" in case]
AUTHENTICATIONS = [(case, way) for case in load("authenticate") for way in WAYS if goes(case, way)]
TOKENS_GOT = [(case, way) for case in load("get_token") for way in WAYS if goes(case, way)]
MACHINES = [(case, way) for case in load("machine") for way in WAYS if goes(case, way)]


def named(cases: list[tuple[Case, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("case", "way"), cases, ids=[f"{case['name']} [{way}]" for case, way in cases])


def fault(answer: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in answer.items() if name != "text"}
    return {**given, "count": 1, **({"body": answer["text"]} if "text" in answer else {})}


def wire(value: Any) -> Any:
    """What a call returned, as wire JSON."""
    return value.to_dict() if isinstance(value, (Model, Page, AsyncPage)) else value


def sync_call(method: Callable[..., Any], path: list[Any], arguments: dict[str, Any]) -> Any:
    value = method(*path, **arguments)
    return wire(value.page() if isinstance(value, Pager) else value)


async def async_call(method: Callable[..., Any], path: list[Any], arguments: dict[str, Any]) -> Any:
    value = method(*path, **arguments)
    return wire(await value if isinstance(value, AsyncPager) or inspect.isawaitable(value) else value)


@named(CALLS)
def test_call(emulator: Emulator, case: Case, way: str) -> None:
    for answer in case.get("respond", []):
        emulator.control("add_fault", **fault(answer))
    settings = options({"retry_delay_ms": 1, **case.get("client", {})})
    events: list[CallEvent] = []
    if "events" in case:
        settings.update(on_request=events.append, on_response=events.append, on_retry=events.append)
    resource, operation = case["operation"].split(".")
    files = {
        name: File(told["filename"], base64.b64decode(told["base64"]), told.get("content_type"))
        for name, told in case.get("files", {}).items()
    }
    # A name that is a keyword of the language bears an underscore.
    given = {**case.get("arguments", {}), **files}
    path = case.get("path", [])
    error: ClerkError | None = None
    result: Any = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            client = emulator.clerk(**settings) if way == "python_sync" else emulator.async_clerk(**settings)
            method = getattr(getattr(client, resource), operation)
            given = {
                name if name in inspect.signature(method).parameters else f"{name}_": given[name] for name in given
            }
            given["options"] = call_options(case.get("options"))
            if way == "python_sync":
                result = sync_call(method, path, given)
            else:
                result = asyncio.run(async_call(method, path, given))
        except ClerkError as raised:
            error = raised
    requests = emulator.requests()
    record(way, case["name"], requests)
    if "error" in case:
        assert error is not None, result
        check_error(case["error"], error)
    elif error is not None:
        raise error
    else:
        assert result == case["result"]
    check_requests(case["requests"], requests, emulator.secret_key)
    if "events" in case:
        found = [vars(event) for event in events]
        assert [{name: came[name] for name in told} for told, came in zip(case["events"], found, strict=True)] == case[
            "events"
        ]


def run(way: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls a method, and awaits it where it must be."""
    if way == "python_sync":
        return method(*args, **kwargs)

    async def awaited() -> Any:
        return await method(*args, **kwargs)

    return asyncio.run(awaited())


def client(way: str, **settings: Any) -> Clerk | AsyncClerk:
    return Clerk(**settings) if way == "python_sync" else AsyncClerk(**settings)


@named(TOKENS)
def test_token(emulator: Emulator, other: Emulator, case: Case, way: str) -> None:
    now = case["now"]
    keys = {"instance": emulator.jwt_key, "other": other.jwt_key, "none": None}
    told = case.get("key", "instance")
    token = make_token(case["token"], emulator, now)

    def verify() -> Any:
        settings = {"publishable_key": emulator.publishable_key, "environment": {}, "clock": ManualClock(now)}
        clerk = client(way, jwt_key=keys.get(told, told), **settings)
        return run(way, clerk.verify_token, token, **options(case.get("options", {})))

    if "error" in case:
        with pytest.raises(ClerkError) as raised:
            verify()
        check_error(case["error"], raised.value)
    else:
        check_within(times(case["result"].get("claims", {}), now), verify().to_dict())
    assert emulator.requests() == []


def ask_who(clerk: Any, step: Any) -> Any:
    return clerk.authenticate_request(step["request"], **options(step.get("options", {})))


@named(AUTHENTICATIONS)
def test_authenticate(emulator: Emulator, other: Emulator, case: Case, way: str) -> None:
    run_steps(emulator, other, case, way, ask_who, check_state)


def ask_machine(clerk: Any, step: Any) -> Any:
    return clerk.verify_machine_token(step["verify"], **options(step.get("options", {})))


@named(MACHINES)
def test_machine(emulator: Emulator, other: Emulator, case: Case, way: str) -> None:
    run_steps(emulator, other, case, way, ask_machine, lambda told, came: check_within(told, came.to_dict()))


def ask_token(clerk: Any, step: Any) -> Any:
    asked, passed_on = (
        step["get_token"],
        clerk.authenticate_request(step["request"], **options(step.get("options", {}))),
    )
    if isinstance(clerk, Clerk):
        return {"token": passed_on.auth.get_token(**asked)}

    async def awaited() -> Any:
        return {"token": await (await passed_on).auth.get_token(**asked)}

    return awaited()


@named(TOKENS_GOT)
def test_get_token(emulator: Emulator, other: Emulator, case: Case, way: str) -> None:
    run_steps(emulator, other, case, way, ask_token, check_within)


@named(WEBHOOKS)
def test_webhook(case: Case, way: str) -> None:
    body = body_of(case)
    headers = headers_of(case, body)
    clock = ManualClock(case["now"])

    def verify() -> Any:
        if "client" in case:
            return client(way, clock=clock, **case["client"]).verify_webhook(headers, body)
        told = {name: case[name] for name in ("tolerance_ms",) if name in case}
        return Webhook(case["secret"], clock=clock, **options(told)).verify(headers, body)

    if "error" in case:
        with pytest.raises(ClerkError) as raised:
            verify()
        check_error(case["error"], raised.value)
        return
    event = verify()
    assert event.to_dict() == (case["result"] if "result" in case else json.loads(body))
    if "model" in case:
        assert type(event).__name__ == case["model"]
    if "data_model" in case:
        assert type(event.data).__name__ == case["data_model"]
