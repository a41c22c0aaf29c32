"""Every kind of event that the emulator has: delivered in a story, verified, and kept for validation."""

from __future__ import annotations

import json
import os
from pathlib import Path

from clerk_usher import Webhook
from clerk_usher.testing import Emulator, ManualClock
from receiver import receiving
from test_whole_api import Ours
from whole_story import EVENTS, Story

START = 1_780_000_000_000


def test_every_kind_of_event_is_delivered() -> None:
    with (
        receiving() as receiver,
        Emulator(seed=5, production=True, clock_ms=START) as emulator,
    ):
        secret = emulator.control("add_webhook_endpoint", url=receiver.url)["secret"]
        story, ours = Story(emulator), Ours(emulator)
        for _ in story.play(ours):
            pass
        for _ in story.play(ours, EVENTS):
            pass
        assert emulator.control("wait_for_webhooks") == {"idle": True}
        logged = [event["id"] for event in emulator.control("webhook_events")]
        assert [headers["svix-id"] for headers, _ in receiver.delivered] == logged
        # The story takes some days.
        webhook = Webhook(secret, tolerance=30 * 24 * 3600, clock=ManualClock(START))
        for headers, body in receiver.delivered:
            assert webhook.verify(headers, body).to_dict() == json.loads(body)
        if folder := os.environ.get("USHER_RECORDED"):
            lines = [body + b"\n" for _, body in receiver.delivered]
            Path(folder, "events.ndjson").write_bytes(b"".join(lines))
