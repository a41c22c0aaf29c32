//! The digest formats of other systems. Reading a digest gives the check that it stands for, so that a digest can
//! be taken over without doing the work of checking a password.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::digest as sha;
use aws_lc_rs::{constant_time::verify_slices_are_equal, pbkdf2};
use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use md5::{Digest as _, Md5};
use std::num::NonZeroU32;

/// Tells whether a text is the password.
type Check = Box<dyn Fn(&str) -> bool>;

/// More work than this would hang the emulator: such a digest counts as malformed.
const MOST_ROUNDS: u32 = 5_000_000;
const MOST_PHPASS_COST: usize = 20;
const MOST_BCRYPT_COST: u32 = 18;
/// The most memory that scrypt may take, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// The check that a digest stands for; none if it does not have its hasher's format.
pub(crate) fn read(hasher: &str, digest: &str) -> Option<Check> {
    match hasher {
        "bcrypt" => bcrypt_check(digest, str::to_owned),
        "bcrypt_sha256_django" => {
            bcrypt_check(digest.strip_prefix("bcrypt_sha256$").unwrap_or(digest), |plain| hex_of(&sha256(plain)))
        }
        "md5" => plain_hash(digest, 16, |plain| Md5::digest(plain).to_vec()),
        "sha256" => plain_hash(digest, 32, sha256),
        "ldap_ssha" => ldap_ssha(digest),
        "pbkdf2_sha1" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA1, "pbkdf2_sha1$", digest),
        "pbkdf2_sha256" | "pbkdf2_sha256_django" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA256, "pbkdf2_sha256$", digest),
        "pbkdf2_sha512" => pbkdf2_text(pbkdf2::PBKDF2_HMAC_SHA512, "pbkdf2_sha512$", digest),
        "pbkdf2_sha512_hex" => pbkdf2_hex(digest),
        "phpass" => phpass(digest, |plain| plain.as_bytes().to_vec()),
        "md5_phpass" => phpass(digest, |plain| hex_of(&Md5::digest(plain)).into_bytes()),
        "sha512_symfony" => sha512_symfony(digest),
        "scrypt_werkzeug" => scrypt_werkzeug(digest),
        "scrypt_firebase" => scrypt_firebase(digest),
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

fn hex_of(bytes: &[u8]) -> String {
    HEXLOWER_PERMISSIVE.encode(bytes)
}

fn sha256(plain: &str) -> Vec<u8> {
    sha::digest(&sha::SHA256, plain.as_bytes()).as_ref().to_vec()
}

fn fields<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

/// A hexadecimal hash of the password alone.
fn plain_hash(digest: &str, length: usize, hash: fn(&str) -> Vec<u8>) -> Option<Check> {
    let wanted = hex(digest).filter(|bytes| bytes.len() == length)?;
    Some(Box::new(move |plain| same(&wanted, &hash(plain))))
}

fn bcrypt_check(digest: &str, prepare: fn(&str) -> String) -> Option<Check> {
    let parts = digest.parse::<bcrypt::HashParts>().ok()?;
    if parts.get_cost() > MOST_BCRYPT_COST {
        return None;
    }
    let digest = digest.to_owned();
    Some(Box::new(move |plain| bcrypt::verify(prepare(plain), &digest).unwrap_or(false)))
}

/// `{SSHA}base64(sha1(password + salt) + salt)`
fn ldap_ssha(digest: &str) -> Option<Check> {
    let bytes = base64(digest.strip_prefix("{SSHA}")?)?;
    let (hash, salt) = bytes.split_at_checked(20)?;
    let (hash, salt) = (hash.to_vec(), salt.to_vec());
    Some(Box::new(move |plain| {
        let salted = [plain.as_bytes(), &salt].concat();
        same(&hash, sha::digest(&sha::SHA1_FOR_LEGACY_USE_ONLY, &salted).as_ref())
    }))
}

fn pbkdf2_check(algorithm: pbkdf2::Algorithm, rounds: &str, salt: Vec<u8>, hash: Vec<u8>) -> Option<Check> {
    let rounds: NonZeroU32 = rounds.parse().ok()?;
    if hash.is_empty() || rounds.get() > MOST_ROUNDS {
        return None;
    }
    Some(Box::new(move |plain| pbkdf2::verify(algorithm, rounds, &salt, plain.as_bytes(), &hash).is_ok()))
}

/// `pbkdf2_<name>$rounds$salt$base64(hash)`, where the salt is text
fn pbkdf2_text(algorithm: pbkdf2::Algorithm, prefix: &str, digest: &str) -> Option<Check> {
    let [rounds, salt, hash] = fields(digest.strip_prefix(prefix)?, '$')?;
    pbkdf2_check(algorithm, rounds, salt.as_bytes().to_vec(), base64(hash)?)
}

/// `pbkdf2_sha512_hex$rounds$hex(salt)$hex(hash)`, with or without the first field's `_hex`
fn pbkdf2_hex(digest: &str) -> Option<Check> {
    let rest = digest.strip_prefix("pbkdf2_sha512_hex$").or_else(|| digest.strip_prefix("pbkdf2_sha512$"))?;
    let [rounds, salt, hash] = fields(rest, '$')?;
    pbkdf2_check(pbkdf2::PBKDF2_HMAC_SHA512, rounds, hex(salt)?, hex(hash)?)
}

