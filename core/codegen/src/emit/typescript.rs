//! The Node facade: a file per resource with its class, its parameters and its models, and the tables by which values
//! are read and written.

mod docs;
mod metadata;
mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::error::Error;
use crate::ir::{Body, Catalogue, EventKind, Field, Model, Operation, Resource, Returns, UNKNOWN_EVENT, Union};
use crate::names::{lower_camel, upper_camel};
use crate::output::Output;

use docs::Names;

const FOLDER: &str = "bindings-node/ts/generated";
/// The type of what no type in the catalogue is: see `ts/event.ts`.
const UNKNOWN_TYPE: &str = "UnknownEventType";

/// Writes its files to `out`.
///
/// # Errors
/// If the catalogue says what cannot be written.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let homes: BTreeSet<&str> = catalogue
        .resources
        .iter()
        .map(|resource| resource.name.as_str())
        .chain(catalogue.models.iter().map(|model| model.home.as_str()))
        .chain(catalogue.unions.iter().map(|union| union.home.as_str()))
        .collect();
    for home in &homes {
        out.add(&format!("{FOLDER}/{}.ts", file_name(home)), &home_file(catalogue, home))?;
    }
    out.add(&format!("{FOLDER}/shapes.ts"), &tables::shapes(catalogue)?)?;
    out.add(&format!("{FOLDER}/operations.ts"), &tables::operations(catalogue)?)?;
    out.add(&format!("{FOLDER}/resources.ts"), &resources_file(catalogue))?;
    let mut index = String::new();
    for home in &homes {
        let _ = writeln!(index, "export type * from './{}.js';", file_name(home));
    }
    out.add(&format!("{FOLDER}/index.ts"), &index)?;
    out.add(&format!("{FOLDER}/late.ts"), &late_file(catalogue))
}

/// What is loaded when it is first used.
fn late_file(catalogue: &Catalogue) -> String {
    let mut text = String::from(
        "/** What is loaded when it is first used: see `../late.ts`. */\n\n\
         export { OPERATIONS } from './operations.js';\nexport { SHAPES } from './shapes.js';\n",
    );
    for resource in &catalogue.resources {
        let (class, file) = (class_name(&resource.name), file_name(&resource.name));
        let _ = writeln!(text, "export {{ {class} }} from './{file}.js';");
    }
    text
}

/// `_shared` → `shared`.
fn file_name(home: &str) -> &str {
    home.trim_start_matches('_')
}

fn class_name(resource: &str) -> String {
    format!("{}Resource", upper_camel(resource))
}

fn params_name(operation: &Operation) -> String {
    format!("{}{}Params", upper_camel(&operation.resource), upper_camel(&operation.node_name))
}

/// The class through which a client reaches its resources.
fn resources_file(catalogue: &Catalogue) -> String {
    let mut text =
        String::from("import type { Dispatch } from '../dispatch.js';\nimport { late } from '../late.js';\n");
    for resource in &catalogue.resources {
        let (class, file) = (class_name(&resource.name), file_name(&resource.name));
        let _ = writeln!(text, "import type {{ {class} }} from './{file}.js';");
    }
    text.push_str(
        "\n/** The resources of the API, each made when it is first asked for. */\nexport abstract class Resources {\n",
    );
    text.push_str("  readonly #dispatch: Dispatch;\n");
    for resource in &catalogue.resources {
        let _ = writeln!(text, "  #{}: {} | undefined;", lower_camel(&resource.name), class_name(&resource.name));
    }
    text.push_str("\n  /** @internal */\n  constructor(dispatch: Dispatch) {\n    this.#dispatch = dispatch;\n  }\n");
    for resource in &catalogue.resources {
        let (name, class) = (lower_camel(&resource.name), class_name(&resource.name));
        text.push('\n');
        text.push_str(&docs::block("  ", std::slice::from_ref(&resource.doc)));
        let _ = writeln!(
            text,
            "  get {name}(): {class} {{\n    return (this.#{name} ??= new (late().{class})(this.#dispatch));\n  }}"
        );
    }
    text.push_str("}\n");
    text
}

/// What one file of the catalogue describes.
fn home_file(catalogue: &Catalogue, home: &str) -> String {
    let resource = catalogue.resources.iter().find(|resource| resource.name == home);
    let models: Vec<&Model> = catalogue.models.iter().filter(|model| model.home == home).collect();
    let unions: Vec<&Union> = catalogue.unions.iter().filter(|union| union.home == home).collect();

    let mut body = String::new();
    for model in &models {
        body.push('\n');
        body.push_str(&model_text(model));
    }
    for union in &unions {
        body.push('\n');
        body.push_str(&union_text(union));
    }
    if let Some(resource) = resource {
        for operation in &resource.operations {
            if let Some(text) = params_text(operation) {
                body.push('\n');
                body.push_str(&text);
            }
        }
        body.push('\n');
        body.push_str(&class_text(resource));
    }
    imports(catalogue, home, resource, &models, &unions) + &body
}

