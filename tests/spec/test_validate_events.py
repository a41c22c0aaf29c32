"""What the validation of events finds: a small description, and events that keep to it or do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import validate_events
from validate_events import Description, main

DESCRIPTION = """
openapi: 3.0.3
info: {title: Events, version: "1"}
x-webhooks:
  thing.created: &hook
    post:
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - $ref: '#/components/schemas/Envelope'
                - properties: {data: {$ref: '#/components/schemas/ThingOfEvent'}}
                  required: [data]
  thing.deleted: *hook
components:
  schemas:
    Envelope:
      type: object
      required: [object, type]
      properties: {object: {type: string}, type: {type: string}}
    Thing:
      type: object
      additionalProperties: false
      required: [id, part]
      properties:
        id: {type: string}
        metadata: {type: object}
        part: {nullable: true, allOf: [{$ref: '#/components/schemas/Part'}]}
    ThingOfEvent:
      allOf:
        - $ref: '#/components/schemas/Thing'
        - properties: {size: {type: string, enum: [big, small]}}
          required: [size]
    Part: {type: object, required: [id], properties: {id: {type: string}}}
"""
THING: dict[str, Any] = {"id": "thing_1", "metadata": {"a": 1}, "part": {"id": "part_1"}, "size": "big"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "webhooks-2024-01-01.yml").write_text("not the newest", "utf-8")
    (tmp_path / "webhooks-2025-01-01.yml").write_text(DESCRIPTION, "utf-8")
    return tmp_path


def event(kind: str = "thing.created", **data: Any) -> dict[str, Any]:
    return {"object": "event", "type": kind, "data": {**THING, **data}}


def test_what_is_described_is_valid(folder: Path) -> None:
    description = Description(folder)
    assert description.faults(event()) == []
    assert description.faults(event(part=None)) == []


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (event(size="tiny"), "data: size: 'tiny' is not one of"),
        (event(part={}), "data: part: 'id' is a required property"),
        (event(part={"id": "part_1", "colour": "red"}), "'colour' was unexpected"),
        (event(colour="red"), "'colour' was unexpected"),
        ({**event(), "colour": "red"}, "'colour' was unexpected"),
        ({"object": "event", "type": "thing.created"}, "'data' is a required property"),
        (event("thing.renamed"), "is not described"),
    ],
)
def test_what_is_not_described_is_found(folder: Path, told: dict[str, Any], fault: str) -> None:
    found = Description(folder).faults(told)
    assert any(fault in one for one in found), found


def outcome(folder: Path, exceptions: str, events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> int:
    (folder / "event_exceptions.yaml").write_text(exceptions, "utf-8")
    monkeypatch.setattr(validate_events, "HERE", folder)
    (folder / "events.ndjson").write_text("".join(json.dumps(told) + "\n" for told in events), "utf-8")
    return main(folder, folder / "events.ndjson")


LISTED = "[{case: thing.deleted, fault: no event of it was delivered, reason: None.}]"


def test_every_described_event_must_be_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(folder, "[]", [event()], monkeypatch) == 1
    assert "thing.deleted: no event of it was delivered" in capsys.readouterr().out
    assert outcome(folder, LISTED, [event()], monkeypatch) == 0
    assert "1 of 1 are valid, of 1 of 2 described kinds" in capsys.readouterr().out


def test_an_exception_that_nothing_needs_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(folder, LISTED, [event(), event("thing.deleted")], monkeypatch) == 1
