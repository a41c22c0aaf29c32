//! The typed Rust API: `core/src/generated/resources`, a module a resource.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::rust_operations::const_name;
use super::rust_types::{Enum, EnumKey, Types, docs, enum_code, enum_key, plain};
use crate::error::Error;
use crate::ir::{Catalogue, Field, Key, Operation, Pages, Resource, Returns, Rule, Status, Type};
use crate::names::{rust_ident, upper_camel};
use crate::output::Output;

const FOLDER: &str = "core/src/generated/resources";

/// Methods of every call: an argument of this name gets an underscore.
const CALL_METHODS: &[&str] = &[
    "new",
    "set",
    "file",
    "options",
    "timeout",
    "max_retries",
    "header",
    "raw",
    "check",
    "pages",
    "items",
    "into_future",
    "clone",
];

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let types = Types::new(catalogue);
    let mut index = "//! The typed API: a handle for each resource, a type for each operation.\n\n".to_owned();
    let mut handles = String::new();
    for resource in &catalogue.resources {
        let code = ResourceCode { types: &types, enums: types.resource_enums(&resource.operations) };
        out.add(&format!("{FOLDER}/{}.rs", resource.name), &code.write(resource))?;
        let _ = writeln!(index, "pub mod {};", resource.name);
        let _ = writeln!(
            handles,
            "{}#[must_use]\npub fn {}(&self) -> {}::{} {{ {}::{}(self.clone()) }}",
            docs(&resource.doc),
            resource.name,
            resource.name,
            upper_camel(&resource.name),
            resource.name,
            upper_camel(&resource.name)
        );
    }
    let _ = writeln!(index, "\nuse crate::client::Clerk;\n\n/// The resources of the API.\nimpl Clerk {{\n{handles}}}");
    out.add(&format!("{FOLDER}/mod.rs"), &index)
}

/// How an argument is taken and handed on.
pub(super) struct Argument {
    /// The parameter's type.
    pub(super) takes: String,
    /// What is set, from a binding named `value`.
    pub(super) gives: &'static str,
}

/// The type of an operation, which must not hide what the module is written with.
pub(super) fn marker_name(operation: &Operation) -> String {
    let name = upper_camel(&operation.name);
    let taken =
        ["Call", "Operation", "Clerk", "Map", "Value", "String", "Vec", "Into", "IntoIterator", "Result", "From"];
    let hides = taken.contains(&name.as_str()) || name == upper_camel(&operation.resource);
    if hides { name + "Call" } else { name }
}

/// The setter's name.
pub(super) fn setter_ident(name: &str) -> String {
    if CALL_METHODS.contains(&name) { format!("{name}_") } else { rust_ident(name) }
}

pub(super) struct ResourceCode<'a> {
    pub(super) types: &'a Types<'a>,
    pub(super) enums: BTreeMap<EnumKey, Enum>,
}

