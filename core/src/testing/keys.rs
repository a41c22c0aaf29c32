//! A key for tests: made when it is first wanted, gone with the process.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{self, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{read_key, wrong_key};
use crate::error::{ArgumentError, Error, Result};
use crate::key::Algorithm;

/// An RSA key that nobody else has, for the tokens of tests. A client whose `jwt_key` is [`jwt_key`](TestKeys::jwt_key)
/// verifies them, without a server.
pub struct TestKeys {
    pair: KeyPair,
    jwt_key: String,
}

impl fmt::Debug for TestKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestKeys").finish_non_exhaustive()
    }
}

impl TestKeys {
    /// Makes a key. It takes a tenth of a second or more.
    ///
    /// # Errors
    /// `Internal` if this machine cannot make one.
    pub fn generate() -> Result<Self> {
        let fail = |_| Error::Internal("this machine cannot make an RSA key".to_owned());
        Self::of(KeyPair::generate(KeySize::Rsa2048).map_err(fail)?).map_err(fail)
    }

    /// A key of one's own.
    ///
    /// * `key`: an RSA private key, as [`sign_jwt`](super::sign_jwt) takes it.
    ///
    /// # Errors
    /// [`ArgumentError`] for `key`, which is not repeated.
    pub fn from_key(key: &str) -> Result<Self, ArgumentError> {
        Self::of(read_key(key, Algorithm::Rs256)?).map_err(|_| wrong_key("its public half cannot be told"))
    }

    fn of(pair: KeyPair) -> Result<Self, Unspecified> {
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
        let body = STANDARD.encode(der.as_ref());
        let mut jwt_key = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        for (at, c) in body.chars().enumerate() {
            if at > 0 && at % 64 == 0 {
                jwt_key.push('\n');
            }
            jwt_key.push(c);
        }
        jwt_key.push_str("\n-----END PUBLIC KEY-----\n");
        Ok(Self { pair, jwt_key })
    }

    /// The key of this process, made at the first call. Only tests ask for it: no client ever trusts it unless it is
    /// told to.
    ///
    /// # Errors
    /// As [`generate`](TestKeys::generate).
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<TestKeys> = OnceLock::new();
        if let Some(keys) = SHARED.get() {
            return Ok(keys);
        }
        // Two threads may both make one; the first one stays.
        let keys = Self::generate()?;
        Ok(SHARED.get_or_init(|| keys))
    }

    /// The public half, as PEM: what a client takes as `jwt_key`.
    #[must_use]
    pub fn jwt_key(&self) -> &str {
        &self.jwt_key
    }

    /// Signs header and claims with RS256, whatever the header says.
    pub(super) fn sign(&self, header: Map<String, Value>, claims: Map<String, Value>) -> Result<String> {
        let part = |fields: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(fields).to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut out = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut out)
            .map_err(|_| Error::Internal("the key of the tests cannot sign".to_owned()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(out)))
    }
}
