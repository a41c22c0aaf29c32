//! The claims of a session token, version 2.

use serde_json::{Map, Value, json};

/// The category of session tokens, in the header.
pub(super) const CATEGORY: &str = "cl_B7d4PD111AAA";

/// Whom a token is for, and with what.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) user: String,
    pub(super) session: String,
    pub(super) issuer: String,
    pub(super) authorized_party: Option<String>,
    pub(super) organization: Option<Organization>,
    pub(super) expires_in_seconds: i64,
    /// Laid over the others last; null takes a claim away.
    pub(super) over: Map<String, Value>,
}

/// The active organization.
#[derive(Debug, Default)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) slug: Option<String>,
    pub(super) role: String,
    /// `org:feature:name`, each; checked by [`permission`].
    pub(super) permissions: Vec<String>,
}

/// The feature and the name of `org:feature:name`.
pub(super) fn permission(text: &str) -> Option<(&str, &str)> {
    let (feature, name) = text.strip_prefix("org:")?.split_once(':')?;
    let plain = |part: &str| !part.is_empty() && !part.contains([':', ',']);
    (plain(feature) && plain(name)).then_some((feature, name))
}

impl Wanted {
    /// The claims at this time. `iat` is the signer's business.
    pub(super) fn claims(&self, now_ms: i64) -> Map<String, Value> {
        let now = now_ms.div_euclid(1_000);
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("exp", now.saturating_add(self.expires_in_seconds).into());
        put("fva", json!([0, -1]));
        put("iss", self.issuer.as_str().into());
        put("jti", random_hex(20).into());
        put("nbf", (now - 10).into());
        put("sid", self.session.as_str().into());
        put("sts", "active".into());
        put("sub", self.user.as_str().into());
        put("v", 2.into());
        if let Some(party) = &self.authorized_party {
            put("azp", party.as_str().into());
        }
        if let Some(organization) = &self.organization {
            organization.claim(&mut claims);
        }
        for (name, value) in &self.over {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        claims
    }
}

impl Organization {
    /// `o` and `fea`: each feature has a mask over the names of permissions.
    fn claim(&self, claims: &mut Map<String, Value>) {
        let granted: Vec<(&str, &str)> = self.permissions.iter().filter_map(|text| permission(text)).collect();
        let (mut features, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for (feature, name) in &granted {
            if !features.contains(feature) {
                features.push(feature);
            }
            if !names.contains(name) {
                names.push(name);
            }
        }
        let mask = |feature: &&str| {
            let bit = |(at, name): (usize, &&str)| u64::from(granted.contains(&(*feature, *name))) << at;
            names.iter().enumerate().map(bit).sum::<u64>().to_string()
        };
        let mut o = Map::new();
        o.insert("id".to_owned(), self.id.as_str().into());
        o.insert("rol".to_owned(), self.role.strip_prefix("org:").unwrap_or(&self.role).into());
        if let Some(slug) = &self.slug {
            o.insert("slg".to_owned(), slug.as_str().into());
        }
        if !names.is_empty() {
            let masks: Vec<String> = features.iter().map(mask).collect();
            o.insert("per".to_owned(), names.join(",").into());
            o.insert("fpm".to_owned(), masks.join(",").into());
            let scoped: Vec<String> = features.iter().map(|feature| format!("o:{feature}")).collect();
            claims.insert("fea".to_owned(), scoped.join(",").into());
        }
        claims.insert("o".to_owned(), Value::Object(o));
    }
}

/// The most different names of permissions in one token: a mask is a number of 64 bits here.
pub(super) const MOST_PERMISSIONS: usize = 63;

/// So many random hexadecimal digits.
pub(super) fn random_hex(digits: usize) -> String {
    std::iter::repeat_with(|| char::from_digit(fastrand::u32(0..16), 16).unwrap_or('0')).take(digits).collect()
}

/// An id that looks like one: a prefix and 27 letters and digits.
pub(crate) fn random_id(prefix: &str) -> String {
    format!("{prefix}{}", std::iter::repeat_with(fastrand::alphanumeric).take(27).collect::<String>())
}
