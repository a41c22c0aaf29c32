"""An answer that is not what was expected costs no more than its own field: every model, every field, every change."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from cases import Case, load
from clerk_usher import Model, models
from clerk_usher.generated.models import UNIONS
from clerk_usher.model import read_union
from clerk_usher.testing import Emulator
from mutate import Path, answered, applies, array_name, changed, items, places, samples
from test_conformance import test_call as play

MUTATIONS = load("mutation")
mutations = pytest.mark.parametrize("case", MUTATIONS, ids=[case["name"] for case in MUTATIONS])


def read(model: str, data: dict[str, Any]) -> Model:
    """An object as a model, as a call reads it."""
    return read_union(model, data) if model in UNIONS else getattr(models, model).from_dict(data)


@cache
def telling() -> set[str]:
    """The fields that tell the members of any union apart."""
    found = {tag for tag, _ in UNIONS.values() if tag is not None}
    for _, members in UNIONS.values():
        for member in members.values():
            found.update(getattr(models, member)._required)
    return found


def at(model: Model, name: str) -> Any:
    """A field by its name on the wire, as a user reads it."""
    ours = next((ours for ours, wire in type(model)._wire.items() if wire == name), name)
    return getattr(model, ours)


def plain(value: Any) -> Any:
    """What was read, as it came."""
    if isinstance(value, Model):
        return value.to_dict()
    return [plain(item) for item in value] if isinstance(value, list) else value


def check_intact(before: Any, after: Any, path: Path) -> None:
    """All that is not at this place is what it was, and of the class that it was."""
    for depth, step in enumerate(path):
        last = depth + 1 == len(path)
        if isinstance(before, Model) and isinstance(step, str):
            assert isinstance(after, Model)
            if type(before) is not type(after):
                assert last, (type(before), type(after))
                assert step in telling()
                beside = {name: value for name, value in before if name != step}
                assert beside == {name: value for name, value in after if name != step}
                return
            for name in before._data:
                if name != step:
                    assert at(before, name) == at(after, name), name
            if last:
                if step in after:
                    assert plain(at(after, step)) == after[step]
                elif step in type(after)._fields:
                    assert at(after, step) is None
                return
            before, after = at(before, step), at(after, step)
        elif isinstance(before, list) and isinstance(step, int):
            for index, item in enumerate(before):
                assert index == step or (after[index] == item and type(after[index]) is type(item))
            if last:
                return
            before, after = before[step], after[step]
        else:
            return  # what is in free-form values is no model's


@mutations
def test_a_change_costs_its_own_field_only(case: Case) -> None:
    done = 0
    for model, of_model in samples().items():
        for sample, wanted in of_model:
            before = read(model, sample)
            for place in wanted:
                if not applies(case, place):
                    continue
                path = place.path
                mutated = changed(sample, path, case)
                after = read(model, mutated)
                check_intact(before, after, (*path, case["field"]) if case["change"] == "add" else path)
                assert after.to_dict() == mutated, path
                repr(after)
                done += 1
    assert done > 100, "there is something to change"


def reached(model: str, value: Any, found: set[tuple[str, str]]) -> None:
    """Every field of every model in a value."""
    if isinstance(value, list):
        for item in value:
            reached(model, item, found)
    elif isinstance(value, dict):
        read_as = type(read(model, value))
        for name, inner in value.items():
            ours = next((ours for ours, wire in read_as._wire.items() if wire == name), name)
            found.add((read_as.__name__, ours))
            if ours in read_as._nested:
                reached(read_as._nested[ours], inner, found)


def test_every_field_is_among_those_changed() -> None:
    found: set[tuple[str, str]] = set()
    for model, of_model in samples().items():
        for sample, _ in of_model:
            reached(model, sample, found)
    for model in {model for model, _ in found} - {"Model"}:
        missing = {name for name in getattr(models, model)._fields if name[0] != "_"} - {
            name for owner, name in found if owner == model
        }
        assert not missing, model


CALLS = [
    case for case in load("call") if case["name"].endswith("/only what is required") and answered(case["operation"])
]
"""One for each operation that answers a model."""


def able_to(mutation: Case, sample: Any) -> list[Path]:
    """Where a change can be made."""
    return [place.path for place in places(sample) if applies(mutation, place)]


def called(index: int) -> Case:
    """A case of one operation whose answer has a change; which one and where differ from operation to operation."""
    case = {**CALLS[index], "name": f"{CALLS[index]['name']}, its answer changed"}
    answer = answered(case["operation"])
    assert answer is not None
    body = case["respond"][0]["body"]
    found = items(body, answer)
    in_turn = MUTATIONS[index % len(MUTATIONS) :] + MUTATIONS
    mutation, able = next((mutation, able) for mutation in in_turn if (able := able_to(mutation, found[0])))
    mutated = [changed(found[0], able[index * 7 % len(able)], mutation), *found[1:]]
    if not answer.listing:
        return {**case, "respond": [{"status": 200, "body": mutated[0]}], "result": mutated[0]}
    sent = {**body, array_name(body): mutated} if isinstance(body, dict) else mutated
    return {**case, "respond": [{"status": 200, "body": sent}], "result": {**case["result"], "data": mutated}}


@pytest.mark.parametrize("index", range(len(CALLS)), ids=[case["operation"] for case in CALLS])
def test_a_call_with_a_changed_answer_succeeds(emulator: Emulator, index: int) -> None:
    play(emulator, called(index), "python_sync")
