//! Keys, tokens and a key endpoint for the tests of this crate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{KeyResponse, KeySource, NoAnswer};
use crate::secret::Secret;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey};
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// Noon of some day, as every test here has it.
pub(crate) const NOW_S: i64 = 1_700_000_000;
pub(crate) const NOW: i64 = NOW_S * 1000;

pub(crate) struct TestKey {
    pair: KeyPair,
    pub(crate) kid: &'static str,
}

/// The instance's key, `ins_a`.
pub(crate) fn key_a() -> &'static TestKey {
    static KEY: OnceLock<TestKey> = OnceLock::new();
    KEY.get_or_init(|| TestKey { pair: KeyPair::generate(KeySize::Rsa2048).unwrap(), kid: "ins_a" })
}

/// Another instance's key, `ins_b`.
pub(crate) fn key_b() -> &'static TestKey {
    static KEY: OnceLock<TestKey> = OnceLock::new();
    KEY.get_or_init(|| TestKey { pair: KeyPair::generate(KeySize::Rsa2048).unwrap(), kid: "ins_b" })
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl TestKey {
    pub(crate) fn spki(&self) -> Vec<u8> {
        AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key()).unwrap().as_ref().to_vec()
    }

    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        AsRef::<[u8]>::as_ref(self.public()).to_vec()
    }

    fn public(&self) -> &PublicKey {
        self.pair.public_key()
    }

    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(self.spki())
    }

    /// PEM with lines of 64 characters, each ended by this.
    pub(crate) fn pem_with(&self, line_end: &str) -> String {
        let body = self.base64();
        let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!(
            "-----BEGIN PUBLIC KEY-----{line_end}{}{line_end}-----END PUBLIC KEY-----{line_end}",
            lines.join(line_end)
        )
    }

    pub(crate) fn pem(&self) -> String {
        self.pem_with("\n")
    }

    /// The modulus, read out of the PKCS#1 form: SEQUENCE, INTEGER n, INTEGER e = 65537.
    pub(crate) fn modulus(&self) -> Vec<u8> {
        let der = self.pkcs1();
        let n = &der[der.len() - 5 - 256..der.len() - 5];
        n.to_vec()
    }

    pub(crate) fn jwk(&self) -> Value {
        self.jwk_as(self.kid, "RS256")
    }

    pub(crate) fn jwk_as(&self, kid: &str, alg: &str) -> Value {
        json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": kid, "n": b64(self.modulus()), "e": "AQAB"})
    }

    pub(crate) fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let padding: &'static dyn RsaEncoding = match alg {
            "RS384" => &signature::RSA_PKCS1_SHA384,
            "RS512" => &signature::RSA_PKCS1_SHA512,
            "PS256" => &signature::RSA_PSS_SHA256,
            _ => &signature::RSA_PKCS1_SHA256,
        };
        let mut out = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(padding, &SystemRandom::new(), message, &mut out).unwrap();
        out
    }

    /// A token of exactly these texts.
    pub(crate) fn token_of_texts(&self, header: &str, payload: &[u8]) -> String {
        let alg =
            serde_json::from_str::<Value>(header).ok().and_then(|header| header["alg"].as_str().map(str::to_owned));
        let signed = format!("{}.{}", b64(header), b64(payload));
        let signature = self.sign(alg.as_deref().unwrap_or("RS256"), signed.as_bytes());
        format!("{signed}.{}", b64(signature))
    }

    /// A token of these, laid over a plain session's; null removes.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        let mut base_header = json!({"alg": "RS256", "kid": self.kid, "typ": "JWT", "cat": "cl_B7d4PD111AAA"});
        let mut base = json!({
            "iss": "https://clerk.example.com", "sub": "user_1", "sid": "sess_1", "azp": "https://app.example.com",
            "iat": NOW_S - 5, "nbf": NOW_S - 15, "exp": NOW_S + 60, "sts": "active", "v": 2, "jti": "j",
        });
        lay(&mut base_header, header);
        lay(&mut base, claims);
        self.token_of_texts(&base_header.to_string(), base.to_string().as_bytes())
    }

    pub(crate) fn token(&self) -> String {
        self.token_with(&json!({}), &json!({}))
    }
}

fn lay(base: &mut Value, over: &Value) {
    for (name, value) in over.as_object().unwrap() {
        // A JSON null is said with this word, as null removes.
        match value {
            Value::Null => drop(base.as_object_mut().unwrap().remove(name)),
            Value::String(word) if word == "(null)" => base[name] = Value::Null,
            _ => base[name] = value.clone(),
        }
    }
}

pub(crate) fn jwks(keys: &[Value]) -> Vec<u8> {
    json!({"keys": keys}).to_string().into_bytes()
}

/// A key endpoint that says what it is told to.
pub(crate) struct FakeSource {
    always: Mutex<Result<KeyResponse, NoAnswer>>,
    /// How long each answer takes.
    pub(crate) takes: Duration,
    fetches: AtomicUsize,
    pub(crate) secrets: Mutex<Vec<String>>,
}

pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Result<KeyResponse, NoAnswer> {
    Ok(KeyResponse { status, body: body.into(), retry_after: None })
}

pub(crate) fn no_answer() -> Result<KeyResponse, NoAnswer> {
    Err(NoAnswer { message: "connection refused".to_owned() })
}

impl FakeSource {
    pub(crate) fn always(answer: Result<KeyResponse, NoAnswer>) -> Self {
        Self {
            always: Mutex::new(answer),
            takes: Duration::ZERO,
            fetches: AtomicUsize::new(0),
            secrets: Mutex::default(),
        }
    }

    pub(crate) fn with_keys(keys: &[Value]) -> Self {
        Self::always(answer(200, jwks(keys)))
    }

    pub(crate) fn now_always(&self, answer: Result<KeyResponse, NoAnswer>) {
        *self.always.lock().unwrap() = answer;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl KeySource for FakeSource {
    async fn fetch(&self, secret_key: &Secret) -> Result<KeyResponse, NoAnswer> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        self.secrets.lock().unwrap().push(secret_key.expose().to_owned());
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        self.always.lock().unwrap().clone()
    }
}
