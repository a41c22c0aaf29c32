//! What the Rust emitters agree on: which Rust type a field has, which enums and ids there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Catalogue, Field, Model, Operation, Type};
use crate::names::{rust_ident, upper_camel, variant};

/// An open enum.
#[derive(Debug, Clone)]
pub(super) struct Enum {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    pub(super) doc: String,
}

/// What makes two enums the same: the field's name, and the values.
pub(super) type EnumKey = (String, BTreeSet<String>);

/// The catalogue, and what its Rust names are.
pub(super) struct Types<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// By field name and set of values: the enum, and the file it stands in.
    enums: BTreeMap<EnumKey, (String, Enum)>,
    /// Models whose `id` has a type of its own.
    ids: BTreeSet<String>,
    /// What a model or union holds in place, not in an array.
    holds: BTreeMap<String, BTreeSet<String>>,
}

/// Prefixes before `_id` names that still say whose id it is.
const ID_PREFIXES: &[&str] = &["primary_", "last_active_", "active_"];

impl<'a> Types<'a> {
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        let ids = catalogue.models.iter().filter(|model| has_own_id(model)).map(|model| model.name.clone()).collect();
        let mut types = Self { catalogue, enums: BTreeMap::new(), ids, holds: BTreeMap::new() };
        types.collect_enums();
        for model in &catalogue.models {
            let held = model.fields.iter().filter_map(|field| match &field.kind {
                Type::Model(name) | Type::Union(name) => Some(name.clone()),
                _ => None,
            });
            types.holds.insert(model.name.clone(), held.collect());
        }
        for union in &catalogue.unions {
            types.holds.insert(union.name.clone(), union.members.iter().map(|(_, model)| model.clone()).collect());
        }
        types
    }

    fn collect_enums(&mut self) {
        let mut groups: BTreeMap<EnumKey, Vec<(&Model, &Field)>> = BTreeMap::new();
        for model in &self.catalogue.models {
            for field in model.fields.iter().filter(|field| is_enum(field)) {
                groups.entry(enum_key(field)).or_default().push((model, field));
            }
        }
        let mut taken: BTreeSet<String> = self.catalogue.models.iter().map(|model| model.name.clone()).collect();
        taken.extend(self.catalogue.unions.iter().map(|union| union.name.clone()));
        taken.extend(self.ids.iter().map(|name| format!("{name}Id")));
        for (key, owners) in groups {
            let names: Vec<&str> = owners.iter().map(|(model, _)| model.name.as_str()).collect();
            let owner = common_name(&names).unwrap_or_else(|| names[0].to_owned());
            let mut name = owner + &upper_camel(&key.0);
            while !taken.insert(name.clone()) {
                name += "Kind";
            }
            let (model, field) = owners[0];
            let doc = if field.doc.is_empty() { format!("Values of `{}`.", field.name) } else { field.doc.clone() };
            self.enums.insert(key, (model.home.clone(), Enum { name, values: field.enumeration.clone(), doc }));
        }
    }

    /// The enums that stand in this file, by name.
    pub(super) fn enums_of(&self, home: &str) -> Vec<&Enum> {
        let mut enums: Vec<&Enum> = self.enums.values().filter(|(at, _)| at == home).map(|(_, found)| found).collect();
        enums.sort_by(|a, b| a.name.cmp(&b.name));
        enums
    }

    /// The enum of a field, if a model has the same.
    pub(super) fn model_enum(&self, field: &Field) -> Option<&Enum> {
        is_enum(field).then(|| self.enums.get(&enum_key(field))).flatten().map(|(_, found)| found)
    }

    /// Enums of this resource's parameters that no model has.
    pub(super) fn resource_enums(&self, operations: &[Operation]) -> BTreeMap<EnumKey, Enum> {
        let mut groups: BTreeMap<EnumKey, Vec<(&Operation, &Field)>> = BTreeMap::new();
        for operation in operations {
            for field in operation.all_params() {
                if is_enum(field) && self.model_enum(field).is_none() {
                    groups.entry(enum_key(field)).or_default().push((operation, field));
                }
            }
        }
        let mut named = BTreeMap::new();
        for (key, users) in &groups {
            let alone = groups.keys().filter(|other| other.0 == key.0).count() == 1;
            let (operation, field) = users[0];
            let name = upper_camel(&key.0);
            let marker = operations.iter().any(|operation| upper_camel(&operation.name) == name);
            let name = if alone && !marker { name } else { upper_camel(&operation.name) + &name };
            let doc = if field.doc.is_empty() { format!("Values of `{}`.", field.name) } else { field.doc.clone() };
            named.insert(key.clone(), Enum { name, values: field.enumeration.clone(), doc });
        }
        named
    }

    /// The model whose id this field holds.
    pub(super) fn id_of(&self, owner: Option<&str>, field: &Field) -> Option<&str> {
        if field.kind != Type::String {
            return None;
        }
        let name = match (field.name.as_str(), owner) {
            ("id", Some(owner)) => owner.to_owned(),
            (name, _) => {
                let name = name.strip_suffix("_id")?;
                let bare = ID_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
                upper_camel(bare)
            }
        };
        self.ids.get(&name).map(String::as_str)
    }

    pub(super) fn has_id_type(&self, model: &str) -> bool {
        self.ids.contains(model)
    }

    /// The type of a model's field, without the `Option`.
    pub(super) fn field_type(&self, owner: &str, field: &Field) -> String {
        if let Some(found) = self.model_enum(field) {
            return if matches!(field.kind, Type::Array(_)) {
                format!("Vec<{}>", found.name)
            } else {
                found.name.clone()
            };
        }
        if let Some(model) = self.id_of(Some(owner), field) {
            return format!("{model}Id");
        }
        match &field.kind {
            Type::Model(name) if self.reaches(name, owner) => format!("Box<{name}>"),
            kind => plain(kind),
        }
    }

    /// Only models have boxes.
    pub(super) fn holds_itself_by_union(&self, owner: &str, field: &Field) -> bool {
        matches!(&field.kind, Type::Union(name) if self.reaches(name, owner))
    }

    /// Whether `from` holds `to` in place, at any depth: such a field needs a box.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(name) = next.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                next.extend(self.holds.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}

