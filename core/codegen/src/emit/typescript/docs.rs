//! Comments, in TSDoc.

use std::collections::BTreeMap;

use crate::ir::{Field, Operation, Pages, Returns, Status, Type};
use crate::names::lower_camel;

/// How wide a comment may get, its indentation included.
const WIDTH: usize = 118;

/// Names that a doc may mention in backticks, with what they are called in Node.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn new<'a>(fields: impl Iterator<Item = &'a Field>) -> Self {
        Self(fields.map(|field| (field.name.clone(), lower_camel(&field.name))).collect())
    }

    /// The text with every `` `some_name` `` of these names in Node's convention.
    pub(super) fn translate(&self, text: &str) -> String {
        let mut out = String::new();
        for (index, part) in text.split('`').enumerate() {
            if index > 0 {
                out.push('`');
            }
            match self.0.get(part) {
                Some(name) if index % 2 == 1 => out.push_str(name),
                _ => out.push_str(part),
            }
        }
        out
    }
}

/// A comment of these lines, wrapped; nothing if there are none.
pub(super) fn block(indent: &str, lines: &[String]) -> String {
    let clean: Vec<String> = lines
        .iter()
        .map(|line| line.replace("*/", "* /").split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    match clean.as_slice() {
        [] => String::new(),
        [line] if indent.len() + line.len() + 7 <= WIDTH => format!("{indent}/** {line} */\n"),
        lines => {
            let mut out = format!("{indent}/**\n");
            for (index, line) in lines.iter().enumerate() {
                // A blank line before the first tag; tags stand together.
                if index > 0 && line.starts_with('@') && !lines[index - 1].starts_with('@') {
                    out.push_str(&format!("{indent} *\n"));
                }
                for row in wrap(line, WIDTH - indent.len() - 3) {
                    out.push_str(&format!("{indent} * {row}\n"));
                }
            }
            out + indent + " */\n"
        }
    }
}

fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match rows.last_mut() {
            Some(row) if row.len() + 1 + word.len() <= width => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

pub(super) fn response_field(field: &Field, names: &Names) -> Vec<String> {
    let mut text = names.translate(&field.doc);
    add(&mut text, unit(&field.kind, false));
    if field.secret {
        add(&mut text, "A credential: hidden when the object is printed.");
    }
    finish(text, field)
}

pub(super) fn request_field(field: &Field, names: &Names) -> Vec<String> {
    let mut text = names.translate(&field.doc);
    add(&mut text, unit(&field.kind, true));
    match (field.min, field.max) {
        (Some(min), Some(max)) => add(&mut text, &format!("From {min} to {max}.")),
        (Some(min), None) => add(&mut text, &format!("At least {min}.")),
        (None, Some(max)) => add(&mut text, &format!("At most {max}.")),
        (None, None) => {}
    }
    match (field.min_items, field.max_items) {
        (Some(min), Some(max)) => add(&mut text, &format!("{min} to {max} items.")),
        (Some(min), None) => add(&mut text, &format!("At least {min} items.")),
        (None, Some(max)) => add(&mut text, &format!("At most {max} items.")),
        (None, None) => {}
    }
    if let Some(default) = &field.default {
        add(&mut text, &format!("The API's default: `{default}`."));
    }
    finish(text, field)
}

fn unit(kind: &Type, sent: bool) -> &'static str {
    match kind {
        Type::Timestamp if sent => "Unix time in milliseconds, or a `Date`.",
        Type::Timestamp => "Unix time in milliseconds.",
        Type::Datetime if sent => "RFC 3339, or a `Date`.",
        Type::Datetime => "RFC 3339.",
        Type::Map => "Verbatim.",
        _ => "",
    }
}

fn add(text: &mut String, sentence: &str) {
    if !text.is_empty() && !sentence.is_empty() {
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        text.push(' ');
    }
    text.push_str(sentence);
}

fn finish(text: String, field: &Field) -> Vec<String> {
    let mut lines = vec![text];
    if let Some(reason) = &field.deprecated {
        let reason = if reason.is_empty() { "The API is about to drop it." } else { reason };
        lines.push(format!("@deprecated {reason}"));
    }
    lines
}

/// The comment of a method.
pub(super) fn operation(operation: &Operation) -> Vec<String> {
    let names = Names::new(operation.all_params().into_iter());
    let mut lines = vec![names.translate(&operation.doc)];
    lines.push(format!("`{} {}`", operation.method, operation.path));
    for field in &operation.path_params {
        let doc = if field.doc.is_empty() {
            format!("The `{}` of the path.", lower_camel(&field.name))
        } else {
            names.translate(&field.doc)
        };
        lines.push(format!("@param {} {doc}", super::types::argument(&lower_camel(&field.name))));
    }
    if let Some(field) = operation.array_argument() {
        let name = super::types::argument(&lower_camel(&field.name));
        lines.push(format!("@param {name} {}", request_field(field, &names).join(" ")));
    } else if operation.all_params().len() > operation.path_params.len() {
        lines.push("@param params The API's fields, by name.".to_owned());
    }
    lines.push("@param options Signal, timeouts, retries and headers of this call.".to_owned());
    if let Returns::List { .. } = operation.returns {
        lines.push(match operation.pages {
            Pages::None => "@returns The listing: await it, or walk over it; it is one page.".to_owned(),
            _ => "@returns The listing: await it for its first page, or walk over every item of every page.".to_owned(),
        });
    }
    lines.push("@throws {ArgumentError} before anything is sent, for an argument that cannot be.".to_owned());
    lines.push("@throws {ApiError} for an answer that is not a success; its subclasses go by status.".to_owned());
    lines.push("@throws {RequestTimeoutError} when there is no answer in time.".to_owned());
    lines.push("@throws {RequestConnectionError} when there is no connection.".to_owned());
    let instead = operation.instead.as_deref().map(|name| {
        let (resource, method) = name.split_once('.').unwrap_or((name, ""));
        format!("Use `{}.{}`.", lower_camel(resource), lower_camel(method))
    });
    match operation.status {
        Status::Deprecated => {
            lines.push(format!("@deprecated {}", instead.as_deref().unwrap_or("The API is about to drop it.")))
        }
        Status::Legacy => lines.push(format!("@deprecated Kept for old instances. {}", instead.unwrap_or_default())),
        Status::Experimental => lines.push("@experimental It may change, or go.".to_owned()),
        Status::Undocumented => {
            lines.push("@remarks Not in the API's own description: it may change without notice.".to_owned())
        }
        Status::Current => {}
    }
    lines
}
