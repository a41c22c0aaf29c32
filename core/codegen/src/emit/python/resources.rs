//! The resources: a waiting and an awaiting class each, and the attributes of the clients that hold them.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::ir::{Body, Catalogue, Field, ListShape, Operation, Pages, Resource, Returns, Status, Type};
use crate::names::upper_camel;
use crate::output::Output;

use super::FOLDER;
use super::models::{exported, reader};
use super::text::{WIDTH, doc_text, docstring, ident, imports, literal, wrap};
use super::types::{Aliases, Uses, argument, module, notes};

/// Names that a method's parameters cannot have.
const TAKEN: &[&str] = &["options", "self"];

pub(super) fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let uses = Uses::of(catalogue);
    let resources: Vec<&Resource> =
        catalogue.resources.iter().filter(|resource| !resource.operations.is_empty()).collect();
    for resource in &resources {
        let path = format!("{FOLDER}/resources/{}.py", resource.name);
        out.add(&path, &resource_module(catalogue, resource, &uses)?)?;
    }
    out.add(&format!("{FOLDER}/resources/__init__.py"), "\"\"\"One module a resource.\"\"\"\n")?;
    out.add(&format!("{FOLDER}/client.py"), &client(&resources))
}

fn resource_module(catalogue: &Catalogue, resource: &Resource, uses: &Uses) -> Result<String, Error> {
    let mut aliases = Aliases::default();
    let mut body = String::new();
    for is_async in [false, true] {
        let class = class_name(&resource.name, is_async);
        let calls = if is_async { "AsyncCalls" } else { "Calls" };
        body.push_str(&format!("\n\nclass {class}:\n{}\n", docstring(4, &resource.doc, &[])));
        body.push_str("    __slots__ = (\"_calls\",)\n\n");
        body.push_str(&format!("    def __init__(self, calls: {calls}) -> None:\n        self._calls = calls\n"));
        for operation in &resource.operations {
            body.push_str(&Method { catalogue, operation, uses, is_async }.code(&mut aliases)?);
        }
    }
    let aliases = aliases.code();
    let code = format!("{aliases}{body}");
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut out = docstring(0, &format!("`{}`: {}", resource.name, resource.doc.trim()), &[]);
    out.push_str("\nfrom __future__ import annotations\n\n");
    let standard = imports(
        0,
        &code,
        &[
            ("collections.abc", names(&["Mapping", "Sequence"])),
            ("datetime", names(&["datetime"])),
            ("typing", names(&["Any", "Literal", "TypeAlias"])),
        ],
    );
    out.push_str(&standard);
    if !standard.is_empty() {
        out.push('\n');
    }
    out.push_str(&imports(
        0,
        &code,
        &[
            ("...call", names(&["AsyncCalls", "Calls", "read_nothing", "read_one", "read_text"])),
            ("...deprecation", names(&["deprecated"])),
            ("...file", names(&["FileInput"])),
            ("...omit", names(&["OMIT", "Omit"])),
            ("...options", names(&["CallOptions"])),
            ("...page", names(&["AsyncPage", "AsyncPager", "Page", "Pager"])),
        ],
    ));
    let mut homes: Vec<(String, Vec<String>)> = Vec::new();
    for home in catalogue.models.iter().map(|model| model.home.as_str()).collect::<BTreeSet<_>>() {
        let mut names = exported(catalogue, home, uses);
        names.extend(catalogue.unions.iter().filter(|union| union.home == home).map(|union| reader(&union.name)));
        homes.push((format!("..models.{}", module(home)), names));
    }
    homes.sort();
    let homes: Vec<(&str, Vec<String>)> =
        homes.iter().map(|(module, names)| (module.as_str(), names.clone())).collect();
    out.push_str(&imports(0, &code, &homes));
    out.push_str(if aliases.is_empty() { "\n\n" } else { "\n" });
    out.push_str(code.trim());
    out.push('\n');
    Ok(out)
}

fn class_name(resource: &str, is_async: bool) -> String {
    // A resource may have the name of a model (`Jwks`).
    format!("{}{}Resource", if is_async { "Async" } else { "" }, upper_camel(resource))
}

/// One method of one of the two classes.
struct Method<'a> {
    catalogue: &'a Catalogue,
    operation: &'a Operation,
    uses: &'a Uses,
    is_async: bool,
}

