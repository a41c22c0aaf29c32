//! Session tokens as the API makes them, of claims version 2, signed with a key of the tests.

use serde_json::{Map, Value, json};

use super::keys::TestKeys;
use crate::error::{ArgumentError, Result};

/// How long a session token holds unless told otherwise, in seconds.
const LIFE: i64 = 60;
/// The most names of permissions that one token can tell of.
const MOST_NAMES: usize = 128;
/// The `cat` header of session tokens.
const CATEGORY: &str = "cl_B7d4PD111AAA";

/// What to put into a session token. Everything has a default.
#[derive(Clone, Debug, Default)]
pub struct SessionTokenOptions {
    /// `sub`. Default: a user that nobody has heard of.
    pub user_id: Option<String>,
    /// `sid`. Default: a session that nobody has heard of.
    pub session_id: Option<String>,
    /// The active organization. Default: none.
    pub org: Option<TokenOrganization>,
    /// Claims laid over the others; null takes one away.
    pub claims: Map<String, Value>,
    /// Header fields laid over the others; null takes one away. The signature is RS256 whatever they say.
    pub header: Map<String, Value>,
    /// `exp` - `iat`, in seconds. Default: 60. Zero and below: it has expired from the start.
    pub expires_in_seconds: Option<i64>,
    /// `iat`, in Unix seconds; `nbf` is 10 s before it. Default: now.
    pub issued_at: Option<i64>,
    /// `iss`. Default: `https://clerk.example.com`.
    pub issuer: Option<String>,
    /// `azp`: the origin that asked for it. Default: none.
    pub azp: Option<String>,
}

/// The organization in a session token.
#[derive(Clone, Debug, Default)]
pub struct TokenOrganization {
    /// `org_…`
    pub id: String,
    /// Default: none.
    pub slug: Option<String>,
    /// With or without `org:`. Default: `org:member`.
    pub role: Option<String>,
    /// Such as `org:invoices:read`. As in a real token, those of the system (`org:sys_…`) are left out.
    pub permissions: Vec<String>,
    /// Features of the organization; those of its permissions are added.
    pub features: Vec<String>,
}