impl ResourceCode<'_> {
    fn write(&self, resource: &Resource) -> String {
        let handle = upper_camel(&resource.name);
        let (mut makers, mut markers) = (String::new(), String::new());
        for operation in &resource.operations {
            makers += &self.maker(operation);
            markers += &self.marker(operation);
        }
        let mut enums: Vec<&Enum> = self.enums.values().collect();
        enums.sort_by(|a, b| a.name.cmp(&b.name));
        let enums: String = enums.into_iter().map(enum_code).collect();
        let doc = docs(&resource.doc);
        let body = format!(
            "
{doc}#[derive(Debug, Clone)]
pub struct {handle}(pub(crate) Clerk);

impl {handle} {{
{makers}}}
{markers}{enums}"
        );
        let mut head =
            format!("//! {}\n#![allow(deprecated)] // What is on its way out is still here.\n\n", resource.doc);
        head += "use crate::call::{Call, Operation};\nuse crate::catalogue;\nuse crate::client::Clerk;\nuse crate::generated::operations;\n";
        // The rest is named by its module: an operation's own type may be a `Page`.
        let uses = [
            ("model", "use crate::model;\n"),
            ("models", "use crate::generated::models;\n"),
            ("Map<", "use serde_json::Map;\n"),
            ("Value", "use serde_json::Value;\n"),
        ];
        for (word, line) in uses {
            if uses_word(&body, word) {
                head += line;
            }
        }
        head + &body
    }

    /// The enum of an argument, as this module names it.
    pub(super) fn enum_name(&self, field: &Field) -> Option<String> {
        let own = || self.enums.get(&enum_key(field)).map(|found| found.name.clone());
        self.types.model_enum(field).map(|found| format!("models::{}", found.name)).or_else(own)
    }

    pub(super) fn argument(&self, field: &Field) -> Argument {
        let enumeration = self.enum_name(field);
        let item = |kind: &Type| match kind {
            Type::String => enumeration.clone().unwrap_or_else(|| "String".to_owned()),
            Type::Timestamp => "model::Timestamp".to_owned(),
            Type::Datetime => "model::Datetime".to_owned(),
            Type::Number => "model::Decimal".to_owned(),
            kind => qualified(kind),
        };
        let (takes, gives) = match &field.kind {
            Type::Map | Type::Any => ("impl serde::Serialize".to_owned(), "&value"),
            Type::File => ("crate::file::File".to_owned(), "value"),
            Type::Array(inner) if field.nullable => {
                (format!("impl Into<model::Nullable<Vec<{}>>>", item(inner)), "&value.into()")
            }
            Type::Array(inner) => match **inner {
                Type::Map | Type::Any => (
                    "impl IntoIterator<Item = impl serde::Serialize>".to_owned(),
                    "&value.into_iter().collect::<Vec<_>>()",
                ),
                Type::String | Type::Timestamp | Type::Datetime | Type::Number => {
                    let name = item(inner);
                    let gives = INTO_VECS.iter().find(|(of, _)| *of == name).map_or(INTO_VEC, |(_, gives)| gives);
                    (format!("impl IntoIterator<Item = impl Into<{name}>>"), gives)
                }
                _ => (format!("impl IntoIterator<Item = {}>", item(inner)), "&value.into_iter().collect::<Vec<_>>()"),
            },
            kind if field.nullable => (format!("impl Into<model::Nullable<{}>>", item(kind)), "&value.into()"),
            Type::String | Type::Timestamp | Type::Datetime | Type::Number => {
                (format!("impl Into<{}>", item(&field.kind)), "&value.into()")
            }
            Type::Model(_) | Type::Union(_) => (qualified(&field.kind), "&value"),
            kind => (item(kind), "&value"),
        };
        Argument { takes, gives }
    }

    /// What sets an argument on a call.
    fn set(&self, field: &Field, value: &str) -> String {
        let argument = self.argument(field);
        if field.kind == Type::File {
            return format!(".file({:?}, {value})", field.name);
        }
        let gives = argument
            .gives
            .replace("value", value)
            .replace("ITEM", self.enum_name(field).as_deref().unwrap_or("String"));
        format!(".set({:?}, {gives})", field.name)
    }

    fn maker(&self, operation: &Operation) -> String {
        let marker = marker_name(operation);
        let required = required(operation);
        let mut parameters = String::new();
        let mut sets = String::new();
        let mut names = Vec::new();
        for field in &required {
            let ident = rust_ident(&field.name);
            let _ = write!(parameters, ", {ident}: {}", self.argument(field).takes);
            sets += &self.set(field, &ident);
            names.push(field);
        }
        let many = if required.len() > 6 { "#[allow(clippy::too_many_arguments)]\n" } else { "" };
        format!(
            "{}{}{many}pub fn {}(&self{parameters}) -> Call<{marker}> {{ Call::new(&self.0){sets} }}\n\n",
            docs(&self.operation_doc(operation, &names)),
            deprecation(operation),
            rust_ident(&operation.name)
        )
    }

    fn operation_doc(&self, operation: &Operation, arguments: &[&&Field]) -> String {
        let mut text = operation.doc.clone();
        let path = &operation.path;
        let _ = write!(text, "\n\n`{} /v1{path}`", operation.method);
        match operation.status {
            Status::Current | Status::Deprecated => {}
            Status::Legacy => text += ". For old instances.",
            Status::Experimental => text += ". Experimental: it may change.",
            Status::Undocumented => text += ". Not in the API's own description.",
        }
        let said: Vec<String> = arguments
            .iter()
            .filter_map(|field| {
                let doc = field_doc(field);
                (!doc.is_empty()).then(|| format!("- `{}`: {doc}", field.name))
            })
            .collect();
        if !said.is_empty() {
            let _ = write!(text, "\n\n{}", said.join("\n"));
        }
        for rule in &operation.rules {
            let _ = write!(text, "\n\n{}", rule_doc(rule));
        }
        if operation.pages != Pages::None {
            text += "\n\nAwaited, it is one page; `.items()` and `.pages()` walk through all.";
        }
        if operation.key == Key::MachineOrSecret {
            text += "\n\nAuthorized by the machine secret key where one is configured, else by the secret key.";
        }
        text += "\n\n# Errors\n";
        text += match (&operation.returns, operation.key) {
            (_, Key::None) => "`Argument` before anything is sent; else as any call, needing no key.",
            (Returns::None, _) => "`Argument` before anything is sent; else as any call, but never `Decode`.",
            _ => {
                "`Argument` before anything is sent; else as any call: the API's by status, `Timeout`, `Connection`, `Decode`."
            }
        };
        text
    }

    fn marker(&self, operation: &Operation) -> String {
        let marker = marker_name(operation);
        let output = match &operation.returns {
            Returns::None => "()".to_owned(),
            Returns::Text => "String".to_owned(),
            Returns::Model(name) => format!("models::{name}"),
            Returns::List { item, .. } => format!("model::Page<models::{item}>"),
        };
        let mut text = format!(
            "
/// [`{handle}::{method}`].
#[derive(Debug, Clone, Copy)]
pub struct {marker};

impl Operation for {marker} {{
const INFO: &'static catalogue::Operation = &operations::{resource}::{constant};
type Output = {output};
}}
",
            handle = upper_camel(&operation.resource),
            method = operation.name,
            resource = operation.resource,
            constant = const_name(&operation.name),
        );
        let required: BTreeSet<&str> = required(operation).into_iter().map(|field| field.name.as_str()).collect();
        let mut setters = String::new();
        for field in operation.all_params().into_iter().filter(|field| !required.contains(field.name.as_str())) {
            let doc = field_doc(field);
            let doc = if doc.is_empty() { format!("Sets `{}`.", field.name) } else { doc };
            let deprecated = match field.deprecated.as_deref() {
                None => String::new(),
                Some("") => "#[deprecated]\n".to_owned(),
                Some(reason) => format!("#[deprecated = {reason:?}]\n"),
            };
            let _ = writeln!(
                setters,
                "{}{deprecated}pub fn {}(self, value: {}) -> Self {{ self{} }}\n",
                docs(&doc),
                setter_ident(&field.name),
                self.argument(field).takes,
                self.set(field, "value")
            );
        }
        if !setters.is_empty() {
            let _ = writeln!(text, "\n/// Optional arguments.\nimpl Call<{marker}> {{\n{}}}", setters.trim_end());
        }
        text
    }
}

