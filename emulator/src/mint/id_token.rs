//! ID tokens: what an application is told of who signed in.

use super::{Issuer, encode};
use crate::errors::EmulatorError;
use serde_json::{Map, Value};

/// An ID token with these claims under the ones that every one has.
///
/// It has no `sid` and no `nbf`: session tokens are signed by the same key, and one must not be taken for the other.
pub(crate) fn id_token(
    issuer: &Issuer<'_>,
    mut claims: Map<String, Value>,
    life: i64,
) -> Result<String, EmulatorError> {
    let iat = issuer.now_ms.div_euclid(1000);
    claims.insert("iss".into(), issuer.iss.into());
    claims.insert("iat".into(), iat.into());
    claims.insert("exp".into(), iat.saturating_add(life).into());
    let mut header = Map::new();
    header.insert("alg".into(), "RS256".into());
    header.insert("kid".into(), issuer.kid.into());
    header.insert("typ".into(), "JWT".into());
    encode(issuer.key, &header, &claims)
}
