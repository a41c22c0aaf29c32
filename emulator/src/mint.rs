//! Making session tokens, version 2 and version 1, and tokens that are wrong in a chosen way. The other kinds of
//! tokens have a file each.

mod api_key;
mod client;
mod custom_key;
mod handshake;
mod id_token;
mod m2m;
mod oauth;

use crate::errors::EmulatorError;
use crate::ids::Ids;
use crate::keys::SigningKey;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use api_key::ApiKeyOptions;
pub(crate) use client::client_token;
pub(crate) use custom_key::{ALGORITHMS, CustomKey};
pub use handshake::HandshakeOptions;
pub(crate) use handshake::handshake_token;
pub(crate) use id_token::id_token;
pub use m2m::M2mTokenOptions;
pub(crate) use m2m::m2m_jwt;
pub use oauth::OAuthTokenOptions;
pub(crate) use oauth::oauth_jwt;

/// The `cat` header of session tokens, and of handshake tokens.
pub(crate) const SESSION_CATEGORY: &str = "cl_B7d4PD111AAA";
/// The `cat` header of tokens made from a JWT template.
pub(crate) const TEMPLATE_CATEGORY: &str = "cl_B7d4PD222AAA";
/// The `cat` header of machine tokens.
pub(crate) const M2M_CATEGORY: &str = "cl_B7d4PD333AAA";
/// The life of a session token unless asked otherwise, in seconds.
pub(crate) const DEFAULT_LIFE: i64 = 60;

/// What to put into a session token. Everything has a default; no user or session needs to be stored.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MintOptions {
    /// `sub`. Default: the user of `session_id` if that is stored, else a fresh id.
    pub user_id: Option<String>,
    /// `sid`. Default: a fresh id. A stored session also gives the user and the active organization.
    pub session_id: Option<String>,
    /// The active organization. Default: the stored session's, else none.
    pub org: Option<OrgOptions>,
    /// Features of the user's plan. Default: those of the stored user's, once the instance has a plan for users.
    /// Only version 2 tells them, as it does with plans.
    pub features: Vec<String>,
    /// Plans with whom they are for, such as `u:pro` and `o:team`. Default: those of the stored user and of the active
    /// organization, once the instance has plans for such.
    pub plans: Vec<String>,
    /// Laid over the claims last; a null takes a claim away. Any JSON value is written as it is.
    pub claims: Map<String, Value>,
    /// Laid over the header (`alg`, `cat`, `kid`, `typ`); a null takes a field away. The signature stays RS256.
    pub header: Map<String, Value>,
    /// 2 (default) or 1.
    pub version: u8,
    /// `exp` - `iat`, default 60. Zero and below give a token that is past its end from the start.
    pub expires_in_seconds: i64,
    /// `iat` in Unix seconds; `nbf` is 10 s before it. Default: the emulator's clock.
    pub issued_at: Option<i64>,
    /// `azp`. Default: none.
    pub azp: Option<String>,
    /// Changes the payload after it was signed, so that only the signature is wrong.
    pub tampered: bool,
    /// Which key signs.
    pub key: MintKey,
}

impl Default for MintOptions {
    fn default() -> Self {
        MintOptions {
            user_id: None,
            session_id: None,
            org: None,
            features: Vec::new(),
            plans: Vec::new(),
            claims: Map::new(),
            header: Map::new(),
            version: 2,
            expires_in_seconds: DEFAULT_LIFE,
            issued_at: None,
            azp: None,
            tampered: false,
            key: MintKey::Instance,
        }
    }
}

/// The organization in a session token.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrgOptions {
    /// `org_…`
    pub id: String,
    /// The slug; none leaves it out.
    pub slug: Option<String>,
    /// Such as `org:admin`.
    pub role: String,
    /// Such as `org:invoices:read`; the `org:` may be left out. System permissions (`org:sys_…`) are never in a token.
    pub permissions: Vec<String>,
    /// Features of the organization; those of the permissions are added. Only version 2 tells them.
    pub features: Vec<String>,
}

/// The key that signs a token.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum MintKey {
    /// The instance's own, which the JWKS shows.
    #[default]
    Instance,
    /// A second RSA key that nobody publishes, under the same `kid`: the signature does not verify.
    Other,
}

/// The form of a token that can have either.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum TokenFormat {
    /// A text that only the API understands; it is stored, and can be revoked.
    #[default]
    Opaque,
    /// A signed token; it is not stored.
    Jwt,
}

