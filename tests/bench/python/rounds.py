"""A contender in Python: takes rounds on command, a line of JSON in and a line of JSON out."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

Run = Callable[[], Any]
Work = Callable[[int, int], Run]

with open(os.environ["BENCH_FIXTURE"], encoding="utf-8") as file:
    FIXTURE: dict[str, Any] = json.load(file)
"""What all contenders work on."""


def on_new(make: Callable[[str], Any], call: Callable[[Any], object]) -> Work:
    """Calls on tokens that were not seen yet. `make` is what is there before the clock runs."""

    def prepare(calls: int, first: int) -> Run:
        items = [make(token) for token in FIXTURE["tokens"][first : first + calls]]
        return lambda: _in_turn(items, calls, call)

    return prepare


def on_seen(make: Callable[[str], Any], call: Callable[[Any], object]) -> Work:
    """Calls on a few tokens, each of which was seen just before."""

    def prepare(calls: int, first: int) -> Run:
        items = [make(token) for token in FIXTURE["seen"]]
        _in_turn(items, len(items), call)
        return lambda: _in_turn(items, calls, call)

    return prepare


def again(call: Callable[[], object]) -> Work:
    """Calls that are the same each time, one after the other."""

    def run(calls: int) -> None:
        for _ in range(calls):
            call()

    return lambda calls, first: lambda: run(calls)


def _in_turn(items: list[Any], calls: int, call: Callable[[Any], object]) -> None:
    whole, rest = divmod(calls, len(items))
    for _ in range(whole):
        for item in items:
            call(item)
    for item in items[:rest]:
        call(item)


def expect(truth: object, what: str) -> None:
    """Fails on what would make a contender fast and wrong."""
    if not truth:
        raise AssertionError(f"wrong: {what}")


def by_header(token: str) -> dict[str, str]:
    """The headers of a request that has its token in a header."""
    return {"host": "app.example.com", "authorization": f"Bearer {token}"}


def by_cookie(token: str) -> dict[str, str]:
    """The headers of a request by a browser, which has its token in a cookie."""
    return {
        "host": "app.example.com",
        "cookie": f"__client_uat=1700000000; __session={token}",
        "sec-fetch-dest": "document",
        "accept": "text/html",
    }


def take_rounds(works: Mapping[str, Work]) -> None:
    """Tells what it can do, then does what it is told. Work prepares, and gives back what is measured."""
    _tell({"works": list(works)})
    for line in sys.stdin:
        told = json.loads(line)
        calls: int = told["calls"]
        try:
            run = works[told["work"]](calls, told["first"])
            cpu, start = time.process_time(), time.perf_counter()
            more = run()
            wall, used = time.perf_counter() - start, time.process_time() - cpu
            _tell({"wall": wall * 1e6 / calls, "cpu": used * 1e6 / calls, **(more or {})})
        except Exception:
            _tell({"error": traceback.format_exc()})


def _tell(value: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
