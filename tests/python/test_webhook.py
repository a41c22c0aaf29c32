"""Webhooks: what only Python has. The verdicts themselves are in `tests/conformance/webhooks.json`."""

from __future__ import annotations

import copy
import json
import pickle
import sys
import threading
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from child import run
from clerk_usher import ArgumentError, AsyncClerk, Clerk, ClerkError, Webhook, WebhookError, models
from clerk_usher.testing import Emulator, ManualClock

NOW = 1_700_000_000
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBQeXRob24gdGVzdHM="
BODY = b'{"type":"user.created","object":"event","data":{"id":"user_1","created_at":1000},"instance_id":"ins_1"}'


def webhook(secret: str | list[str] = SECRET, tolerance: float | None = None) -> Webhook:
    return Webhook(secret, tolerance=tolerance, clock=ManualClock(NOW * 1000))


def signed(body: bytes = BODY) -> dict[str, str]:
    return webhook().sign("msg_1", NOW, body)


def shapes(headers: dict[str, str]) -> dict[str, Any]:
    meta = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
    }
    environ = {**meta, "wsgi.version": (1, 0), "wsgi.url_scheme": "https"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": raw}
    return {
        "a mapping": {name.upper(): value for name, value in headers.items()},
        "pairs": list(headers.items()),
        "pairs of bytes": raw,
        "a WSGI environ": environ,
        "an ASGI scope": scope,
        "Django": SimpleNamespace(META=meta, scheme="https"),
        "Flask": SimpleNamespace(environ=environ),
        "Starlette": SimpleNamespace(scope=scope),
        "aiohttp": SimpleNamespace(method="POST", raw_path="/", scheme="https", headers=headers),
    }


@pytest.mark.parametrize(
    "inner",
    ['{"a":' * depth + "1" + "}" * depth for depth in (1, 60, 61, 62, 63, 64, 65, 66, 120)]
    + ["[" * 64 + "]" * 64, "0." + "7" * 639, "0." + "7" * 641, "0." + "7" * 5000],
    ids=lambda inner: f"{len(inner)} {inner[0]}",
)
def test_what_is_deep_or_long_is_read_all_the_same(inner: str) -> None:
    body = f'{{"data":{{"id":"user_1","public_metadata":{{"a":{inner}}}}},"type":"user.created"}}'.encode()
    event = webhook().verify(signed(body), body)
    assert event.type == "user.created"
    assert event.to_dict() == json.loads(body)


@pytest.mark.parametrize("name", shapes({}))
def test_requests_in_the_shapes_that_frameworks_have(name: str) -> None:
    assert webhook().verify(shapes(signed())[name], BODY).type == "user.created"


@pytest.mark.parametrize("more", [{"x": ["a", "b"]}, {"x": None}, {b"x": b"1"}, {"x": "\udc80"}], ids=repr)
def test_a_dict_of_more_than_texts(more: dict[Any, Any]) -> None:
    assert webhook().verify({**signed(), **more}, BODY).type == "user.created"
    with pytest.raises(ArgumentError):
        webhook().verify({**signed(), **more, "y": 5}, BODY)


@pytest.mark.parametrize("body", [BODY, bytearray(BODY), memoryview(BODY)])
def test_bytes_of_every_kind(body: bytes) -> None:
    assert webhook().verify(signed(), body).type == "user.created"
    assert webhook().sign("msg_1", NOW, body) == signed()


@pytest.mark.parametrize("body", [json.loads(BODY), BODY.decode(), None, [1], 5, SimpleNamespace(body=BODY)])
def test_a_body_that_is_not_bytes_is_told_where_they_are(body: Any) -> None:
    verify: list[Any] = [webhook().verify, webhook().verify_raw]
    verify += [kind("sk_test_1", webhook_signing_secret=SECRET).verify_webhook for kind in (Clerk, AsyncClerk)]
    for method in verify:
        with pytest.raises(ArgumentError) as raised:
            method(signed(), body)
        assert raised.value.argument == "body"
        for hint in ("`request.body`", "get_data()", "await request.body()", "await request.read()"):
            assert hint in str(raised.value)
        assert "user_1" not in str(raised.value)


@pytest.mark.parametrize("request_", [None, 5, "svix-id: msg_1", object(), {"svix-id": 5}])
def test_a_request_that_is_none(request_: Any) -> None:
    with pytest.raises(ArgumentError) as raised:
        webhook().verify(request_, BODY)
    assert raised.value.argument == "request"


def test_a_header_that_is_no_unicode_is_refused_and_breaks_nothing() -> None:
    with pytest.raises(WebhookError) as raised:
        webhook().verify({**signed(), "svix-id": "msg_\udcff", "x": "\ud800"}, BODY)
    assert raised.value.reason == "webhook-signature-invalid"


def test_what_is_read_of_a_delivery() -> None:
    delivery = webhook().verify_raw(signed(), BODY)
    assert (delivery.id, delivery.timestamp, delivery.body) == ("msg_1", NOW, BODY.decode())
    assert delivery.event is delivery.event
    event = delivery.event
    assert isinstance(event, models.UserCreatedEvent)
    assert isinstance(event.data, models.User)
    assert event.data.created_at_datetime == datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)
    assert event.event_attributes is None
    assert event.instance_id == "ins_1"
    assert "user_1" not in repr(delivery)
    for twin in (copy.deepcopy(event), pickle.loads(pickle.dumps(event)), type(event).from_dict(event.to_dict())):
        assert twin == event


def test_an_unknown_event() -> None:
    body = b'{"type":"comet.seen","data":[1,{"a":2}],"more":3}'
    event = webhook().verify(signed(body), body)
    assert isinstance(event, models.UnknownWebhookEvent)
    assert event.to_dict() == json.loads(body)
    assert (str(event.type), event.data, event["more"]) == ("comet.seen", [1, {"a": 2}], 3)
    assert event.instance_id is None


