//! What a model has no room for, and free-form objects.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What came with an object and fits none of its fields: unknown fields, known ones of another kind than described,
/// and known ones that were null. Nothing that the API sent is lost.
#[derive(Clone, Default)]
pub struct Other {
    pub(crate) fields: Map<String, Value>,
    /// Known fields that were null. There are many, and here they cost next to nothing.
    nulls: Vec<&'static str>,
    /// Which known fields may be here, by [`bit`].
    known: u64,
    /// What stood where an object was expected.
    pub(crate) value: Option<Value>,
}

/// Tells names apart that are not those of one field: most of them.
fn bit(name: &str) -> u64 {
    let ends = name.bytes().next().zip(name.bytes().last()).map_or(0, |(first, last)| first ^ last.rotate_left(3));
    1 << ((usize::from(ends) + name.len()) % 64)
}

impl Other {
    /// A field by its name on the wire.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).or_else(|| self.nulls.contains(&name).then_some(&Value::Null))
    }

    /// Whether the field was there, and null.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    /// Adds a field: of a model that is sent, one that this version has no name for.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let name = name.into();
        self.nulls.retain(|null| *null != name);
        self.fields.insert(name, value.into());
    }

    /// All fields here, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let nulls = self.nulls.iter().map(|name| (*name, &Value::Null));
        let all: BTreeMap<&str, &Value> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value)).chain(nulls).collect();
        all.into_iter()
    }

    /// What the API sent where it should have sent an object (in an array of them).
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether everything fitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.nulls.is_empty() && self.value.is_none()
    }

    /// A known field did not fit. The last of two of one name holds.
    pub(crate) fn keep(&mut self, name: &'static str, value: Value) {
        self.drop_known(name);
        self.known |= bit(name);
        if value.is_null() {
            self.nulls.push(name);
        } else {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// A known field fitted, so what came under its name before does not hold.
    pub(crate) fn drop_known(&mut self, name: &'static str) {
        if self.known & bit(name) != 0 {
            self.nulls.retain(|null| *null != name);
            self.fields.remove(name);
        }
    }
}

impl PartialEq for Other {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.iter().eq(other.iter())
    }
}

/// Names only: what this version does not know may be a secret.
impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
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
