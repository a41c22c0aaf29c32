"""The best library for JWTs: joserfc."""

from __future__ import annotations

import importlib
from typing import Any

from rounds import FIXTURE, expect, on_new, on_seen, take_rounds

# By name: it lies in a folder of its own, where type checkers do not look.
jwt: Any = importlib.import_module("joserfc.jwt")
jwk: Any = importlib.import_module("joserfc.jwk")
jws: Any = importlib.import_module("joserfc.jws")

key = jwk.RSAKey.import_key(FIXTURE["pem"])
# Session tokens have a header of their own, `cat`.
registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
claims = jwt.JWTClaimsRegistry(sub={"essential": True})


def verify(text: str) -> None:
    token = jwt.decode(text, key, registry=registry)
    claims.validate(token.claims)
    expect(token.claims["sub"], "no subject")


take_rounds({"verify-new": on_new(str, verify), "verify-seen": on_seen(str, verify)})
