//! The digest formats of other systems. `verify` tells none if the digest does not have its hasher's format.

use aws_lc_rs::digest as sha;
use aws_lc_rs::{constant_time::verify_slices_are_equal, pbkdf2};
use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use md5::{Digest as _, Md5};
use std::num::NonZeroU32;

/// Whether `plain` is the password of `digest`; none if the digest is malformed.
pub(crate) fn verify(hasher: &str, plain: &str, digest: &str) -> Option<bool> {
    match hasher {
        "md5" => hex_digest(digest, 16, &Md5::digest(plain)),
        "sha256" => hex_digest(digest, 32, sha::digest(&sha::SHA256, plain.as_bytes()).as_ref()),
        "ldap_ssha" => ldap_ssha(plain, digest),
        "bcrypt_sha256_django" => bcrypt_sha256_django(plain, digest),
        "pbkdf2_sha1" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA1, "sha1", plain, digest),
        "pbkdf2_sha256" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA256, "sha256", plain, digest),
        "pbkdf2_sha512" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA512, "sha512", plain, digest),
        "pbkdf2_sha256_django" => pbkdf2_django(plain, digest),
        "pbkdf2_sha512_hex" => pbkdf2_hex(plain, digest),
        "phpass" => phpass(plain.as_bytes(), digest),
        "md5_phpass" => phpass(HEXLOWER_PERMISSIVE.encode(&Md5::digest(plain)).as_bytes(), digest),
        "sha512_symfony" => sha512_symfony(plain, digest),
        "scrypt_werkzeug" => scrypt_werkzeug(plain, digest),
        "scrypt_firebase" => scrypt_firebase(plain, digest),
        _ => None,
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    verify_slices_are_equal(a, b).is_ok()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

fn hex_digest(digest: &str, length: usize, wanted: &[u8]) -> Option<bool> {
    let given = hex(digest).filter(|bytes| bytes.len() == length)?;
    Some(same(&given, wanted))
}

/// `{SSHA}base64(sha1(password + salt) + salt)`
fn ldap_ssha(plain: &str, digest: &str) -> Option<bool> {
    let bytes = base64(digest.strip_prefix("{SSHA}")?)?;
    let (hash, salt) = bytes.split_at_checked(20)?;
    let wanted = sha::digest(&sha::SHA1_FOR_LEGACY_USE_ONLY, &[plain.as_bytes(), salt].concat());
    Some(same(hash, wanted.as_ref()))
}

/// `bcrypt_sha256$$2b$…`: bcrypt over the hexadecimal SHA-256 of the password
fn bcrypt_sha256_django(plain: &str, digest: &str) -> Option<bool> {
    let inner = digest.strip_prefix("bcrypt_sha256$").unwrap_or(digest);
    inner.parse::<bcrypt::HashParts>().ok()?;
    let hashed = HEXLOWER_PERMISSIVE.encode(sha::digest(&sha::SHA256, plain.as_bytes()).as_ref());
    bcrypt::verify(hashed, inner).ok()
}

fn pbkdf2(
    algorithm: pbkdf2::Algorithm,
    rounds: &str,
    salt: &[u8],
    plain: &str,
    hash: &[u8],
) -> Option<bool> {
    let rounds: NonZeroU32 = rounds.parse().ok()?;
    if hash.is_empty() {
        return None;
    }
    Some(pbkdf2::verify(algorithm, rounds, salt, plain.as_bytes(), hash).is_ok())
}

/// `pbkdf2_<name>$rounds$salt$base64(hash)`, where the salt is text
fn pbkdf2_text(algorithm: pbkdf2::Algorithm, name: &str, plain: &str, digest: &str) -> Option<bool> {
    let rest = digest.strip_prefix("pbkdf2_")?.strip_prefix(name)?.strip_prefix('$')?;
    let [rounds, salt, hash] = fields(rest, '$')?;
    pbkdf2(algorithm, rounds, salt.as_bytes(), plain, &base64(hash)?)
}

fn pbkdf2_django(plain: &str, digest: &str) -> Option<bool> {
    pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA256, "sha256", plain, digest)
}

