"""What the doctor finds: see `Clerk.doctor` and `Clerk.diagnose`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    check: str
    """What was checked: a name to program against, such as `secret_key` or `clock`."""
    status: Literal["ok", "warning", "problem", "skipped"]
    """How it came out: `problem` cannot work; `skipped` could not be checked, or there is nothing to check."""
    message: str
    """What was found."""
    advice: str
    """What to do about it; empty where there is nothing to do."""


@dataclass(frozen=True)
class Report:
    """All findings. No key and no token is in it."""

    ok: bool
    """Whether there is no problem. There may be warnings."""
    findings: list[Finding]
    """The findings, in the order of the checks."""
    text: str
    """The same for people."""

    def to_text(self) -> str:
        """Text for people, a finding a line, advice below it."""
        return self.text

    def __str__(self) -> str:
        return self.text


def read_report(text: str) -> Report:
    """A report from the core's JSON."""
    told = json.loads(text)
    return Report(ok=told["ok"], findings=[Finding(**finding) for finding in told["findings"]], text=told["text"])
