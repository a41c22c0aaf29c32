"""Runs the conformance cases of the helpers and of the doctor. It has no knowledge of its own of what is right."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import clerk_usher
import pytest
from cases import Case, check_error, check_within, load, make_token, options
from clerk_usher import (
    Clerk,
    ClerkError,
    FrontendApiProxy,
    ProxyAnswer,
    Redirects,
    Report,
    decode_token,
    reverification_error,
)
from clerk_usher.testing import Emulator, ManualClock, sign_jwt


def each(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in load(kind)])


def same(value: Any) -> Any:
    """A value of a data class as its fields, anything else as it is."""
    return vars(value) if hasattr(value, "__dataclass_fields__") else value


def check(case: Case, run: Any) -> None:
    if "error" in case:
        with pytest.raises(ClerkError) as raised:
            run()
        check_error(case["error"], raised.value)
    else:
        assert same(run()) == case["result"]


@each("key")
def test_key(case: Case) -> None:
    check(case, lambda: getattr(clerk_usher, case["function"])(**case["arguments"]))


@each("redirect")
def test_redirect(case: Case) -> None:
    def run() -> str:
        redirects = Redirects(**case["options"])
        to = redirects.to_sign_in if case["to"] == "sign_in" else redirects.to_sign_up
        return to(case.get("return_back_url"))

    check(case, run)


def by_name(pairs: list[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in pairs if key == name]


@each("fapi_proxy")
def test_frontend_api_proxy(case: Case) -> None:
    if "error" in case:
        with pytest.raises(ClerkError) as raised:
            FrontendApiProxy(**case["proxy"])
        check_error(case["error"], raised.value)
        return
    proxy = FrontendApiProxy(**case["proxy"])
    if "matches" in case:
        assert proxy.matches(case["request"]) is case["matches"]
    outgoing = proxy.prepare(case["request"])
    if "answer" in case:
        assert isinstance(outgoing, ProxyAnswer), outgoing
        wanted = case["answer"]
        error = json.loads(outgoing.body)["errors"][0]
        assert (outgoing.status, error["code"]) == (wanted["status"], wanted["code"])
        check_within(wanted.get("headers", {}), dict(outgoing.headers))
        return
    assert not isinstance(outgoing, ProxyAnswer), outgoing
    send = case.get("send", {})
    for name in ("method", "url"):
        assert getattr(outgoing, name) == send.get(name, getattr(outgoing, name))
    for name, values in send.get("headers", {}).items():
        assert by_name(outgoing.headers, name) == values, name
    if "upstream" in case:
        upstream = case["upstream"]
        response = outgoing.response(upstream["status"], upstream["headers"])
        assert response.status == case["response"]["status"]
        assert response.headers == [tuple(pair) for pair in case["response"]["headers"]]


@each("decode")
def test_decode(case: Case) -> None:
    def run() -> dict[str, Any]:
        token = decode_token(case["token"])
        signature = base64.b64encode(token.signature).decode()
        return {
            "header": token.header,
            "payload": token.payload,
            "signature_base64": signature,
            "raw": token.raw._asdict(),
        }

    check(case, run)


@each("sign")
def test_sign(case: Case) -> None:
    given = dict(case["arguments"])
    clock = ManualClock(case["now"])
    if "error" in case:
        with pytest.raises(ClerkError) as raised:
            sign_jwt(given.pop("payload"), given.pop("key"), clock=clock, **given)
        check_error(case["error"], raised.value)
        return
    jwt = sign_jwt(given.pop("payload"), given.pop("key"), clock=clock, **given)
    token = decode_token(jwt)
    assert {name: getattr(token, name) for name in case["result"]} == case["result"]
    if "jwt_key" in case:
        verified = Clerk(jwt_key=case["jwt_key"], environment={}, clock=clock).verify_token(jwt)
        assert verified.to_dict() == case["result"]["payload"]


@each("reverification")
def test_reverification(case: Case) -> None:
    check(case, lambda: reverification_error(case["config"])._asdict())


def placed(value: Any, values: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, put in values.items():
        text = text.replace(name, json.dumps(put)[1:-1])
    return json.loads(text)


@each("doctor")
def test_doctor(emulator: Emulator, other: Emulator, case: Case) -> None:
    values = {
        "$JWT_KEY": emulator.jwt_key,
        "$OTHER_JWT_KEY": other.jwt_key,
        "$SECRET_KEY": emulator.secret_key,
        "$FRONTEND_API": emulator.url.removeprefix("http://"),
    }
    for fault in placed(case["faults"], values):
        emulator.control("add_fault", **fault)
    usual = {
        "secret_key": emulator.secret_key,
        "publishable_key": emulator.publishable_key,
        "api_url": emulator.url,
        "environment": {},
    }
    settings = {**usual, **options(placed(case["client"], values)), "clock": ManualClock(case["now"])}
    token = make_token(case["token"], emulator, case["now"]) if "token" in case else None
    report = Clerk.diagnose(token=token, **settings)
    for wanted in case["findings"]:
        found = [finding for finding in report.findings if finding.check == wanted["check"]]
        assert any(meets(vars(finding), wanted) for finding in found), (wanted, found)
    checks = {finding.check for finding in report.findings}
    assert not checks & set(case.get("absent", []))
    if "ok" in case:
        assert report.ok is case["ok"], str(report)
    assert secretless(report, settings, token)

    async def awaited() -> list[Report]:
        reports = [await clerk_usher.AsyncClerk.diagnose(token=token, **settings)]
        if case.get("of") != "options":
            reports.append(await clerk_usher.AsyncClerk(**settings).doctor(token))
        return reports

    reports = asyncio.run(awaited())
    if case.get("of") == "options":
        with pytest.raises(ClerkError):
            Clerk(**settings)
    else:
        reports.append(Clerk(**settings).doctor(token))
        reports.append(Clerk(**settings).with_options(max_retries=1).doctor(token))
    assert all(one == report for one in reports), reports


def meets(finding: dict[str, str], wanted: dict[str, str]) -> bool:
    return (
        finding["status"] == wanted["status"]
        and wanted.get("message_contains", "") in finding["message"]
        and wanted.get("advice_contains", "") in finding["advice"]
    )


def secretless(report: Report, settings: dict[str, Any], token: str | None) -> bool:
    """Whether no secret is told: whatever option, variable or token it came by."""
    keys = [settings.get(name) for name in ("secret_key", "machine_secret_key", "jwt_key")]
    keys += [value.strip('"') for value in settings["environment"].values() if value.strip('"')[:3] in ("sk_", "whs")]
    told = repr(report) + report.to_text()
    return not any(key in told for key in (*keys, token) if key and len(key) > 8)


def test_redirects_of_a_state(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1", claims={"sts": "pending"})
    settings: dict[str, Any] = {"sign_in_url": "https://a.io/in", "sign_up_url": "https://a.io/up"}
    state = emulator.clerk().authenticate_request({"authorization": f"Bearer {token}"}, **settings)
    redirects = Redirects.of(state, base_url="https://a.io/orders", dev_browser_token="dvb_secret")
    assert redirects.to_sign_in() == "https://a.io/in/tasks"
    assert redirects.to_sign_up("/x") == "https://a.io/up/tasks?redirect_url=https%3A%2F%2Fa.io%2Fx"
    assert "dvb_secret" not in repr(redirects)
    nobody = emulator.clerk().authenticate_request({}, **settings)
    assert Redirects.of(nobody, base_url="https://a.io/").to_sign_in() == "https://a.io/in"


@pytest.mark.parametrize("value", ["\ud800", "pk_live_\udcff", "pk_live_" + "A" * 100_000, "\x00"])
def test_any_text_is_an_answer(value: str) -> None:
    assert clerk_usher.is_publishable_key(value) is False
    assert clerk_usher.instance_type_of_secret_key(value) is None
    with pytest.raises(ClerkError):
        decode_token(value)
    with pytest.raises(ClerkError):
        clerk_usher.parse_publishable_key(value)
    assert clerk_usher.parse_publishable_key(None, fatal=False) is None
    assert clerk_usher.is_publishable_key(None) is False


def test_what_has_no_json_form_is_refused_by_name() -> None:
    with pytest.raises(clerk_usher.ArgumentError) as raised:
        sign_jwt({"sub": object()}, "key")
    assert raised.value.argument == "payload"
    with pytest.raises(clerk_usher.ArgumentError) as raised:
        Redirects(base_url=3).to_sign_in()  # type: ignore[arg-type]
    assert raised.value.argument == "base_url"


def test_a_decoded_token_is_not_shown() -> None:
    shown = repr(decode_token("eyJraWQiOiJpbnMifQ.eyJzdWIiOiJzZWNyZXQifQ.AQID"))
    assert "ins" in shown
    assert "secret" not in shown and "eyJ" not in shown
