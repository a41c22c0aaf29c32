"""The story that calls every operation once or more: `tests/whole/README.md`."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from clerk_usher.testing import Emulator

FOLDER = Path(__file__).parent.parent / "whole"
STEPS: list[dict[str, Any]] = json.loads((FOLDER / "story.json").read_text("utf-8"))["steps"]
# What else there is to be told of.
EVENTS: list[dict[str, Any]] = json.loads((FOLDER / "events.json").read_text("utf-8"))["steps"]
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def find(value: Any, path: str) -> Any:
    """The part of an answer that a dotted path names."""
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


class Story:
    """Plays the steps one by one; whoever plays them says how a call is made."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.names: dict[str, Any] = {}

    def place(self, value: Any) -> Any:
        """What a step was told, with the earlier answers in it."""
        if isinstance(value, str) and (found := re.fullmatch(r"\$([a-z_0-9]+)\.(.+)", value)):
            return find(self.names[found[1]], found[2])
        if isinstance(value, list):
            return [self.place(item) for item in value]
        if isinstance(value, dict):
            return {name: self.place(item) for name, item in value.items()}
        return value

    def front(self, path: list[str], browser: str) -> Any:
        """What a browser posts to the Frontend API."""
        headers = {"cookie": f"__client={browser}", "origin": self.emulator.url}
        url = f"{self.emulator.url}/v1/client/{'/'.join(path)}"
        with urllib.request.urlopen(urllib.request.Request(url, b"", headers)) as answer:
            return json.load(answer)

    def play(
        self,
        call: Callable[[str, list[Any], dict[str, Any], dict[str, Any]], Any],
        steps: list[dict[str, Any]] = STEPS,
    ) -> Iterator[tuple[str, Any]]:
        """Every operation with its answer, as `call(operation, path, arguments, step)` gave it: JSON as it came."""
        for number, step in enumerate(steps, 1):
            given = self.place(step.get("with", {}))
            if "control" in step:
                answer = self.emulator.control(step["control"], **given)
            elif "front" in step:
                answer = self.front(self.place(step["front"]), self.place(step["browser"]))
            else:
                try:
                    answer = call(step["do"], self.place(step.get("path", [])), given, step)
                except Exception as error:
                    error.add_note(f"step {number} of the story: {step['do']}") if hasattr(error, "add_note") else None
                    raise
                yield step["do"], answer
            if "as" in step:
                self.names[step["as"]] = answer
