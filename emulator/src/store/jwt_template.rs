//! JWT templates: claims in which `{{user.id}}` and the like stand for values.

use super::Store;
use crate::errors::ApiError;
use crate::mint::CustomKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How long before its time a token counts, in seconds, unless told otherwise.
pub(crate) const DEFAULT_SKEW: i64 = 5;

/// A template.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct JwtTemplate {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// What a token is asked for by.
    pub(crate) name: String,
    pub(crate) claims: Map<String, Value>,
    /// In seconds.
    pub(crate) lifetime: i64,
    /// In seconds.
    pub(crate) allowed_clock_skew: i64,
    /// None: the instance's own key signs.
    pub(crate) custom_key: Option<CustomKey>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// 404 by whatever the template was asked for.
pub(crate) fn not_found(attribute: &str, value: &str) -> ApiError {
    ApiError::new(
        404,
        "resource_not_found",
        "JWT template not found",
        format!("No JWT template exists with {attribute}: {value}"),
    )
}

impl Store {
    pub(crate) fn jwt_template(&self, id: &str) -> Result<&JwtTemplate, ApiError> {
        self.jwt_templates.get(id).ok_or_else(|| not_found("id", id))
    }

    pub(crate) fn jwt_template_by_name(&self, name: &str) -> Option<&JwtTemplate> {
        self.jwt_templates.values().find(|template| template.name == name)
    }

    /// Makes a template of this name, or replaces the claims and the lifetime of the one there is.
    pub(crate) fn set_jwt_template(&mut self, name: &str, claims: Map<String, Value>, lifetime: i64, now: i64) {
        let known = self.jwt_template_by_name(name).cloned();
        let template = match known {
            Some(known) => JwtTemplate { claims, lifetime, updated_at: now, ..known },
            None => JwtTemplate {
                id: self.ids.id("jtmpl_"),
                age: self.next_age(),
                name: name.to_owned(),
                claims,
                lifetime,
                allowed_clock_skew: DEFAULT_SKEW,
                custom_key: None,
                created_at: now,
                updated_at: now,
            },
        };
        self.jwt_templates.insert(template.id.clone(), template);
    }
}
