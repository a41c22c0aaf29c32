//! Rust models: `core/src/generated/models`, a file for each file of the catalogue that has any.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::rust_types::{Types, docs, enum_code, field_ident};
use crate::error::Error;
use crate::ir::{Catalogue, Field, Model, Returns, Type, UNKNOWN_EVENT, Union};
use crate::output::Output;

const FOLDER: &str = "core/src/generated/models";

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let types = Types::new(catalogue);
    let (listed, returned) = (listed(catalogue), returned(catalogue));
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for model in &catalogue.models {
        if let Some(field) = model.fields.iter().find(|field| types.holds_itself_by_union(&model.name, field)) {
            return Err(Error::general(format!(
                "{}.{}: a union that holds what it stands in needs an array between",
                model.name, field.name
            )));
        }
        let text = files.entry(&model.home).or_default();
        *text += &model_code(&types, model, listed.contains(&model.name));
    }
    for union in &catalogue.unions {
        let text = files.entry(&union.home).or_default();
        *text += &union_code(catalogue, union, &listed, &returned);
    }
    let mut index = "//! What the API answers, and objects that requests are made of.
#![allow(missing_docs)] // A field whose name says all has no text in the catalogue.
\n"
    .to_owned();
    for (home, mut text) in files {
        types.enums_of(home).into_iter().for_each(|found| text += &enum_code(found));
        let module = home.trim_start_matches('_');
        let _ = writeln!(index, "mod {module};");
        out.add(&format!("{FOLDER}/{module}.rs"), &with_imports(module, &text))?;
        let _ = writeln!(index, "pub use {module}::*;");
    }
    out.add(&format!("{FOLDER}/mod.rs"), &index)
}

fn with_imports(module: &str, text: &str) -> String {
    let mut head = format!("//! Models of `{module}`.\n\nuse crate::model;\n");
    let json: Vec<&str> = [("Map", "Map<"), ("Number", "<Number>"), ("Value", "Value>")]
        .into_iter()
        .filter(|(name, needle)| text.contains(needle) || (*name == "Value" && text.contains("(Value)")))
        .map(|(name, _)| name)
        .collect();
    if !json.is_empty() {
        let _ = writeln!(head, "use serde_json::{{{}}};", json.join(", "));
    }
    head + "#[allow(unused_imports)] // Which of the neighbours are needed changes with the catalogue.\nuse super::*;\n"
        + text
}

fn items(catalogue: &Catalogue, list: bool) -> BTreeSet<String> {
    let operations = catalogue.resources.iter().flat_map(|resource| &resource.operations);
    operations
        .filter_map(|operation| match &operation.returns {
            Returns::List { item, .. } if list => Some(item.clone()),
            Returns::Model(name) if !list => Some(name.clone()),
            _ => None,
        })
        .collect()
}

fn listed(catalogue: &Catalogue) -> BTreeSet<String> {
    items(catalogue, true)
}

fn returned(catalogue: &Catalogue) -> BTreeSet<String> {
    items(catalogue, false)
}

fn field_doc(field: &Field) -> String {
    let mut text = field.doc.clone();
    let mut add = |more: &str| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(more);
    };
    match field.kind {
        Type::Timestamp => add("Unix time in milliseconds."),
        Type::Datetime => add("RFC 3339."),
        _ => {}
    }
    if let [only] = field.enumeration.as_slice() {
        add(&format!("`{only}`."));
    }
    match field.deprecated.as_deref() {
        None => {}
        Some("") => add("Deprecated."),
        Some(reason) => add(&format!("Deprecated: {reason}.")),
    }
    docs(&text)
}

