"""Mutated answers: the bodies of the generated cases, each with one change of `conformance/mutations.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from inspect import signature
from typing import Any, NamedTuple

from cases import Case, load
from clerk_usher import Clerk

Path = tuple["str | int", ...]
"""The steps to a place in a value."""


class Answered(NamedTuple):
    """What an operation answers."""

    model: str
    """The model, or the model of the items."""
    listing: bool


@cache
def answered(operation: str) -> Answered | None:
    """What an operation answers, by its method's annotation; None if that is no model."""
    resource, name = operation.split(".")
    with Clerk("sk_test_x", environment={}) as clerk:
        method: Callable[..., Any] = getattr(getattr(clerk, resource), name)
    told = str(signature(method).return_annotation)
    if told in ("None", "str"):
        return None
    outer, _, inner = told.rstrip("]").rpartition("[")
    assert outer in ("", "Page", "Pager"), told
    return Answered(inner, bool(outer))


def items(body: Any, answer: Answered) -> list[Any]:
    """The objects in the body of an answer."""
    if not answer.listing:
        return [body]
    found: list[Any] = body if isinstance(body, list) else body[array_name(body)]
    return found


def array_name(body: dict[str, Any]) -> str:
    """Where the items are in a listing that is an object: its only array."""
    (name,) = (name for name, value in body.items() if isinstance(value, list))
    return name


def kind(value: Any) -> str:
    """What kind of JSON a value is."""
    kinds = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


class Place(NamedTuple):
    """A place in a value, and what is there."""

    path: Path
    value: Any
    alike: tuple[Any, ...]
    """Places that are equal in this need not all be changed: fields of one name in objects with the same fields, which
    are in a field of one name themselves."""


def places(value: Any, path: Path = (), within: str = "", alike: tuple[Any, ...] = ()) -> Iterator[Place]:
    """Every place in a value, itself included; `within` is the name of the field that it is in."""
    yield Place(path, value, (*alike, kind(value)))
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name), name, (within, *value, "", name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index), within, (*alike, "[]"))


@cache
def samples() -> dict[str, list[tuple[Any, list[Place]]]]:
    """By model: its samples, each with the places that are not like one of a sample before."""
    found: dict[str, list[tuple[Any, list[Place]]]] = {}
    seen: set[tuple[Any, ...]] = set()
    for case in load("call"):
        answer = answered(case["operation"]) if case["name"].startswith(case["operation"] + "/") else None
        if answer is None:
            continue
        for sample in items(case["respond"][0]["body"], answer):
            new: list[Place] = []
            for place in places(sample, within=answer.model):
                if place.alike not in seen:
                    seen.add(place.alike)
                    new.append(place)
            if new:
                found.setdefault(answer.model, []).append((sample, new))
    return found


def changed(value: Any, path: Path, case: Case) -> Any:
    """A copy of `value` with the change of a case at a place. What is not on the way is shared."""
    if path:
        copy = value.copy()
        step, rest = path[0], path[1:]
        if not rest and case["change"] == "drop":
            del copy[step]
        else:
            copy[step] = changed(value[step], rest, case)
        return copy
    if case["change"] == "add":
        return {**value, case["field"]: case["value"]}
    return [*value, case["value"]] if case["change"] == "append" else case["value"]


def applies(case: Case, place: Place) -> bool:
    """Whether a change can be made at a place: an item is not dropped, and nothing put in place of the whole answer."""
    if kind(place.value) not in case["of"]:
        return False
    if case["change"] == "drop":
        return bool(place.path) and isinstance(place.path[-1], str)
    return bool(place.path) or case["change"] in ("add", "append")
