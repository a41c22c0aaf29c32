"""What the validation of recorded requests finds: a small description, and requests that keep to it or do not."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from validate_requests import Description, Exceptions, Recorded, not_recorded, validate

DESCRIPTION = """
openapi: 3.0.3
info: {title: Things, version: "1"}
servers: [{url: "https://api.example.com/v1"}]
security: [{bearerAuth: []}]
paths:
  /things/{thing_id}:
    patch:
      parameters:
        - {name: thing_id, in: path, required: true, schema: {type: string, pattern: "^thing_"}}
        - {name: limit, in: query, schema: {type: integer, maximum: 500}}
        - {name: kinds, in: query, schema: {type: array, items: {type: string, enum: [big, small]}}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string}, metadata: {type: object}}
      responses: {"200": {description: Fine.}}
  /things/{thing_id}/image:
    post:
      parameters: [{name: thing_id, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}}
      responses: {"200": {description: Fine.}}
components:
  securitySchemes: {bearerAuth: {type: http, scheme: bearer}}
"""
EXTRA = "paths: {'/things/{thing_id}/old': {get: {operationId: GetOldThing}}}\n"


@pytest.fixture
def description(tmp_path: Path) -> Description:
    (tmp_path / "backend-api-2024-01-01.yml").write_text("not the newest", "utf-8")
    (tmp_path / "backend-api-2025-01-01.yml").write_text(DESCRIPTION, "utf-8")
    (tmp_path / "extra-operations.yml").write_text(EXTRA, "utf-8")
    return Description(tmp_path)


def request(
    method: str = "PATCH",
    path: str = "/v1/things/thing_1",
    query: tuple[tuple[str, str], ...] = (("limit", "500"), ("kinds", "big"), ("kinds", "small")),
    body: Any = None,
    **headers: str,
) -> dict[str, Any]:
    told = {"authorization": "Bearer sk_test_1", "content-type": "application/json", **headers}
    if not isinstance(body, bytes):
        body = json.dumps({"name": "a", "metadata": {"free": [1]}} if body is None else body).encode()
    encoded = base64.b64encode(body).decode()
    return {"method": method, "path": path, "query": query, "headers": list(told.items()), "body_base64": encoded}


def faults(description: Description, **told: Any) -> str:
    return "\n".join(description.faults(Recorded(request(**told), description.host)))


def form(name: str) -> dict[str, Any]:
    body = f'--b\r\ncontent-disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n\0\r\n--b--\r\n'
    return {
        "method": "POST",
        "path": "/v1/things/thing_1/image",
        "query": (),
        "body": body.encode(),
        "content-type": "multipart/form-data; boundary=b",
    }


def test_what_keeps_to_the_description(description: Description) -> None:
    assert faults(description) == ""
    assert faults(description, query=()) == ""
    assert faults(description, **form("file")) == ""


@pytest.mark.parametrize(
    ("told", "piece"),
    [
        ({"path": "/v1/things/1"}, "does not match"),
        ({"path": "/v1/others/1"}, "not found"),
        ({"method": "GET"}, "not found"),
        ({"query": (("limit", "501"),)}, "501 is greater than"),
        ({"query": (("limit", "many"),)}, "limit"),
        ({"query": (("kinds", "middling"),)}, "middling"),
        ({"query": (("offset", "1"),)}, "`offset` is not described"),
        ({"body": {}}, "'name' is a required property"),
        ({"body": {"name": 1}}, "name: 1 is not of type"),
        ({"body": {"name": "a", "size": 1}}, "'size' was unexpected"),
        ({"body": []}, "not of type"),
        ({"content-type": "text/plain"}, "text/plain"),
        ({"authorization": ""}, "Security"),
        (form("image"), "'file' is a required property"),
        ({**form("file"), "body": b""}, "required"),
    ],
)
def test_what_does_not(description: Description, told: dict[str, Any], piece: str) -> None:
    assert piece in faults(description, **told)


def test_an_operation_that_is_not_described(description: Description) -> None:
    assert description.is_left_out(Recorded(request("GET", "/v1/things/thing_1/old"), description.host))
    assert not description.is_left_out(Recorded(request("POST", "/v1/things/thing_1/old"), description.host))
    assert not description.is_left_out(Recorded(request("GET", "/v1/things/thing_1/older"), description.host))


CASES = [{"name": "a", "requests": [{}]}, {"name": "b", "requests": [{}], "ways": ["node"]}]


def test_a_case_that_was_not_recorded() -> None:
    assert not_recorded("node", CASES, [{"case": "a"}]) == ["b"]
    assert not_recorded("python_sync", CASES, [{"case": "a"}]) == []
    assert not_recorded("python_sync", CASES, []) == ["a"]


def test_the_line_and_the_list(description: Description, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "exceptions.yaml"
    listed.write_text("[{case: a, fault: 501 is, reason: R.}, {case: a, fault: 502 is, reason: R.}]", "utf-8")
    exceptions = Exceptions(listed)

    def lines(*all_told: dict[str, Any]) -> list[str]:
        return [json.dumps({"case": "a", "request": told}) for told in all_told]

    both = (request(query=(("limit", "501"),)), request(**form("file")))
    cases = [{"name": "a", "requests": [{}, {}]}]
    assert validate("node", description, exceptions, cases, lines(*both))
    assert capsys.readouterr().out.startswith(
        "node: 2 of 2 recorded requests are valid, of 2 of 2 described operations (1"
    )
    assert exceptions.stale() == ["a: 502 is"]
    assert not validate("node", description, exceptions, cases, lines(both[0], request(query=(("limit", "503"),))))
    told = capsys.readouterr().out
    assert "a: PATCH /v1/things/thing_1: limit: 503 is greater" in told
    assert "POST /things/{thing_id}/image: no request of it was recorded" in told
    assert "node: 1 of 2 recorded requests are valid, of 1 of 2 described operations" in told
