//! Operations: which there are, where they go, what they take and answer.

use std::collections::{BTreeMap, BTreeSet};

use super::description::{Answer, Described, Description, Row, our_path, snake};
use super::fields::{Place, Seen};
use super::report::{Compared, Difference};
use super::shape::Kind;
use crate::ir::{Body, Catalogue, Field, ListShape, Model, Operation, Pages, Returns, Status, Type, Union};

/// A comparison on its way.
pub(super) struct Comparer<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) description: &'a Description,
    pub(super) models: BTreeMap<&'a str, &'a Model>,
    pub(super) unions: BTreeMap<&'a str, &'a Union>,
    found: BTreeSet<Difference>,
    covered_operations: usize,
    /// What is described, as (operation or model, place, name); true where the catalogue has it.
    described: BTreeMap<(String, &'static str, String), bool>,
    /// Models and unions compared with a schema already: they may contain themselves.
    pub(super) visited: BTreeSet<(String, String)>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, description: &'a Description) -> Self {
        Self {
            catalogue,
            description,
            models: catalogue.models.iter().map(|model| (model.name.as_str(), model)).collect(),
            unions: catalogue.unions.iter().map(|union| (union.name.as_str(), union)).collect(),
            found: BTreeSet::new(),
            covered_operations: 0,
            described: BTreeMap::new(),
            visited: BTreeSet::new(),
        }
    }

    /// What was found.
    pub(super) fn done(self) -> Compared {
        let covered = self.described.values().filter(|covered| **covered).count();
        Compared { differences: moved(self.found), fields: (covered, self.described.len()) }
    }

    pub(super) fn differ(
        &mut self,
        at: &str,
        field: &str,
        what: &'static str,
        ours: impl ToString,
        theirs: impl ToString,
    ) {
        let (catalogue, description) = (ours.to_string(), theirs.to_string());
        self.found.insert(Difference { at: at.to_owned(), field: field.to_owned(), what, catalogue, description });
    }

    /// A difference, if the two differ.
    pub(super) fn same<T: PartialEq + ToString>(
        &mut self,
        at: &str,
        field: &str,
        what: &'static str,
        ours: T,
        theirs: T,
    ) {
        if ours != theirs {
            self.differ(at, field, what, ours, theirs);
        }
    }

    /// Notes that a field is described, and whether the catalogue has it.
    pub(super) fn count(&mut self, at: &str, place: Place, name: &str, ours: bool) {
        *self.described.entry((at.to_owned(), place.name(), name.to_owned())).or_insert(false) |= ours;
    }

    /// Compares all operations of the resources that the catalogue has. Answers how many of how many there are.
    pub(super) fn all(&mut self) -> (usize, usize) {
        for resource in &self.catalogue.resources {
            for operation in &resource.operations {
                let full = operation.full_name();
                match self.description.rows.iter().find(|row| row.name == full) {
                    Some(row) => self.operation(operation, row),
                    None => self.differ(&full, "", "extra", format!("{} {}", operation.method, operation.path), ""),
                }
            }
            for row in self.description.rows.iter().filter(|row| row.resource() == resource.name) {
                if !resource.operations.iter().any(|operation| operation.full_name() == row.name) {
                    self.differ(&row.name, "", "missing", "", format!("{} {}", row.method, row.path));
                }
            }
        }
        (self.covered_operations, self.description.rows.len())
    }

    fn operation(&mut self, operation: &Operation, row: &Row) {
        let at = row.name.as_str();
        let theirs = format!("{} {}", row.method, our_path(&row.path));
        self.same(at, "", "path", format!("{} {}", operation.method, operation.path), theirs);
        self.same(at, "", "node", operation.node_name.as_str(), row.node.as_str());
        self.same(at, "", "id", operation.id.as_str(), row.id.as_str());
        self.same(at, "", "status", status(operation.status), row.status.as_str());
        let Some(described) = self.description.operations.get(&(row.method.clone(), row.path.clone())) else {
            self.differ(at, "", "extra", format!("{} {}", operation.method, operation.path), "");
            return;
        };
        self.covered_operations += 1;
        self.same(at, "", "id", operation.id.as_str(), described.id.as_str());
        // Legacy and undocumented operations are not in the description, or no longer.
        if matches!(operation.status, Status::Current | Status::Deprecated | Status::Experimental) {
            let deprecated = operation.status == Status::Deprecated;
            self.same(at, "", "deprecated", deprecated, described.deprecated);
        }
        self.parameters(at, operation, described);
        self.body(at, operation, described);
        self.returns(at, operation, described);
        self.same(at, "", "pages", pages(operation.pages), described_pages(described));
    }

    fn parameters(&mut self, at: &str, operation: &Operation, described: &Described) {
        for parameter in &described.parameters {
            let (place, wanted) = match parameter.place.as_str() {
                "path" => (Place::Path, snake(&parameter.name)),
                "query" => (Place::Query, parameter.name.clone()),
                other => {
                    self.differ(at, &parameter.name, "missing", "", format!("a parameter in {other}"));
                    continue;
                }
            };
            let ours = if place == Place::Path { &operation.path_params } else { &operation.query };
            let found = ours.iter().find(|field| field.wire == wanted);
            self.count(at, place, &wanted, found.is_some());
            let seen = Seen {
                required: Some(parameter.required),
                deprecated: parameter.deprecated,
                schema: &parameter.schema,
            };
            let Some(field) = found else {
                self.differ(at, &wanted, "missing", "", format!("a parameter in {}", place.name()));
                continue;
            };
            self.field(at, place, field, &seen);
            if matches!(field.kind, Type::Array(_)) {
                self.same(at, &wanted, "array", style(field.comma), style(parameter.comma));
            }
        }
        let known = |field: &Field, place: &str| {
            described
                .parameters
                .iter()
                .any(|theirs| theirs.place == place && our_name(theirs.place.as_str(), &theirs.name) == field.wire)
        };
        let extra = |fields: &[Field], place: &str| -> Vec<String> {
            fields.iter().filter(|field| !known(field, place)).map(|field| field.wire.clone()).collect()
        };
        for (fields, place) in [(&operation.path_params, "path"), (&operation.query, "query")] {
            for name in extra(fields, place) {
                self.differ(at, &name, "extra", format!("a parameter in {place}"), "");
            }
        }
    }

    fn body(&mut self, at: &str, operation: &Operation, described: &Described) {
        let media = described.body.as_ref().map_or("none", |body| body.media.as_str());
        let Some(body) = &described.body else {
            return self.same(at, "", "body", body_name(&operation.body), media);
        };
        let shape = self.description.shape(&body.schema);
        if described.tells_required {
            let theirs = self.description.ignores_other_fields(&body.schema);
            self.same(at, "", "other_fields", others(operation.ignores_other_fields), others(theirs));
        }
        match (&operation.body, media) {
            (Body::Json { fields, send_empty }, "application/json") if !matches!(shape.kind, Kind::Array(_)) => {
                self.body_fields(at, fields, &shape, described.tells_required);
                if !fields.iter().any(|field| field.required) {
                    self.same(at, "", "empty_body", empty(*send_empty), empty(body.required));
                }
            }
            (Body::Multipart { fields }, "multipart/form-data") => {
                self.body_fields(at, fields, &shape, described.tells_required)
            }
            (Body::Array { field }, "application/json") if matches!(shape.kind, Kind::Array(_)) => {
                self.count(at, Place::Body, &field.wire, true);
                let seen = Seen { required: None, deprecated: false, schema: &body.schema };
                self.field(at, Place::Body, field, &seen);
            }
            (ours, _) => self.differ(at, "", "body", body_name(ours), format!("{media}, {}", shape.kind.name())),
        }
    }

    fn returns(&mut self, at: &str, operation: &Operation, described: &Described) {
        let schema = match (&operation.returns, &described.answer) {
            (Returns::None, Answer::None) | (Returns::Text, Answer::Text) => return,
            (ours, Answer::Json(schema)) if !matches!(ours, Returns::None | Returns::Text) => schema,
            (ours, Answer::None) => return self.differ(at, "", "returns", returns_name(ours), "nothing"),
            (ours, Answer::Text) => return self.differ(at, "", "returns", returns_name(ours), "text"),
            (ours, Answer::Json(_)) => return self.differ(at, "", "returns", returns_name(ours), "JSON"),
        };
        let shape = self.description.shape(schema);
        let (item, listing) = match &operation.returns {
            Returns::Model(name) => return self.named(at, "", name, schema, &shape),
            Returns::List { item, shape } => (item, shape),
            Returns::None | Returns::Text => return,
        };
        let paginated = described.parameters.iter().any(|parameter| parameter.name == "paginated");
        let items = match (&shape.kind, listing) {
            (Kind::Array(items), ListShape::Bare) if !paginated => Some(items.clone()),
            (Kind::Array(items), ListShape::Either) if paginated => Some(items.clone()),
            (Kind::Object { properties, .. }, ListShape::Page(data)) => {
                let named = properties.iter().find(|property| property.name == *data);
                let only = properties.iter().all(|property| property.name == *data || property.name == "total_count");
                let array = named.map(|property| self.description.shape(&property.schema).kind);
                if let (true, Some(Kind::Array(items))) = (only, array) { Some(items) } else { None }
            }
            _ => None,
        };
        let Some(items) = items else {
            let theirs =
                if paginated { "an array, or a page where `paginated` asks for it" } else { shape.kind.name() };
            return self.differ(at, "", "returns", returns_name(&operation.returns), theirs);
        };
        let shape = self.description.shape(&items);
        self.named(at, "", item, &items, &shape);
    }
}

