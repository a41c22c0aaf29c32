//! Types and names as TypeScript writes them.

use std::collections::BTreeSet;

use crate::ir::{Field, Type};

/// The type of a field in an answer.
pub(super) fn response(field: &Field) -> String {
    kind(&field.kind, &field.enumeration, false)
}

/// The type of an argument: where a time goes, a `Date` may.
pub(super) fn request(field: &Field) -> String {
    kind(&field.kind, &field.enumeration, true)
}

fn kind(of: &Type, values: &[String], sent: bool) -> String {
    match of {
        Type::String if !values.is_empty() => {
            let known = values.iter().map(|value| text(value)).collect::<Vec<_>>().join(" | ");
            format!("{known} | (string & {{}})")
        }
        Type::String => "string".to_owned(),
        Type::Integer | Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Timestamp if sent => "number | Date".to_owned(),
        Type::Timestamp => "number".to_owned(),
        Type::Datetime if sent => "string | Date".to_owned(),
        Type::Datetime => "string".to_owned(),
        Type::Map => "Record<string, unknown>".to_owned(),
        Type::Any => "unknown".to_owned(),
        Type::File => "FileInput".to_owned(),
        Type::Model(name) | Type::Union(name) => name.clone(),
        Type::Array(item) => {
            let inner = kind(item, values, sent);
            let inner = if inner.contains('|') { format!("({inner})") } else { inner };
            if sent { format!("readonly {inner}[]") } else { format!("{inner}[]") }
        }
    }
}

/// Collects the models and unions a type names.
pub(super) fn names_in(of: &Type, names: &mut BTreeSet<String>) {
    match of {
        Type::Model(name) | Type::Union(name) => {
            names.insert(name.clone());
        }
        Type::Array(item) => names_in(item, names),
        _ => {}
    }
}

/// Whether a type is or has a file.
pub(super) fn has_file(of: &Type) -> bool {
    match of {
        Type::File => true,
        Type::Array(item) => has_file(item),
        _ => false,
    }
}

/// A text as a literal.
pub(super) fn text(value: &str) -> String {
    let mut out = String::from("'");
    for c in value.chars() {
        match c {
            '\'' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out + "'"
}

/// A property's name, quoted where it must be.
pub(super) fn property(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    if plain { name.to_owned() } else { text(name) }
}

/// A parameter's name: a keyword gets an underscore.
pub(super) fn argument(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "options",
        "package",
        "params",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ];
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}
