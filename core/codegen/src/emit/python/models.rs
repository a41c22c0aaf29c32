//! The models: views of answers, and the dicts that requests take.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::ir::{Catalogue, EventKind, Field, Model, Type, UNKNOWN_EVENT, Union};
use crate::names::{is_snake, upper_camel};
use crate::output::Output;

use super::FOLDER;
use super::text::{WIDTH, docstring, ident, imports, literal};
use super::types::{Aliases, Uses, argument, module, nested, notes, of_home, response};

/// Names that a model has itself.
const TAKEN: &[&str] = &["from_dict", "has_shape", "to_dict"];

pub(super) fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let uses = Uses::of(catalogue);
    let homes: BTreeSet<&str> = catalogue
        .models
        .iter()
        .map(|model| model.home.as_str())
        .chain(catalogue.unions.iter().map(|union| union.home.as_str()))
        .collect();
    for home in &homes {
        out.add(&format!("{FOLDER}/models/{}.py", module(home)), &home_module(catalogue, home, &uses)?)?;
    }
    out.add(&format!("{FOLDER}/models/__init__.py"), &index(catalogue, &homes, &uses))
}

/// Every name that models and unions have in Python, with their homes.
pub(super) fn exported(catalogue: &Catalogue, home: &str, uses: &Uses) -> Vec<String> {
    let (models, unions) = of_home(catalogue, home);
    let mut names: Vec<String> = Vec::new();
    for model in models {
        if uses.response.contains(&model.name) {
            names.push(model.name.clone());
        }
        if uses.request.contains(&model.name) {
            names.push(uses.request_name(&model.name));
        }
    }
    names.extend(unions.iter().map(|union| union.name.clone()));
    names
}