/// A parameter that is missing in one place and extra in another stands in the wrong place: one difference, not two.
fn moved(found: BTreeSet<Difference>) -> Vec<Difference> {
    let mut all: Vec<Difference> = found.into_iter().collect();
    let extra = |difference: &Difference| {
        difference.what == "extra" && !difference.field.is_empty() && difference.at.contains('.')
    };
    for extra in all.iter().filter(|difference| extra(difference)).cloned().collect::<Vec<_>>() {
        let same = |other: &Difference| (&other.at, &other.field) == (&extra.at, &extra.field);
        if let Some(missing) = all.iter_mut().find(|other| other.what == "missing" && same(other)) {
            (missing.what, missing.catalogue) = ("place", extra.catalogue.clone());
            all.retain(|other| other.what != "extra" || !same(other));
        }
    }
    all
}

fn our_name(place: &str, name: &str) -> String {
    if place == "path" { snake(name) } else { name.to_owned() }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Current => "current",
        Status::Deprecated => "deprecated",
        Status::Legacy => "legacy",
        Status::Experimental => "experimental",
        Status::Undocumented => "undocumented",
    }
}

fn pages(pages: Pages) -> &'static str {
    match pages {
        Pages::None => "none",
        Pages::Offset => "offset",
        Pages::Cursor => "cursor",
    }
}