fn model_code(types: &Types<'_>, model: &Model, listed: bool) -> String {
    let name = &model.name;
    let (mut fields, mut lines, mut times) = (String::new(), String::new(), String::new());
    for field in &model.fields {
        let ident = field_ident(&field.name);
        let _ = writeln!(fields, "{}pub {ident}: Option<{}>,", field_doc(field), types.field_type(name, field));
        let write = if field.secret { "secret" } else { "field" };
        let _ = writeln!(lines, "    {write} {:?} => {ident},", field.wire);
        if field.kind == Type::Timestamp {
            let _ = writeln!(times, "    {ident} => {}_time,", field.name);
        }
    }
    let rest =
        if model.open { "Further fields, and what fits none of these." } else { "What fits none of these fields." };
    let doc = docs(&model.doc);
    let mut text = format!(
        "
{doc}#[derive(Clone, Default, PartialEq)]
pub struct {name} {{
{fields}/// {rest}
pub other: model::Other,
}}

model::model_code! {{ {name} {{
{lines}}} times {{
{times}}} }}
"
    );
    if types.has_id_type(name) {
        let _ = writeln!(text, "\n/// Id of a [`{name}`].\npub type {name}Id = model::Id<{name}>;");
    }
    if listed {
        let _ = writeln!(
            text,
            "\nimpl model::Item for {name} {{\nfn item_id(&self) -> Option<&str> {{ {} }}\n}}",
            id_of(model)
        );
    }
    text
}

/// How the id of an item is had.
fn id_of(model: &Model) -> &'static str {
    match model.fields.iter().find(|field| field.name == "id").map(|field| &field.kind) {
        Some(Type::String) => "self.id.as_deref()",
        _ => "None",
    }
}

fn union_code(catalogue: &Catalogue, union: &Union, listed: &BTreeSet<String>, returned: &BTreeSet<String>) -> String {
    let name = &union.name;
    let mut variants: Vec<&str> = Vec::new();
    for (_, model) in &union.members {
        if !variants.contains(&model.as_str()) {
            variants.push(model);
        }
    }
    let model_named = |wanted: &str| catalogue.models.iter().find(|model| model.name == wanted);
    let has_id = |wanted: &str| model_named(wanted).is_some_and(|model| id_of(model) != "None");
    let (mut list, mut froms, mut writes, mut shows, mut ids) =
        (String::new(), String::new(), String::new(), String::new(), String::new());
    for member in &variants {
        let _ = writeln!(
            list,
            "{}{}({member}),",
            docs(model_named(member).map_or("", |model| &model.doc)),
            short(union, member)
        );
        let _ = writeln!(
            froms,
            "\nimpl From<{member}> for {name} {{\nfn from(member: {member}) -> Self {{ Self::{}(member) }}\n}}",
            short(union, member)
        );
        let _ = writeln!(writes, "Self::{}(member) => member.serialize(serializer),", short(union, member));
        let _ = writeln!(shows, "Self::{}(member) => std::fmt::Debug::fmt(member, f),", short(union, member));
        let id = if has_id(member) {
            format!("Self::{}(member) => member.id.as_deref(),\n", short(union, member))
        } else {
            String::new()
        };
        ids += &id;
    }
    let covered = variants.iter().all(|member| has_id(member));
    ids += "Self::Unknown(value) => model::union_id(value),\n";
    if !covered {
        ids += "_ => None,\n";
    }
    let id = if union.is_events() { "None".to_owned() } else { format!("match self {{ {ids} }}") };
    let Unknown { holds, made, odd } = Unknown::of(union);
    let mut members = String::new();
    let (mut reads, mut text_reads) = (String::new(), String::new());
    for (index, (tag, member)) in union.members.iter().enumerate() {
        let required: Vec<&str> = model_named(member)
            .into_iter()
            .flat_map(|model| &model.fields)
            .filter(|field| field.required)
            .map(|field| field.wire.as_str())
            .collect();
        let _ = writeln!(members, "({tag:?}, &{required:?}),");
        let _ = writeln!(text_reads, "{index} => model::text_model(reader).map(Self::{}),", short(union, member));
        let _ = writeln!(reads, "{index} => model::deserialize(fields).map(Self::{}),", short(union, member));
    }
    let tag = union.tag.as_ref().map_or_else(|| "None".to_owned(), |tag| format!("Some({tag:?})"));
    let doc = docs(&union.doc);
    let mut text = format!(
        "
{doc}#[derive(Clone, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // To be matched without a box is worth the room.
pub enum {name} {{
{list}/// None of these, as it came.
Unknown({holds}),
}}

impl model::Union for {name} {{
const NAME: &'static str = {name:?};
const TAG: Option<&'static str> = {tag};
const MEMBERS: &'static [(&'static str, &'static [&'static str])] = &[{members}];
fn member<'de, D: serde::Deserializer<'de>>(index: usize, fields: D) -> Result<Self, D::Error> {{
match index {{
{reads}_ => serde::Deserialize::deserialize(fields).map(Self::unknown),
}}
}}
fn text_member(index: usize, reader: &mut model::Text<'_>) -> model::Sure<Self> {{
match index {{
{text_reads}_ => Err(model::Unsure),
}}
}}
fn unknown(value: Value) -> Self {{ {made} }}
fn id(&self) -> Option<&str> {{ {id} }}
}}