impl TokenOrganization {
    /// An organization of which no more is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// Mints a session token that a client with [`jwt_key`](super::jwt_key) verifies: no server is asked, now or then.
///
/// * `now_ms`: Unix milliseconds, for what the options do not say.
///
/// # Errors
/// `Argument` for an organization without id, or a permission or feature that no token can tell; `Internal` if this
/// machine cannot make a key.
pub fn mint_session_token(options: &SessionTokenOptions, now_ms: i64) -> Result<String> {
    TestKeys::shared()?.mint_session_token(options, now_ms)
}

impl TestKeys {
    /// As [`mint_session_token`], with this key.
    ///
    /// # Errors
    /// As [`mint_session_token`].
    pub fn mint_session_token(&self, options: &SessionTokenOptions, now_ms: i64) -> Result<String> {
        let issued_at = options.issued_at.unwrap_or_else(|| now_ms.div_euclid(1_000));
        let life = options.expires_in_seconds.unwrap_or(LIFE);
        let id =
            |given: &Option<String>, prefix: &str| given.clone().unwrap_or_else(|| format!("{prefix}{}", random(27)));
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", options.issuer.as_deref().unwrap_or("https://clerk.example.com").into());
        put("sub", id(&options.user_id, "user_").into());
        put("sid", id(&options.session_id, "sess_").into());
        put("iat", issued_at.into());
        put("nbf", issued_at.saturating_sub(10).into());
        put("exp", issued_at.saturating_add(life).into());
        put("jti", random(20).into());
        put("sts", "active".into());
        put("fva", json!([0, -1]));
        put("v", 2.into());
        if let Some(azp) = &options.azp {
            put("azp", azp.as_str().into());
        }
        if let Some(organization) = &options.org {
            let (o, features) = tell(organization)?;
            put("o", o);
            if !features.is_empty() {
                put("fea", features.into());
            }
        }
        let mut header = Map::new();
        for (name, value) in [("alg", "RS256"), ("cat", CATEGORY), ("kid", "ins_testing"), ("typ", "JWT")] {
            header.insert(name.to_owned(), value.into());
        }
        lay(&mut claims, &options.claims);
        lay(&mut header, &options.header);
        self.sign(header, claims)
    }
}

fn lay(target: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match value {
            Value::Null => drop(target.remove(name)),
            value => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

fn random(length: usize) -> String {
    (0..length).map(|_| fastrand::alphanumeric()).collect()
}

/// The claims `o` and `fea`: each feature has a mask over the names of all permissions.
fn tell(organization: &TokenOrganization) -> Result<(Value, String), ArgumentError> {
    if organization.id.is_empty() {
        return Err(ArgumentError::new("org", "`org` must have an `id`"));
    }
    let mut features: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut granted: Vec<(&str, &str)> = Vec::new();
    for feature in &organization.features {
        add(&mut features, word(feature).ok_or_else(|| no_word("features", feature))?);
    }
    for permission in &organization.permissions {
        let parts = permission.strip_prefix("org:").and_then(|rest| rest.split_once(':'));
        let Some((feature, name)) = parts.and_then(|(feature, name)| Some((word(feature)?, word(name)?))) else {
            return Err(ArgumentError::new(
                "org",
                format!("a permission of `org` must be like `org:feature:name`, which {permission:?} is not"),
            ));
        };
        if feature.starts_with("sys_") {
            continue;
        }
        add(&mut features, feature);
        add(&mut names, name);
        granted.push((feature, name));
    }
    if names.len() > MOST_NAMES {
        return Err(ArgumentError::new("org", format!("`org` has more than {MOST_NAMES} names of permissions")));
    }
    let role = organization.role.as_deref().unwrap_or("member");
    let mut o = json!({ "id": organization.id, "rol": role.strip_prefix("org:").unwrap_or(role) });
    if let Some(slug) = &organization.slug {
        o["slg"] = slug.as_str().into();
    }
    if !names.is_empty() {
        let mask = |feature: &&str| {
            let bits = names.iter().enumerate().filter(|(_, name)| granted.contains(&(feature, name)));
            bits.fold(0_u128, |mask, (bit, _)| mask | 1 << bit).to_string()
        };
        o["per"] = names.join(",").into();
        o["fpm"] = features.iter().map(mask).collect::<Vec<_>>().join(",").into();
    }
    let features: Vec<String> = features.iter().map(|feature| format!("o:{feature}")).collect();
    Ok((o, features.join(",")))
}

fn add<'a>(list: &mut Vec<&'a str>, word: &'a str) {
    if !list.contains(&word) {
        list.push(word);
    }
}

/// A word as it can stand in a list of a claim.
fn word(text: &str) -> Option<&str> {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, ',' | ':');
    (!text.is_empty() && text.chars().all(plain)).then_some(text)
}

fn no_word(list: &str, text: &str) -> ArgumentError {
    ArgumentError::new(
        "org",
        format!("the {list} of `org` must be words without spaces, commas and colons, not {text:?}"),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{SessionTokenOptions, TestKeys, TokenOrganization, mint_session_token};
    use crate::ClerkBuilder;
    use crate::clock::ManualClock;
    use crate::decode_token;
    use crate::error::Error;
    use crate::token::{Step, VerifyOptions};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::sync::Arc;

    const NOW: i64 = 1_700_000_000_000;

    fn claims(token: &str) -> Value {
        serde_json::from_str(&decode_token(token).unwrap().payload).unwrap()
    }

    #[test]
    fn a_client_with_the_key_verifies_it_until_it_expires() {
        let clock = Arc::new(ManualClock::new(NOW));
        let key = TestKeys::shared().unwrap().jwt_key();
        let clerk = ClerkBuilder::default().jwt_key(key).environment([]).shared_clock(clock.clone()).build().unwrap();
        let options = SessionTokenOptions { user_id: Some("user_1".to_owned()), ..Default::default() };
        let token = mint_session_token(&options, NOW).unwrap();
        let holds = || matches!(clerk.try_verify_token(&token, &VerifyOptions::default()), Step::Done(Ok(_)));
        assert!(holds());
        clock.set(NOW + 120_000);
        assert!(!holds());
        let other = TestKeys::generate().unwrap().mint_session_token(&options, NOW + 120_000).unwrap();
        let step = clerk.try_verify_token(&other, &VerifyOptions::default());
        assert!(matches!(step, Step::Done(Err(_))), "another key's");
    }

    #[test]
    fn claims_are_laid_over_and_taken_away() {
        let over = json!({"sub": "user_2", "sts": null, "plan": {"a": [1]}});
        let options = SessionTokenOptions {
            claims: over.as_object().unwrap().clone(),
            header: json!({"kid": null}).as_object().unwrap().clone(),
            expires_in_seconds: Some(-5),
            azp: Some("https://app.example.com".to_owned()),
            ..Default::default()
        };
        let token = mint_session_token(&options, NOW + 999).unwrap();
        let told = claims(&token);
        assert_eq!((&told["sub"], &told["plan"], told.get("sts")), (&json!("user_2"), &json!({"a": [1]}), None));
        assert_eq!((&told["iat"], &told["exp"]), (&json!(1_700_000_000), &json!(1_699_999_995)));
        assert_eq!(told["azp"], "https://app.example.com");
        assert!(!decode_token(&token).unwrap().header.contains("kid"));
    }

    #[test]
    fn organizations_that_no_token_can_tell() {
        for (permissions, features) in [
            (vec!["invoices:read"], vec![]),
            (vec!["org:invoices"], vec![]),
            (vec!["org:a,b:read"], vec![]),
            (vec!["org:a:b:c"], vec![]),
            (vec![], vec!["a b"]),
            (vec![], vec![""]),
        ] {
            let organization = TokenOrganization {
                permissions: permissions.iter().map(ToString::to_string).collect(),
                features: features.iter().map(ToString::to_string).collect(),
                ..TokenOrganization::new("org_1")
            };
            let options = SessionTokenOptions { org: Some(organization), ..Default::default() };
            let refused = mint_session_token(&options, NOW).expect_err("no words");
            assert!(
                matches!(refused, Error::Argument(error) if error.argument == "org"),
                "{permissions:?} {features:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_granted_comes_back(permissions in proptest::collection::vec("org:[a-c]{1,2}:[a-e]{1,2}", 0..40)) {
            let organization = TokenOrganization { permissions: permissions.clone(), ..TokenOrganization::new("org_1") };
            let options = SessionTokenOptions { org: Some(organization), ..Default::default() };
            let keys = TestKeys::shared().unwrap();
            let clock = ManualClock::new(NOW);
            let clerk = ClerkBuilder::default().jwt_key(keys.jwt_key()).environment([]).clock(clock).build().unwrap();
            let token = keys.mint_session_token(&options, NOW).unwrap();
            let Step::Done(Ok(claims)) = clerk.try_verify_token(&token, &VerifyOptions::default()) else {
                panic!("it verifies");
            };
            let mut got = crate::token::Organization::of(&claims).permissions.unwrap_or_default();
            let mut wanted = permissions;
            got.sort();
            wanted.sort();
            wanted.dedup();
            prop_assert_eq!(got, wanted);
        }
    }
}