fn described_pages(described: &Described) -> &'static str {
    let has =
        |name: &str| described.parameters.iter().any(|parameter| parameter.place == "query" && parameter.name == name);
    match (has("limit"), has("offset"), has("starting_after")) {
        (true, true, _) => "offset",
        (true, false, true) => "cursor",
        _ => "none",
    }
}

fn style(comma: bool) -> &'static str {
    if comma { "comma" } else { "repeat" }
}

fn empty(send: bool) -> &'static str {
    if send { "send" } else { "omit" }
}

fn others(ignored: bool) -> &'static str {
    if ignored { "ignore" } else { "refuse" }
}

fn body_name(body: &Body) -> &'static str {
    match body {
        Body::None => "none",
        Body::Json { .. } => "a JSON object",
        Body::Array { .. } => "a JSON array",
        Body::Multipart { .. } => "a multipart form",
    }
}

fn returns_name(returns: &Returns) -> String {
    match returns {
        Returns::None => "nothing".to_owned(),
        Returns::Text => "text".to_owned(),
        Returns::Model(name) => name.clone(),
        Returns::List { item, shape: ListShape::Bare } => format!("an array of {item}"),
        Returns::List { item, shape: ListShape::Page(data) } => {
            format!("an object with {item} in `{data}`, and total_count")
        }
        Returns::List { item, shape: ListShape::Either } => format!("an array or a page of {item}"),
    }
}
