"""The parts of a webhook case: its body, and headers with a signature that is made here, by nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

Case = dict[str, Any]


def body_of(case: Case) -> bytes:
    """The bytes that were delivered."""
    if "base64" in case:
        return base64.b64decode(case["base64"])
    if "repeat" in case:
        told = case["repeat"]
        text: str = told["before"] + told["text"] * told["times"] + told["after"]
        return text.encode()
    plain: str = case["text"]
    return plain.encode()


def headers_of(case: Case, body: bytes) -> Any:
    """The headers, with the signature in its place."""
    signed = case.get("signed", {})
    given = case.get("secret")
    secret = signed.get("secret", given[0] if isinstance(given, list) and given else given)
    content = f"{signed.get('id', 'msg_1')}.{signed.get('timestamp', '1700000000')}.".encode()
    content += signed["text"].encode() if "text" in signed else body
    try:
        key = base64.b64decode(str(secret).removeprefix("whsec_"))
    except ValueError:
        key = b""
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return json.loads(json.dumps(case["headers"]).replace("$SIGNATURE", signature))
