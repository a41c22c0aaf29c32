//! What a model has no room for, and free-form objects.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What came with an object and fits none of its fields: unknown fields, known ones of another kind than described,
/// and known ones that were null. Nothing that the API sent is lost.
#[derive(Clone, Default)]
pub struct Other {
    pub(crate) fields: Fields,
    /// Known fields that were null, by their bits. There are many, and here they cost next to nothing.
    nulls: u64,
    /// Which known fields may be among `fields`, by their bits.
    known: u64,
    /// The names of the known fields, in the order of their bits, once one was null.
    names: &'static [&'static str],
    /// What stood where an object was expected.
    pub(crate) value: Option<Value>,
}

/// Fields by name, in its order. Mostly they are few, and then they stand in a row.
#[derive(Clone)]
pub(crate) enum Fields {
    Few(Vec<(Box<str>, Value)>),
    Many(Map<String, Value>),
}

/// How many are few: to make room in the row has to cost little, however many come.
const FEW: usize = 16;

impl Default for Fields {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

fn place(few: &[(Box<str>, Value)], name: &str) -> Result<usize, usize> {
    few.binary_search_by(|(known, _)| (**known).cmp(name))
}

impl Fields {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Few(few) if few.is_empty())
    }

    fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Few(few) => few.get(place(few, name).ok()?).map(|(_, value)| value),
            Self::Many(many) => many.get(name),
        }
    }

    /// The last of one name holds.
    pub(crate) fn insert(&mut self, name: &str, value: Value) {
        match self {
            Self::Few(few) => match place(few, name) {
                Ok(place) => {
                    if let Some(field) = few.get_mut(place) {
                        field.1 = value;
                    }
                }
                Err(_) if few.len() == FEW => {
                    let mut many: Map<_, _> =
                        std::mem::take(few).into_iter().map(|(name, value)| (name.into(), value)).collect();
                    many.insert(name.to_owned(), value);
                    *self = Self::Many(many);
                }
                Err(place) => {
                    if few.is_empty() {
                        few.reserve_exact(1); // Mostly it stays alone.
                    }
                    few.insert(place, (name.into(), value));
                }
            },
            Self::Many(many) => drop(many.insert(name.to_owned(), value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Few(few) => place(few, name).ok().map(|place| few.remove(place).1),
            Self::Many(many) => many.remove(name),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let (few, many) = match self {
            Self::Few(few) => (few.as_slice(), None),
            Self::Many(many) => (&[][..], Some(many)),
        };
        let many = many.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        few.iter().map(|(name, value)| (&**name, value)).chain(many)
    }
}

/// A known field of an object.
pub(crate) struct Known {
    names: &'static [&'static str],
    place: usize,
}

/// The last bit is that of all fields from there on.
const LAST: usize = 63;

impl Known {
    /// The field of this name among these. Made by the compiler.
    pub(crate) const fn of(names: &'static [&'static str], name: &str) -> Self {
        let mut place = 0;
        while !is_same(names[place].as_bytes(), name.as_bytes()) {
            place += 1;
        }
        Self { names, place }
    }

    const fn name(&self) -> &'static str {
        self.names[self.place]
    }

    const fn bit(&self) -> u64 {
        1 << if self.place < LAST { self.place } else { LAST }
    }
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

impl Other {
    /// A field by its name on the wire.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).or_else(|| self.nulls().any(|null| null == name).then_some(&Value::Null))
    }

    /// Whether the field was there, and null.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    /// Adds a field: of a model that is sent, one that this version has no name for.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let name = name.into();
        if let Some(place) = self.names.iter().take(LAST).position(|null| *null == name) {
            self.nulls &= !(1 << place);
        }
        self.fields.insert(&name, value.into());
    }

    /// All fields here, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let nulls = self.nulls().map(|name| (name, &Value::Null));
        let all: BTreeMap<&str, &Value> = self.fields.iter().chain(nulls).collect();
        all.into_iter()
    }

    fn nulls(&self) -> impl Iterator<Item = &'static str> {
        let nulls = self.nulls;
        let named = self.names.iter().take(LAST).enumerate();
        named.filter(move |(place, _)| nulls & (1 << place) != 0).map(|(_, name)| *name)
    }

    /// What the API sent where it should have sent an object (in an array of them).
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether everything fitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.nulls == 0 && self.value.is_none()
    }

    /// A known field did not fit. The last of two of one name holds.
    pub(crate) fn keep(&mut self, field: &'static Known, value: Value) {
        self.drop_known(field);
        if value.is_null() && field.place < LAST {
            self.nulls |= field.bit();
            self.names = field.names;
        } else {
            self.known |= field.bit();
            self.fields.insert(field.name(), value);
        }
    }

    /// A known field fitted, so what came under its name before does not hold.
    pub(crate) fn drop_known(&mut self, field: &'static Known) {
        self.nulls &= !field.bit();
        if self.known & field.bit() != 0 {
            drop(self.fields.remove(field.name()));
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