/// `$P$` or `$H$`, a cost letter, eight characters of salt, and the hash in phpass's own base 64
fn phpass(digest: &str, prepare: fn(&str) -> Vec<u8>) -> Option<Check> {
    const LETTERS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let rest = digest.strip_prefix("$P$").or_else(|| digest.strip_prefix("$H$"))?;
    if rest.len() != 31 || !rest.bytes().all(|byte| LETTERS.contains(&byte)) {
        return None;
    }
    let (cost, rest) = rest.split_at_checked(1)?;
    let (salt, hash) = rest.split_at_checked(8)?;
    let cost = LETTERS.iter().position(|letter| cost.as_bytes() == [*letter])?;
    if !(7..=MOST_PHPASS_COST).contains(&cost) {
        return None;
    }
    let (salt, hash) = (salt.as_bytes().to_vec(), hash.as_bytes().to_vec());
    Some(Box::new(move |plain| {
        let plain = prepare(plain);
        let mut state = Md5::digest([salt.as_slice(), &plain].concat());
        for _ in 0..1_u64 << cost {
            state = Md5::digest([state.as_slice(), &plain].concat());
        }
        let mut encoded = Vec::with_capacity(22);
        for group in state.as_slice().chunks(3) {
            let mut number = group.iter().rev().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            for _ in 0..=group.len() {
                encoded.push(LETTERS[number & 0x3f]);
                number >>= 6;
            }
        }
        same(&encoded, &hash)
    }))
}

/// `rounds$salt$base64(hash)` or `hash$salt`: SHA-512 over `password{salt}`, again and again (5000 by default)
fn sha512_symfony(digest: &str) -> Option<Check> {
    let parts: Vec<&str> = digest.split('$').collect();
    let (rounds, salt, hash) = match parts.as_slice() {
        [rounds, salt, hash] => (rounds.parse::<u32>().ok()?, *salt, *hash),
        [hash, salt] => (5000, *salt, *hash),
        _ => return None,
    };
    let hash = base64(hash).filter(|bytes| bytes.len() == 64 && rounds <= MOST_ROUNDS)?;
    let salt = salt.to_owned();
    Some(Box::new(move |plain| {
        let salted = if salt.is_empty() { plain.to_owned() } else { format!("{plain}{{{salt}}}") };
        let mut state = sha::digest(&sha::SHA512, salted.as_bytes());
        for _ in 1..rounds {
            state = sha::digest(&sha::SHA512, &[state.as_ref(), salted.as_bytes()].concat());
        }
        same(&hash, state.as_ref())
    }))
}

fn scrypt_params(log_n: u32, r: &str, p: &str) -> Option<scrypt::Params> {
    let (r, p): (u32, u32) = (r.parse().ok()?, p.parse().ok()?);
    let memory = 1_u64.checked_shl(log_n)?.checked_mul(128)?.checked_mul(u64::from(r))?;
    if memory > MOST_MEMORY || p > 16 {
        return None;
    }
    scrypt::Params::new(u8::try_from(log_n).ok()?, r, p).ok()
}

fn scrypt_bytes(plain: &str, salt: &[u8], params: &scrypt::Params, length: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; length];
    scrypt::scrypt(plain.as_bytes(), salt, params, &mut output).ok()?;
    Some(output)
}

/// `scrypt:N:r:p$salt$hex(hash)`
fn scrypt_werkzeug(digest: &str) -> Option<Check> {
    let [method, salt, hash] = fields(digest, '$')?;
    let [cost, r, p] = fields(method.strip_prefix("scrypt:")?, ':')?;
    let cost: u64 = cost.parse().ok().filter(|cost: &u64| cost.is_power_of_two())?;
    let params = scrypt_params(cost.trailing_zeros(), r, p)?;
    let (salt, hash) = (salt.as_bytes().to_vec(), hex(hash).filter(|hash| !hash.is_empty())?);
    Some(Box::new(move |plain| {
        scrypt_bytes(plain, &salt, &params, hash.len()).is_some_and(|computed| same(&computed, &hash))
    }))
}

/// `hash$salt$signer key$separator$rounds$memory cost`, all but the last two in base 64: scrypt makes an AES key
/// that encrypts the signer key
fn scrypt_firebase(digest: &str) -> Option<Check> {
    let [hash, salt, signer, separator, rounds, memory] = fields(digest, '$')?;
    let params = scrypt_params(memory.parse().ok()?, rounds, "1")?;
    let (hash, signer) = (base64(hash)?, base64(signer)?);
    let salt = [base64(salt)?, base64(separator)?].concat();
    Some(Box::new(move |plain| {
        let encrypted = scrypt_bytes(plain, &salt, &params, 32).and_then(|key| encrypt(&key, &signer));
        encrypted.is_some_and(|encrypted| same(&encrypted, &hash))
    }))
}

/// AES-256 in counter mode from a counter of zero.
fn encrypt(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key).ok()?).ok()?;
    let mut text = text.to_vec();
    key.less_safe_encrypt(&mut text, EncryptionContext::Iv128([0; 16].into())).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn verify(hasher: &str, plain: &str, digest: &str) -> Option<bool> {
        read(hasher, digest).map(|check| check(plain))
    }

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
            (
                "pbkdf2_sha256_django",
                "hunter22",
                "pbkdf2_sha256$1000$saltsalt$ny5meISIhaoh9Hf5couWXriLEditl+KNHV25zTsYC34=",
            ),
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

    #[test]
    fn digests_that_would_hang_are_refused() {
        for (hasher, digest) in [
            ("bcrypt", "$2b$31$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234"),
            ("pbkdf2_sha256", "pbkdf2_sha256$4000000000$salt$AAAA"),
            ("phpass", "$P$SIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
            ("scrypt_werkzeug", "scrypt:1099511627776:8:1$salt$00"),
        ] {
            assert!(read(hasher, digest).is_none(), "{hasher}");
        }
    }
}
