"""Holds every recorded request of the conformance cases against the API description, with a validator that is not ours.

`validate_requests.py SPEC_FOLDER RECORDED_FOLDER`: the runners wrote the second (`USHER_RECORDED`), a file a way. Every
case of that way must be there, and every described operation. What a case sends against the description on purpose is
listed with its reason in `exceptions.yaml`; an entry that no request needs is refused. The validator is openapi-core;
here is only what it leaves alone: names in the query that are not described.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from werkzeug.datastructures import Headers, ImmutableMultiDict

HERE = Path(__file__).parent


@dataclass
class Recorded:
    """A request in the shape that openapi-core asks for."""

    told: dict[str, Any]
    host_url: str
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = RequestParameters(
            query=ImmutableMultiDict([(name, value) for name, value in self.told["query"]]),
            header=Headers([(name, value) for name, value in self.told["headers"]]),
        )

    @property
    def method(self) -> str:
        return str(self.told["method"]).lower()

    @property
    def path(self) -> str:
        return str(self.told["path"])

    @property
    def full_url_pattern(self) -> str:
        return self.host_url + self.path

    @property
    def body(self) -> bytes | None:
        return base64.b64decode(self.told["body_base64"]) or None

    @property
    def content_type(self) -> str:
        return str(self.parameters.header.get("content-type", ""))


class Description:
    """The API description, and the operations that it leaves out."""

    def __init__(self, folder: Path) -> None:
        newest = max(folder.glob("backend-api-*.yml"))
        told = yaml.load(newest.read_text("utf-8"), yaml.CSafeLoader)
        extra = yaml.load((folder / "extra-operations.yml").read_text("utf-8"), yaml.CSafeLoader)
        server = re.fullmatch(r"(https://[^/]+)(/.*)", told["servers"][0]["url"])
        assert server is not None
        self.host, self.base = server.groups()
        self.operations = {
            f"{method.upper()} {path}"
            for path, item in told["paths"].items()
            for method in item.keys() & {"get", "put", "post", "patch", "delete"}
        }
        # A placeholder may have another name here and there.
        self.templates = {re.sub(r"\{\w+\}", "{}", operation): operation for operation in self.operations}
        self.left_out = {(method, path) for path, item in extra["paths"].items() for method in item}
        # Of answers: what is not described may be there, as the description has it.
        self.answers = OpenAPI.from_dict(honour_nullable(told))
        open_free_objects(told)
        self.api = OpenAPI.from_dict(told, config=Config(additional_properties_default_policy="forbid"))
        self.finder = APICallPathFinder(self.api.spec)

    def is_left_out(self, request: Recorded) -> bool:
        """Whether it is of an operation that the description does not have: of those nothing can be said."""
        return any(
            method == request.method and re.fullmatch(self.base + re.sub(r"\{\w+\}", "[^/]+", path), request.path)
            for method, path in self.left_out
        )

    def faults(self, request: Recorded) -> list[str]:
        """What is wrong with a request."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found = [told for error in self.api.iter_request_errors(request) for told in causes(error)]
        return found + [f"query: `{name}` is not described" for name in self.unknown(request)]

    def find(self, request: Recorded) -> PathOperationServer | None:
        """Where a request is described."""
        try:
            return self.finder.find(request.method, request.full_url_pattern)
        except PathError:
            return None

    def operation(self, request: Recorded) -> str | None:
        """The described operation that a request is of."""
        found = self.find(request)
        return found and f"{request.method.upper()} {found.path_result.pattern}"

    def unknown(self, request: Recorded) -> list[str]:
        """Names in the query that are not described: the validator passes over them."""
        found = self.find(request)
        if found is None:
            return []
        listed = [*found.operation.get("parameters", []), *found.path.get("parameters", [])]
        known = {(one / "name").read_str() for one in listed if (one / "in").read_str() == "query"}
        return [name for name in request.parameters.query if name not in known]


