#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cached;

use super::test_keys::*;
use super::*;
use crate::clock::{Clock as _, ManualClock};
use crate::secret::Secret;
use aws_lc_rs::encoding::AsDer as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

// Publishable keys

#[test]
fn cookie_suffixes_r307() {
    for (key, suffix) in [
        ("pk_live_Y2xlcmsuY2xlcmsuZGV2JA", "1Z8AzTQD"),
        ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr"),
        ("pk_live_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA", "MqCvchyS"),
        ("pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA", "vWCgMp3A"),
        ("pk_live_ZmFrZS1jbGVyay10ZXN0LmNsZXJrLmFjY291bnRzLmRldiQ=", "qReyu04C"),
        ("pk_test_ZW5vdWdoLWFscGFjYS04Mi5jbGVyay5hY2NvdW50cy5sY2xjbGVyay5jb20k", "jtYvyt_H"),
        ("pk_test_eHh4eHh4LXhhYWFhYS1hYS5jbGVyay5hY2NvdW50cy5sY2xjbGVyay5jb20k", "tZJdb-5s"),
    ] {
        assert_eq!(PublishableKey::parse(key).unwrap().cookie_suffix(), suffix, "{key}");
    }
}

#[test]
fn publishable_keys_r450() {
    let key = PublishableKey::parse("pk_live_Y2xlcmsuY2xlcmsuZGV2JA").unwrap();
    assert_eq!((key.instance_type(), key.frontend_api()), (InstanceType::Production, "clerk.clerk.dev"));
    let encode = |text: &str| format!("pk_test_{}", STANDARD.encode(text));
    let key = PublishableKey::parse(&encode("foo-bar-13.clerk.accounts.dev$")).unwrap();
    assert_eq!((key.instance_type(), key.frontend_api()), (InstanceType::Development, "foo-bar-13.clerk.accounts.dev"));
    for bad in [
        String::new(),
        "pk_test_".to_owned(),
        "pk_prod_Y2xlcmsuY2xlcmsuZGV2JA".to_owned(),
        "PK_TEST_Y2xlcmsuY2xlcmsuZGV2JA".to_owned(),
        "sk_test_secretsecret".to_owned(),
        "pk_test_Y2xlcmsuY2xlcmsuZGV2JA_x".to_owned(),
        "pk_test_!!!".to_owned(),
        "pk_test_Y2xlcmsuY2xlcmsuZGV2JA ".to_owned(),
        encode("clerk.example.com"),
        encode("clerk.example.com$$"),
        encode("clerk$.example.com$"),
        encode("localhost$"),
        format!("pk_test_{}", STANDARD.encode([0xff, 0x2e, 0x24])),
    ] {
        let error = PublishableKey::parse(&bad).unwrap_err();
        assert_eq!(error.option, "publishable_key");
        assert!(!error.message.contains("secretsecret"), "a secret is never repeated");
    }
}

#[test]
fn secret_keys_r452() {
    for good in ["sk_test_abc", "sk_live_abc", "test_old", "ak_machine", "anything"] {
        assert_eq!(check_secret_key("secret_key", good).unwrap().expose(), good);
    }
    for bad in [
        "",
        "pk_test_Y2xl",
        "pk_live_Y2xl",
        "sk_test_ab c",
        "sk_test_abc\n",
        "sk_tést",
        "whsec_abc",
        "-----BEGIN PUBLIC KEY-----",
    ] {
        let error = check_secret_key("secret_key", bad).unwrap_err();
        assert_eq!(error.option, "secret_key");
        assert!(bad.is_empty() || !error.message.contains(bad));
    }
    assert_eq!(InstanceType::of_secret_key("sk_test_x"), Some(InstanceType::Development));
    assert_eq!(InstanceType::of_secret_key("live_x"), Some(InstanceType::Production));
    assert_eq!(InstanceType::of_secret_key("x"), None);
}

// Local keys

