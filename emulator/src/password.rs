//! Passwords: the rules for new ones, hashing them, and checking them against the digests that can be imported.

mod digest;

use crate::errors::ErrorItem;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

/// The hashers that `password_hasher` may name.
pub(crate) const HASHERS: &[&str] = &[
    "argon2i",
    "argon2id",
    "bcrypt",
    "bcrypt_sha256_django",
    "ldap_ssha",
    "md5",
    "md5_phpass",
    "pbkdf2_sha1",
    "pbkdf2_sha256",
    "pbkdf2_sha256_django",
    "pbkdf2_sha512",
    "pbkdf2_sha512_hex",
    "phpass",
    "scrypt_firebase",
    "scrypt_werkzeug",
    "sha256",
    "sha512_symfony",
];

/// A stored password: never the text itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Password {
    hasher: String,
    digest: String,
}

/// More work than this would hang the emulator: such an argon2 digest counts as malformed.
const MOST_ARGON2_KIB: u32 = 256 * 1024;
const MOST_ARGON2_PASSES: u32 = 32;

const SHORTEST: usize = 8;
const LONGEST: usize = 72;

/// The most used of the leaked passwords that are long enough for the length rule.
const LEAKED: &[&str] = &[
    "password",
    "password1",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "qwertyuiop",
    "qwerty123",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "letmein1",
    "abcd1234",
    "1q2w3e4r",
];

/// The rules a new plain password must keep, unless the caller skips them.
pub(crate) fn check(password: &str) -> Result<(), ErrorItem> {
    let length = password.chars().count();
    if length < SHORTEST {
        let text = format!("Passwords must be {SHORTEST} characters or more.");
        return Err(ErrorItem::coded("form_password_length_too_short", "password", &text, text.clone()));
    }
    if length > LONGEST {
        let text = format!("Passwords must be less than {LONGEST} characters.");
        return Err(ErrorItem::coded("form_password_length_too_long", "password", &text, text.clone()));
    }
    if password.len() > LONGEST {
        let text = "Your password has exceeded the maximum number of bytes allowed, please shorten it or remove some special characters.";
        return Err(ErrorItem::coded("form_password_size_in_bytes_exceeded", "password", text, text));
    }
    if LEAKED.contains(&password.to_ascii_lowercase().as_str()) {
        let text =
            "Password has been found in an online data breach. For account safety, please use a different password.";
        return Err(ErrorItem::coded("form_password_pwned", "password", text, text));
    }
    Ok(())
}

impl Password {
    /// Hashes a plain password, cheaply: these are test passwords on a developer's machine.
    pub(crate) fn hash(plain: &str) -> Option<Self> {
        let params = Params::new(64, 1, 1, None).ok()?;
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(plain.as_bytes()).ok()?;
        Some(Password { hasher: "argon2id".to_owned(), digest: hash.to_string() })
    }

    /// Takes a digest over, if it has the format of its hasher and can be checked in reasonable time.
    pub(crate) fn import(hasher: &str, digest: &str) -> Option<Self> {
        let well_formed = match hasher {
            "argon2i" | "argon2id" => PasswordHash::new(digest).is_ok_and(|hash| {
                hash.algorithm.as_str() == hasher
                    && Params::try_from(&hash)
                        .is_ok_and(|params| params.m_cost() <= MOST_ARGON2_KIB && params.t_cost() <= MOST_ARGON2_PASSES)
            }),
            _ => digest::read(hasher, digest).is_some(),
        };
        well_formed.then(|| Password { hasher: hasher.to_owned(), digest: digest.to_owned() })
    }

    /// Whether this is the password.
    pub(crate) fn verify(&self, plain: &str) -> bool {
        match self.hasher.as_str() {
            "argon2i" | "argon2id" => PasswordHash::new(&self.digest)
                .is_ok_and(|hash| Argon2::default().verify_password(plain.as_bytes(), &hash).is_ok()),
            hasher => digest::read(hasher, &self.digest).is_some_and(|check| check(plain)),
        }
    }
}

/// Whether a backup code is the one that was stored, in plain or as a bcrypt digest.
pub(crate) fn backup_code_matches(stored: &str, given: &str) -> bool {
    digest::read("bcrypt", stored).map_or(stored == given, |check| check(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let code = |password: &str| check(password).err().map(|item| item.code);
        assert_eq!(code("1234567"), Some("form_password_length_too_short"));
        assert_eq!(code(&"x".repeat(73)), Some("form_password_length_too_long"));
        assert_eq!(code(&"é".repeat(60)), Some("form_password_size_in_bytes_exceeded"));
        assert_eq!(code("Password123"), Some("form_password_pwned"));
        assert_eq!(code("correct horse"), None);
    }

    #[test]
    fn own_hash() {
        let password = Password::hash("correct horse").expect("a hash");
        assert!(password.verify("correct horse"));
        assert!(!password.verify("correct house"));
    }

    #[test]
    fn bcrypt_import() {
        let digest = bcrypt::hash("hunter22", 4).expect("a digest");
        let password = Password::import("bcrypt", &digest).expect("well formed");
        assert!(password.verify("hunter22"));
        assert!(!password.verify("hunter23"));
        assert_eq!(Password::import("bcrypt", "$2a$nonsense"), None);
    }

    #[test]
    fn argon2_import_minds_the_variant() {
        let digest = Password::hash("hunter22").expect("a hash").digest;
        assert!(Password::import("argon2id", &digest).is_some_and(|password| password.verify("hunter22")));
        assert_eq!(Password::import("argon2i", &digest), None);
    }

    #[test]
    fn backup_codes() {
        assert!(backup_code_matches("abc123", "abc123"));
        assert!(!backup_code_matches("abc123", "abc124"));
        assert!(backup_code_matches(&bcrypt::hash("abc123", 4).expect("a digest"), "abc123"));
    }
}
