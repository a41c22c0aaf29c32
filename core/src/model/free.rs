//! What a model has no room for, and free-form objects.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What came with an object and fits none of its fields: unknown fields, known ones of another kind than described,
/// and known ones that were null. Nothing that the API sent is lost.
#[derive(Clone, Default, PartialEq)]
pub struct Other {
    pub(crate) fields: Map<String, Value>,
    /// What stood where an object was expected.
    pub(crate) value: Option<Value>,
}

impl Other {
    /// A field by its name on the wire.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Whether the field was there, and null.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    /// Adds a field: of a model that is sent, one that this version has no name for.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.fields.insert(name.into(), value.into());
    }

    /// All fields here, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What the API sent where it should have sent an object (in an array of them).
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether everything fitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.value.is_none()
    }
}

/// Names only: what this version does not know may be a secret.
impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}

/// A free-form object (metadata, claims) read into a type of your own. An absent one reads as `{}`.
///
/// ```
/// use clerk_usher::FreeForm;
/// use clerk_usher::models::User;
///
/// #[derive(serde::Deserialize)]
/// struct Billing {
///     plan: Option<String>,
/// }
///
/// fn plan(user: &User) -> Option<String> {
///     user.public_metadata.parse::<Billing>().ok()?.plan
/// }
/// ```
pub trait FreeForm {
    /// Reads it.
    ///
    /// # Errors
    /// If it is not what your type wants.
    fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error>;
}

impl FreeForm for Map<String, Value> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(self)
    }
}

impl FreeForm for Option<Map<String, Value>> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match self {
            Some(map) => map.parse(),
            None => Map::new().parse(),
        }
    }
}
