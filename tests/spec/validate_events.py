"""Holds the events that the emulator delivered against their description, with a validator that is not ours.

`validate_events.py SPEC_FOLDER EVENTS_FILE`: the story of `tests/whole` wrote the second, a delivered body on a line.
Every described event must be there. One that cannot be, and what differs on purpose, is listed with its reason in
`event_exceptions.yaml`; an entry that nothing needs is refused.
"""

from __future__ import annotations

import base64
import json
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from validate_requests import HERE, Exceptions, Recorded, causes, honour_nullable, open_free_objects

HOST = "https://receiver.example.com"
SEEN = "no event of it was delivered"


class Description:
    """What is described of events: each is a request to a path of its own."""

    def __init__(self, folder: Path) -> None:
        newest = max(folder.glob("webhooks-*.yml"))
        told = yaml.load(newest.read_text("utf-8"), yaml.CSafeLoader)
        hooks: dict[str, Any] = told["x-webhooks"]
        self.events = set(hooks)
        for hook in hooks.values():
            hook["post"]["responses"] = {"200": {"description": "Received."}}
        one = merge({"paths": {f"/{event}": hook for event, hook in hooks.items()}}, told)
        api = {**told, **one, "servers": [{"url": HOST}], "components": merge(told["components"], told)}
        open_free_objects(api["paths"])
        open_free_objects(api["components"]["schemas"])
        # A field that is not described is refused, also where the description does not say so.
        config = Config(additional_properties_default_policy="forbid")
        self.api = OpenAPI.from_dict(honour_nullable(api), config=config)

    def faults(self, event: dict[str, Any]) -> list[str]:
        """What is wrong with an event."""
        if event["type"] not in self.events:
            return ["is not described"]
        body = base64.b64encode(json.dumps(event).encode()).decode()
        told = {"method": "POST", "path": f"/{event['type']}", "query": [], "body_base64": body}
        request = Recorded({**told, "headers": [("content-type", "application/json")]}, HOST)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return [cause for error in self.api.iter_request_errors(request) for cause in causes(error)]


def merge(schema: Any, whole: dict[str, Any]) -> Any:
    """One object out of each `allOf`: its parts would refuse each other's fields as not described."""
    if isinstance(schema, list):
        return [merge(inner, whole) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: merge(inner, whole) for name, inner in schema.items() if name != "allOf"}
    for part in schema.get("allOf", []):
        found = merge(resolve(part, whole), whole)
        for name, value in found.items():
            if name == "properties":
                told[name] = {**told.get(name, {}), **value}
            elif name == "required":
                told[name] = [*told.get(name, []), *value]
            else:
                told.setdefault(name, value)
        told["type"] = "object"
    return told


def resolve(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names."""
    if "$ref" not in schema:
        return schema
    found: Any = whole
    for name in schema["$ref"].split("/")[1:]:
        found = found[name]
    return resolve(found, whole)


def main(spec: Path, events: Path) -> int:
    description = Description(spec)
    exceptions = Exceptions(HERE / "event_exceptions.yaml")
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    valid = 0
    # As bytes: a text would also be split at separators within it.
    for line in events.read_bytes().splitlines():
        event = json.loads(line)
        seen[event["type"]] += 1
        found = [fault for fault in description.faults(event) if not exceptions.cover(event["type"], fault)]
        wrong += [f"{event['type']}: {fault}" for fault in found]
        valid += not found
    missing = sorted(description.events - seen.keys())
    wrong += [f"{event}: {SEEN}" for event in missing if not exceptions.cover(event, SEEN)]
    wrong += [f"exception that nothing needs: {entry}" for entry in exceptions.stale()]
    for fault in dict.fromkeys(wrong):
        print(fault)
    print("events seen: " + ", ".join(f"{event} {count}" for event, count in sorted(seen.items())))
    if missing:
        print("events not seen: " + ", ".join(missing))
    known = len(description.events & seen.keys())
    print(
        f"events: {valid} of {seen.total()} are valid,"
        f" of {known} of {len(description.events)} described kinds; {len(wrong)} wrong"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