/// An array of what is made from something else; `ITEM` is the enum or `String`.
const INTO_VEC: &str = "&value.into_iter().map(Into::into).collect::<Vec<ITEM>>()";
const INTO_VECS: &[(&str, &str)] = &[
    ("model::Timestamp", "&value.into_iter().map(Into::into).collect::<Vec<model::Timestamp>>()"),
    ("model::Datetime", "&value.into_iter().map(Into::into).collect::<Vec<model::Datetime>>()"),
    ("model::Decimal", "&value.into_iter().map(Into::into).collect::<Vec<model::Decimal>>()"),
];

/// Path parameters and required fields: positional, in this order.
pub(super) fn required(operation: &Operation) -> Vec<&Field> {
    let path = operation.path_params.len();
    let all = operation.all_params();
    all.into_iter()
        .enumerate()
        .filter(|(index, field)| *index < path || field.required)
        .map(|(_, field)| field)
        .collect()
}

fn deprecation(operation: &Operation) -> String {
    if operation.status != Status::Deprecated {
        return String::new();
    }
    match &operation.instead {
        Some(instead) => format!("#[deprecated = \"use `{instead}`\"]\n"),
        None => "#[deprecated]\n".to_owned(),
    }
}

/// The type of a value as it is passed, models by their module: a resource may have a handle of the same name.
fn qualified(kind: &Type) -> String {
    match kind {
        Type::Model(name) | Type::Union(name) => format!("models::{name}"),
        Type::Array(item) => format!("Vec<{}>", qualified(item)),
        kind => plain(kind),
    }
}

/// Whether the text has the word as a whole: `File` is not in `ProfileFile`.
fn uses_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let ident = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '`';
        let before = text[..at].chars().next_back().is_some_and(ident);
        let after = word.ends_with(char::is_alphanumeric) && text[at + word.len()..].chars().next().is_some_and(ident);
        !before && !after
    })
}

/// What a reader of a setter wants to know of an argument.
fn field_doc(field: &Field) -> String {
    let mut parts = Vec::new();
    if !field.doc.is_empty() {
        parts.push(field.doc.clone());
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max}.")),
        (Some(min), None) => parts.push(format!("At least {min}.")),
        (None, Some(max)) => parts.push(format!("At most {max}.")),
        (None, None) => {}
    }
    match (field.min_items, field.max_items) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} items.")),
        (Some(min), None) => parts.push(format!("At least {min} items.")),
        (None, Some(max)) => parts.push(format!("At most {max} items.")),
        (None, None) => {}
    }
    match field.kind {
        Type::Timestamp => parts.push("Unix time in milliseconds, or a `SystemTime`.".to_owned()),
        Type::Datetime => parts.push("RFC 3339 text, Unix milliseconds, or a `SystemTime`.".to_owned()),
        Type::Map if field.nullable => parts.push("Sent as it is; `()` is null.".to_owned()),
        Type::Map => parts.push("Sent as it is.".to_owned()),
        _ => {}
    }
    if field.nullable && field.kind != Type::Map {
        parts.push("`None` is null.".to_owned());
    }
    if let Some(default) = &field.default {
        parts.push(format!("The server's default: `{default}`."));
    }
    parts.join(" ")
}

fn rule_doc(rule: &Rule) -> String {
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::ExactlyOne(names) => format!("Takes exactly one of {}.", list(names)),
        Rule::AtLeastOne(names) => format!("Takes at least one of {}.", list(names)),
        Rule::AtMostOne(names) => format!("Takes at most one of {}.", list(names)),
        Rule::SameLength(names) => format!("Of one length: {}.", list(names)),
        Rule::Positive(names) => format!("Above 0: {}.", list(names)),
        Rule::NotWithOffset(names) => format!("Not beside an `offset` above 0: {}.", list(names)),
    }
}
