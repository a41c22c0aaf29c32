#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;
use crate::key::test_keys::*;
use crate::key::{KeyCacheSettings, KeyCaches, LocalKey, PublishableKey};
use crate::secret::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

mod kinds_and_keys;
mod seen_before;

fn verifier(local: Option<&TestKey>, secret: Option<&str>) -> Verifier {
    let secret = secret.map(Secret::new);
    let keys = KeyCaches::new("https://api.clerk.com", "2026-05-12", secret.as_ref(), KeyCacheSettings::default());
    let publishable = PublishableKey::parse("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").unwrap();
    let instance = Instance::of(Some(&publishable), None);
    let local = local.map(|key| LocalKey::parse(&key.pem()).unwrap());
    Verifier::new(local, Arc::new(keys), instance, VerifyOptions::default())
}

fn options(value: Value) -> VerifyOptions {
    VerifyOptions::from_json(&value.to_string()).unwrap()
}

fn done<T>(step: Step<T>) -> T {
    match step {
        Step::Done(done) => done,
        Step::NeedKeys(_) => panic!("a JWT key needs no other"),
    }
}

/// The verdict on a token with the instance's JWT key: `ok`, or the reason.
fn verdict_at(token: &str, with: Value, now_ms: i64) -> &'static str {
    match done(verifier(Some(key_a()), None).try_verify(token, &options(with), now_ms)) {
        Ok(_) => "ok",
        Err(error) => error.reason.as_str(),
    }
}

fn verdict(token: &str, with: Value) -> &'static str {
    verdict_at(token, with, NOW)
}

/// The verdict on a plain session's token with these changes.
fn changed(header: Value, claims: Value, with: Value) -> &'static str {
    verdict(&key_a().token_with(&header, &claims), with)
}

fn claims(claims: Value) -> &'static str {
    changed(json!({}), claims, json!({}))
}