/// `pbkdf2_sha512_hex$rounds$hex(salt)$hex(hash)`, with or without the first field's `_hex`
fn pbkdf2_hex(plain: &str, digest: &str) -> Option<bool> {
    let rest = digest.strip_prefix("pbkdf2_sha512_hex$").or_else(|| digest.strip_prefix("pbkdf2_sha512$"))?;
    let [rounds, salt, hash] = fields(rest, '$')?;
    pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, rounds, &hex(salt)?, plain, &hex(hash)?)
}

/// `$P$` or `$H$`, a cost letter, eight characters of salt, and the hash in phpass's own base 64
fn phpass(plain: &[u8], digest: &str) -> Option<bool> {
    const LETTERS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let rest = digest.strip_prefix("$P$").or_else(|| digest.strip_prefix("$H$"))?;
    if rest.len() != 31 || !rest.bytes().all(|byte| LETTERS.contains(&byte)) {
        return None;
    }
    let (cost, rest) = rest.split_at_checked(1)?;
    let (salt, hash) = rest.split_at_checked(8)?;
    let cost = LETTERS.iter().position(|letter| cost.as_bytes() == [*letter])?;
    if !(7..=30).contains(&cost) {
        return None;
    }
    let mut state = Md5::digest([salt.as_bytes(), plain].concat());
    for _ in 0..1_u64 << cost {
        state = Md5::digest([state.as_slice(), plain].concat());
    }
    let mut encoded = Vec::with_capacity(22);
    for group in state.as_slice().chunks(3) {
        let mut number = group.iter().rev().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        for _ in 0..=group.len() {
            encoded.push(LETTERS[number & 0x3f]);
            number >>= 6;
        }
    }
    Some(same(&encoded, hash.as_bytes()))
}

/// `rounds$salt$base64(hash)` or `hash$salt`: SHA-512 over `password{salt}`, again and again (5000 by default)
fn sha512_symfony(plain: &str, digest: &str) -> Option<bool> {
    let parts: Vec<&str> = digest.split('$').collect();
    let (rounds, salt, hash) = match parts.as_slice() {
        [rounds, salt, hash] => (rounds.parse::<u32>().ok()?, *salt, *hash),
        [hash, salt] => (5000, *salt, *hash),
        _ => return None,
    };
    let hash = base64(hash).filter(|bytes| bytes.len() == 64)?;
    let salted = if salt.is_empty() { plain.to_owned() } else { format!("{plain}{{{salt}}}") };
    let mut state = sha::digest(&sha::SHA512, salted.as_bytes());
    for _ in 1..rounds {
        state = sha::digest(&sha::SHA512, &[state.as_ref(), salted.as_bytes()].concat());
    }
    Some(same(&hash, state.as_ref()))
}

/// `scrypt:N:r:p$salt$hex(hash)`
fn scrypt_werkzeug(plain: &str, digest: &str) -> Option<bool> {
    let [method, salt, hash] = fields(digest, '$')?;
    let [cost, r, p] = fields(method.strip_prefix("scrypt:")?, ':')?;
    let cost: u64 = cost.parse().ok().filter(|cost: &u64| cost.is_power_of_two())?;
    let hash = hex(hash)?;
    let computed = scrypt_bytes(plain, salt.as_bytes(), cost.trailing_zeros(), r.parse().ok()?, p.parse().ok()?, hash.len())?;
    Some(same(&computed, &hash))
}

/// `hash$salt$signer key$separator$rounds$memory cost`, all but the last two in base 64: scrypt makes an AES key
/// that encrypts the signer key
fn scrypt_firebase(plain: &str, digest: &str) -> Option<bool> {
    use aws_lc_rs::cipher::{AES_256, EncryptionContext, EncryptingKey, UnboundCipherKey};
    let [hash, salt, signer, separator, rounds, memory] = fields(digest, '$')?;
    let hash = base64(hash)?;
    let mut signer = base64(signer)?;
    let salt = [base64(salt)?, base64(separator)?].concat();
    let key = scrypt_bytes(plain, &salt, memory.parse().ok()?, rounds.parse().ok()?, 1, 32)?;
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, &key).ok()?).ok()?;
    let context = EncryptionContext::Iv128([0; 16].into());
    key.less_safe_encrypt(&mut signer, context).ok()?;
    Some(same(&signer, &hash))
}