fn imports(
    catalogue: &Catalogue,
    home: &str,
    resource: Option<&Resource>,
    models: &[&Model],
    unions: &[&Union],
) -> String {
    let mut used = BTreeSet::new();
    let mut file = false;
    let mut metadata = BTreeSet::new();
    for model in models {
        for field in &model.fields {
            types::names_in(&field.kind, &mut used);
            metadata::names_in(&model.name, field, &mut metadata);
        }
    }
    used.extend(unions.iter().flat_map(|union| union.members.iter().map(|(_, model)| model.clone())));
    let mut base: Vec<&str> = Vec::new();
    for operation in resource.iter().flat_map(|resource| &resource.operations) {
        for field in operation.all_params() {
            types::names_in(&field.kind, &mut used);
            file |= types::has_file(&field.kind);
            metadata::names_in(&params_name(operation), field, &mut metadata);
        }
        match &operation.returns {
            Returns::Model(name) => drop(used.insert(name.clone())),
            Returns::List { item, .. } => {
                used.insert(item.clone());
                base.push("Pager");
            }
            Returns::None | Returns::Text => {}
        }
    }
    let mut homes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let all = catalogue
        .models
        .iter()
        .map(|model| (&model.name, &model.home))
        .chain(catalogue.unions.iter().map(|union| (&union.name, &union.home)));
    for (name, other) in all {
        if other != home && used.contains(name) {
            homes.entry(other).or_default().insert(name);
        }
    }
    let mut text = String::new();
    if let Some(resource) = resource {
        if resource.operations.iter().any(|operation| !matches!(operation.returns, Returns::List { .. })) {
            text.push_str("import type { Call } from '../call.js';\n");
        }
        text.push_str("import { Resource } from '../resource.js';\n");
        if file {
            text.push_str("import type { FileInput } from '../file.js';\n");
        }
        text.push_str(&metadata_import(&metadata));
        text.push_str("import type { CallOptions } from '../options.js';\n");
        if !base.is_empty() {
            text.push_str("import type { Pager } from '../page.js';\n");
        }
    }
    if resource.is_none() {
        if models.iter().any(|model| model.event == Some(EventKind::Unknown)) {
            let _ = writeln!(text, "import type {{ {UNKNOWN_TYPE} }} from '../event.js';");
        }
        text.push_str(&metadata_import(&metadata));
    }
    for (other, names) in homes {
        let list = names.into_iter().collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "import type {{ {list} }} from './{}.js';", file_name(other));
    }
    text
}

fn metadata_import(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return String::new();
    }
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("import type {{ {} }} from '../metadata.js';\n", list.join(", "))
}

fn model_text(model: &Model) -> String {
    let names = Names::new(model.fields.iter());
    let mut text = docs::block("", &[names.translate(&model.doc)]);
    let _ = writeln!(text, "export interface {} {{", model.name);
    for field in &model.fields {
        text.push_str(&docs::block("  ", &docs::response_field(field, &names)));
        let optional = if field.required { "" } else { "?" };
        let null = if field.nullable { " | null" } else { "" };
        let undefined = if field.required { "" } else { " | undefined" };
        let exact = match model.event {
            // What tells an event is that very text, so that the compiler can tell too.
            Some(EventKind::Known) if field.enumeration.len() == 1 => Some(types::text(&field.enumeration[0])),
            Some(EventKind::Unknown) if field.name == "type" => Some(UNKNOWN_TYPE.to_owned()),
            _ => metadata::kind(&model.name, field),
        };
        let _ = writeln!(
            text,
            "  {}{optional}: {}{null}{undefined};",
            types::property(&lower_camel(&field.name)),
            exact.unwrap_or_else(|| types::response(field))
        );
    }
    if model.open {
        text.push_str("  /** Free fields, by their names on the wire. */\n  [name: string]: unknown;\n");
    }
    text.push_str("}\n");
    text
}