#[test]
fn a_plain_token_holds_and_is_given_back_verbatim() {
    let payload = br#"{ "sub":"user_1", "exp":1700000060,"custom":{"n":12345678901234567890,"f":1.10},"a":1,"a":2,"sid":"s","iss":"i","azp":"z","iat":1699999995.9,"nbf":1699999985}"#;
    let token = key_a().token_of_texts(r#"{"alg":"RS256","typ":"JWT"}"#, payload);
    let claims = done(verifier(Some(key_a()), None).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap();
    assert_eq!(claims.json().as_bytes(), payload);
    assert_eq!((claims.sub(), claims.sid(), claims.iss(), claims.azp()), ("user_1", Some("s"), Some("i"), Some("z")));
    assert_eq!((claims.exp(), claims.nbf(), claims.iat()), (1_700_000_060, Some(1_699_999_985), Some(1_699_999_995)));
    assert_eq!(claims.raw("custom"), Some(r#"{"n":12345678901234567890,"f":1.10}"#));
    assert_eq!(claims.get::<u32>("a").unwrap().unwrap(), 2, "the last of a name wins");
    assert!(claims.get::<u32>("sub").unwrap().is_err());
    assert!(claims.get::<u32>("nothing").is_none());
    assert!(!format!("{claims:?}").contains("custom"));
}

#[test]
fn what_is_no_token_r201_r202_r203_d10() {
    let good = key_a().token();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!() };
    let with_header = |text: &str| format!("{}.{payload}.{signature}", b64(text));
    let with_payload = |text: &[u8]| format!("{header}.{}.{signature}", b64(text));
    for bad in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "Bearer".to_owned(),
        "a.b".to_owned(),
        "ak_abc".to_owned(),
        format!("{good}.x"),
        format!("{header}.{payload}"),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace('.', ". "),
        format!("{header}*.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}+"),
        format!("{header}.{payload}.a"),
        format!("{header}.{payload}.ab="),
        with_header("null"),
        with_header("[]"),
        with_header("\"x\""),
        with_header("1"),
        with_header("{} {}"),
        with_header("{\"alg\":\"RS256\""),
        with_header("\u{feff}{\"alg\":\"RS256\"}"),
        with_payload(b"null"),
        with_payload(b"[]"),
        with_payload(b""),
        with_payload(b"{\"sub\":NaN}"),
        with_payload(b"{'sub':1}"),
        with_payload(b"{\"a\":\"\\ud800\"}"),
        with_payload(b"{\"a\":\"\\udc00\\ud800\"}"),
        with_payload(b"{\"a\":[{\"b\":\"x\\\\\\ud83dx\"}]}"),
        with_payload("{\"a\":\"\u{1}\"}".as_bytes()),
        format!("{header}.{}.{signature}", "A".repeat(MAX_TOKEN_BYTES)),
    ] {
        assert_eq!(verdict(&bad, json!({})), "token-invalid", "{}", &bad[..bad.len().min(200)]);
    }
}

#[test]
fn a_decoded_token_shows_its_header_and_sizes() {
    let token = key_a().token_with(&json!({}), &json!({"custom": "hidden"}));
    let shown = format!("{:?}", DecodedToken::read(&token).unwrap());
    assert!(shown.contains("ins_a") && shown.contains("256 bytes") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn loose_parts_are_fine_r202() {
    let key = key_a();
    let good = key.token();
    // Padding that belongs, and even too much of it, is cut off; but it is part of what is signed.
    let (signed, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(verdict(&format!("{signed}.{signature}=="), json!({})), "ok");
    assert_eq!(verdict(&format!("{signed}.{signature}===="), json!({})), "ok");
    assert_eq!(
        verdict(
            &format!("{}=.{}.{signature}", signed.split('.').next().unwrap(), signed.split('.').nth(1).unwrap()),
            json!({})
        ),
        "token-invalid-signature"
    );
    // What is not UTF-8 is replaced.
    let token = key.token_of_texts(r#"{"alg":"RS256"}"#, b"{\"sub\":\"\xff\",\"exp\":1700000060}");
    let claims = done(verifier(Some(key), None).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap();
    assert_eq!(claims.sub(), "\u{fffd}");
    // Escapes that pair up, and names that are escaped.
    let token =
        key.token_of_texts(r#"{"\u0061lg":"RS256"}"#, br#"{"\u0073ub":"\ud83d\ude00\\ud800","exp":1700000060}"#);
    let claims = done(verifier(Some(key), None).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap();
    assert_eq!(claims.sub(), "😀\\ud800");
}

#[test]
fn deep_and_long_payloads_end_quietly() {
    for deep in ["[".repeat(20_000) + &"]".repeat(20_000), "{\"a\":".repeat(8_000) + "1" + &"}".repeat(8_000)] {
        let payload = format!("{{\"sub\":\"user_1\",\"exp\":1700000060,\"deep\":{deep}}}");
        let token = key_a().token_of_texts(r#"{"alg":"RS256"}"#, payload.as_bytes());
        let claims = done(verifier(Some(key_a()), None).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap();
        assert!(claims.get::<Value>("deep").unwrap().is_err(), "too deep to be a value, and no stack is spent on it");
        assert_eq!(claims.raw("deep").unwrap(), deep);
        let open = format!("{{\"sub\":{}", "[".repeat(40_000));
        assert_eq!(verdict(&key_a().token_of_texts(r#"{"alg":"RS256"}"#, open.as_bytes()), json!({})), "token-invalid");
    }
}

#[test]
fn types_r210() {
    let header = |typ: Value, with: Value| changed(json!({"typ": typ}), json!({}), with);
    for (typ, with, expected) in [
        (json!("JWT"), json!({}), "ok"),
        (Value::Null, json!({}), "ok"),
        (json!("jwt"), json!({}), "token-invalid"),
        (json!("at+jwt"), json!({}), "token-invalid"),
        (json!("(null)"), json!({}), "token-invalid"),
        (json!(1), json!({}), "token-invalid"),
        (json!(""), json!({}), "token-invalid"),
        (json!("at+jwt"), json!({"header_type": "at+jwt"}), "ok"),
        (json!("at+jwt"), json!({"header_type": ["JWT", "at+jwt"]}), "ok"),
        (json!("AT+JWT"), json!({"header_type": ["at+jwt"]}), "token-invalid"),
        (json!("JWT"), json!({"header_type": ["at+jwt"]}), "token-invalid"),
        (Value::Null, json!({"header_type": "JWT"}), "token-invalid"),
        (json!("JWT"), json!({"header_type": []}), "token-invalid"),
    ] {
        assert_eq!(header(typ.clone(), with.clone()), expected, "{typ} {with}");
    }
}

#[test]
fn algorithms_r211_r242() {
    for (alg, expected) in [
        (json!("RS256"), "ok"),
        (json!("RS384"), "token-verification-failed"),
        (json!("RS512"), "token-verification-failed"),
        (json!("none"), "token-invalid-algorithm"),
        (json!("None"), "token-invalid-algorithm"),
        (json!("HS256"), "token-invalid-algorithm"),
        (json!("PS256"), "token-invalid-algorithm"),
        (json!("ES256"), "token-invalid-algorithm"),
        (json!("rs256"), "token-invalid-algorithm"),
        (json!(""), "token-invalid-algorithm"),
        (json!(256), "token-invalid-algorithm"),
        (json!(["RS256"]), "token-invalid-algorithm"),
        (json!("(null)"), "token-invalid-algorithm"),
        (Value::Null, "token-invalid-algorithm"),
    ] {
        assert_eq!(changed(json!({"alg": alg}), json!({}), json!({})), expected, "{alg}");
    }
    // The type is looked at before the algorithm, both before the signature.
    assert_eq!(changed(json!({"alg": "none", "typ": "x"}), json!({}), json!({})), "token-invalid");
    let (signed, _) = key_a()
        .token_with(&json!({"alg": "none"}), &json!({}))
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!(verdict(&format!("{signed}."), json!({})), "token-invalid-algorithm");
}

#[tokio::test]
async fn the_key_fixes_the_algorithm() {
    let key = key_a();
    let clock = ManualClock::new(NOW);
    let source = FakeSource::with_keys(&[
        key.jwk_as("k256", "RS256"),
        key.jwk_as("k384", "RS384"),
        key.jwk_as("k512", "RS512"),
        json!({"kty": "RSA", "kid": "plain", "n": b64(key.modulus()), "e": "AQAB"}),
        key.jwk_as("hmac", "HS256"),
    ]);
    let verifier = verifier(None, Some("sk_test_a"));
    for (kid, alg, expected) in [
        ("k256", "RS256", "ok"),
        ("k384", "RS384", "ok"),
        ("k512", "RS512", "ok"),
        ("plain", "RS256", "ok"),
        ("k256", "RS384", "token-verification-failed"),
        ("k384", "RS256", "token-verification-failed"),
        ("plain", "RS512", "token-verification-failed"),
        ("hmac", "RS256", "token-verification-failed"),
        ("k256", "HS256", "token-invalid-algorithm"),
    ] {
        let token = key.token_with(&json!({"kid": kid, "alg": alg}), &json!({}));
        let verdict = verifier.verify(&token, &VerifyOptions::default(), &clock, &source).await;
        assert_eq!(verdict.map_or_else(|error| error.reason.as_str(), |_| "ok"), expected, "{kid} {alg}");
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn signatures_r212() {
    let good = key_a().token();
    assert_eq!(verdict(&good, json!({})), "ok");
    assert_eq!(verdict(&key_b().token(), json!({})), "token-invalid-signature");
    assert_eq!(changed(json!({"alg": "RS256"}), json!({}), json!({"clock_skew_ms": 0})), "ok");
    let parts: Vec<&str> = good.split('.').collect();
    // Every part, changed in a way that still decodes; and signatures that are too short, too long, or nothing.
    let other = key_a().token_with(&json!({}), &json!({"sub": "user_2"}));
    let other: Vec<&str> = other.split('.').collect();
    for bad in [
        format!("{}.{}.{}", b64(r#"{"alg":"RS256", "typ":"JWT"}"#), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], other[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], other[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], b64([0; 256])),
        format!("{}.{}.{}", parts[0], parts[1], b64([0xff; 256])),
        format!("{}.{}.{}", parts[0], parts[1], b64([1; 10])),
        format!("{}.{}.{}AAAA", parts[0], parts[1], parts[2]),
    ] {
        assert_eq!(verdict(&bad, json!({})), "token-invalid-signature", "{bad}");
    }
    // A padding of another scheme is no signature.
    let signed = format!("{}.{}", parts[0], parts[1]);
    let pss = key_a().sign("PS256", signed.as_bytes());
    assert_eq!(verdict(&format!("{signed}.{}", b64(pss)), json!({})), "token-invalid-signature");
    // And a bad one tells nothing of the claims.
    let forged = key_b().token_with(&json!({}), &json!({"sub": 1, "exp": 1}));
    assert_eq!(verdict(&forged, json!({})), "token-invalid-signature");
}

/// One test per claim × {missing, string, null, float, negative, huge, wrong type}.
#[test]
fn claims_of_every_type() {
    let failed = "token-verification-failed";
    for (claim, value, expected) in [
        ("sub", Value::Null, failed),
        ("sub", json!(""), "ok"),
        ("sub", json!("(null)"), failed),
        ("sub", json!(1.5), failed),
        ("sub", json!(-1), failed),
        ("sub", json!(true), failed),
        ("sub", json!(["user_1"]), failed),
        ("sub", json!({"a": 1}), failed),
        ("sub", json!("x".repeat(10_000)), "ok"),
        ("exp", Value::Null, failed),
        ("exp", json!("1700000060"), failed),
        ("exp", json!("(null)"), failed),
        ("exp", json!(1_700_000_060.9), "ok"),
        ("exp", json!(-1), "token-expired"),
        ("exp", json!(0), "token-expired"),
        ("exp", json!(9_007_199_254_740_992_i64), "ok"),
        ("exp", json!(9_007_199_254_740_994_i64), failed),
        ("exp", json!(1e300), failed),
        ("exp", json!(-1e300), failed),
        ("exp", json!(u64::MAX), failed),
        ("exp", json!(true), failed),
        ("exp", json!([1_700_000_060]), failed),
        ("exp", json!({}), failed),
        ("nbf", Value::Null, "ok"),
        ("nbf", json!("1"), failed),
        ("nbf", json!("(null)"), failed),
        ("nbf", json!(1.5), "ok"),
        ("nbf", json!(-5), "ok"),
        ("nbf", json!(9_007_199_254_740_992_i64), "token-not-active-yet"),
        ("nbf", json!(1e17), failed),
        ("nbf", json!(false), failed),
        ("nbf", json!([]), failed),
        ("iat", Value::Null, "ok"),
        ("iat", json!("1"), failed),
        ("iat", json!("(null)"), failed),
        ("iat", json!(1.5), "ok"),
        ("iat", json!(-5), "ok"),
        ("iat", json!(9_007_199_254_740_992_i64), "token-iat-in-the-future"),
        ("iat", json!(-1e17), failed),
        ("iat", json!(false), failed),
        ("iat", json!({}), failed),
        // Without the option these are nobody's business.
        ("aud", json!(5), "ok"),
        ("azp", json!(5), "ok"),
        ("iss", json!(5), "ok"),
        ("sid", json!(5), "ok"),
        ("sid", Value::Null, "ok"),
        ("v", json!("2"), "ok"),
        ("o", json!(5), "ok"),
        ("fea", json!(5), "ok"),
        ("fva", json!("x"), "ok"),
    ] {
        assert_eq!(claims(json!({claim: value})), expected, "{claim} = {value}");
    }
    for (number, expected) in [
        ("1e999", failed),
        ("-1e999", failed),
        ("1700000060.0", "ok"),
        ("17000000.6e2", "ok"),
        ("-0", "token-expired"),
        ("1E10", "ok"),
    ] {
        let payload = format!("{{\"sub\":\"user_1\",\"exp\":{number}}}");
        assert_eq!(
            verdict(&key_a().token_of_texts(r#"{"alg":"RS256"}"#, payload.as_bytes()), json!({})),
            expected,
            "{number}"
        );
    }
    let twice = br#"{"sub":"user_1","exp":1,"exp":1700000060}"#;
    assert_eq!(
        verdict(&key_a().token_of_texts(r#"{"alg":"RS256"}"#, twice), json!({})),
        "ok",
        "the last of a name wins"
    );
}

#[test]
fn audiences_r214_d3_d19() {
    let failed = "token-verification-failed";
    for (aud, audience, expected) in [
        (Value::Null, json!("a"), "ok"),
        (json!("(null)"), json!("a"), "ok"),
        (json!(""), json!("a"), "ok"),
        (json!([]), json!("a"), "ok"),
        (json!(["", null]), json!("a"), "ok"),
        (json!(0), json!("a"), "ok"),
        (json!(false), json!("a"), "ok"),
        (json!("a"), json!("a"), "ok"),
        (json!("a"), json!(["b", "a"]), "ok"),
        (json!("A"), json!("a"), failed),
        (json!("ab"), json!("a"), failed),
        (json!("a"), json!("ab"), failed),
        (json!(["a", "b"]), json!(["b", "c"]), "ok"),
        (json!(["a", ""]), json!(["a"]), "ok"),
        (json!(["x"]), json!(["a"]), failed),
        (json!(["a", 5]), json!(["a"]), failed),
        (json!(5), json!(["a"]), failed),
        (json!(true), json!(["a"]), failed),
        (json!({"a": "a"}), json!(["a"]), failed),
        (json!([["a"]]), json!(["a"]), failed),
        (json!("x"), json!([]), "ok"),
        (json!("x"), json!([""]), "ok"),
        (json!("x"), Value::Null, "ok"),
        (json!(5), json!([""]), "ok"),
        (json!("x"), json!(["", "x"]), "ok"),
    ] {
        assert_eq!(
            changed(json!({}), json!({"aud": aud}), json!({"audience": audience})),
            expected,
            "{aud} for {audience}"
        );
    }
}

#[test]
fn authorized_parties_r215() {
    let refused = "token-invalid-authorized-parties";
    let ours = "https://app.example.com";
    for (azp, parties, expected) in [
        (json!(ours), json!([ours]), "ok"),
        (json!(ours), json!(ours), "ok"),
        (json!(ours), json!(["https://other.example.com", ours]), "ok"),
        (json!("https://app.example.com.evil.com"), json!([ours]), refused),
        (json!("https://app.example.co"), json!([ours]), refused),
        (json!("HTTPS://APP.EXAMPLE.COM"), json!([ours]), refused),
        (Value::Null, json!([ours]), refused),
        (json!(""), json!([ours]), refused),
        (json!(""), json!([""]), refused),
        (Value::Null, json!([""]), refused),
        (json!("(null)"), json!([ours]), refused),
        (json!(5), json!([ours]), refused),
        (json!([ours]), json!([ours]), refused),
        (json!("x"), json!([]), "ok"),
        (json!(5), Value::Null, "ok"),
    ] {
        assert_eq!(
            changed(json!({}), json!({"azp": azp}), json!({"authorized_parties": parties})),
            expected,
            "{azp} for {parties}"
        );
    }
    let opted_out = |azp: Value| {
        changed(json!({}), json!({"azp": azp}), json!({"authorized_parties": [ours], "allow_missing_azp": true}))
    };
    assert_eq!(opted_out(Value::Null), "ok");
    assert_eq!(opted_out(json!(ours)), "ok");
    for azp in [json!(""), json!("(null)"), json!("x"), json!(5)] {
        assert_eq!(opted_out(azp), refused);
    }
}

#[test]
fn issuers_r216() {
    let refused = "token-invalid-issuer";
    let ours = "https://clerk.example.com";
    for (iss, issuer, expected) in [
        (json!(ours), json!(ours), "ok"),
        (json!(ours), json!(["x", ours]), "ok"),
        (json!(ours), json!(["x"]), refused),
        (json!("https://clerk.example.com/"), json!(ours), refused),
        (Value::Null, json!(ours), refused),
        (json!(""), json!(["", ours]), refused),
        (json!([ours]), json!(ours), refused),
        (json!(1), json!(ours), refused),
        (json!("x"), json!([""]), "ok"),
        (json!("x"), json!([]), "ok"),
    ] {
        assert_eq!(changed(json!({}), json!({"iss": iss}), json!({"issuer": issuer})), expected, "{iss} for {issuer}");
    }
}

#[test]
fn the_edges_of_time_r217_to_r222() {
    let at = |claims: Value, skew: Value, now_ms: i64| {
        verdict_at(&key_a().token_with(&json!({}), &claims), json!({"clock_skew_ms": skew}), now_ms)
    };
    let now = |claims: Value, skew: i64| at(claims, json!(skew), NOW);
    assert_eq!(now(json!({"exp": NOW_S}), 0), "token-expired");
    assert_eq!(now(json!({"exp": NOW_S + 1}), 0), "ok");
    assert_eq!(now(json!({"nbf": NOW_S}), 0), "ok");
    assert_eq!(now(json!({"iat": NOW_S}), 0), "ok");
    assert_eq!(now(json!({"nbf": NOW_S + 1}), 0), "token-not-active-yet");
    assert_eq!(now(json!({"iat": NOW_S + 1}), 0), "token-iat-in-the-future");
    assert_eq!(now(json!({"exp": NOW_S}), 5000), "ok");
    assert_eq!(at(json!({"exp": NOW_S}), json!(5000), NOW + 4999), "ok");
    assert_eq!(at(json!({"exp": NOW_S}), json!(5000), NOW + 5000), "token-expired");
    assert_eq!(now(json!({"nbf": NOW_S + 5}), 5000), "ok");
    assert_eq!(now(json!({"nbf": NOW_S + 6}), 5000), "token-not-active-yet");
    assert_eq!(now(json!({"iat": NOW_S + 5}), 5000), "ok");
    assert_eq!(now(json!({"iat": NOW_S + 6}), 5000), "token-iat-in-the-future");
    // Whatever is no finite number is 5000 (R-220).
    for skew in [Value::Null, json!("0"), json!(true), json!([0]), json!({})] {
        assert_eq!(at(json!({"exp": NOW_S}), skew.clone(), NOW), "ok", "{skew}");
        assert_eq!(at(json!({"exp": NOW_S}), skew, NOW + 5000), "token-expired");
    }
    assert_eq!(now(json!({"exp": NOW_S + 10}), -10_000), "token-expired", "a negative skew is stricter");
    // Fractions are cut off first.
    assert_eq!(now(json!({"exp": 1_700_000_000.9}), 0), "token-expired");
    assert_eq!(now(json!({"nbf": 1_700_000_000.9}), 0), "ok");
    // The ends of time.
    for now_ms in [i64::MIN, -1, 0, 1, i64::MAX] {
        for skew in [json!(0), json!(i64::MAX), json!(i64::MIN), json!(1e300)] {
            at(json!({}), skew, now_ms);
        }
    }
}

#[test]
fn the_order_of_the_rules() {
    let all = json!({"audience": "a", "authorized_parties": ["p"], "issuer": "i", "clock_skew_ms": 0});
    let mut wrong =
        json!({"sub": 5, "aud": "x", "azp": "x", "iss": "x", "exp": 1, "nbf": NOW_S + 100, "iat": NOW_S + 100});
    for (claim, right, reason) in [
        ("sub", json!("user_1"), "token-verification-failed"),
        ("aud", json!("a"), "token-verification-failed"),
        ("azp", json!("p"), "token-invalid-authorized-parties"),
        ("iss", json!("i"), "token-invalid-issuer"),
        ("exp", json!(NOW_S + 60), "token-expired"),
        ("nbf", json!(NOW_S), "token-not-active-yet"),
        ("iat", json!(NOW_S), "token-iat-in-the-future"),
    ] {
        assert_eq!(changed(json!({}), wrong.clone(), all.clone()), reason, "{claim}");
        wrong[claim] = right;
    }
    assert_eq!(changed(json!({}), wrong, all), "ok");
}