fn scrypt_bytes(plain: &str, salt: &[u8], log_n: u32, r: u32, p: u32, length: usize) -> Option<Vec<u8>> {
    let params = scrypt::Params::new(u8::try_from(log_n).ok()?, r, p).ok()?;
    let mut output = vec![0; length];
    scrypt::scrypt(plain.as_bytes(), salt, &params, &mut output).ok()?;
    Some(output)
}

fn fields<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    /// Digests made by the systems that use the format, of the password in the second column.
    #[test]
    fn known_digests() {
        let rows = [
            ("md5", "password", "5f4dcc3b5aa765d61d8327deb882cf99"),
            ("sha256", "password", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"),
            ("ldap_ssha", "secret", &format!("{{SSHA}}{}", ssha("secret", b"salty"))),
            ("phpass", "test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
            ("md5_phpass", "hunter22", "$P$8saltsaltRqCiUX44NKGxB7UJ1p2Kf/"),
            ("pbkdf2_sha1", "hunter22", "pbkdf2_sha1$1000$saltsalt$g6m30ECzIbVENs7QpndcooFuxoE="),
            ("pbkdf2_sha256", "hunter22", "pbkdf2_sha256$1000$saltsalt$ny5meISIhaoh9Hf5couWXriLEditl+KNHV25zTsYC34="),
            ("pbkdf2_sha256_django", "hunter22", "pbkdf2_sha256$1000$saltsalt$ny5meISIhaoh9Hf5couWXriLEditl+KNHV25zTsYC34="),
            (
                "pbkdf2_sha512",
                "hunter22",
                "pbkdf2_sha512$1000$saltsalt$rkLIxfi8uT/ZkxRFohH2HyKpXhVhm4a/PwYkBlY9DkTAdx84JMlJis66aAynftumSpaI/mgkhiNW36YtcOjMrw==",
            ),
            (
                "pbkdf2_sha512_hex",
                "hunter22",
                "pbkdf2_sha512_hex$1000$73616c7473616c74$ae42c8c5f8bcb93fd9931445a211f61f22a95e15619b86bf3f062406563d0e44c0771f3824c9498aceba680ca77edba64a9688fe6824862356dfa62d70e8ccaf",
            ),
            (
                "sha512_symfony",
                "hunter22",
                "5000$pepper$bu6MPFLiMC7oegWeq1w8CVM16HFSijUoNpiTQ1hMfkwvz8UBqSrAB/25GEWjONwPqw+XVZsOOAq66wbphFNRkQ==",
            ),
            (
                "scrypt_werkzeug",
                "hunter22",
                "scrypt:1024:8:1$saltsalt$94f388d1bcd3ed51cca428ebde5d200923ee44e8a02e301e2f59a01b13c30d8ec658f12145942302748053fddec0b5fd13a56ae0474130f1c2ee2e657722da63",
            ),
            (
                "scrypt_firebase",
                "user1password",
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$42xEC+ixf3L2lw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$Bw==$8$14",
            ),
        ];
        for (hasher, plain, digest) in rows {
            assert_eq!(verify(hasher, plain, digest), Some(true), "{hasher}");
            assert_eq!(verify(hasher, "wrong", digest), Some(false), "{hasher}");
            assert_eq!(verify(hasher, plain, "no digest at all"), None, "{hasher}");
        }
    }

    #[test]
    fn bcrypt_over_sha256() {
        let inner = HEXLOWER_PERMISSIVE.encode(sha::digest(&sha::SHA256, b"hunter22").as_ref());
        let digest = format!("bcrypt_sha256${}", bcrypt::hash(inner, 4).expect("a digest"));
        assert_eq!(verify("bcrypt_sha256_django", "hunter22", &digest), Some(true));
        assert_eq!(verify("bcrypt_sha256_django", "hunter23", &digest), Some(false));
    }

    fn ssha(plain: &str, salt: &[u8]) -> String {
        let hash = sha::digest(&sha::SHA1_FOR_LEGACY_USE_ONLY, &[plain.as_bytes(), salt].concat());
        BASE64.encode(&[hash.as_ref(), salt].concat())
    }
}