/// An enum of one value tells nothing: it is a text.
pub(super) fn is_enum(field: &Field) -> bool {
    field.enumeration.len() > 1
}

pub(super) fn enum_key(field: &Field) -> EnumKey {
    (field.name.clone(), field.enumeration.iter().cloned().collect())
}

/// The type of a value as it is read.
pub(super) fn plain(kind: &Type) -> String {
    match kind {
        Type::String | Type::Datetime => "String".to_owned(),
        Type::Integer | Type::Timestamp => "i64".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Map => "Map<String, Value>".to_owned(),
        Type::Any => "Value".to_owned(),
        Type::File => "File".to_owned(),
        Type::Model(name) | Type::Union(name) => name.clone(),
        Type::Array(item) => format!("Vec<{}>", plain(item)),
    }
}

/// A thing of the API, with an `object` that says which and an `id`, has ids of its own type.
fn has_own_id(model: &Model) -> bool {
    let field = |name: &str| model.fields.iter().find(|field| field.name == name);
    field("id").is_some_and(|field| field.kind == Type::String)
        && field("object").is_some_and(|field| !field.enumeration.is_empty())
}

/// What names of several models have in common at their end, or at their beginning.
fn common_name(names: &[&str]) -> Option<String> {
    let words: Vec<Vec<String>> = names.iter().map(|name| split(name)).collect();
    let first = words.first()?;
    let shared = |take: &dyn Fn(&[String], usize) -> Option<String>| {
        let mut count = 0;
        while count < first.len()
            && words.iter().all(|other| take(other, count).is_some() && take(other, count) == take(first, count))
        {
            count += 1;
        }
        count
    };
    let end = shared(&|words, index| words.len().checked_sub(index + 1).map(|at| words[at].clone()));
    if end > 0 {
        return Some(first[first.len() - end..].concat());
    }
    let start = shared(&|words, index| words.get(index).cloned());
    (start > 0).then(|| first[..start].concat())
}

fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_ascii_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

/// Doc comment lines; nothing for an empty text.
pub(super) fn docs(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "///\n".to_owned() } else { format!("/// {line}\n") }).collect()
}

/// A model's field in Rust: keywords escaped, and nothing named like the field that holds the rest.
pub(super) fn field_ident(name: &str) -> String {
    if name == "other" { "other_".to_owned() } else { rust_ident(name) }
}

/// An open enum, written out.
pub(super) fn enum_code(found: &Enum) -> String {
    let name = &found.name;
    let mut variants: Vec<(String, &str)> = Vec::new();
    for value in &found.values {
        let mut wanted = variant(value);
        while wanted == "Other" || variants.iter().any(|(taken, _)| *taken == wanted) {
            wanted.push('_');
        }
        variants.push((wanted, value));
    }
    let list: String = variants.iter().map(|(variant, value)| format!("/// `{value}`\n{variant},\n")).collect();
    let texts: String = variants.iter().map(|(variant, value)| format!("    {value:?} => {variant},\n")).collect();
    let doc = docs(&found.doc);
    format!(
        "
{doc}#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum {name} {{
{list}/// One that this version does not know.
Other(String),
}}

model::open_enum_code! {{ {name} {{
{texts}}} }}
"
    )
}
