"""The best library for webhooks: svix."""

from __future__ import annotations

import importlib
import json
from datetime import datetime, timezone
from typing import Any

from rounds import FIXTURE, Run, again, expect, take_rounds

# By name: it lies in a folder of its own, where type checkers do not look.
svix: Any = importlib.import_module("svix.webhooks")

webhook = svix.Webhook(FIXTURE["webhook_secret"])
body: bytes = FIXTURE["webhook_body"].encode()


def deliveries(calls: int, first: int) -> Run:
    now = datetime.now(tz=timezone.utc)
    headers = {
        "svix-id": "msg_1",
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": webhook.sign("msg_1", now, body.decode()),
    }

    def verify() -> None:
        # It has the verdict only, by raising; reading is the user's.
        webhook.verify(body, headers)
        expect(json.loads(body)["type"] == "user.created", "no event")

    return again(verify)(calls, first)


take_rounds({"webhook": deliveries})