#[test]
fn local_keys_in_all_their_forms_d12() {
    let key = key_a();
    let pem = key.pem();
    let forms = [
        pem.clone(),
        key.pem_with("\r\n"),
        key.pem_with("\r"),
        key.pem_with("\\n"),
        key.pem_with("\\r\\n"),
        key.pem_with(" "),
        key.pem_with(""),
        key.base64(),
        key.pem().replace("-----BEGIN PUBLIC KEY-----\n", "").replace("-----END PUBLIC KEY-----\n", ""),
        format!("\n\t {pem} \n"),
        pem.split_whitespace().collect::<String>(),
        key.jwk().to_string(),
        json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB"}).to_string(),
        json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "use": "sig", "key_ops": ["verify"]}).to_string(),
    ];
    for form in forms {
        let local = LocalKey::parse(&form).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert!(local.key().verify(b"message", &key.sign("RS256", b"message")), "{form}");
        assert!(!local.key().verify(b"massage", &key.sign("RS256", b"message")));
    }
}

#[test]
fn what_is_no_local_key_is_refused_when_it_is_read() {
    let key = key_a();
    let pem_of =
        |label: &str, der: &[u8]| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
    // A P-256 public key.
    let ec =
        aws_lc_rs::signature::EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let ec_der = aws_lc_rs::signature::KeyPair::public_key(&ec).as_der().unwrap();
    for (bad, why) in [
        (String::new(), "empty"),
        ("  \n".to_owned(), "empty"),
        ("-----BEGIN PUBLIC KEY-----".to_owned(), "END"),
        ("-----END PUBLIC KEY-----".to_owned(), "BEGIN"),
        (key.pem().replace("BEGIN PUBLIC", "BEGIN PRIVATE"), "private"),
        (key.pem().replace("BEGIN PUBLIC", "BEGIN RSA PRIVATE"), "private"),
        (key.pem().replace("PUBLIC KEY", "CERTIFICATE"), "certificate"),
        (pem_of("RSA PUBLIC KEY", &key.pkcs1()), "PKCS#1"),
        (key.pem().replace("END PUBLIC", "END OTHER"), "END"),
        (pem_of("PUBLIC KEY", ec_der.as_ref()), "RSA"),
        (pem_of("PUBLIC KEY", b"junk"), "RSA"),
        (key.pem().replace('A', "*"), "base64"),
        ("sk_test_something".to_owned(), "secret"),
        ("pk_test_something".to_owned(), "publishable"),
        ("{not json".to_owned(), "JSON"),
        (json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""}).to_string(), "RSA"),
        (json!({"kty": "oct", "k": "c2VjcmV0"}).to_string(), "RSA"),
        (json!({"kty": "RSA", "e": "AQAB"}).to_string(), "`n`"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQ"}).to_string(), "exponent"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "Ag"}).to_string(), "exponent"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": ""}).to_string(), "exponent"),
        (json!({"kty": "RSA", "n": b64(&key.modulus()[..128]), "e": "AQAB"}).to_string(), "1024 bits"),
        (json!({"kty": "RSA", "n": "", "e": "AQAB"}).to_string(), "0 bits"),
        (json!({"kty": "RSA", "n": b64(vec![0xff; 2000]), "e": "AQAB"}).to_string(), "16000 bits"),
        (key.jwk_as("k", "RS512").to_string(), "RS256"),
        (key.jwk_as("k", "HS256").to_string(), "alg"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "d": "AQAB"}).to_string(), "private"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "q": "AQAB"}).to_string(), "private"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "dp": "AQAB"}).to_string(), "private"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "oth": []}).to_string(), "private"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "use": "enc"}).to_string(), "use"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "key_ops": ["encrypt"]}).to_string(), "key_ops"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "key_ops": []}).to_string(), "key_ops"),
        (json!({"kty": "RSA", "n": b64(key.modulus()), "e": "AQAB", "key_ops": "verify"}).to_string(), "key_ops"),
        (pem_of("PUBLIC KEY", &[key.spki(), vec![0]].concat()), "RSA"),
        (pem_of("PUBLIC KEY", &[key.spki(), key.spki()].concat()), "RSA"),
    ] {
        let error = LocalKey::parse(&bad).expect_err(why);
        assert_eq!(error.option, "jwt_key");
        assert!(error.message.contains(why), "{bad}: {error}");
    }
}