def test_every_event_of_the_union_is_a_model() -> None:
    from clerk_usher.generated.models import UNIONS

    tag, members = UNIONS["WebhookEvent"]
    assert tag == "type"
    for name, member in members.items():
        body = json.dumps({"type": name}).encode()
        assert type(webhook().verify(signed(body), body)) is getattr(models, member)


def test_the_tolerance_is_seconds() -> None:
    old = webhook().sign("msg_1", NOW - 400, BODY)
    with pytest.raises(WebhookError, match="more than 300 s ago"):
        webhook().verify(old, BODY)
    assert webhook(tolerance=400).verify(old, BODY).type == "user.created"
    with pytest.raises(WebhookError, match=r"more than 399\.5 s ago"):
        webhook(tolerance=399.5).verify(old, BODY)


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "300", True])
def test_a_tolerance_that_is_none(tolerance: Any) -> None:
    with pytest.raises(ArgumentError) as raised:
        webhook(tolerance=tolerance)
    assert raised.value.argument == "tolerance"


@pytest.mark.parametrize("secret", [b"whsec_AAAA", {SECRET}, object(), {"a": SECRET}, [b"x"], 5])
def test_a_secret_of_another_kind(secret: Any) -> None:
    with pytest.raises(ArgumentError) as raised:
        Webhook(secret)
    assert raised.value.argument == "secret"
    assert "AAAA" not in str(raised.value)


def test_several_secrets_sign_as_many_times() -> None:
    other = "whsec_AAAA"
    headers = webhook([other, SECRET]).sign("msg_1", NOW, BODY)
    assert [*headers] == ["svix-id", "svix-timestamp", "svix-signature"]
    assert len(headers["svix-signature"].split()) == 2
    for secret in (SECRET, other):
        assert webhook(secret).verify(headers, BODY).type == "user.created"


@pytest.mark.parametrize(
    ("id", "timestamp", "argument"),
    [
        ("", NOW, "id"),
        ("a\n", NOW, "id"),
        (5, NOW, "id"),
        ("a", 1.5, "timestamp"),
        ("a", True, "timestamp"),
        ("a", 2**63, "timestamp"),
    ],
)
def test_what_cannot_be_signed(id: Any, timestamp: Any, argument: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        webhook().sign(id, timestamp, BODY)
    assert raised.value.argument == argument


def test_errors_are_pickled_and_secrets_never_print() -> None:
    with pytest.raises(WebhookError) as raised:
        Webhook([SECRET, "whsec_no base64!"])
    error = pickle.loads(pickle.dumps(raised.value))
    assert (error.reason, error.kind) == ("webhook-secret-invalid", "webhook")
    assert isinstance(error, ClerkError)
    assert "no base64!" not in str(error)
    assert SECRET[6:20] not in repr(webhook())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="any number of digits could be read")
def test_what_python_cannot_hold_is_refused() -> None:
    # The core refuses it first; this is for whatever the two may not agree on.
    body = b'{"type":"user.created","n":1' + b"0" * 5000 + b"}"
    with pytest.raises(WebhookError) as raised:
        webhook().verify(signed(body), body)
    assert raised.value.reason == "webhook-payload-invalid"


def test_many_threads_share_one() -> None:
    ours, headers, seen = webhook(), signed(), []
    threads = [threading.Thread(target=lambda: seen.append(ours.verify(headers, BODY).type)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["user.created"] * 16


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_it_opens_nothing(emulator: Emulator) -> None:
    run(
        f"""
import os, time
def count():
    return sorted(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
before = count()
from clerk_usher import Clerk, Webhook
ours, now = Webhook({SECRET!r}), int(time.time())
headers = ours.sign("msg_1", now, {BODY!r})
assert ours.verify(headers, {BODY!r}).type == "user.created"
assert Clerk(webhook_signing_secret={SECRET!r}).verify_webhook(headers, {BODY!r}).data.id == "user_1"
assert count() == before
""",
        emulator,
    )


def test_a_child_of_a_fork_verifies_too(emulator: Emulator) -> None:
    run(
        f"""
import os
from clerk_usher import Webhook
ours = Webhook({SECRET!r}, tolerance=1e9)
headers = ours.sign("msg_1", 1700000000, {BODY!r})
pid = os.fork()
assert ours.verify(headers, {BODY!r}).type == "user.created"
if pid == 0:
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
""",
        emulator,
    )


# What others sign, and what others accept.


def test_svix_signs_and_we_accept_and_the_other_way_round() -> None:
    peer = pytest.importorskip("svix.webhooks")
    now = datetime.now(timezone.utc)
    for body in (BODY, '{"type":"é","data":"𝄞"}'.encode()):
        for secret in (SECRET, SECRET[6:]):
            theirs, ours = peer.Webhook(secret), Webhook(secret)
            signature = theirs.sign("msg_1", now, body.decode())
            timestamp = str(int(now.timestamp()))
            for names in ("svix", "webhook"):
                headers = {f"{names}-id": "msg_1", f"{names}-timestamp": timestamp, f"{names}-signature": signature}
                assert ours.verify(headers, body).to_dict() == json.loads(body)
            headers = ours.sign("msg_1", int(timestamp), body)
            assert headers["svix-signature"] == signature
            theirs.verify(body, headers)
            with pytest.raises(peer.WebhookVerificationError):
                theirs.verify(body + b" ", headers)
            with pytest.raises(WebhookError):
                ours.verify(headers, body + b" ")
            # Of several secrets, the one they know is enough.
            theirs.verify(body, Webhook(["whsec_AAAA", secret]).sign("msg_1", int(timestamp), body))