impl Method<'_> {
    fn code(&self, aliases: &mut Aliases) -> Result<String, Error> {
        let operation = self.operation;
        let (positional, named) = self.parameters();
        let mut seen = BTreeSet::new();
        if let Some(twice) = positional.iter().chain(&named).find(|field| !seen.insert(field.name.as_str())) {
            return Err(Error::general(format!("{}: two arguments `{}`", operation.full_name(), twice.name)));
        }
        let mut out = String::from("\n");
        if let Some(reason) = self.deprecation() {
            out.push_str(&decorator(&reason));
        }
        // A walk is made ready at once; only a call is awaited.
        let awaited = self.is_async && !self.is_walk();
        let keyword = if awaited { "async def" } else { "def" };
        out.push_str(&format!("    {keyword} {}(\n        self,\n", ident(&operation.name, TAKEN)));
        for field in &positional {
            out.push_str(&format!("        {}: {},\n", ident(&field.name, TAKEN), self.annotation(field, aliases)));
        }
        out.push_str("        *,\n");
        for field in &named {
            let annotation = self.annotation(field, aliases);
            let name = ident(&field.name, TAKEN);
            if field.required {
                out.push_str(&format!("        {name}: {annotation},\n"));
            } else {
                out.push_str(&format!("        {name}: {annotation} = OMIT,\n"));
            }
        }
        out.push_str(&format!("        options: CallOptions | None = None,\n    ) -> {}:\n", self.returns()));
        out.push_str(&self.docstring(&positional, &named));
        out.push_str(&self.call(&positional, &named, awaited));
        Ok(out)
    }

    /// By position: the path's parameters, and a body that is an array. By name: the rest.
    fn parameters(&self) -> (Vec<&Field>, Vec<&Field>) {
        let operation = self.operation;
        let mut positional: Vec<&Field> = operation.path_params.iter().collect();
        let mut named: Vec<&Field> = operation.query.iter().collect();
        match &operation.body {
            Body::None => {}
            Body::Json { fields, .. } | Body::Multipart { fields } => named.extend(fields),
            Body::Array { field } => positional.push(field),
        }
        (positional, named)
    }

    fn annotation(&self, field: &Field, aliases: &mut Aliases) -> String {
        argument(field, Some("Omit"), self.uses, aliases, || {
            format!("{}{}", upper_camel(&self.operation.name), upper_camel(&field.name))
        })
    }

    fn is_walk(&self) -> bool {
        self.operation.pages != Pages::None && matches!(self.operation.returns, Returns::List { .. })
    }

    fn returns(&self) -> String {
        match &self.operation.returns {
            Returns::None => "None".to_owned(),
            Returns::Text => "str".to_owned(),
            Returns::Model(name) => name.clone(),
            Returns::List { item, .. } => {
                let kind = if self.is_walk() { "Pager" } else { "Page" };
                format!("{}{kind}[{item}]", if self.is_async { "Async" } else { "" })
            }
        }
    }

    fn wrap(&self, name: &str) -> String {
        if self.catalogue.unions.iter().any(|union| union.name == name) {
            reader(name)
        } else {
            format!("{name}.from_dict")
        }
    }

    fn call(&self, positional: &[&Field], named: &[&Field], awaited: bool) -> String {
        let operation = self.operation;
        let (method, read) = match &operation.returns {
            Returns::None => ("call", "read_nothing".to_owned()),
            Returns::Text => ("call", "read_text".to_owned()),
            Returns::Model(name) => ("call", format!("read_one({})", self.wrap(name))),
            Returns::List { item, .. } => (if self.is_walk() { "pager" } else { "page" }, self.wrap(item)),
        };
        let entries = |files: bool| {
            let lines: String = positional
                .iter()
                .chain(named)
                .filter(|field| (field.kind == Type::File) == files)
                .map(|field| format!("                {}: {},\n", literal(&field.name), ident(&field.name, TAKEN)))
                .collect();
            if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}            }}") }
        };
        let mut out = format!(
            "        return {}self._calls.{method}(\n            {read},\n            {},\n            {},\n            options,\n",
            if awaited { "await " } else { "" },
            literal(&operation.full_name()),
            entries(false),
        );
        if positional.iter().chain(named).any(|field| field.kind == Type::File) {
            out.push_str(&format!("            {},\n", entries(true)));
        }
        if let Returns::List { shape: ListShape::Page(data), .. } = &operation.returns
            && data != "data"
        {
            out.push_str(&format!("            data={},\n", literal(data)));
        }
        out + "        )\n"
    }

    fn deprecation(&self) -> Option<String> {
        let operation = self.operation;
        if !matches!(operation.status, Status::Deprecated | Status::Legacy) {
            return None;
        }
        Some(match &operation.instead {
            Some(instead) => format!("{} is deprecated; use {instead}", operation.full_name()),
            None => format!("{} is deprecated", operation.full_name()),
        })
    }

    fn docstring(&self, positional: &[&Field], named: &[&Field]) -> String {
        let operation = self.operation;
        let mut sections = Vec::new();
        let standing = match operation.status {
            Status::Current => "",
            Status::Deprecated => "Deprecated. ",
            Status::Legacy => "Kept for old instances. ",
            Status::Experimental => "Experimental: it may change. ",
            Status::Undocumented => "Not in the API's description: it may change. ",
        };
        let instead =
            operation.instead.as_ref().map_or_else(String::new, |instead| format!("Use `{instead}` instead. "));
        sections.push(paragraph(&format!("{standing}{instead}`{} {}`", operation.method, operation.path)));
        let mut args = vec!["Args:".to_owned()];
        for field in positional.iter().chain(named) {
            let notes = notes(field);
            if !notes.is_empty() {
                args.extend(entry(&ident(&field.name, TAKEN), &notes));
            }
        }
        args.extend(entry("options", "How this call is made; never sent as a field."));
        sections.push(args);
        sections.push(
            [
                vec!["Raises:".to_owned()],
                entry("ArgumentError", "an argument cannot be sent; nothing was."),
                entry("ApiError", "the API refuses; the class goes by the status."),
            ]
            .concat(),
        );
        docstring(8, &operation.doc, &sections)
    }
}

