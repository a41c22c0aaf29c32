//! The notation of `core/api/FORMAT.md`, as strict types: an unknown key is an error where it stands.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde_saphyr::Spanned;

/// A map in file order, each value with its line, no key twice.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) Vec<(String, u64, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Named<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from names to descriptions")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries: Vec<(String, u64, T)> = Vec::new();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if entries.iter().any(|(name, _, _)| *name == key.value) {
                        return Err(de::Error::custom(format!("duplicate key `{}`", key.value)));
                    }
                    entries.push((key.value, key.referenced.line(), map.next_value()?));
                }
                Ok(Named(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// A file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) doc: Option<String>,
    #[serde(default)]
    pub(crate) operations: Named<Operation>,
    #[serde(default)]
    pub(crate) models: Named<Model>,
    #[serde(default)]
    pub(crate) unions: Named<Union>,
    #[serde(default)]
    pub(crate) envelope: Named<Field>,
    #[serde(default)]
    pub(crate) events: Named<Event>,
}

/// An operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) doc: String,
    pub(crate) http: String,
    pub(crate) id: Option<String>,
    pub(crate) node: Option<String>,
    #[serde(default)]
    pub(crate) also: Vec<String>,
    #[serde(default)]
    pub(crate) path: Named<Field>,
    #[serde(default)]
    pub(crate) query: Named<Field>,
    pub(crate) body: Option<Named<Field>>,
    pub(crate) array_body: Option<ArrayBody>,
    pub(crate) multipart: Option<Named<Field>>,
    pub(crate) empty_body: Option<EmptyBody>,
    pub(crate) other_fields: Option<OtherFields>,
    pub(crate) returns: Returns,
    pub(crate) pages: Option<Pages>,
    pub(crate) key: Option<Key>,
    pub(crate) status: Option<Status>,
    pub(crate) instead: Option<String>,
    pub(crate) idempotent: Option<bool>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

/// `array_body`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrayBody {
    pub(crate) name: String,
    pub(crate) items: Type,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) example: Option<serde_json::Value>,
    #[serde(default)]
    pub(crate) doc: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmptyBody {
    Send,
    Omit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OtherFields {
    Refuse,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pages {
    Offset,
    Cursor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Key {
    Secret,
    MachineOrSecret,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Current,
    Deprecated,
    Legacy,
    Experimental,
    Undocumented,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QueryArray {
    Repeat,
    Comma,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Send {
    String,
}

/// `returns`: a name, or a map of one listing shape.
#[derive(Debug)]
pub(crate) enum Returns {
    Name(String),
    Listing(Listing),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    pub(crate) list: Option<String>,
    pub(crate) page: Option<String>,
    pub(crate) either: Option<String>,
    pub(crate) data: Option<String>,
}

impl<'de> Deserialize<'de> for Returns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Returns;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a model's name, `none`, `text`, or a map with `list`, `page` or `either`")
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Returns, E> {
                Ok(Returns::Name(v.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Returns, A::Error> {
                Listing::deserialize(MapAccessDeserializer::new(map)).map(Returns::Listing)
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// A rule between arguments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    ExactlyOne(Vec<String>),
    AtLeastOne(Vec<String>),
    AtMostOne(Vec<String>),
    SameLength(Vec<String>),
    Positive(Vec<String>),
    NotWithOffset(Vec<String>),
}

/// A type: a name, or an array of one type.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    Name(String),
    Array(Box<Type>),
}

const TYPE: &str = "a type: a name, or an array with one type in it";

fn array_type<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Type, A::Error> {
    let items = seq.next_element::<Type>()?.ok_or_else(|| de::Error::custom("`[]` says no type of its items"))?;
    if seq.next_element::<Type>()?.is_some() {
        return Err(de::Error::custom("an array has items of one type"));
    }
    Ok(Type::Array(Box::new(items)))
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Type;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(TYPE)
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Type, E> {
                Ok(Type::Name(v.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Type, A::Error> {
                array_type(seq)
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// A field: a type for short, or all of it.
#[derive(Debug)]
pub(crate) struct Field(pub(crate) FullField);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullField {
    #[serde(rename = "type")]
    pub(crate) kind: Type,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) nullable: bool,
    #[serde(rename = "enum")]
    pub(crate) enumeration: Option<Vec<String>>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) array: Option<QueryArray>,
    pub(crate) send: Option<Send>,
    pub(crate) wire: Option<String>,
    pub(crate) default: Option<serde_json::Value>,
    pub(crate) example: Option<serde_json::Value>,
    pub(crate) deprecated: Option<Deprecated>,
    #[serde(default)]
    pub(crate) secret: bool,
    #[serde(default)]
    pub(crate) doc: String,
}

impl FullField {
    pub(crate) fn of(kind: Type) -> Self {
        Self {
            kind,
            required: false,
            nullable: false,
            enumeration: None,
            min: None,
            max: None,
            min_items: None,
            max_items: None,
            array: None,
            send: None,
            wire: None,
            default: None,
            example: None,
            deprecated: None,
            secret: false,
            doc: String::new(),
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Field;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{TYPE}, or a map with `type`")
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Field, E> {
                Ok(Field(FullField::of(Type::Name(v.to_owned()))))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Field, A::Error> {
                Ok(Field(FullField::of(array_type(seq)?)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
                FullField::deserialize(MapAccessDeserializer::new(map)).map(Field)
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// `true`, or the reason.
#[derive(Debug)]
pub(crate) struct Deprecated(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Deprecated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl Visitor<'_> for V {
            type Value = Deprecated;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, or the reason")
            }
            fn visit_bool<E: de::Error>(self, v: bool) -> Result<Deprecated, E> {
                Ok(Deprecated(v.then(String::new)))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Deprecated, E> {
                Ok(Deprecated(Some(v.to_owned())))
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// A model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) doc: String,
    #[serde(default)]
    pub(crate) open: bool,
    #[serde(default)]
    pub(crate) fields: Named<Field>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

/// An event: its name is its type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) doc: String,
    pub(crate) data: String,
}

/// A union: members by tag value, or, without a tag, by any telling name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Union {
    pub(crate) doc: String,
    pub(crate) tag: Option<String>,
    pub(crate) members: Named<String>,
}
