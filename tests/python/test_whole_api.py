"""Every operation against the emulator: by our SDK, whose answers are kept for validation, and by the official one,
whose own parsing accepts them."""

from __future__ import annotations

import inspect
import json
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from clerk_usher import Clerk, File
from clerk_usher.testing import Emulator
from whole_story import FOLDER, PICTURE, STEPS, Story

API = FOLDER.parent.parent / "core" / "api"
OTHERS: dict[str, Any] = json.loads((FOLDER / "others.json").read_text("utf-8"))["python"]
CALLED = list(dict.fromkeys(step["do"] for step in STEPS if "do" in step))
CLIENTS = {"machine_secret_key": True}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(API.glob("*.yaml")):
        told = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for name, operation in (told.get("operations") or {}).items() if isinstance(told, dict) else ():
            yield f"{path.stem}.{name}", operation


OPERATIONS = dict(operations())


@pytest.fixture
def fresh() -> Iterator[Emulator]:
    with Emulator(seed=5, production=True, clock_ms=1_780_000_000_000) as emulator:
        yield emulator


class Ours:
    """Calls by our SDK; the answer as it came."""

    def __init__(self, emulator: Emulator) -> None:
        self.clerk = emulator.clerk()
        self.machine = emulator.clerk(machine_secret_key=emulator.machine_secret_key)
        self.answers: list[dict[str, Any]] = []

    def __call__(self, operation: str, path: list[Any], given: dict[str, Any], step: dict[str, Any]) -> Any:
        client: Clerk = self.machine if step.get("machine_key") else self.clerk
        resource, name = operation.split(".")
        method = getattr(getattr(client, resource), name)
        if "$array" in given:
            path, given = [*path, given["$array"]], {}
        known = inspect.signature(method).parameters
        arguments = {name if name in known else f"{name}_": file_of(value) for name, value in given.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            raw = client.raw(method, *path, **arguments)
        self.answers.append(
            {
                "operation": operation,
                "method": OPERATIONS[operation]["http"].split(" ")[0],
                "path": OPERATIONS[operation]["http"].split(" ")[1],
                "status": raw.status,
                "content_type": raw.headers.get("content-type", ""),
                "body": raw.body.decode(),
            }
        )
        return (
            json.loads(raw.body) if raw.body and "json" in str(raw.headers.get("content-type")) else raw.body.decode()
        )


def file_of(value: Any) -> Any:
    is_file = isinstance(value, dict) and "$file" in value
    return File(value["$file"], PICTURE, "image/png") if is_file else value


def test_our_sdk_calls_every_operation(fresh: Emulator) -> None:
    ours = Ours(fresh)
    played = [operation for operation, _ in Story(fresh).play(ours)]
    assert set(played) == set(OPERATIONS), "the story has every operation of the catalogue"
    if folder := os.environ.get("USHER_RECORDED"):
        lines = [json.dumps(answer) + "\n" for answer in ours.answers]
        Path(folder, "answers.ndjson").write_text("".join(lines), "utf-8")


class Official:
    """Calls by the official SDK, found by operation id and filled in by the names of its parameters."""

    def __init__(self, emulator: Emulator) -> None:
        module = pytest.importorskip("clerk_backend_api")
        server = f"{emulator.url}/v1"
        self.peer = module.Clerk(bearer_auth=emulator.secret_key, server_url=server)
        self.machine = module.Clerk(bearer_auth=emulator.machine_secret_key, server_url=server)
        self.methods: dict[str, tuple[str, str, str]] = {}
        for resource in module.Clerk._sub_sdk_map:
            methods = inspect.getmembers(getattr(self.peer, resource), inspect.ismethod)
            for name, method in methods:
                if name.startswith("_") or name.endswith("_async"):
                    continue
                source = inspect.getsource(method)
                if found := re.search(r'operation_id="([^"]+)"', source):
                    template = re.search(r'path="([^"]+)"', source)
                    assert template is not None
                    self.methods[found[1]] = (resource, name, template[1])
        self.ours = Ours(emulator)
        self.called: set[str] = set()

    def __call__(self, operation: str, path: list[Any], given: dict[str, Any], step: dict[str, Any]) -> Any:
        identity = OPERATIONS[operation].get("id", "")
        if identity not in self.methods or operation in OTHERS["cannot"]:
            return self.ours(operation, path, given, step)
        resource, name, template = self.methods[identity]
        method = getattr(getattr(self.machine if step.get("machine_key") else self.peer, resource), name)
        given = {**given, **OTHERS["arguments"].get(operation, {})}
        arguments = fill(inspect.signature(method).parameters, template, path, given)
        self.called.add(operation)
        return plain(method(**arguments))


def fill(known: Any, template: str, path: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    """Arguments by the names that a method has; those that it has no name for go into its one request object."""

    def named(wire: str) -> str | None:
        wanted = wire.replace("_", "").lower()
        return next((name for name in known if name.replace("_", "") == wanted), None)

    if "$array" in given:
        body = next(name for name in known if name in ("request", "request_body"))
        given = {body: given["$array"]}
    arguments: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for wire, value in [*zip(re.findall(r"\{(\w+)\}", template), path, strict=True), *given.items()]:
        if isinstance(value, dict) and "$file" in value:
            value = {"file_name": value["$file"], "content": PICTURE, "content_type": "image/png"}
        name = named(wire)
        (rest if name is None else arguments)[name or wire] = value
    return {**arguments, "request": rest} if rest else arguments


def plain(value: Any) -> Any:
    """What a model of it holds, in the names of the wire."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return json.loads(value.model_dump_json(by_alias=True)) if hasattr(value, "model_dump_json") else value


@pytest.mark.filterwarnings("ignore")
def test_the_official_sdk_calls_every_operation_it_has(fresh: Emulator) -> None:
    official = Official(fresh)
    for _ in Story(fresh).play(official):
        pass
    ids = {operation: told.get("id") for operation, told in OPERATIONS.items()}
    has = {operation for operation, identity in ids.items() if identity in official.methods}
    assert has - official.called == set(OTHERS["cannot"]), "what it cannot is listed with the reason"
    assert set(official.methods) <= set(ids.values()), "it has no operation that the catalogue lacks"
