"""Holds the emulator's answers against the API description, with a validator that is not ours.

`validate_answers.py SPEC_FOLDER ANSWERS_FILE`: the story of `tests/whole` wrote the second. Every described operation
must be there. What differs on purpose is listed with its reason in `answer_exceptions.yaml`; an entry that nothing
needs is refused.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validate_requests import HERE, Description, Exceptions, Recorded, causes
from werkzeug.datastructures import Headers


@dataclass
class Answer:
    """An answer in the shape that openapi-core asks for."""

    told: dict[str, Any]

    @property
    def data(self) -> bytes:
        return str(self.told["body"]).encode()

    @property
    def status_code(self) -> int:
        return int(self.told["status"])

    @property
    def content_type(self) -> str:
        return str(self.told["content_type"])

    @property
    def headers(self) -> Headers:
        return Headers([("content-type", self.content_type)])


def faults(description: Description, told: dict[str, Any]) -> list[str]:
    """What is wrong with an answer."""
    request = Recorded(
        {
            "method": told["method"],
            "path": description.base + told["path"].replace("{", "").replace("}", ""),
            "query": [],
            "headers": [],
            "body_base64": "",
        },
        description.host,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return [
            cause
            for error in description.answers.iter_response_errors(request, Answer(told))
            for cause in causes(error)
        ]


def main(spec: Path, answers: Path) -> int:
    description = Description(spec)
    exceptions = Exceptions(HERE / "answer_exceptions.yaml")
    wrong: list[str] = []
    seen: set[str] = set()
    valid = left_out = 0
    for line in answers.read_text("utf-8").splitlines():
        told = json.loads(line)
        route = re.sub(r"\{\w+\}", "{}", f"{told['method']} {told['path']}")
        if route not in description.templates:
            left_out += 1
            continue
        seen.add(description.templates[route])
        told["path"] = description.templates[route].split(" ")[1]
        found = [fault for fault in faults(description, told) if not exceptions.cover(told["operation"], fault)]
        wrong += [f"{told['operation']}: {fault}" for fault in found]
        valid += not found
    wrong += [f"{operation}: no answer of it was recorded" for operation in sorted(description.operations - seen)]
    wrong += [f"exception that nothing needs: {entry}" for entry in exceptions.stale()]
    for fault in wrong:
        print(fault)
    print(f"answers: {valid} valid, {left_out} of operations that are not described, {len(wrong)} wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