fn union_text(union: &Union) -> String {
    let mut lines = vec![union.doc.clone()];
    let how = match &union.tag {
        Some(tag) => format!("`{}` tells which; a value of another kind is kept as it came.", lower_camel(tag)),
        None => "Told apart by what they have; a value of another kind is kept as it came.".to_owned(),
    };
    lines.push(how);
    if union.is_events() {
        let mut text = docs::block("", std::slice::from_ref(&union.doc));
        let _ = write!(text, "export type {} =", union.name);
        for name in union.members.iter().map(|(_, model)| model.as_str()).chain([UNKNOWN_EVENT]) {
            let _ = write!(text, "\n  | {name}");
        }
        return text + ";\n";
    }
    let mut text = docs::block("", &lines);
    let mut members: Vec<(&str, Vec<&str>)> = Vec::new();
    for (tag, model) in &union.members {
        match members.iter_mut().find(|(name, _)| name == model) {
            Some((_, tags)) => tags.push(tag),
            None => members.push((model, vec![tag])),
        }
    }
    let _ = write!(text, "export type {} =", union.name);
    for (model, tags) in members {
        match &union.tag {
            Some(tag) => {
                let values = tags.iter().map(|value| types::text(value)).collect::<Vec<_>>().join(" | ");
                let _ = write!(text, "\n  | ({model} & {{ {}: {values} }})", types::property(&lower_camel(tag)));
            }
            None => {
                let _ = write!(text, "\n  | {model}");
            }
        }
    }
    text.push_str(";\n");
    text
}

/// What is passed by name: everything but the parameters of the path.
fn named(operation: &Operation) -> Vec<&Field> {
    operation.all_params().into_iter().skip(operation.path_params.len()).collect()
}

fn params_text(operation: &Operation) -> Option<String> {
    let fields = named(operation);
    if fields.is_empty() || operation.array_argument().is_some() {
        return None;
    }
    let names = Names::new(operation.all_params().into_iter());
    let body: BTreeSet<&str> = match &operation.body {
        Body::Json { fields, .. } | Body::Multipart { fields } => {
            fields.iter().map(|field| field.name.as_str()).collect()
        }
        Body::Array { field } => BTreeSet::from([field.name.as_str()]),
        Body::None => BTreeSet::new(),
    };
    let call = format!("{}.{}", lower_camel(&operation.resource), operation.node_name);
    let mut text = docs::block("", &[format!("Arguments of `{call}`.")]);
    let _ = writeln!(text, "export interface {} {{", params_name(operation));
    for field in fields {
        text.push_str(&docs::block("  ", &docs::request_field(field, &names)));
        let optional = if field.required { "" } else { "?" };
        // A query has no null; in a body null is a value, and often the one that clears a field.
        let null = if field.nullable && body.contains(field.name.as_str()) { " | null" } else { "" };
        let undefined = if field.required { "" } else { " | undefined" };
        let _ = writeln!(
            text,
            "  {}{optional}: {}{null}{undefined};",
            types::property(&lower_camel(&field.name)),
            metadata::kind(&params_name(operation), field).unwrap_or_else(|| types::request(field))
        );
    }
    text.push_str("}\n");
    Some(text)
}

fn class_text(resource: &Resource) -> String {
    let mut text = docs::block("", std::slice::from_ref(&resource.doc));
    let _ = writeln!(text, "export class {} extends Resource {{", class_name(&resource.name));
    for (index, operation) in resource.operations.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&method_text(operation));
    }
    text.push_str("}\n");
    text
}

fn method_text(operation: &Operation) -> String {
    let fields = named(operation);
    let mut parameters: Vec<String> = Vec::new();
    let mut passed: Vec<String> = Vec::new();
    for field in &operation.path_params {
        let name = types::argument(&lower_camel(&field.name));
        parameters.push(format!("{name}: {}", types::request(field)));
        passed.push(name);
    }
    let mut params = "undefined".to_owned();
    if let Some(field) = operation.array_argument() {
        let name = types::argument(&lower_camel(&field.name));
        parameters.push(format!("{name}: {}", types::request(field)));
        params = format!("{{ {}: {name} }}", types::property(&lower_camel(&field.name)));
    } else if !fields.is_empty() {
        let optional = if fields.iter().any(|field| field.required) { "" } else { "?" };
        parameters.push(format!("params{optional}: {}", params_name(operation)));
        "params".clone_into(&mut params);
    }
    parameters.push("options?: CallOptions".to_owned());
    let (method, returns) = match &operation.returns {
        Returns::None => ("call", "Call<void>".to_owned()),
        Returns::Text => ("call", "Call<string>".to_owned()),
        Returns::Model(name) => ("call", format!("Call<{name}>")),
        Returns::List { item, .. } => ("page", format!("Pager<{item}>")),
    };
    let mut text = docs::block("  ", &docs::operation(operation));
    let _ = writeln!(
        text,
        "  {}({}): {returns} {{\n    return this.{method}('{}', [{}], {params}, options);\n  }}",
        operation.node_name,
        parameters.join(", "),
        operation.full_name(),
        passed.join(", "),
    );
    text
}

#[cfg(test)]
mod tests;
