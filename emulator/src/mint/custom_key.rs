//! The signing keys that come with JWT templates.

use crate::errors::EmulatorError;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The algorithms that a key can be for.
pub(crate) const ALGORITHMS: &[&str] = &[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
];

/// A private key, PEM (PKCS #8, PKCS #1 or SEC 1), or for `HS…` a shared secret, with its algorithm.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub(crate) struct CustomKey {
    pub(crate) algorithm: String,
    key: String,
}

impl fmt::Debug for CustomKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

enum Parsed {
    Hmac(Box<hmac::Key>),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl CustomKey {
    /// None if the algorithm cannot sign with this key.
    pub(crate) fn new(algorithm: &str, key: String) -> Option<Self> {
        let key = CustomKey { algorithm: algorithm.to_owned(), key };
        key.parse().map(|_| key)
    }

    fn parse(&self) -> Option<Parsed> {
        let secret = |algorithm| {
            (!self.key.is_empty()).then(|| Parsed::Hmac(Box::new(hmac::Key::new(algorithm, self.key.as_bytes()))))
        };
        match self.algorithm.as_str() {
            "HS256" => secret(hmac::HMAC_SHA256),
            "HS384" => secret(hmac::HMAC_SHA384),
            "HS512" => secret(hmac::HMAC_SHA512),
            "RS256" => self.rsa(&RSA_PKCS1_SHA256),
            "RS384" => self.rsa(&RSA_PKCS1_SHA384),
            "RS512" => self.rsa(&RSA_PKCS1_SHA512),
            "PS256" => self.rsa(&RSA_PSS_SHA256),
            "PS384" => self.rsa(&RSA_PSS_SHA384),
            "PS512" => self.rsa(&RSA_PSS_SHA512),
            "ES256" => self.ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => self.ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => self.ec(&ECDSA_P521_SHA512_FIXED_SIGNING),
            "EdDSA" => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.der()?).ok().map(Parsed::Ed),
            _ => None,
        }
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding) -> Option<Parsed> {
        let der = self.der()?;
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).ok()?;
        Some(Parsed::Rsa(pair, encoding))
    }

    fn ec(&self, algorithm: &'static EcdsaSigningAlgorithm) -> Option<Parsed> {
        let der = self.der()?;
        EcdsaKeyPair::from_pkcs8(algorithm, &der)
            .or_else(|_| EcdsaKeyPair::from_private_key_der(algorithm, &der))
            .ok()
            .map(Parsed::Ec)
    }

    /// What is between the lines of a PEM text with a private key.
    fn der(&self) -> Option<Vec<u8>> {
        let (_, rest) = self.key.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let text: String = body.split_whitespace().collect();
        label.ends_with("PRIVATE KEY").then(|| BASE64.decode(text.as_bytes()).ok())?
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EmulatorError> {
        let failed = || EmulatorError::Key("signing with the template's key failed".to_owned());
        let random = SystemRandom::new();
        Ok(match self.parse().ok_or_else(failed)? {
            Parsed::Hmac(key) => hmac::sign(&key, message).as_ref().to_vec(),
            Parsed::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature).map_err(|_| failed())?;
                signature
            }
            Parsed::Ec(pair) => pair.sign(&random, message).map_err(|_| failed())?.as_ref().to_vec(),
            Parsed::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{self, KeyPair as _, UnparsedPublicKey};

    fn pem(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
    }

    #[test]
    fn elliptic_signatures_verify() {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).expect("a key");
        let public = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der.as_ref()).expect("a key");
        let text = pem("PRIVATE KEY", der.as_ref());
        let signature = CustomKey::new("ES384", text.clone()).expect("a key").sign(b"message").expect("a signature");
        UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, public.public_key().as_ref())
            .verify(b"message", &signature)
            .expect("valid");
        for other in ["ES256", "RS256", "EdDSA", "none"] {
            assert!(CustomKey::new(other, text.clone()).is_none(), "{other}");
        }
    }

    #[test]
    fn edwards_signatures_verify() {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let public = Ed25519KeyPair::from_pkcs8(der.as_ref()).expect("a key");
        let key = CustomKey::new("EdDSA", pem("PRIVATE KEY", der.as_ref())).expect("a key");
        let signature = key.sign(b"message").expect("a signature");
        UnparsedPublicKey::new(&signature::ED25519, public.public_key().as_ref())
            .verify(b"message", &signature)
            .expect("valid");
    }

    #[test]
    fn keys_do_not_print() {
        let key = CustomKey::new("HS256", "a very secret secret".to_owned()).expect("a key");
        assert!(!format!("{key:?}").contains("secret"));
        assert!(CustomKey::new("HS256", String::new()).is_none());
        assert!(CustomKey::new("RS256", "-----BEGIN PRIVATE KEY-----".to_owned()).is_none());
    }
}
