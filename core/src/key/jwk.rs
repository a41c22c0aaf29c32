//! JSON Web Keys and sets of them.

use super::{Algorithm, VerifyingKey};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The most keys that are read from one answer: a set of the API has one or two.
pub const MAX_KEYS: usize = 100;

const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of one answer of the key endpoint.
///
/// A key that cannot be used (another type, another use, too short) keeps its place, with the reason: the one who asks
/// for it is told so, and its neighbours are none the worse for it.
#[derive(Debug, Default)]
pub struct JwkSet {
    pub(crate) keys: Vec<(String, Result<Arc<VerifyingKey>, String>)>,
}

impl JwkSet {
    /// Reads `{"keys": […]}`. An entry that is no object, or has no `kid`, is skipped.
    ///
    /// # Errors
    /// `None` where the text is not JSON at all. JSON of another shape is an empty set.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let Some(Value::Array(entries)) = value.get("keys") else {
            return Some(Self::default());
        };
        let mut set = Self::default();
        for jwk in entries.iter().take(MAX_KEYS).filter_map(Value::as_object) {
            if let Some(kid) = jwk.get("kid").and_then(Value::as_str) {
                set.add(kid, read_jwk(jwk, None).map(Arc::new));
            }
        }
        Some(set)
    }

    /// Adds an entry. Of several with one id the last counts, but none that cannot be used displaces one that can.
    fn add(&mut self, kid: &str, key: Result<Arc<VerifyingKey>, String>) {
        match self.keys.iter_mut().find(|(known, _)| known == kid) {
            None => self.keys.push((kid.to_owned(), key)),
            Some((_, old)) if key.is_ok() || old.is_err() => *old = key,
            Some(_) => {}
        }
    }
}

/// What only a private RSA key has.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// One public RSA key. `only` restricts what its `alg` may say; without an `alg` it is RS256.
pub(crate) fn read_jwk(jwk: &Map<String, Value>, only: Option<Algorithm>) -> Result<VerifyingKey, String> {
    if jwk.get("kty").and_then(Value::as_str) != Some("RSA") {
        return Err("it is not an RSA key (`kty` is not \"RSA\")".to_owned());
    }
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err("it is a private key; give the public one".to_owned());
    }
    match jwk.get("use") {
        None => {}
        Some(Value::String(usage)) if usage == "sig" => {}
        Some(_) => return Err("it is not for signatures (`use` is not \"sig\")".to_owned()),
    }
    let verifies = |uses: &Value| uses.as_array().is_some_and(|uses| uses.iter().any(|one| one == "verify"));
    if jwk.get("key_ops").is_some_and(|uses| !verifies(uses)) {
        return Err("it is not for verifying (`key_ops` has no \"verify\")".to_owned());
    }
    let algorithm = match jwk.get("alg") {
        None => Algorithm::Rs256,
        Some(Value::String(name)) => {
            Algorithm::from_name(name).ok_or_else(|| "its `alg` is not RS256, RS384 or RS512".to_owned())?
        }
        Some(_) => return Err("its `alg` is not a string".to_owned()),
    };
    if only.is_some_and(|only| only != algorithm) {
        return Err("its `alg` is not RS256".to_owned());
    }
    let n = component(jwk, "n")?;
    let e = component(jwk, "e")?;
    VerifyingKey::from_components(&n, &e, algorithm)
}

fn component(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, String> {
    jwk.get(name)
        .and_then(Value::as_str)
        .and_then(|text| BASE64_URL.decode(text).ok())
        .ok_or_else(|| format!("its `{name}` is missing or not base64url"))
}