/// A token or key that was made.
#[derive(Clone, Serialize)]
pub struct Minted {
    /// Its id, by which it can be revoked if it is stored.
    pub id: String,
    /// What a caller shows.
    pub token: String,
}

impl std::fmt::Debug for Minted {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What every token of an instance has in common.
pub(crate) struct Issuer<'a> {
    pub(crate) iss: &'a str,
    pub(crate) kid: &'a str,
    pub(crate) key: &'a SigningKey,
    pub(crate) now_ms: i64,
}

/// A session token as `options` say.
pub(crate) fn session_token(
    issuer: &Issuer<'_>,
    ids: &mut Ids,
    options: &MintOptions,
) -> Result<String, EmulatorError> {
    if !matches!(options.version, 1 | 2) {
        return Err(EmulatorError::Argument(format!("version must be 1 or 2, not {}", options.version)));
    }
    let mut claims = base_claims(issuer, options.issued_at, options.expires_in_seconds);
    claims.insert("sub".into(), options.user_id.clone().unwrap_or_else(|| ids.id("user_")).into());
    claims.insert("sid".into(), options.session_id.clone().unwrap_or_else(|| ids.id("sess_")).into());
    claims.insert("fva".into(), json!([0, -1]));
    claims.insert("sts".into(), "active".into());
    if let Some(azp) = &options.azp {
        claims.insert("azp".into(), azp.as_str().into());
    }
    if options.version == 2 {
        claims.insert("v".into(), 2.into());
        claims.insert("jti".into(), ids.hex(20).into());
    }
    if let Some(org) = &options.org {
        if options.version == 2 { org_claims_v2(&mut claims, org) } else { org_claims_v1(&mut claims, org) }
    }
    if options.version == 2 {
        billing_claims(&mut claims, options);
    }
    let over = Over { claims: &options.claims, header: &options.header, tampered: options.tampered };
    sign_over(issuer.key, header(issuer.kid, SESSION_CATEGORY), claims, &over)
}

/// What makes a token unlike the usual one of its kind.
struct Over<'a> {
    claims: &'a Map<String, Value>,
    header: &'a Map<String, Value>,
    tampered: bool,
}

/// Lays `over` on header and claims, and signs.
fn sign_over(
    key: &SigningKey,
    mut header: Map<String, Value>,
    mut claims: Map<String, Value>,
    over: &Over<'_>,
) -> Result<String, EmulatorError> {
    overlay(&mut claims, over.claims);
    overlay(&mut header, over.header);
    let token = encode(key, &header, &claims)?;
    if !over.tampered {
        return Ok(token);
    }
    claims.insert("tampered".into(), true.into());
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    if let Some(payload) = parts.get_mut(1) {
        *payload = BASE64URL_NOPAD.encode(Value::Object(claims).to_string().as_bytes());
    }
    Ok(parts.join("."))
}

/// What the template decides about a token besides its claims.
pub(crate) struct TemplateRules<'a> {
    /// In seconds.
    pub(crate) life: i64,
    /// In seconds.
    pub(crate) skew: i64,
    /// None: the instance's own.
    pub(crate) key: Option<&'a CustomKey>,
}

/// A token from a JWT template: the template's claims (already filled in) under the ones every token has.
pub(crate) fn template_token(
    issuer: &Issuer<'_>,
    ids: &mut Ids,
    user_id: &str,
    claims: Map<String, Value>,
    rules: &TemplateRules<'_>,
) -> Result<String, EmulatorError> {
    let mut all = claims;
    all.extend(base_claims(issuer, None, rules.life));
    let iat = issuer.now_ms.div_euclid(1000);
    all.insert("nbf".into(), iat.saturating_sub(rules.skew).into());
    all.insert("sub".into(), user_id.into());
    all.insert("jti".into(), ids.hex(20).into());
    let mut header = header(issuer.kid, TEMPLATE_CATEGORY);
    match rules.key {
        None => encode(issuer.key, &header, &all),
        Some(key) => {
            header.insert("alg".into(), key.algorithm.as_str().into());
            // The key set has no such key.
            header.remove("kid");
            encode_with(|message| key.sign(message), &header, &all)
        }
    }
}

