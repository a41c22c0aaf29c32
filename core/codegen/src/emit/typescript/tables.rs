//! The tables by which the facade reads and writes values.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::types::{property, text};
use crate::error::Error;
use crate::ir::{Catalogue, Field, ListShape, Operation, Returns, Type};
use crate::names::lower_camel;

/// The numbers of `ts/shape.ts`.
fn kind(field: &Field) -> String {
    fn of(kind: &Type, secret: bool) -> String {
        match kind {
            Type::Model(name) | Type::Union(name) => text(name),
            Type::Array(item) => of(item, secret),
            Type::Timestamp => "1".to_owned(),
            Type::Datetime => "2".to_owned(),
            Type::File => "3".to_owned(),
            Type::String if secret => "4".to_owned(),
            _ => "0".to_owned(),
        }
    }
    of(&field.kind, field.secret)
}

/// Two names that become one in Node would hide each other.
fn distinct<'a>(what: &str, fields: impl Iterator<Item = &'a Field>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for field in fields {
        let name = lower_camel(&field.name);
        if !seen.insert(name.clone()) {
            return Err(Error::general(format!("{what}: two fields are called `{name}` in TypeScript")));
        }
    }
    Ok(())
}

fn entry(field: &Field, wire: &str) -> String {
    if field.name == wire {
        format!("{}: {}", property(wire), kind(field))
    } else {
        format!("{}: [{}, {}]", property(wire), text(&field.name), kind(field))
    }
}

pub(super) fn shapes(catalogue: &Catalogue) -> Result<String, Error> {
    let mut out = String::from(
        "/** What the fields of models and unions are, by their names on the wire: see `../shape.ts`. */\n\n\
         import type { Shapes } from '../shape.js';\n\nexport const SHAPES: Shapes = {\n  models: {\n",
    );
    for model in &catalogue.models {
        distinct(&model.name, model.fields.iter())?;
        let _ = writeln!(out, "    {}: {{", model.name);
        for field in &model.fields {
            let _ = writeln!(out, "      {},", entry(field, &field.wire));
        }
        out.push_str("    },\n");
    }
    out.push_str("  },\n  unions: {\n");
    for union in &catalogue.unions {
        let tag = union.tag.as_deref().map_or_else(|| "null".to_owned(), text);
        let _ = writeln!(out, "    {}: {{\n      tag: {tag},\n      members: [", union.name);
        for (tag, name) in &union.members {
            let model = catalogue.models.iter().find(|model| model.name == *name);
            let required: Vec<String> = model
                .iter()
                .flat_map(|model| &model.fields)
                .filter(|field| field.required)
                .map(|field| text(&field.wire))
                .collect();
            let _ = writeln!(out, "        [{}, {}, [{}]],", text(tag), text(name), required.join(", "));
        }
        out.push_str("      ],\n    },\n");
    }
    out.push_str("  },\n};\n");
    Ok(out)
}

pub(super) fn operations(catalogue: &Catalogue) -> Result<String, Error> {
    let mut out = String::from(
        "/** What the operations take, by the core's names, and what they answer: see `../dispatch.ts`. */\n\n\
         import type { OperationShape } from '../dispatch.js';\n\n\
         export const OPERATIONS: Readonly<Record<string, OperationShape>> = {\n",
    );
    for operation in catalogue.resources.iter().flat_map(|resource| &resource.operations) {
        distinct(&operation.full_name(), operation.all_params().into_iter())?;
        out.push_str(&operation_entry(operation));
    }
    out.push_str("};\n");
    Ok(out)
}

fn operation_entry(operation: &Operation) -> String {
    let path: Vec<String> = operation.path_params.iter().map(|field| text(&field.name)).collect();
    let fields: Vec<String> = super::named(operation).into_iter().map(|field| entry(field, &field.name)).collect();
    let answer = match &operation.returns {
        Returns::None => "'none'".to_owned(),
        Returns::Text => "'text'".to_owned(),
        Returns::Model(name) => format!("'model', of: {}", text(name)),
        Returns::List { item, shape } => {
            let data = match shape {
                ListShape::Page(name) if name != "data" => format!(", data: {}", text(name)),
                _ => String::new(),
            };
            format!("'list', of: {}{data}", text(item))
        }
    };
    let array = operation.array_argument().map_or("", |_| "\n    array: true,");
    let fields = match fields.as_slice() {
        [] => "{}".to_owned(),
        _ => format!("{{\n      {},\n    }}", fields.join(",\n      ")),
    };
    format!(
        "  {}: {{\n    path: [{}],\n    fields: {fields},{array}\n    answer: {answer},\n  }},\n",
        text(&operation.full_name()),
        path.join(", ")
    )
}