impl model::Read for {name} {{
fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<model::Found<Self>, D::Error> {{ model::union_of(deserializer) }}
fn read_text(place: &mut Option<Self>, reader: &mut model::Text<'_>) -> model::Sure<Option<Value>> {{ model::text_union(place, reader) }}
{odd}}}

impl<'de> serde::Deserialize<'de> for {name} {{
fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{ model::deserialize_union(deserializer) }}
}}

impl serde::Serialize for {name} {{
fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
match self {{ {writes}Self::Unknown(value) => value.serialize(serializer), }}
}}
}}

/// What no member was found for is not shown: it may hold a secret.
impl std::fmt::Debug for {name} {{
fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
match self {{ {shows}Self::Unknown(_) => f.write_str(\"Unknown(…)\"), }}
}}
}}
{froms}"
    );
    if union.is_events() {
        text += &accessors(union, &variants);
    }
    if listed.contains(name) {
        let _ = writeln!(
            text,
            "\nimpl model::Item for {name} {{\nfn item_id(&self) -> Option<&str> {{ model::Union::id(self) }}\n}}"
        );
    }
    if returned.contains(name) {
        let _ = writeln!(
            text,
            "\nimpl model::FromBody for {name} {{\nfn from_body(body: &bytes::Bytes) -> Result<Self, String> {{ model::union_from_body(body) }}\n}}"
        );
    }
    text
}

/// What a variant is called: that of an event needs not say that it is one.
fn short<'a>(union: &Union, member: &'a str) -> &'a str {
    if union.is_events() { member.strip_suffix("Event").unwrap_or(member) } else { member }
}

/// What a union holds where no member was found.
struct Unknown {
    holds: String,
    made: String,
    odd: String,
}

impl Unknown {
    fn of(union: &Union) -> Self {
        if union.is_events() {
            return Self {
                holds: UNKNOWN_EVENT.to_owned(),
                made: "match value {
value @ Value::Object(_) => Self::Unknown(model::deserialize(value).unwrap_or_default()),
_ => Self::Unknown(Default::default()),
}"
                .to_owned(),
                odd: String::new(),
            };
        }
        Self {
            holds: "Value".to_owned(),
            made: "Self::Unknown(value)".to_owned(),
            odd: "fn of_odd(value: Value) -> Result<Self, Value> { Ok(Self::Unknown(value)) }\n".to_owned(),
        }
    }
}

/// What every event has, whichever it is.
fn accessors(union: &Union, variants: &[&str]) -> String {
    let each = |value: &str| -> String {
        let all = variants.iter().map(|member| short(union, member)).chain(["Unknown"]);
        all.map(|variant| format!("Self::{variant}(event) => {value},\n")).collect()
    };
    format!(
        "
impl {} {{
/// What happened, such as `user.created`.
#[must_use]
pub fn event_type(&self) -> Option<&str> {{ match self {{ {} }} }}
/// When it happened, in Unix time as it came.
#[must_use]
pub fn timestamp(&self) -> Option<i64> {{ match self {{ {} }} }}
/// The instance it happened in.
#[must_use]
pub fn instance_id(&self) -> Option<&str> {{ match self {{ {} }} }}
}}
",
        union.name,
        each("event.r#type.as_deref()"),
        each("event.timestamp"),
        each("event.instance_id.as_deref()")
    )
}