def open_free_objects(schema: Any) -> None:
    """An object of which nothing is said is free-form; the validator is to refuse unknown fields of all others."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and not schema.keys() & {"properties", "additionalProperties", "allOf"}:
            schema["additionalProperties"] = True
        for inner in schema.values():
            open_free_objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            open_free_objects(inner)


def honour_nullable(schema: Any) -> Any:
    """Beside `allOf` or `oneOf`, `nullable` means nothing to a validator; here it means what it says."""
    if isinstance(schema, list):
        return [honour_nullable(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: honour_nullable(inner) for name, inner in schema.items()}
    if told.get("nullable") is True and told.keys() & {"allOf", "oneOf", "anyOf"}:
        null = {"nullable": True, "enum": [None]}
        return {"anyOf": [null, {name: inner for name, inner in told.items() if name != "nullable"}]}
    return told


def causes(error: BaseException) -> list[str]:
    """An error in words, without the whole body: what the validator found at the bottom of it."""
    found = getattr(error.__cause__, "schema_errors", None)
    if found is None:
        return [f"{error}: {error.__cause__}" if error.__cause__ else str(error)]
    what = str(error).split(": ")[-1] if "parameter" in str(error) else "body"
    return [": ".join([what, *map(str, one.absolute_path), one.message]) for one in found]


class Exceptions:
    """The list of what is sent on purpose though the description has it otherwise."""

    def __init__(self, path: Path) -> None:
        self.entries: list[dict[str, str]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        self.used: set[int] = set()

    def cover(self, case: str, fault: str) -> bool:
        """Whether this fault of this case is listed."""
        for index, entry in enumerate(self.entries):
            if case.startswith(entry["case"]) and entry["fault"] in fault:
                self.used.add(index)
                return True
        return False

    def stale(self) -> list[str]:
        """Entries that nothing needed."""
        return [f"{one['case']}: {one['fault']}" for index, one in enumerate(self.entries) if index not in self.used]


def conformance(folder: Path) -> list[dict[str, Any]]:
    """All cases that are calls."""
    files = [path for path in sorted(folder.rglob("*.json")) if not path.name.startswith("peers_")]
    cases = [case for path in files for case in json.loads(path.read_text("utf-8"))["cases"]]
    return [case for case in cases if case["kind"] == "call"]


def not_recorded(way: str, cases: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> list[str]:
    """Cases of this way of which not every request was recorded."""
    counts = Counter(told["case"] for told in recorded)
    going = [case for case in cases if way in case.get("ways", [way])]
    return [case["name"] for case in going if counts[case["name"]] != len(case["requests"])]


def validate(
    way: str, description: Description, exceptions: Exceptions, cases: list[dict[str, Any]], lines: list[str]
) -> bool:
    """Prints a line for this way, after every fault that is not listed; whether there is none."""
    recorded = [json.loads(line) for line in lines]
    wrong = [f"{name}: its requests were not recorded" for name in not_recorded(way, cases, recorded)]
    seen: set[str | None] = set()
    valid = listed = left_out = 0
    for told in recorded:
        request = Recorded(told["request"], description.host)
        if description.is_left_out(request):
            left_out += 1
            continue
        seen.add(description.operation(request))
        faults = description.faults(request)
        unlisted = [fault for fault in faults if not exceptions.cover(told["case"], fault)]
        wrong += [f"{told['case']}: {request.method.upper()} {request.path}: {fault}" for fault in unlisted]
        valid += not unlisted
        listed += bool(faults) and not unlisted
    missing = description.operations - seen
    wrong += [f"{operation}: no request of it was recorded" for operation in sorted(missing)]
    for fault in wrong:
        print(f"{way}: {fault}")
    all_operations = len(description.operations)
    print(
        f"{way}: {valid} of {len(recorded) - left_out} recorded requests are valid,"
        f" of {all_operations - len(missing)} of {all_operations} described operations"
        f" ({listed} by a listed exception; {left_out} more are of operations that are not described)"
    )
    return not wrong


def main(spec: Path, folder: Path) -> int:
    """Validates every way there is."""
    description = Description(spec)
    exceptions = Exceptions(HERE / "exceptions.yaml")
    cases = conformance(HERE.parent / "conformance")
    ways = {path.stem: path.read_text("utf-8").splitlines() for path in sorted(folder.glob("*.jsonl"))}
    whole = [validate(way, description, exceptions, cases, lines) for way, lines in ways.items()]
    stale = exceptions.stale() if ways else []
    for entry in stale:
        print(f"exceptions.yaml: nothing needs {entry}: take it out")
    if not ways:
        print("no request was recorded")
    return int(not whole or not all(whole) or bool(stale))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
