//! `usher token`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

mod common;

use clerk_usher_emulator::MintOptions;
use common::{Folder, at, create_user, emulator, run, run_with, text, usher};
use serde_json::json;

/// A token with a claim no float can hold, and a signature that must not be shown.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1IiwieCI6MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NX0.c2lnbmF0dXJl";

#[test]
fn decode_shows_claims_as_they_are_written_and_no_signature() {
    let ran = run(&mut usher(["token", "decode", TOKEN, "--json"])).with_code(0);
    let expected = "{\"verified\":false,\"header\":{\"alg\":\"RS256\"},\"payload\":{\"sub\":\"u\",\"x\":1234567890123456789012345}}\n";
    assert_eq!(ran.stdout, expected);
    let ran = run_with(&mut usher(["token", "decode", "-"]), &format!("  {TOKEN}\n")).with_code(0);
    assert!(ran.says("1234567890123456789012345") && ran.says("Not verified") && !ran.says("c2lnbmF0dXJl"), "{ran:?}");
}

#[test]
fn decode_refuses_what_is_no_token_without_repeating_it() {
    let ran = run(&mut usher(["token", "decode", "sk_test_abcdefghijklmnop"])).with_code(1);
    assert!(ran.says("token-invalid") && !ran.says("abcdefghij"), "{ran:?}");
    run(&mut usher(["token", "decode"])).with_code(2);
    run_with(&mut usher(["token", "decode", "-"]), "\n").with_code(2);
    let error = run(&mut usher(["token", "decode", "x", "--json"])).with_code(1).json();
    assert_eq!((&error["error"]["kind"], &error["error"]["reason"]), (&json!("token"), &json!("token-invalid")));
}

#[test]
fn verify_tells_claims_or_the_reason() {
    let emulator = emulator();
    let mint = |options: MintOptions| emulator.mint_session_token(&options).expect("a token");
    let good = mint(MintOptions {
        user_id: Some("user_1".into()),
        azp: Some("https://a.test".into()),
        ..MintOptions::default()
    });
    let ran = run(&mut at(&emulator, ["token", "verify", &good, "--json"])).with_code(0);
    assert_eq!(ran.json()["claims"]["sub"], "user_1");
    let folder = Folder::new();
    let key = folder.write("key.pem", &emulator.jwt_key().expect("a key"));
    let offline = ["token", "verify", "-", "--jwt-key", text(&key), "--authorized-party", "https://a.test"];
    let ran = run_with(&mut usher(offline), &good).with_code(0);
    assert_eq!(ran.json()["azp"], "https://a.test");
    for (token, more, reason) in [
        (mint(MintOptions { tampered: true, ..MintOptions::default() }), vec![], "token-invalid-signature"),
        (mint(MintOptions { expires_in_seconds: -60, ..MintOptions::default() }), vec![], "token-expired"),
        (good.clone(), vec!["--authorized-party", "https://b.test"], "token-invalid-authorized-parties"),
        (good.clone(), vec!["--issuer", "https://b.test"], "token-invalid-issuer"),
    ] {
        let arguments = ["token", "verify", &token].into_iter().chain(more);
        let ran = run(&mut at(&emulator, arguments)).with_code(1);
        assert!(ran.stderr.contains(reason), "{reason}: {ran:?}");
        assert!(!ran.says(token.rsplit('.').next().expect("a signature")), "{ran:?}");
    }
}

#[test]
fn verify_takes_tokens_of_machines() {
    let emulator = emulator();
    let key = emulator.mint_api_key(&clerk_usher_emulator::ApiKeyOptions::default()).expect("a key");
    let ran = run(&mut at(&emulator, ["token", "verify", &key.token, "--json"])).with_code(0);
    assert_eq!(ran.json()["machine"]["id"], key.id.as_str(), "{ran:?}");
}

