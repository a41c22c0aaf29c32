//! The three signature algorithms, and a public key that is bound to one of them.

use super::der::sequence_of_integers;
use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{PublicKey, PublicKeyComponents};
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters};
use std::fmt;
use std::sync::Arc;

/// RSASSA-PKCS1-v1_5 with one of three hashes: all that a token of this API may be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// With SHA-256.
    Rs256,
    /// With SHA-384.
    Rs384,
    /// With SHA-512.
    Rs512,
}

impl Algorithm {
    /// The algorithm of this JOSE name. Case matters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            _ => None,
        }
    }

    /// The JOSE name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// The hash that is signed.
    const fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 => &digest::SHA256,
            Self::Rs384 => &digest::SHA384,
            Self::Rs512 => &digest::SHA512,
        }
    }

    /// These parameters accept moduli of 2048 to 8192 bits and nothing else (D-12).
    const fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// The modulus sizes that are accepted, in bits.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A parsed RSA public key that verifies one algorithm: the key, not the token, says which.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
    /// Modulus and exponent, in one form whatever the key came in.
    public: Arc<[u8]>,
}

impl VerifyingKey {
    /// A key from a DER `SubjectPublicKeyInfo`.
    pub(crate) fn from_spki(der: &[u8], algorithm: Algorithm) -> Result<Self, String> {
        let public = PublicKey::from_der(der).map_err(|_| "it is not an RSA public key in SPKI form".to_owned())?;
        // The reader stops at the key's end; only written out again it shows whether that was all.
        let again: PublicKeyX509Der<'_> = public.as_der().map_err(|_| "it is not a usable RSA key".to_owned())?;
        if again.as_ref() != der {
            return Err("it is more than an RSA public key in SPKI form".to_owned());
        }
        let bits =
            RsaParameters::public_modulus_len(public.as_ref()).map_err(|_| "its modulus cannot be read".to_owned())?;
        check_bits(usize::try_from(bits).unwrap_or(usize::MAX))?;
        let key =
            ParsedPublicKey::new(algorithm.parameters(), der).map_err(|_| "it is not a usable RSA key".to_owned())?;
        Ok(Self { algorithm, key, public: Arc::from(public.as_ref()) })
    }

    /// A key from the big-endian modulus and exponent of a JWK.
    pub(crate) fn from_components(n: &[u8], e: &[u8], algorithm: Algorithm) -> Result<Self, String> {
        let (n, e) = (trim_zeros(n), trim_zeros(e));
        let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
        check_bits(bits)?;
        // An exponent of 1 would make anything a signature; an even one never verifies.
        if e.is_empty() || e == [1] || e.last().is_some_and(|last| last % 2 == 0) {
            return Err("its exponent is not an odd number above 1".to_owned());
        }
        let key = PublicKeyComponents { n, e }
            .to_parsed_public_key(algorithm.parameters())
            .map_err(|_| "it is not a usable RSA key".to_owned())?;
        Ok(Self { algorithm, key, public: Arc::from(sequence_of_integers(&[n, e])) })
    }

    /// The algorithm this key verifies.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether this is the same public key as the other, whatever text each was read from.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.public == other.public
    }

    /// Whether `signature` is this key's signature of exactly these bytes.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        // Hashed on its own: a context that could take the message in pieces is several allocations more.
        let digest = digest::digest(self.algorithm.digest(), message);
        self.key.verify_digest_sig(&digest, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn check_bits(bits: usize) -> Result<(), String> {
    if MODULUS_BITS.contains(&bits) {
        Ok(())
    } else {
        Err(format!("its modulus has {bits} bits; 2048 to 8192 are accepted"))
    }
}

fn trim_zeros(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    &bytes[start..]
}
