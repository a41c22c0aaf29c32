//! For the tests of applications. Nothing here verifies anything.
//!
//! Session tokens without a server: [`mint_session_token`] signs them with a key of this process, and a client whose
//! `jwt_key` is [`jwt_key`] verifies them.
//!
//! ```
//! use clerk_usher::Clerk;
//! use clerk_usher::testing::{SessionTokenOptions, TokenOrganization, jwt_key, mint_session_token};
//!
//! # fn main() -> clerk_usher::Result<()> {
//! let clerk = Clerk::builder().jwt_key(jwt_key()?).build()?;
//! let options = SessionTokenOptions {
//!     user_id: Some("user_ann".to_owned()),
//!     org: Some(TokenOrganization { role: Some("org:admin".to_owned()), ..TokenOrganization::new("org_acme") }),
//!     ..Default::default()
//! };
//! let now_ms = clerk_usher::clock::Clock::now_ms(&clerk_usher::clock::SystemClock);
//! let token = mint_session_token(&options, now_ms)?;
//! # let step = clerk.try_verify_token(&token, &clerk_usher::token::VerifyOptions::default());
//! # assert!(matches!(step, clerk_usher::token::Step::Done(Ok(_))));
//! # Ok(())
//! # }
//! ```
//!
//! A whole API on this machine: with the feature `testing` this module has the emulator, and [`EmulatorExt`] gives
//! clients of it.
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use clerk_usher::testing::{Emulator, EmulatorExt as _};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let emulator = Emulator::start()?;
//! let clerk = emulator.clerk()?;
//! let user = clerk.users().create().email_address(["ann@example.com"]).await?;
//! let id = user.id.ok_or("every user has an id")?;
//! assert_eq!(clerk.users().get(id).await?.first_name, user.first_name);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })
//! # }
//! ```

#[cfg(feature = "testing")]
mod emulator;
mod keys;
mod mint;

pub use keys::TestKeys;
pub use mint::{SessionTokenOptions, TokenOrganization, mint_session_token};

#[cfg(feature = "testing")]
pub use clerk_usher_emulator as emulated;
#[cfg(feature = "testing")]
pub use clerk_usher_emulator::Emulator;
#[cfg(feature = "testing")]
pub use emulator::EmulatorExt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{self, RsaEncoding};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use crate::error::{ArgumentError, Result as CoreResult};
use crate::key::{Algorithm, der};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The public half of the key that [`mint_session_token`] signs with, as PEM. It is of this process alone.
///
/// # Errors
/// `Internal` if this machine cannot make a key.
pub fn jwt_key() -> CoreResult<&'static str> {
    TestKeys::shared().map(TestKeys::jwt_key)
}

/// Signs a JWT with an RSA key, for tests. It is unpadded base64url throughout.
///
/// * `payload`: its claims. `iat` is set to `now_ms`, in whole seconds, whatever it was.
/// * `key`: a private key, as PEM (PKCS#8; PKCS#1 will do) or as a JWK's JSON text with all of its parts.
/// * `header`: further fields, such as `kid`. `alg` is always that of `algorithm`. Without a header there is `typ` `JWT`.
///
/// # Errors
/// [`ArgumentError`] for `key` or `algorithm`; the key itself is never repeated.
pub fn sign_jwt(
    payload: &Map<String, Value>,
    key: &str,
    algorithm: Algorithm,
    header: Option<&Map<String, Value>>,
    now_ms: i64,
) -> Result<String, ArgumentError> {
    let pair = read_key(key, algorithm)?;
    let mut header = header.cloned().unwrap_or_else(|| Map::from_iter([("typ".to_owned(), json!("JWT"))]));
    header.insert("alg".to_owned(), algorithm.as_str().into());
    let mut payload = payload.clone();
    payload.insert("iat".to_owned(), now_ms.div_euclid(1_000).into());
    let part = |fields: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(fields).to_string());
    let signed = format!("{}.{}", part(header), part(payload));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding(algorithm), &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| wrong_key("it cannot sign"))?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The algorithm of a JOSE name, for the argument `algorithm`.
pub(crate) fn algorithm(name: &str) -> Result<Algorithm, ArgumentError> {
    Algorithm::from_name(name)
        .ok_or_else(|| ArgumentError::new("algorithm", "`algorithm` must be RS256, RS384 or RS512"))
}

fn encoding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
    }
}