fn base_claims(issuer: &Issuer<'_>, issued_at: Option<i64>, life: i64) -> Map<String, Value> {
    let iat = issued_at.unwrap_or_else(|| issuer.now_ms.div_euclid(1000));
    let mut claims = Map::new();
    claims.insert("iss".into(), issuer.iss.into());
    claims.insert("iat".into(), iat.into());
    claims.insert("nbf".into(), iat.saturating_sub(10).into());
    claims.insert("exp".into(), iat.saturating_add(life).into());
    claims
}

fn header(kid: &str, category: &str) -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("alg".into(), "RS256".into());
    header.insert("cat".into(), category.into());
    header.insert("kid".into(), kid.into());
    header.insert("typ".into(), "JWT".into());
    header
}

fn overlay(target: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        if value.is_null() {
            target.remove(name);
        } else {
            target.insert(name.clone(), value.clone());
        }
    }
}

fn encode(key: &SigningKey, header: &Map<String, Value>, claims: &Map<String, Value>) -> Result<String, EmulatorError> {
    encode_with(|message| key.sign(message), header, claims)
}

fn encode_with(
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, EmulatorError>,
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
) -> Result<String, EmulatorError> {
    let part = |map: &Map<String, Value>| BASE64URL_NOPAD.encode(Value::Object(map.clone()).to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = sign(signed.as_bytes())?;
    Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
}

/// The feature and the name of `org:feature:name` or `feature:name`; none for system permissions and other shapes.
fn permission_parts(permission: &str) -> Option<(&str, &str)> {
    let (feature, name) = permission.strip_prefix("org:").unwrap_or(permission).split_once(':')?;
    (!feature.starts_with("sys_")).then_some((feature, name))
}

fn org_claims_v1(claims: &mut Map<String, Value>, org: &OrgOptions) {
    claims.insert("org_id".into(), org.id.as_str().into());
    claims.insert("org_role".into(), org.role.as_str().into());
    if let Some(slug) = &org.slug {
        claims.insert("org_slug".into(), slug.as_str().into());
    }
    let permissions: Vec<String> = org
        .permissions
        .iter()
        .filter_map(|permission| permission_parts(permission))
        .map(|(feature, name)| format!("org:{feature}:{name}"))
        .collect();
    claims.insert("org_permissions".into(), json!(permissions));
}

/// `o` and `fea`: each feature gets a bit mask over the list of permission names.
fn org_claims_v2(claims: &mut Map<String, Value>, org: &OrgOptions) {
    let granted: Vec<(&str, &str)> = org.permissions.iter().filter_map(|text| permission_parts(text)).collect();
    let mut features: Vec<&str> = Vec::new();
    for feature in org.features.iter().map(String::as_str).chain(granted.iter().map(|(feature, _)| *feature)) {
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in &granted {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let masks: Vec<String> = features
        .iter()
        .map(|feature| {
            let bits: Vec<bool> = names.iter().map(|name| granted.contains(&(feature, name))).collect();
            decimal(&bits)
        })
        .collect();
    let mut o = Map::new();
    o.insert("id".into(), org.id.as_str().into());
    o.insert("rol".into(), org.role.strip_prefix("org:").unwrap_or(&org.role).into());
    if let Some(slug) = &org.slug {
        o.insert("slg".into(), slug.as_str().into());
    }
    if !names.is_empty() {
        o.insert("per".into(), names.join(",").into());
        o.insert("fpm".into(), masks.join(",").into());
    }
    claims.insert("o".into(), Value::Object(o));
    if !features.is_empty() {
        let scoped: Vec<String> = features.iter().map(|feature| format!("o:{feature}")).collect();
        claims.insert("fea".into(), scoped.join(",").into());
    }
}

/// `pla`, and the user's features behind those of the organization: so readers that count the masks over all features
/// and readers that count them over the organization's agree.
fn billing_claims(claims: &mut Map<String, Value>, options: &MintOptions) {
    if !options.plans.is_empty() {
        claims.insert("pla".into(), options.plans.join(",").into());
    }
    let told = claims.get("fea").and_then(Value::as_str).unwrap_or_default();
    let mut features: Vec<String> = told.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    let before = features.len();
    for feature in &options.features {
        match features.iter_mut().find(|entry| entry.strip_prefix("o:") == Some(feature)) {
            Some(entry) => *entry = format!("uo:{feature}"),
            None => features.push(format!("u:{feature}")),
        }
    }
    if features.is_empty() {
        return;
    }
    if let Some(Value::String(masks)) = claims.get_mut("o").and_then(|o| o.get_mut("fpm")) {
        masks.push_str(&",0".repeat(features.len() - before));
    }
    claims.insert("fea".into(), features.join(",").into());
}

/// Bits, least significant first, as a decimal number of any size.
fn decimal(bits: &[bool]) -> String {
    let mut digits: Vec<u8> = vec![0];
    for bit in bits.iter().rev() {
        let mut carry = u8::from(*bit);
        for digit in &mut digits {
            let doubled = *digit * 2 + carry;
            *digit = doubled % 10;
            carry = doubled / 10;
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::LazyKey;

    fn payload(token: &str) -> Value {
        let part = token.split('.').nth(1).expect("a payload");
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64")).expect("JSON")
    }

    fn org() -> OrgOptions {
        OrgOptions {
            id: "org_1".into(),
            slug: Some("acme".into()),
            role: "org:admin".into(),
            permissions: ["org:b:read", "org:b:manage", "org:c:read", "org:sys_profile:manage"]
                .map(String::from)
                .into(),
            features: vec!["a".into()],
        }
    }

    fn mint(options: &MintOptions) -> String {
        let key = LazyKey::default();
        let issuer = Issuer {
            iss: "http://127.0.0.1:1",
            kid: "ins_1",
            key: key.get().expect("a key"),
            now_ms: 1_700_000_000_500,
        };
        session_token(&issuer, &mut Ids::new(Some(1)), options).expect("a token")
    }

    #[test]
    fn version_2_packs_permissions_into_masks() {
        let claims = payload(&mint(&MintOptions { org: Some(org()), ..MintOptions::default() }));
        assert_eq!(claims["fea"], "o:a,o:b,o:c");
        assert_eq!(
            claims["o"],
            json!({"id": "org_1", "rol": "admin", "slg": "acme", "per": "read,manage", "fpm": "0,3,1"})
        );
        assert_eq!(
            (claims["v"].clone(), claims["iat"].clone(), claims["nbf"].clone(), claims["exp"].clone()),
            (json!(2), json!(1_700_000_000), json!(1_699_999_990), json!(1_700_000_060))
        );
        assert!(claims.get("org_id").is_none());
    }

    #[test]
    fn features_of_the_user_come_last_and_have_no_permissions() {
        let features = vec!["x".into(), "b".into()];
        let plans = vec!["u:pro".into(), "o:team".into()];
        let options = MintOptions { org: Some(org()), features, plans, ..MintOptions::default() };
        let claims = payload(&mint(&options));
        assert_eq!((&claims["fea"], &claims["pla"]), (&json!("o:a,uo:b,o:c,u:x"), &json!("u:pro,o:team")));
        assert_eq!(claims["o"]["fpm"], "0,3,1,0");
        let alone = payload(&mint(&MintOptions { org: None, ..options.clone() }));
        assert_eq!(alone["fea"], "u:x,u:b");
        let older = payload(&mint(&MintOptions { version: 1, ..options }));
        assert!(older.get("fea").is_none() && older.get("pla").is_none());
    }

    #[test]
    fn version_1_tells_them_in_full() {
        let claims = payload(&mint(&MintOptions { org: Some(org()), version: 1, ..MintOptions::default() }));
        assert_eq!(claims["org_permissions"], json!(["org:b:read", "org:b:manage", "org:c:read"]));
        assert_eq!(claims["org_role"], "org:admin");
        assert!(claims.get("v").is_none() && claims.get("o").is_none() && claims.get("jti").is_none());
    }

    #[test]
    fn overrides_are_laid_last_and_null_removes() {
        let claims = json!({"iat": "soon", "sts": null}).as_object().cloned().expect("a map");
        let header = json!({"typ": null, "alg": "none"}).as_object().cloned().expect("a map");
        let token = mint(&MintOptions { claims, header, ..MintOptions::default() });
        assert_eq!(payload(&token)["iat"], "soon");
        assert!(payload(&token).get("sts").is_none());
        let head = token.split('.').next().expect("a header");
        let head: Value =
            serde_json::from_slice(&BASE64URL_NOPAD.decode(head.as_bytes()).expect("base64")).expect("JSON");
        assert_eq!(head, json!({"alg": "none", "cat": SESSION_CATEGORY, "kid": "ins_1"}));
    }

    #[test]
    fn masks_have_any_size() {
        let mut bits = vec![false; 54];
        bits[0] = true;
        bits[53] = true;
        assert_eq!(decimal(&bits), "9007199254740993");
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[true; 130]), "1361129467683753853853498429727072845823");
    }
}
