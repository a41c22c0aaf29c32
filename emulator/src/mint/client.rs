//! The tokens of clients, which browsers have as the `__client` cookie.

use super::{Issuer, base_claims, encode, header};
use crate::errors::EmulatorError;
use crate::ids::Ids;

/// Ten years, in seconds.
const LIFE: i64 = 315_360_000;

/// A token that stands for a client.
pub(crate) fn client_token(issuer: &Issuer<'_>, ids: &mut Ids, client_id: &str) -> Result<String, EmulatorError> {
    let mut claims = base_claims(issuer, None, LIFE);
    claims.insert("id".into(), client_id.into());
    claims.insert("rotating_token".into(), ids.text(32).into());
    let mut header = header(issuer.kid, "");
    header.remove("cat");
    encode(issuer.key, &header, &claims)
}
