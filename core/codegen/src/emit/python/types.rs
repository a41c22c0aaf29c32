//! Types of the catalogue as annotations.

use std::collections::BTreeSet;

use crate::ir::{Body, Catalogue, Field, Model, Operation, Returns, Type, Union};

use super::text::literal;

/// The longest annotation of known values that stands in its line; a longer one gets a name of its own.
const INLINE: usize = 72;

/// The module of a home: `_shared` is `shared`.
pub(super) fn module(home: &str) -> &str {
    home.trim_start_matches('_')
}

/// Models by what they are used for.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// In request bodies: callers pass dicts.
    pub(super) request: BTreeSet<String>,
    /// In answers: callers get views.
    pub(super) response: BTreeSet<String>,
}

impl Uses {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut uses = Self::default();
        for operation in catalogue.resources.iter().flat_map(|resource| &resource.operations) {
            for field in operation.query.iter().chain(body_fields(operation)) {
                reach(catalogue, &field.kind, &mut uses.request);
            }
            if let Returns::Model(name) | Returns::List { item: name, .. } = &operation.returns {
                reach_name(catalogue, name, &mut uses.response);
            }
        }
        for event in &catalogue.events {
            reach_name(catalogue, &event.model, &mut uses.response);
        }
        for model in &catalogue.models {
            // One that nothing uses yet is one to be read.
            if !uses.request.contains(&model.name) {
                uses.response.insert(model.name.clone());
            }
        }
        uses
    }

    /// The name of the dict that stands for a model in requests.
    pub(super) fn request_name(&self, name: &str) -> String {
        if self.response.contains(name) { format!("{name}Params") } else { name.to_owned() }
    }
}

fn body_fields(operation: &Operation) -> Vec<&Field> {
    match &operation.body {
        Body::None => Vec::new(),
        Body::Json { fields, .. } | Body::Multipart { fields } => fields.iter().collect(),
        Body::Array { field } => vec![field],
    }
}

fn reach(catalogue: &Catalogue, kind: &Type, found: &mut BTreeSet<String>) {
    match kind {
        Type::Model(name) | Type::Union(name) => reach_name(catalogue, name, found),
        Type::Array(item) => reach(catalogue, item, found),
        _ => {}
    }
}

fn reach_name(catalogue: &Catalogue, name: &str, found: &mut BTreeSet<String>) {
    if !found.insert(name.to_owned()) {
        return;
    }
    if let Some(model) = catalogue.models.iter().find(|model| model.name == name) {
        for field in &model.fields {
            reach(catalogue, &field.kind, found);
        }
    }
    if let Some(union) = catalogue.unions.iter().find(|union| union.name == name) {
        for (_, member) in &union.members {
            reach_name(catalogue, member, found);
        }
    }
}

/// Known values that are too many for a line, each under a name.
#[derive(Debug, Default)]
pub(super) struct Aliases(Vec<(String, Vec<String>)>);

impl Aliases {
    /// The annotation of a text with known values. It is open: any other text is one too.
    fn of(&mut self, values: &[String], name: impl FnOnce() -> String) -> String {
        let inline = format!("Literal[{}]", values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", "));
        if inline.len() <= INLINE {
            return format!("{inline} | str");
        }
        let known = self.0.iter().find(|(_, others)| others == values).map(|(name, _)| name.clone());
        let name = known.unwrap_or_else(|| {
            let name = name();
            self.0.push((name.clone(), values.to_vec()));
            name
        });
        format!("{name} | str")
    }

    /// Their definitions.
    pub(super) fn code(&self) -> String {
        let mut out = String::new();
        for (name, values) in &self.0 {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("{name}: TypeAlias = Literal[\n"));
            for value in values {
                out.push_str(&format!("    {},\n", literal(value)));
            }
            out.push_str("]\n\"\"\"Values known today; there may be others.\"\"\"\n");
        }
        out
    }
}