#[test]
fn an_outage_says_nothing_of_the_token() {
    let emulator = emulator();
    let token = emulator.mint_session_token(&MintOptions::default()).expect("a token");
    emulator
        .add_fault(serde_json::from_value(json!({"route": "/v1/jwks", "status": 503})).expect("a fault"))
        .expect("set");
    run(&mut at(&emulator, ["token", "verify", &token])).with_code(3);
    let ran = run(&mut usher(["token", "verify", &token])).with_code(2);
    assert!(ran.says("CLERK_SECRET_KEY"), "{ran:?}");
}

#[test]
fn what_is_minted_with_a_key_holds_for_its_public_half() {
    let folder = Folder::new();
    let (private, public) = key_pair();
    let (private, public) = (folder.write("key.pem", &private), folder.write("public.pem", &public));
    let arguments = [
        "token",
        "mint",
        "--key",
        text(&private),
        "--user",
        "user_1",
        "--org",
        "org_1",
        "--role",
        "org:admin",
        "--permission",
        "org:invoices:read",
        "--permission",
        "org:invoices:pay",
        "--permission",
        "org:files:read",
        "--claims",
        "{\"plan\": \"pro\", \"fva\": null}",
        "--expires",
        "600",
    ];
    let token = run(&mut usher(arguments)).with_code(0).stdout;
    let ran = run_with(&mut usher(["token", "verify", "-", "--jwt-key", text(&public), "--json"]), &token).with_code(0);
    let claims = &ran.json()["claims"];
    assert_eq!(claims["o"], json!({"id": "org_1", "rol": "admin", "per": "read,pay", "fpm": "3,1"}));
    assert_eq!(
        (&claims["fea"], &claims["plan"], claims.get("fva")),
        (&json!("o:invoices,o:files"), &json!("pro"), None)
    );
    assert_eq!(claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat"), 600);
}

#[test]
fn minting_refuses_what_cannot_be() {
    let folder = Folder::new();
    let key = folder.write("key.pem", &key_pair().0);
    let mint = |more: &[&str]| run(usher(["token", "mint"]).args(more)).with_code(2);
    assert!(mint(&[]).says("--key"));
    assert!(mint(&["--key", "/nowhere/key.pem"]).says("/nowhere/key.pem"));
    assert!(mint(&["--key", text(&key), "--claims", "[]"]).says("--claims"));
    let ran = mint(&["--key", text(&key), "--org", "org_1", "--permission", "read"]);
    assert!(ran.says("--permission") && ran.says("org:feature:name"), "{ran:?}");
    assert!(mint(&["--key", text(&key), "--role", "org:admin"]).says("--org"));
    let odd = folder.write("odd.pem", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IGtleQ==\n-----END PRIVATE KEY-----\n");
    let ran = mint(&["--key", text(&odd)]);
    assert!(ran.says("--key") && !ran.says("c2VjcmV0"), "{ran:?}");
}

#[test]
fn a_running_emulator_mints_for_its_users() {
    let emulator = emulator();
    let user = create_user(&emulator, "ann@example.com");
    let token =
        run(&mut at(&emulator, ["token", "mint", "--url", emulator.url(), "--user", &user])).with_code(0).stdout;
    let ran = run(&mut at(&emulator, ["token", "verify", token.trim(), "--json"])).with_code(0);
    assert_eq!(ran.json()["claims"]["sub"], user.as_str());
    let ran = run(&mut at(&emulator, ["token", "mint", "--url", emulator.url(), "--user", "user_none"])).with_code(3);
    assert!(ran.says("404"), "{ran:?}");
}

/// A fresh RSA key: PKCS#8 and SPKI, both PEM.
fn key_pair() -> (String, String) {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
    use aws_lc_rs::signature::KeyPair as _;
    use base64::Engine as _;
    let pem = |label: &str, der: &[u8]| {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
    let private: Pkcs8V1Der<'_> = pair.as_der().expect("DER");
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("DER");
    (pem("PRIVATE KEY", private.as_ref()), pem("PUBLIC KEY", public.as_ref()))
}
