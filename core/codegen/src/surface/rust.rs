//! Rust's items, read from the generated sources with a parser: the typed API (`resources`) and the table that
//! dispatch goes by (`operations`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::{FnArg, ImplItem, Item, ItemImpl, Pat};

use super::compare::{Proof, compare};
use super::syntax::{chain, field, last, returned, type_argument, type_name};
use crate::error::Error;
use crate::ir::Catalogue;

/// Reads what was generated under `root`, the project's folder, and compares it with its catalogue.
///
/// # Errors
/// If a file cannot be read or is not Rust.
pub fn prove(root: &Path, catalogue: &Catalogue) -> Result<Proof, Error> {
    let folder = |name: &str| files(&root.join("core/src/generated").join(name));
    Ok(compare(catalogue, &read(&folder("operations")?, &folder("resources")?)?))
}

/// A parameter of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) place: &'static str,
    pub(super) required: bool,
}

/// A method of the typed API: its arguments in order, and its setters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) required: Vec<String>,
    pub(super) optional: Vec<String>,
}

/// What the sources have, by `resource.operation`.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) table: BTreeMap<String, Vec<Row>>,
    pub(super) typed: BTreeMap<String, Typed>,
    pub(super) faults: Vec<String>,
}

/// Files as (stem, text).
type Files = [(String, String)];

pub(super) fn read(operations: &Files, resources: &Files) -> Result<Read, Error> {
    let mut read = Read::default();
    let mut names = BTreeMap::new();
    let mut listed = BTreeSet::new();
    for (stem, text) in operations {
        for item in parse(stem, text)?.items {
            let Item::Static(item) = item else { continue };
            if stem == "mod" {
                listed.extend(syntax_paths(&item.expr));
            } else if let Some((name, rows)) = table(&item, &mut read.faults) {
                names.insert(format!("{stem}::{}", item.ident), name.clone());
                read.table.insert(name, rows);
            }
        }
    }
    for (constant, name) in &names {
        if !listed.contains(constant) {
            read.faults.push(format!("{name}: dispatch does not find it"));
            read.table.remove(name);
        }
    }
    let mut handles = BTreeMap::new();
    for (stem, text) in resources {
        let file = parse(stem, text)?;
        if stem == "mod" {
            handles = accessors(&file);
        }
    }
    for (stem, text) in resources.iter().filter(|(stem, _)| stem != "mod") {
        typed(stem, &parse(stem, text)?, &handles, &names, &mut read);
    }
    Ok(read)
}

/// One `static NAME: Operation = Operation {…}` of the table.
fn table(item: &syn::ItemStatic, faults: &mut Vec<String>) -> Option<(String, Vec<Row>)> {
    if type_name(&item.ty) != "Operation" {
        return None;
    }
    let name = field(&item.expr, "name").and_then(super::syntax::text)?;
    let body = field(&item.expr, "body").map(last).unwrap_or_default();
    let mut rows = Vec::new();
    for param in field(&item.expr, "params").map(super::syntax::items).unwrap_or_default() {
        let (made, said) = chain(param);
        let place = made.get(1).map(|place| last(place)).unwrap_or_default();
        let place = match (place.as_str(), body.as_str()) {
            ("Path", _) => "path",
            ("Query" | "QueryComma", _) => "query",
            ("Body", "Multipart") => "multipart",
            ("Body", _) => "body",
            ("ArrayBody", "JsonArray") => "array",
            _ => {
                faults.push(format!("{name}: a parameter goes to {place}"));
                continue;
            }
        };
        let Some(own) = made.first().and_then(|own| super::syntax::text(own)) else { continue };
        rows.push(Row { name: own, place, required: said.iter().any(|(method, _)| method == "required") });
    }
    Some((name, rows))
}

/// `clerk.users()` and its kin: the handle's name by that of the module.
fn accessors(file: &syn::File) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for item in &file.items {
        let Item::Impl(item) = item else { continue };
        for item in methods(item) {
            let handle = returned(&item.sig).map(type_name).unwrap_or_default();
            found.insert(item.sig.ident.to_string(), handle);
        }
    }
    found
}

