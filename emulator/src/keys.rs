//! The signing keys of one emulator. Making an RSA key takes a while, so it happens beside the start.

use crate::disk::Disk;
use crate::errors::EmulatorError;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

/// An RSA-2048 key and its public forms.
pub(crate) struct SigningKey {
    pair: KeyPair,
    modulus: String,
    exponent: String,
    pem: String,
}

impl SigningKey {
    fn generate() -> Result<Self, String> {
        Self::new(KeyPair::generate(KeySize::Rsa2048).map_err(|_| "cannot make an RSA key".to_owned())?)
    }

    /// The key of a PKCS #8 document, as [`private`](SigningKey::private) gives it.
    fn parse(pkcs8: &[u8]) -> Result<Self, String> {
        Self::new(KeyPair::from_pkcs8(pkcs8).map_err(|_| "the key that was kept is no RSA key".to_owned())?)
    }

    /// The private key as PKCS #8.
    pub(crate) fn private(&self) -> Result<Vec<u8>, EmulatorError> {
        let der: Pkcs8V1Der<'_> =
            self.pair.as_der().map_err(|_| EmulatorError::Key("cannot encode the private key".to_owned()))?;
        Ok(der.as_ref().to_vec())
    }

    fn new(pair: KeyPair) -> Result<Self, String> {
        let public = pair.public_key();
        let modulus = BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero());
        let der: PublicKeyX509Der<'_> = public.as_der().map_err(|_| "cannot encode the public key".to_owned())?;
        let pem = pem("PUBLIC KEY", der.as_ref());
        Ok(SigningKey { pair, modulus, exponent, pem })
    }

    /// The public key as SPKI PEM, ending in a line break.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// The public key as a JWK under this key id.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        json!({ "use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256", "n": self.modulus, "e": self.exponent })
    }

    /// The RS256 signature of `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EmulatorError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| EmulatorError::Key("signing failed".to_owned()))?;
        Ok(signature)
    }
}

impl SigningKey {
    /// Whether `signature` is this key's, of `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref())
            .verify(message, signature)
            .is_ok()
    }
}

/// A key made at first use, or earlier by whoever calls [`LazyKey::get`] first.
#[derive(Default)]
pub(crate) struct LazyKey {
    key: OnceLock<Result<SigningKey, String>>,
    /// The key that was kept.
    kept: Option<Vec<u8>>,
    /// Where a new one is to be kept.
    disk: Option<Arc<Disk>>,
}

impl LazyKey {
    pub(crate) fn new(kept: Option<Vec<u8>>, disk: Option<Arc<Disk>>) -> Self {
        LazyKey { key: OnceLock::new(), kept, disk }
    }

    /// The key; blocks while it is being made.
    pub(crate) fn get(&self) -> Result<&SigningKey, EmulatorError> {
        self.key.get_or_init(|| self.make()).as_ref().map_err(|text| EmulatorError::Key(text.clone()))
    }

    fn make(&self) -> Result<SigningKey, String> {
        if let Some(pkcs8) = &self.kept {
            return SigningKey::parse(pkcs8);
        }
        let key = SigningKey::generate()?;
        if let Some(disk) = &self.disk {
            // Before anything is signed with it: what was signed is to verify after a restart.
            let private = key.private().map_err(|error| error.to_string())?;
            disk.keep("signing_key", &BASE64.encode(&private)).map_err(|error| error.to_string())?;
        }
        Ok(key)
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = BASE64.encode(der);
    for line in encoded.as_bytes().chunks(64) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_verify_with_the_pem() {
        let lazy = LazyKey::default();
        let key = lazy.get().expect("a key");
        let signature = key.sign(b"message").expect("a signature");
        let body: String = key.pem().lines().filter(|line| !line.starts_with('-')).collect();
        let der = BASE64.decode(body.as_bytes()).expect("base64");
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der);
        public.verify(b"message", &signature).expect("valid");
        assert!(public.verify(b"massage", &signature).is_err());
        assert_eq!(key.jwk("ins_1")["e"], "AQAB");
        assert_eq!(key.jwk("ins_1")["n"].as_str().map(str::len), Some(342));
    }
}