fn paragraph(text: &str) -> Vec<String> {
    wrap(&doc_text(text), WIDTH - 8)
}

/// `    name: text`, its further lines indented.
fn entry(name: &str, text: &str) -> Vec<String> {
    let lines = wrap(&format!("{name}: {}", doc_text(text)), WIDTH - 16);
    lines.iter().enumerate().map(|(at, line)| format!("{}{line}", if at == 0 { "    " } else { "        " })).collect()
}

fn decorator(reason: &str) -> String {
    let line = format!("    @deprecated({})\n", literal(reason));
    if line.len() <= WIDTH + 1 { line } else { format!("    @deprecated(\n        {}\n    )\n", literal(reason)) }
}

/// The clients' attributes.
fn client(resources: &[&Resource]) -> String {
    let mut out = "\"\"\"The resources as attributes of the clients, each made when it is first used.\"\"\"\n\n\
                   from __future__ import annotations\n\n\
                   from abc import abstractmethod\nfrom typing import TYPE_CHECKING\n\nfrom ..lazy import lazy\n\nif TYPE_CHECKING:\n    from ..call import AsyncCalls, Calls\n"
        .to_owned();
    for resource in resources {
        let (sync, awaiting) = (class_name(&resource.name, false), class_name(&resource.name, true));
        out.push_str(&imports(
            4,
            &format!("{sync} {awaiting}"),
            &[(&format!(".resources.{}", resource.name), vec![sync.clone(), awaiting.clone()])],
        ));
    }
    for is_async in [false, true] {
        let (class, calls) = if is_async { ("AsyncResources", "AsyncCalls") } else { ("Resources", "Calls") };
        out.push_str(&format!(
            "\n\nclass {class}:\n    \"\"\"What `{}` can do, by resource.\"\"\"\n\n    \
             @abstractmethod\n    def _get_calls(self) -> {calls}:\n        \"\"\"Who makes the calls.\"\"\"\n",
            if is_async { "AsyncClerk" } else { "Clerk" }
        ));
        for resource in resources {
            let name = class_name(&resource.name, is_async);
            out.push_str(&format!(
                "\n    @lazy\n    def {}(self) -> {name}:\n{}        from .resources.{} import {name}\n\n        \
                 return {name}(self._get_calls())\n",
                ident(&resource.name, &[]),
                docstring(8, &resource.doc, &[]),
                resource.name,
            ));
        }
    }
    out
}