fn wrong_key(why: &str) -> ArgumentError {
    ArgumentError::new("key", format!("`key` must be an RSA private key, as PEM or JWK: {why}"))
}

fn read_key(text: &str, algorithm: Algorithm) -> Result<KeyPair, ArgumentError> {
    let text = text.trim();
    if text.starts_with('{') { from_jwk(text, algorithm) } else { from_pem(text) }
}

fn from_pem(text: &str) -> Result<KeyPair, ArgumentError> {
    let text = text.replace("\\r", "").replace("\\n", "");
    let begin = text.find("-----BEGIN ").ok_or_else(|| wrong_key("it has no BEGIN line"))?;
    let after = text.get(begin..).and_then(|text| text.strip_prefix("-----BEGIN ")).unwrap_or_default();
    let (label, rest) = after.split_once("-----").ok_or_else(|| wrong_key("its BEGIN line is cut off"))?;
    let is_pkcs8 = match label {
        "PRIVATE KEY" => true,
        "RSA PRIVATE KEY" => false,
        "ENCRYPTED PRIVATE KEY" => return Err(wrong_key("it is encrypted")),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(wrong_key("it is a public key, which cannot sign")),
        "EC PRIVATE KEY" => return Err(wrong_key("it is not an RSA key")),
        _ => return Err(wrong_key("its BEGIN line does not say PRIVATE KEY")),
    };
    let (body, _) = rest
        .split_once(&format!("-----END {label}-----"))
        .ok_or_else(|| wrong_key("it has no END line of its kind"))?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let der = BASE64.decode(body).map_err(|_| wrong_key("its body is not base64"))?;
    let pair = if is_pkcs8 { KeyPair::from_pkcs8(&der) } else { KeyPair::from_der(&der) };
    pair.map_err(|_| wrong_key("it is no RSA key of 2048 to 8192 bits that could sign"))
}

/// In the order of PKCS#1.
const PARTS: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

fn from_jwk(text: &str, algorithm: Algorithm) -> Result<KeyPair, ArgumentError> {
    let Ok(Value::Object(jwk)) = serde_json::from_str(text) else {
        return Err(wrong_key("it starts like a JWK but is not a JSON object"));
    };
    if jwk.get("kty").and_then(Value::as_str) != Some("RSA") {
        return Err(wrong_key("`kty` is not \"RSA\""));
    }
    if jwk.get("alg").is_some_and(|alg| alg.as_str() != Some(algorithm.as_str())) {
        return Err(ArgumentError::new("algorithm", "`algorithm` is not what the JWK's `alg` says it is for"));
    }
    let mut numbers: Vec<Vec<u8>> = vec![Vec::new()];
    for name in PARTS {
        let part = jwk.get(name).and_then(Value::as_str).and_then(|part| BASE64_URL.decode(part).ok());
        numbers.push(part.ok_or_else(|| wrong_key(&format!("the JWK's `{name}` is missing or not base64url")))?);
    }
    let numbers: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
    KeyPair::from_der(&der::sequence_of_integers(&numbers))
        .map_err(|_| wrong_key("its parts do not make an RSA key of 2048 to 8192 bits"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{BASE64_URL, sign_jwt};
    use crate::key::{Algorithm, VerifyingKey};
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;
    use base64::Engine as _;
    use proptest::prelude::*;
    use serde_json::Map;

    #[test]
    fn what_is_signed_verifies_by_its_algorithm_alone() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let body = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let all = [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];
        for algorithm in all {
            let jwt = sign_jwt(&Map::new(), &pem, algorithm, None, 1_999).unwrap();
            let (signed, signature) = jwt.rsplit_once('.').unwrap();
            let signature = BASE64_URL.decode(signature).unwrap();
            for other in all {
                let key = VerifyingKey::from_spki(public.as_ref(), other).unwrap();
                assert_eq!(key.verify(signed.as_bytes(), &signature), other == algorithm);
            }
            assert!(signed.ends_with(".eyJpYXQiOjF9"), "whole seconds: {signed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_key_or_refused(text in "(-----BEGIN (RSA )?PRIVATE KEY-----)?(\\{\"kty\":\"RSA\")?\\PC{0,40}(-----END PRIVATE KEY-----|\\})?") {
            let refused = sign_jwt(&Map::new(), &text, Algorithm::Rs256, None, 0).expect_err("it is random");
            prop_assert_eq!(refused.argument, "key");
        }
    }
}
