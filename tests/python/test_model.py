"""Models: lazy, lossless, and good company for pickle, copy, JSON and encoders."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone

import pytest
from clerk_usher import Model
from clerk_usher.models import EmailAddress, Jwks, SessionToken, User

DATA = {
    "id": "user_1",
    "created_at": 1700000000123,
    "email_addresses": [{"id": "idn_1", "verification": {"strategy": "of_tomorrow", "x": 1}}, "odd", None],
    "phone_numbers": {"not": "a list"},
    "field_of_tomorrow": {"aB": 1},
}


def test_fields_are_read_when_they_are_looked_at() -> None:
    user = User.from_dict(DATA)
    assert user.id == "user_1"
    assert user.first_name is None
    assert isinstance(user.email_addresses[0], EmailAddress)
    assert type(user.email_addresses[0].verification) is Model
    assert user.email_addresses[1:] == ["odd", None]
    assert user["field_of_tomorrow"] == {"aB": 1}
    assert user.created_at == 1700000000123
    assert user.created_at_datetime == datetime.fromtimestamp(1700000000.123, timezone.utc)
    odd: object = User.from_dict({"created_at": "2020"}).created_at
    assert odd == "2020"
    assert User.from_dict({"created_at": [1]}).created_at_datetime is None
    with pytest.raises(AttributeError):
        user.no_such_field  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="read-only"):
        user.id = "x"


def test_the_member_of_a_union_is_told_by_its_tag_or_else_by_its_fields() -> None:
    by_shape = {"status": "verified", "strategy": "admin", "attempts": None, "expire_at": None}
    for tag, member in (
        (None, "OtpVerification"),
        ("verification_admin", "AdminVerification"),
        ("new", "Model"),
        (7, "Model"),
    ):
        address = EmailAddress.from_dict({"verification": {"object": tag, **by_shape}})
        assert type(address.verification).__name__ == member
    untagged = EmailAddress.from_dict({"verification": by_shape})
    assert type(untagged.verification).__name__ == "OtpVerification"


def test_models_survive() -> None:
    user = User.from_dict(DATA)
    for twin in (copy.copy(user), copy.deepcopy(user), pickle.loads(pickle.dumps(user))):
        assert twin == user
        assert type(twin) is User
    assert user != EmailAddress.from_dict(DATA)
    assert json.loads(json.dumps(user.to_dict())) == DATA
    assert dict(user) == vars(user) == DATA  # what FastAPI's encoder tries, in this order
    user.to_dict()["id"] = "changed"
    assert user.id == "user_1"


def test_fields_are_not_hidden_by_methods() -> None:
    jwks = Jwks.from_dict({"keys": [{"kid": "ins_1", "x5t#S256": "t"}]})
    assert jwks.keys is not None
    assert jwks.keys[0].kid == "ins_1"
    assert jwks.keys[0]["x5t#S256"] == jwks.keys[0].x5t_s256 == "t"
    assert vars(jwks) == jwks.to_dict()


def test_secrets_are_not_shown() -> None:
    token = SessionToken.from_dict({"object": "token", "jwt": "very.secret.text"})
    assert "secret" not in repr(token)
    assert "object='token'" in repr(token)