/// The function that reads a union.
pub(super) fn reader(union: &str) -> String {
    let mut out = "read".to_owned();
    for c in union.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn home_module(catalogue: &Catalogue, home: &str, uses: &Uses) -> Result<String, Error> {
    let (models, unions) = of_home(catalogue, home);
    let members: BTreeSet<&str> =
        catalogue.unions.iter().flat_map(|union| union.members.iter().map(|(_, model)| model.as_str())).collect();
    let mut aliases = Aliases::default();
    let mut body = String::new();
    for model in &models {
        if uses.response.contains(&model.name) {
            body.push_str(&view(model, members.contains(model.name.as_str()), &mut aliases)?);
        }
        if uses.request.contains(&model.name) {
            body.push_str(&dict(model, uses, &mut aliases)?);
        }
    }
    for union in &unions {
        body.push_str(&union_code(union));
    }
    let aliases = aliases.code();
    let code = format!("{aliases}{body}");
    let own: BTreeSet<String> = exported(catalogue, home, uses).into_iter().collect();
    let mut others: Vec<(String, Vec<String>)> = Vec::new();
    for other in catalogue.models.iter().map(|model| model.home.as_str()).collect::<BTreeSet<_>>() {
        if other != home {
            let names = exported(catalogue, other, uses).into_iter().filter(|name| !own.contains(name)).collect();
            others.push((format!(".{}", module(other)), names));
        }
    }
    others.push(("...event".to_owned(), vec!["UnknownEventType".to_owned()]));
    others.sort();
    let mut out = docstring(0, &format!("Models of `{}`.", module(home)), &[]);
    out.push_str("\nfrom __future__ import annotations\n\n");
    let typing = |name: &str| name.to_owned();
    let checked: Vec<(&str, Vec<String>)> =
        others.iter().map(|(module, names)| (module.as_str(), names.clone())).collect();
    let checked = imports(4, &code, &checked);
    let required = imports(4, &code, &[("typing_extensions", vec![typing("Required")])]);
    let runtime_code =
        if checked.is_empty() && required.is_empty() { code.clone() } else { format!("TYPE_CHECKING {code}") };
    let standard = imports(
        0,
        &runtime_code,
        &[
            ("collections.abc", vec![typing("Mapping"), typing("Sequence")]),
            ("datetime", vec![typing("datetime")]),
            (
                "typing",
                ["TYPE_CHECKING", "Any", "Literal", "TypeAlias", "TypedDict", "Union"]
                    .iter()
                    .map(|name| typing(name))
                    .collect(),
            ),
        ],
    );
    out.push_str(&standard);
    if !standard.is_empty() {
        out.push('\n');
    }
    out.push_str(&imports(0, &code, &[("...model", vec![typing("Model"), typing("read_union")])]));
    if !checked.is_empty() || !required.is_empty() {
        out.push_str("\nif TYPE_CHECKING:\n");
        out.push_str(&required);
        if !required.is_empty() && !checked.is_empty() {
            out.push('\n');
        }
        out.push_str(&checked);
    }
    let rest = code.trim_end();
    if aliases.is_empty() {
        out.push_str(&format!("\n\n{}\n", rest.trim_start()));
    } else {
        out.push_str(&format!("\n{}\n", rest.trim_start()));
    }
    Ok(out)
}

fn alias_name(owner: &str, field: &Field) -> String {
    format!("{owner}{}", upper_camel(&field.name))
}

fn field_ident(model: &Model, field: &Field) -> Result<String, Error> {
    if is_snake(&field.name) {
        return Ok(ident(&field.name, TAKEN));
    }
    Err(Error::general(format!("{}.{}: not a name that Python can have; give it a `wire`", model.name, field.name)))
}

/// A view of an answer.
fn view(model: &Model, is_member: bool, aliases: &mut Aliases) -> Result<String, Error> {
    let mut fields = String::new();
    let mut times = String::new();
    let (mut wire, mut inner, mut secret, mut required) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in &model.fields {
        let name = field_ident(model, field)?;
        let annotation = match (model.event, field.enumeration.as_slice()) {
            // What tells an event is that very text: type checkers narrow by it.
            (Some(EventKind::Known), [only]) => format!("Literal[{}]", literal(only)),
            (Some(EventKind::Unknown), []) if field.name == "type" => "Literal[UnknownEventType.ANY]".to_owned(),
            _ => response(field, aliases, || alias_name(&model.name, field)),
        };
        fields.push_str(&format!("    {name}: {annotation}\n"));
        let notes = notes(field);
        if !notes.is_empty() {
            fields.push_str(&docstring(4, &notes, &[]));
        }
        if matches!(field.kind, Type::Timestamp | Type::Datetime) {
            times.push_str(&format!(
                "\n    @property\n    def {0}_datetime(self) -> datetime | None:\n        \"\"\"`{0}` as a datetime in UTC.\"\"\"\n        \
                 return self._time(\"{0}\")\n",
                name
            ));
        }
        if name != field.wire {
            wire.push(format!("{}: {}", literal(&name), literal(&field.wire)));
        }
        if let Some(nested) = nested(&field.kind) {
            inner.push(format!("{}: {}", literal(&name), literal(nested)));
        }
        if field.secret {
            secret.push(literal(&name));
        }
        if field.required {
            required.push(literal(&field.wire));
        }
    }
    let mut out = format!("\n\nclass {}(Model):\n{}\n    __slots__ = ()\n", model.name, docstring(4, &model.doc, &[]));
    out.push_str(&table("_wire", "{", "}", &wire));
    out.push_str(&table("_nested", "{", "}", &inner));
    if !secret.is_empty() {
        out.push_str(&set("_secret", &secret));
    }
    if is_member && !required.is_empty() {
        out.push_str(&table("_required", "(", ")", &required));
    }
    if !fields.is_empty() {
        out.push_str(&format!("\n{fields}"));
    }
    out.push_str(&times);
    Ok(out)
}

/// `    name = {…}`, on as many lines as it takes.
fn table(name: &str, open: &str, close: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let last = if open == "(" && items.len() == 1 { "," } else { "" };
    let line = format!("    {name} = {open}{}{last}{close}\n", items.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let mut out = format!("    {name} = {open}\n");
    for item in items {
        out.push_str(&format!("        {item},\n"));
    }
    out + &format!("    {close}\n")
}

/// `    name = frozenset({…})`, likewise.
fn set(name: &str, items: &[String]) -> String {
    let line = format!("    {name} = frozenset({{{}}})\n", items.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let items: String = items.iter().map(|item| format!("            {item},\n")).collect();
    format!("    {name} = frozenset(\n        {{\n{items}        }}\n    )\n")
}

/// A dict that a request takes.
fn dict(model: &Model, uses: &Uses, aliases: &mut Aliases) -> Result<String, Error> {
    let name = uses.request_name(&model.name);
    let mut out = format!("\n\nclass {name}(TypedDict, total=False):\n{}\n", docstring(4, &model.doc, &[]));
    for field in &model.fields {
        if ident(&field.name, &[]) != field.wire {
            return Err(Error::general(format!("{name}.{}: a dict has no other name for {}", field.name, field.wire)));
        }
        let annotation = argument(field, None, uses, aliases, || alias_name(&name, field));
        let annotation = if field.required { format!("Required[{annotation}]") } else { annotation };
        out.push_str(&format!("    {}: {annotation}\n", field.name));
        let notes = notes(field);
        if !notes.is_empty() {
            out.push_str(&docstring(4, &notes, &[]));
        }
    }
    Ok(out)
}

fn union_code(union: &Union) -> String {
    let mut out = format!("\n\n{}: TypeAlias = Union[\n", union.name);
    let mut seen = BTreeSet::new();
    for (_, member) in &union.members {
        if seen.insert(member) {
            out.push_str(&format!("    \"{member}\",\n"));
        }
    }
    if union.is_events() {
        out.push_str(&format!("    \"{UNKNOWN_EVENT}\",\n]\n"));
        let text = format!("{} One of another type is an `{UNKNOWN_EVENT}`.", union.doc.trim());
        out.push_str(&docstring(0, &text, &[]));
        return out
            + &format!(
                "\n\ndef {}(data: Mapping[str, Any]) -> {name}:\n    \"\"\"The event that an object is.\"\"\"\n    \
             event: Any = read_union(\"{name}\", data)\n    \
             return {UNKNOWN_EVENT}(data) if type(event) is Model else event\n",
                reader(&union.name),
                name = union.name
            );
    }
    out.push_str("    Model,\n]\n");
    out.push_str(&docstring(0, &format!("{} One of another kind is a plain `Model`.", union.doc.trim()), &[]));
    out + &format!(
        "\n\ndef {}(data: Mapping[str, Any]) -> {name}:\n    \"\"\"The member of `{name}` that an object is.\"\"\"\n    \
         return read_union(\"{name}\", data)\n",
        reader(&union.name),
        name = union.name
    )
}

/// What is where, and how unions are told apart: data for `clerk_usher.model`.
fn index(catalogue: &Catalogue, homes: &BTreeSet<&str>, uses: &Uses) -> String {
    let mut checked: Vec<(String, Vec<String>)> =
        homes.iter().map(|home| (format!(".{}", module(home)), exported(catalogue, home, uses))).collect();
    checked.sort();
    let mut names: Vec<(String, String)> = checked
        .iter()
        .flat_map(|(home, names)| names.iter().map(move |name| (name.clone(), home.trim_start_matches('.').to_owned())))
        .collect();
    names.sort();
    let all: String = names.iter().map(|(name, _)| format!(" {name} ")).collect();
    let checked: Vec<(&str, Vec<String>)> =
        checked.iter().map(|(home, names)| (home.as_str(), names.clone())).collect();
    let mut out = "\"\"\"Every model, imported when it is asked for.\"\"\"\n\nfrom __future__ import annotations\n\n\
                   from collections.abc import Mapping\nfrom importlib import import_module\n\
                   from typing import TYPE_CHECKING, Any, Final\n\nfrom ...lazy import loading\n\nif TYPE_CHECKING:\n"
        .to_owned();
    out.push_str(&imports(4, &all, &checked));
    out.push_str("\nHOMES: Final[Mapping[str, str]] = {\n");
    for (name, home) in &names {
        out.push_str(&format!("    {}: {},\n", literal(name), literal(home)));
    }
    out.push_str("}\n\"\"\"The module of each model.\"\"\"\n\nUNIONS: Final[Mapping[str, tuple[str | None, Mapping[str, str]]]] = {\n");
    for union in &catalogue.unions {
        let tag = union.tag.as_deref().map_or_else(|| "None".to_owned(), literal);
        out.push_str(&format!("    {}: (\n        {tag},\n        {{\n", literal(&union.name)));
        for (value, member) in &union.members {
            out.push_str(&format!("            {}: {},\n", literal(value), literal(member)));
        }
        out.push_str("        },\n    ),\n");
    }
    out.push_str("}\n\"\"\"The tag of each union, and its members by tag.\"\"\"\n\n__all__ = [\n");
    for (name, _) in &names {
        out.push_str(&format!("    {},\n", literal(name)));
    }
    out.push_str(
        "]\n\n\ndef __getattr__(name: str) -> Any:\n    home = HOMES.get(name)\n    if home is None:\n        \
         raise AttributeError(f\"module {__name__!r} has no attribute {name!r}\")\n    \
         with loading:\n        value = getattr(import_module(f\".{home}\", __name__), name)\n    \
         globals()[name] = value\n    return value\n\n\ndef __dir__() -> list[str]:\n    return __all__\n",
    );
    out
}