/// The annotation of an argument, or of a field of a dict that is one. `absent` is the type of what stands for it where
/// it may be left out.
pub(super) fn argument(
    field: &Field,
    absent: Option<&str>,
    uses: &Uses,
    aliases: &mut Aliases,
    name: impl FnOnce() -> String,
) -> String {
    let mut out = request(&field.kind, field, uses, aliases, name);
    if let Some(absent) = absent.filter(|_| !field.required) {
        out.push_str(" | ");
        out.push_str(absent);
    }
    if field.nullable {
        out.push_str(" | None");
    }
    out
}

fn request(kind: &Type, field: &Field, uses: &Uses, aliases: &mut Aliases, name: impl FnOnce() -> String) -> String {
    match kind {
        Type::String if !field.enumeration.is_empty() => aliases.of(&field.enumeration, name),
        Type::String => "str".to_owned(),
        Type::Integer | Type::Timestamp => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Datetime => "str | datetime".to_owned(),
        Type::Map => "Mapping[str, Any]".to_owned(),
        Type::Any | Type::Union(_) => "Any".to_owned(),
        Type::File => "FileInput".to_owned(),
        Type::Model(model) => uses.request_name(model),
        Type::Array(item) => format!("Sequence[{}]", request(item, field, uses, aliases, name)),
    }
}

/// The annotation of a model's field.
pub(super) fn response(field: &Field, aliases: &mut Aliases, name: impl FnOnce() -> String) -> String {
    let inner = read(&field.kind, field, aliases, name);
    if field.nullable || !field.required { format!("{inner} | None") } else { inner }
}

fn read(kind: &Type, field: &Field, aliases: &mut Aliases, name: impl FnOnce() -> String) -> String {
    match kind {
        Type::String if !field.enumeration.is_empty() => aliases.of(&field.enumeration, name),
        Type::String | Type::Datetime => "str".to_owned(),
        Type::Integer | Type::Timestamp => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Map => "dict[str, Any]".to_owned(),
        Type::Any | Type::File => "Any".to_owned(),
        Type::Model(name) | Type::Union(name) => name.clone(),
        Type::Array(item) => format!("list[{}]", read(item, field, aliases, name)),
    }
}

/// The model or union in a field, through arrays.
pub(super) fn nested(kind: &Type) -> Option<&str> {
    match kind {
        Type::Model(name) | Type::Union(name) => Some(name),
        Type::Array(item) => nested(item),
        _ => None,
    }
}

/// What a docstring says of a field besides its own text: bounds, units, what the server takes if it is absent.
pub(super) fn notes(field: &Field) -> String {
    let mut out: Vec<String> = Vec::new();
    if !field.doc.is_empty() {
        out.push(field.doc.trim().trim_end_matches('.').to_owned());
    }
    if field.kind == Type::Timestamp {
        out.push("Unix time in milliseconds".to_owned());
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => out.push(format!("from {min} to {max}")),
        (Some(min), None) => out.push(format!("at least {min}")),
        (None, Some(max)) => out.push(format!("at most {max}")),
        (None, None) => {}
    }
    match (field.min_items, field.max_items) {
        (Some(min), Some(max)) => out.push(format!("{min} to {max} items")),
        (Some(min), None) => out.push(format!("at least {min} items")),
        (None, Some(max)) => out.push(format!("at most {max} items")),
        (None, None) => {}
    }
    if let Some(default) = &field.default {
        out.push(format!("default {default}"));
    }
    if let Some(reason) = &field.deprecated {
        out.push(if reason.is_empty() { "deprecated".to_owned() } else { format!("deprecated: {reason}") });
    }
    if out.is_empty() {
        return String::new();
    }
    let mut text = out.join("; ") + ".";
    if let Some(first) = text.chars().next().filter(char::is_ascii_lowercase) {
        text.replace_range(..1, &first.to_ascii_uppercase().to_string());
    }
    text
}

/// The models and unions of a home.
pub(super) fn of_home<'a>(catalogue: &'a Catalogue, home: &str) -> (Vec<&'a Model>, Vec<&'a Union>) {
    (
        catalogue.models.iter().filter(|model| model.home == home).collect(),
        catalogue.unions.iter().filter(|union| union.home == home).collect(),
    )
}
