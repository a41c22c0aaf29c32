"""Runs every conformance case, waiting and awaited. It has no knowledge of its own of what is right."""

from __future__ import annotations

import asyncio
import base64
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from cases import Case, call_options, check_error, check_requests, goes, load, options
from clerk_usher import AsyncClerk, AsyncPage, AsyncPager, Clerk, ClerkError, File, Model, Page, Pager
from clerk_usher.testing import Emulator

WAYS = ("python_sync", "python_async")
CALLS = [(case, way) for case in load("call") for way in WAYS if goes(case, way)]
AUTHENTICATIONS = [(case, way) for case in load("authenticate") for way in WAYS if goes(case, way)]


def named(cases: list[tuple[Case, str]]) -> Any:
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
    if "error" in case:
        assert error is not None, result
        check_error(case["error"], error)
    elif error is not None:
        raise error
    else:
        assert result == case["result"]
    check_requests(case["requests"], emulator.requests(), emulator.secret_key)


def run(way: str, client: Clerk | AsyncClerk, name: str, *args: Any, **kwargs: Any) -> Any:
    value = getattr(client, name)(*args, **kwargs)
    if way == "python_sync":
        return value

    async def awaited() -> Any:
        return await value

    return asyncio.run(awaited())
