"""What stands for something else in a case: `$TOKEN` for a token made for it, `$SECRET_KEY` for the instance's."""

from __future__ import annotations

import json
from typing import Any

from cases import Case, make_token
from clerk_usher.testing import Emulator


class Names:
    """The names of a case, and the values that stand behind them."""

    def __init__(self, emulator: Emulator, other: Emulator, case: Case) -> None:
        """Makes the tokens of the case. One that names another is made after it."""
        self._values = {
            "SECRET_KEY": emulator.secret_key,
            "MACHINE_SECRET_KEY": emulator.machine_secret_key,
            "PUBLISHABLE_KEY": emulator.publishable_key,
            "INSTANCE_ID": emulator.instance_id,
            "API_URL": emulator.url,
            "JWT_KEY": emulator.jwt_key,
            "OTHER_JWT_KEY": other.jwt_key,
        }
        left = {**case.get("tokens", {}), **({"TOKEN": case["token"]} if "token" in case else {})}
        while left:
            ready = [name for name, told in left.items() if not any(f"${one}" in json.dumps(told) for one in left)]
            assert ready, "the tokens of the case name each other in a circle"
            for name in ready:
                self._values[name] = make_token(self.place(left.pop(name)), emulator, case["now"])

    def place(self, value: Any) -> Any:
        """The value with every name in its texts replaced, longer names first."""
        if isinstance(value, str):
            for name in sorted(self._values, key=len, reverse=True):
                value = value.replace(f"${name}", self._values[name])
            return value
        if isinstance(value, list):
            return [self.place(item) for item in value]
        if isinstance(value, dict):
            return {name: self.place(item) for name, item in value.items()}
        return value
