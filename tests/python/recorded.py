"""What reached the emulator, kept for `tests/spec/validate_requests.py`: a line of JSON a request."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def record(way: str, case: str, requests: list[dict[str, Any]]) -> None:
    """Adds to the file of this way, in the folder that `USHER_RECORDED` names; without it nothing is kept."""
    folder = os.environ.get("USHER_RECORDED")
    if folder is None:
        return
    with Path(folder, f"{way}.jsonl").open("a", encoding="utf-8") as file:
        for request in requests:
            file.write(json.dumps({"case": case, "request": request}) + "\n")