/// The methods of one resource and the setters of their calls.
fn typed(
    resource: &str,
    file: &syn::File,
    handles: &BTreeMap<String, String>,
    names: &BTreeMap<String, String>,
    read: &mut Read,
) {
    let Some(handle) = handles.get(resource) else {
        read.faults.push(format!("{resource}: a client does not have it"));
        return;
    };
    let mut calls: BTreeMap<String, (String, Typed)> = BTreeMap::new();
    let mut setters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut constants = BTreeMap::new();
    for item in &file.items {
        let Item::Impl(item) = item else { continue };
        let of = type_name(&item.self_ty);
        if item.trait_.is_some() {
            constants.extend(info(item).map(|constant| (of, constant)));
        } else if of == *handle {
            for method in methods(item) {
                let Some(marker) = returned(&method.sig).and_then(type_argument) else { continue };
                let required = arguments(resource, method, &mut read.faults);
                calls.insert(marker, (unescaped(&method.sig.ident), Typed { required, optional: Vec::new() }));
            }
        } else if let Some(marker) = type_argument(&item.self_ty) {
            let made = methods(item).flat_map(|method| arguments(resource, method, &mut read.faults));
            setters.entry(marker).or_default().extend(made);
        }
    }
    for (marker, (method, mut typed)) in calls {
        typed.optional = setters.remove(&marker).unwrap_or_default();
        let name = format!("{resource}.{method}");
        let goes_to = constants.get(&marker).and_then(|constant| names.get(constant));
        if goes_to != Some(&name) {
            read.faults.push(format!("{name}: the method calls {goes_to:?}"));
        }
        read.typed.insert(name, typed);
    }
}

/// What a method takes: each argument is passed on under its own name, and nothing else is.
fn arguments(resource: &str, method: &syn::ImplItemFn, faults: &mut Vec<String>) -> Vec<String> {
    let taken: Vec<String> = method
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(input) => match &*input.pat {
                Pat::Ident(pat) => Some(unescaped(&pat.ident)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let sent: Vec<String> = match method.block.stmts.last() {
        Some(syn::Stmt::Expr(expr, _)) => chain(expr).1.into_iter().filter_map(|(_, name)| name).collect(),
        _ => Vec::new(),
    };
    // A setter has one argument, `value`, and its own name; one that a call has already bears an underscore.
    let own = unescaped(&method.sig.ident);
    let alike = if taken == ["value"] && sent.len() == 1 { vec![own] } else { taken };
    if alike.iter().map(|name| name.trim_end_matches('_')).ne(sent.iter().map(String::as_str)) {
        faults.push(format!("{resource}.{}: takes {alike:?} and sends {sent:?}", method.sig.ident));
    }
    sent
}

/// `const INFO: … = &operations::users::GET`, as `users::GET`.
fn info(item: &ItemImpl) -> Option<String> {
    item.items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == "INFO" => syntax_paths(&item.expr).into_iter().next(),
        _ => None,
    })
}

fn methods(item: &ItemImpl) -> impl Iterator<Item = &syn::ImplItemFn> {
    item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(item) if matches!(item.vis, syn::Visibility::Public(_)) => Some(item),
        _ => None,
    })
}

/// The last two segments of each path in `&[&a::B, …]` or `&a::B`.
fn syntax_paths(expr: &syn::Expr) -> Vec<String> {
    super::syntax::items(expr).into_iter().filter_map(super::syntax::path).collect()
}

/// `r#type` is `type`.
fn unescaped(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").unwrap_or(&text).to_owned()
}

fn parse(stem: &str, text: &str) -> Result<syn::File, Error> {
    syn::parse_file(text).map_err(|error| Error::general(format!("{stem}.rs: {error}")))
}

fn files(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let fail = |error: std::io::Error| Error::general(format!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if let Some(stem) = path.file_stem().filter(|_| path.extension().is_some_and(|ending| ending == "rs")) {
            found.push((stem.to_string_lossy().into_owned(), std::fs::read_to_string(&path).map_err(fail)?));
        }
    }
    found.sort();
    Ok(found)
}
