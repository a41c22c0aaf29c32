"""Webhooks of the emulator: svix, which nobody here wrote, verifies what is really delivered, and so do we."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from clerk_usher import Webhook
from clerk_usher.testing import Emulator
from receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def _settle(emulator: Emulator) -> None:
    assert emulator.control("wait_for_webhooks") == {"idle": True}


def test_svix_and_we_accept_all_that_is_delivered(emulator: Emulator, receiver: Receiver) -> None:
    peer = pytest.importorskip("svix.webhooks")
    secret = emulator.control("add_webhook_endpoint", url=receiver.url)["secret"]
    clerk = emulator.clerk()
    user = clerk.users.create(email_address=["ann@example.com"], first_name="Änn 𝄞")
    clerk.users.update(user.id, last_name="Lee")
    session = clerk.sessions.create(user_id=user.id)
    clerk.sessions.revoke(session.id)
    organization = clerk.organizations.create(name="Acme", created_by=user.id)
    clerk.invitations.create(email_address="bob@example.com")
    clerk.organizations.delete(organization.id)
    clerk.users.delete(user.id)
    _settle(emulator)

    types = []
    for headers, body in receiver.delivered:
        peer.Webhook(secret).verify(body, headers)
        with pytest.raises(peer.WebhookVerificationError):
            peer.Webhook(secret).verify(body + b" ", headers)
        event = Webhook(secret).verify(headers, body)
        assert event.to_dict() == json.loads(body)
        types.append(event.type)
    assert types == [
        "user.created",
        "user.updated",
        "session.created",
        "session.revoked",
        "organization.created",
        "organizationMembership.created",
        "email.created",
        "organizationMembership.deleted",
        "organization.deleted",
        "user.deleted",
    ]
    first = Webhook(secret).verify(*receiver.delivered[0])
    assert first.type == "user.created"
    assert (first.data.id, first.data.first_name) == (user.id, "Änn 𝄞")


def test_a_retry_and_a_replay_verify_too(emulator: Emulator, receiver: Receiver) -> None:
    peer = pytest.importorskip("svix.webhooks")
    receiver.statuses.append(500)
    secret = emulator.control("add_webhook_endpoint", url=receiver.url, events=["user.created"])["secret"]
    emulator.clerk().users.create(email_address=["ann@example.com"])
    _settle(emulator)
    emulator.advance_clock(5_000)
    _settle(emulator)
    (event,) = emulator.control("webhook_events")
    emulator.control("replay_webhook", event_id=event["id"])
    _settle(emulator)
    assert [headers["svix-id"] for headers, _ in receiver.delivered] == [event["id"]] * 3
    for headers, body in receiver.delivered:
        peer.Webhook(secret).verify(body, headers)
