//! From the notation to the meaning: every reference exists, every name is used once, and nothing is said that the
//! emitters could not write down. What is found is collected, so that one run tells everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::check_field::{FieldChecker, Use};
use crate::error::{Error, Problem};
use crate::event;
use crate::ir::{
    Body, Catalogue, EVENTS, Event, Field, Key, ListShape, Model, Operation, Pages, Resource, Returns, Rule, Status,
    Type, UNKNOWN_EVENT, Union,
};
use crate::names::{is_camel, is_snake, lower_camel};
use crate::raw;
use crate::read::Source;

/// Names that a type may not have.
const BUILT_IN: &[&str] =
    &["String", "Vec", "Option", "Result", "Some", "None", "Ok", "Err", "Box", "Self", "Call", "Clerk", "Page", "Id"];

pub(crate) fn check(sources: &[Source]) -> Result<Catalogue, Error> {
    let mut checker = Checker::default();
    checker.collect_types(sources);
    let mut catalogue = Catalogue::default();
    for source in sources {
        checker.file(source, &mut catalogue);
    }
    checker.instead(sources, &catalogue);
    catalogue.resources.sort_by(|a, b| a.name.cmp(&b.name));
    catalogue.models.sort_by(|a, b| a.name.cmp(&b.name));
    catalogue.unions.sort_by(|a, b| a.name.cmp(&b.name));
    if checker.problems.is_empty() { Ok(catalogue) } else { Err(Error { problems: checker.problems }) }
}

#[derive(Default)]
struct Checker {
    models: BTreeSet<String>,
    unions: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Checker {
    fn problem(&mut self, file: &str, line: u64, message: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), line, message: message.into() });
    }

    /// Model and union names first, since any file may refer to any.
    fn collect_types(&mut self, sources: &[Source]) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let mut made = BTreeSet::from([EVENTS.to_owned(), UNKNOWN_EVENT.to_owned()]);
        for source in sources {
            let models = source.content.models.0.iter().map(|(name, line, _)| (name, *line, true));
            let unions = source.content.unions.0.iter().map(|(name, line, _)| (name, *line, false));
            for (name, line, is_model) in models.chain(unions) {
                if !is_camel(name) || BUILT_IN.contains(&name.as_str()) {
                    self.problem(
                        &source.file,
                        line,
                        format!("`{name}` is no name for a model: CamelCase, and no built-in type"),
                    );
                }
                if let Some(other) = seen.insert(name, &source.file) {
                    self.problem(&source.file, line, format!("`{name}` is described already, in {other}"));
                }
                if is_model {
                    self.models.insert(name.clone())
                } else {
                    self.unions.insert(name.clone())
                };
            }
            for (name, line, _) in &source.content.events.0 {
                let model = event::model_name(name);
                if !made.insert(model.clone()) {
                    self.problem(&source.file, *line, format!("{name}: two events would be a `{model}`"));
                }
            }
        }
        for name in made.iter().filter(|name| seen.contains_key(name.as_str())) {
            self.problem(seen[name.as_str()], 0, format!("`{name}` is a name of an event"));
        }
    }

    fn file(&mut self, source: &Source, catalogue: &mut Catalogue) {
        let content = &source.content;
        let shared = source.home.starts_with('_');
        if !is_snake(source.home.trim_start_matches('_')) {
            self.problem(&source.file, 0, "a file's name is a resource's name, in snake_case");
        }
        if shared && !content.operations.0.is_empty() {
            self.problem(&source.file, 0, "a file of shared models has no operations");
        }
        if !shared && !content.operations.0.is_empty() && content.doc.is_none() {
            self.problem(&source.file, 0, "a resource needs a `doc`");
        }
        for (name, line, model) in &content.models.0 {
            let fields = self.fields(source, name, &model.fields, Use::Model);
            self.unique(source, name, fields.iter());
            let all: Vec<&Field> = fields.iter().collect();
            let rules = model.rules.iter().filter_map(|rule| self.rule(source, *line, name, &all, rule)).collect();
            catalogue.models.push(Model {
                name: name.clone(),
                home: source.home.clone(),
                doc: one_line(&model.doc),
                open: model.open,
                fields,
                rules,
                event: None,
            });
        }
        for (name, line, union) in &content.unions.0 {
            catalogue.unions.push(self.union(source, name, *line, union));
        }
        self.events(source, catalogue);
        if content.operations.0.is_empty() {
            return;
        }
        let mut node_names = BTreeSet::new();
        let mut operations = Vec::new();
        for (name, line, raw) in &content.operations.0 {
            let operation = self.operation(source, name, *line, raw);
            if !node_names.insert(operation.node_name.clone()) {
                self.problem(
                    &source.file,
                    *line,
                    format!("{name}: Node has `{}` already in this resource", operation.node_name),
                );
            }
            operations.push(operation);
        }
        let doc = one_line(content.doc.as_deref().unwrap_or_default());
        catalogue.resources.push(Resource { name: source.home.clone(), doc, operations });
    }

    /// The events, their models, and the union of them.
    fn events(&mut self, source: &Source, catalogue: &mut Catalogue) {
        let content = &source.content;
        if content.events.0.is_empty() {
            if let Some((name, line, _)) = content.envelope.0.first() {
                self.problem(&source.file, *line, format!("`envelope` has `{name}`, but there are no events"));
            }
            return;
        }
        if !catalogue.events.is_empty() {
            let (_, line, _) = content.events.0[0];
            self.problem(&source.file, line, "the events are in another file already");
            return;
        }
        let envelope = self.fields(source, "envelope", &content.envelope, Use::Model);
        self.unique(source, "envelope", envelope.iter());
        for field in envelope.iter().filter(|field| field.name == "type" || field.name == "data") {
            self.problem(&source.file, 0, format!("envelope: every event has a `{}` of its own", field.name));
        }
        for (name, line, raw) in &content.events.0 {
            let data = if self.models.contains(&raw.data) {
                Type::Model(raw.data.clone())
            } else {
                if !self.unions.contains(&raw.data) {
                    self.problem(&source.file, *line, format!("{name}: no model `{}`", raw.data));
                }
                Type::Union(raw.data.clone())
            };
            if !event::is_event_type(name) {
                self.problem(&source.file, *line, format!("`{name}` is no type of event like `user.created`"));
            }
            let (doc, model) = (one_line(&raw.doc), event::model_name(name));
            let event = Event { name: name.clone(), doc, data: raw.data.clone(), model };
            catalogue.models.push(event::model(&source.home, &event, data, &envelope));
            catalogue.events.push(event);
        }
        catalogue.models.push(event::unknown(&source.home, &envelope));
        catalogue.unions.push(event::union(&source.home, &catalogue.events));
    }

    fn fields(&mut self, source: &Source, owner: &str, raw: &raw::Named<raw::Field>, used: Use) -> Vec<Field> {
        raw.0.iter().filter_map(|(name, line, field)| self.field(source, owner, name, *line, &field.0, used)).collect()
    }

    fn field(
        &mut self,
        source: &Source,
        owner: &str,
        name: &str,
        line: u64,
        raw: &raw::FullField,
        used: Use,
    ) -> Option<Field> {
        let mut checker = FieldChecker { models: &self.models, unions: &self.unions, used, faults: Vec::new() };
        let field = checker.field(name, raw);
        let faults = checker.faults;
        for fault in faults {
            self.problem(&source.file, line, format!("{owner}.{name}: {fault}"));
        }
        field
    }

    /// No two fields with one name, ours or the wire's.
    fn unique<'a>(&mut self, source: &Source, owner: &str, fields: impl Iterator<Item = &'a Field>) {
        let (mut ours, mut wire) = (BTreeSet::new(), BTreeSet::new());
        for field in fields {
            if !ours.insert(field.name.as_str()) {
                self.problem(&source.file, 0, format!("{owner}: two fields are named `{}`", field.name));
            }
            if !wire.insert(field.wire.as_str()) {
                self.problem(&source.file, 0, format!("{owner}: two fields go by `{}` on the wire", field.wire));
            }
        }
    }

    fn union(&mut self, source: &Source, name: &str, line: u64, union: &raw::Union) -> Union {
        if union.members.0.is_empty() {
            self.problem(&source.file, line, format!("{name}: a union needs members"));
        }
        let mut members = Vec::new();
        let mut distinct = BTreeSet::new();
        for (tag, line, model) in &union.members.0 {
            if !self.models.contains(model) {
                self.problem(&source.file, *line, format!("{name}: no model `{model}`"));
            }
            if !distinct.insert(model) && union.tag.is_none() {
                self.problem(&source.file, *line, format!("{name}: `{model}` twice, and no tag to tell them apart"));
            }
            members.push((tag.clone(), model.clone()));
        }
        Union {
            name: name.to_owned(),
            home: source.home.clone(),
            doc: one_line(&union.doc),
            tag: union.tag.clone(),
            members,
        }
    }

    fn operation(&mut self, source: &Source, name: &str, line: u64, raw: &raw::Operation) -> Operation {
        let full = format!("{}.{name}", source.home);
        if !is_snake(name) {
            self.problem(&source.file, line, format!("{full}: an operation's name is snake_case"));
        }
        if raw.doc.trim().is_empty() {
            self.problem(&source.file, line, format!("{full}: needs a `doc`"));
        }
        let node_name = raw.node.clone().unwrap_or_else(|| lower_camel(name));
        if !is_lower_camel(&node_name) {
            self.problem(&source.file, line, format!("{full}: `{node_name}` is no camelCase name"));
        }
        if raw.node.as_deref() == Some(lower_camel(name).as_str()) {
            self.problem(&source.file, line, format!("{full}: `node` says what follows from the name"));
        }
        let (method, path) = self.http(source, &full, line, &raw.http);
        let path_params = self.path_params(source, &full, line, &path, &raw.path);
        let query = self.fields(source, &full, &raw.query, Use::Query);
        let body = self.body(source, &full, line, raw, &method);
        let returns = self.returns(source, &full, line, &raw.returns);
        let mut operation = Operation {
            resource: source.home.clone(),
            name: name.to_owned(),
            node_name,
            id: raw.id.clone().unwrap_or_default(),
            also: raw.also.clone(),
            doc: one_line(&raw.doc),
            idempotent: raw.idempotent.unwrap_or(method == "GET"),
            method,
            path,
            path_params,
            query,
            body,
            ignores_other_fields: raw.other_fields == Some(raw::OtherFields::Ignore),
            returns,
            pages: match raw.pages {
                None => Pages::None,
                Some(raw::Pages::Offset) => Pages::Offset,
                Some(raw::Pages::Cursor) => Pages::Cursor,
            },
            key: match raw.key {
                None | Some(raw::Key::Secret) => Key::Secret,
                Some(raw::Key::MachineOrSecret) => Key::MachineOrSecret,
                Some(raw::Key::None) => Key::None,
            },
            status: match raw.status {
                None | Some(raw::Status::Current) => Status::Current,
                Some(raw::Status::Deprecated) => Status::Deprecated,
                Some(raw::Status::Legacy) => Status::Legacy,
                Some(raw::Status::Experimental) => Status::Experimental,
                Some(raw::Status::Undocumented) => Status::Undocumented,
            },
            instead: raw.instead.clone(),
            rules: Vec::new(),
        };
        if operation.method == "GET" && raw.idempotent == Some(false) {
            self.problem(&source.file, line, format!("{full}: a GET may always be repeated"));
        }
        self.unique_params(source, line, &operation);
        self.pages(source, line, &operation);
        for rule in &raw.rules {
            let rule = self.rule(source, line, &full, &operation.all_params(), rule);
            operation.rules.extend(rule);
        }
        operation
    }

    fn http(&mut self, source: &Source, full: &str, line: u64, http: &str) -> (String, String) {
        let (method, path) = http.split_once(' ').unwrap_or((http, ""));
        if !matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
            self.problem(&source.file, line, format!("{full}: `{method}` is none of GET, POST, PUT, PATCH, DELETE"));
        }
        let good =
            path.starts_with('/') && !path.ends_with('/') && !path.contains("//") && !path.contains([' ', '?', '#']);
        if !good {
            self.problem(&source.file, line, format!("{full}: `{path}` is no path like `/users/{{user_id}}`"));
        }
        (method.to_owned(), path.to_owned())
    }

    fn path_params(
        &mut self,
        source: &Source,
        full: &str,
        line: u64,
        path: &str,
        raw: &raw::Named<raw::Field>,
    ) -> Vec<Field> {
        let mut params = Vec::new();
        for segment in path.split('/').filter(|segment| segment.contains(['{', '}'])) {
            let Some(name) =
                segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| is_snake(name))
            else {
                self.problem(&source.file, line, format!("{full}: `{segment}` is no whole segment `{{snake_case}}`"));
                continue;
            };
            let said = raw.0.iter().find(|(said, _, _)| said == name);
            let field = match said {
                Some((_, line, field)) => self.field(source, full, name, *line, &field.0, Use::Path),
                None => self.field(
                    source,
                    full,
                    name,
                    line,
                    &raw::FullField::of(raw::Type::Name("string".into())),
                    Use::Path,
                ),
            };
            if let Some(mut field) = field {
                field.required = true;
                params.push(field);
            }
        }
        for (name, line, _) in &raw.0 {
            if !path.split('/').any(|segment| segment == format!("{{{name}}}")) {
                self.problem(&source.file, *line, format!("{full}: the path has no `{{{name}}}`"));
            }
        }
        params
    }

    fn body(&mut self, source: &Source, full: &str, line: u64, raw: &raw::Operation, method: &str) -> Body {
        let given = usize::from(raw.body.is_some())
            + usize::from(raw.array_body.is_some())
            + usize::from(raw.multipart.is_some());
        if given > 1 {
            self.problem(&source.file, line, format!("{full}: one of `body`, `array_body`, `multipart`"));
        }
        if given > 0 && method == "GET" {
            self.problem(&source.file, line, format!("{full}: a GET has no body"));
        }
        if raw.empty_body.is_some() && raw.body.is_none() {
            self.problem(&source.file, line, format!("{full}: `empty_body` without a `body`"));
        }
        if raw.other_fields.is_some() && given == 0 {
            self.problem(&source.file, line, format!("{full}: `other_fields` without a body"));
        }
        if let Some(fields) = &raw.body {
            if raw.empty_body.is_some() && fields.0.iter().any(|(_, _, field)| field.0.required) {
                self.problem(&source.file, line, format!("{full}: `empty_body`, but a field is required"));
            }
            let fields = self.fields(source, full, fields, Use::Body);
            return Body::Json { fields, send_empty: raw.empty_body != Some(raw::EmptyBody::Omit) };
        }
        if let Some(array) = &raw.array_body {
            let mut said = raw::FullField::of(raw::Type::Array(Box::new(array.items.clone())));
            (said.required, said.min_items, said.max_items) = (true, array.min_items, array.max_items);
            said.doc.clone_from(&array.doc);
            said.example.clone_from(&array.example);
            let field = self.field(source, full, &array.name, line, &said, Use::Body);
            return field.map_or(Body::None, |field| Body::Array { field: Box::new(field) });
        }
        if let Some(fields) = &raw.multipart {
            let fields = self.fields(source, full, fields, Use::Multipart);
            if !fields.iter().any(|field| field.kind == Type::File) {
                self.problem(&source.file, line, format!("{full}: a multipart form needs a field of type `file`"));
            }
            return Body::Multipart { fields };
        }
        Body::None
    }

    fn returns(&mut self, source: &Source, full: &str, line: u64, raw: &raw::Returns) -> Returns {
        let (item, shape) = match raw {
            raw::Returns::Name(name) => match name.as_str() {
                "none" => return Returns::None,
                "text" => return Returns::Text,
                _ => (name, None),
            },
            raw::Returns::Listing(listing) => {
                let data = listing.data.clone();
                if data.is_some() && listing.page.is_none() {
                    self.problem(&source.file, line, format!("{full}: `data` goes with `page`"));
                }
                match (&listing.list, &listing.page, &listing.either) {
                    (Some(item), None, None) => (item, Some(ListShape::Bare)),
                    (None, Some(item), None) => {
                        (item, Some(ListShape::Page(data.unwrap_or_else(|| "data".to_owned()))))
                    }
                    (None, None, Some(item)) => (item, Some(ListShape::Either)),
                    _ => {
                        self.problem(
                            &source.file,
                            line,
                            format!("{full}: `returns` has one of `list`, `page`, `either`"),
                        );
                        return Returns::None;
                    }
                }
            }
        };
        if !self.models.contains(item) && !self.unions.contains(item) {
            self.problem(&source.file, line, format!("{full}: returns `{item}`, which no file describes"));
        }
        match shape {
            None => Returns::Model(item.clone()),
            Some(shape) => Returns::List { item: item.clone(), shape },
        }
    }

    /// All parameters share one namespace, since they are given by name; on the wire each place has its own.
    fn unique_params(&mut self, source: &Source, line: u64, operation: &Operation) {
        let full = operation.full_name();
        let mut names = BTreeSet::new();
        for param in operation.all_params() {
            if !names.insert(param.name.as_str()) {
                self.problem(&source.file, line, format!("{full}: two parameters are named `{}`", param.name));
            }
        }
        self.unique(source, &full, operation.query.iter());
        if let Body::Json { fields, .. } | Body::Multipart { fields } = &operation.body {
            self.unique(source, &full, fields.iter());
        }
    }

    fn pages(&mut self, source: &Source, line: u64, operation: &Operation) {
        let needed: &[(&str, Type)] = match operation.pages {
            Pages::None => return,
            Pages::Offset => &[("limit", Type::Integer), ("offset", Type::Integer)],
            Pages::Cursor => &[("limit", Type::Integer), ("starting_after", Type::String)],
        };
        let full = operation.full_name();
        if !matches!(operation.returns, Returns::List { .. }) {
            self.problem(&source.file, line, format!("{full}: `pages`, but it returns no listing"));
        }
        for (name, kind) in needed {
            if !operation.query.iter().any(|field| field.name == *name && field.kind == *kind) {
                self.problem(&source.file, line, format!("{full}: `pages` needs the query field `{name}`"));
            }
        }
    }

    fn rule(&mut self, source: &Source, line: u64, full: &str, fields: &[&Field], rule: &raw::Rule) -> Option<Rule> {
        let (names, fewest) = match rule {
            raw::Rule::ExactlyOne(names)
            | raw::Rule::AtLeastOne(names)
            | raw::Rule::AtMostOne(names)
            | raw::Rule::SameLength(names) => (names, 2),
            raw::Rule::Positive(names) | raw::Rule::NotWithOffset(names) => (names, 1),
        };
        let before = self.problems.len();
        if names.len() < fewest || names.iter().collect::<BTreeSet<_>>().len() != names.len() {
            self.problem(&source.file, line, format!("{full}: this rule is between {fewest} or more different fields"));
        }
        for name in names {
            let Some(field) = fields.iter().find(|field| field.name == *name) else {
                self.problem(&source.file, line, format!("{full}: a rule names `{name}`, which is no field"));
                continue;
            };
            let fault = match rule {
                raw::Rule::ExactlyOne(_) | raw::Rule::AtLeastOne(_) | raw::Rule::AtMostOne(_) if field.required => {
                    "is required anyway"
                }
                raw::Rule::SameLength(_) if !matches!(field.kind, Type::Array(_)) => "is no array",
                raw::Rule::Positive(_) if !matches!(field.kind, Type::Integer | Type::Number) => "is no number",
                _ => continue,
            };
            self.problem(&source.file, line, format!("{full}: a rule names `{name}`, which {fault}"));
        }
        if matches!(rule, raw::Rule::NotWithOffset(_)) && !fields.iter().any(|field| field.name == "offset") {
            self.problem(&source.file, line, format!("{full}: a rule speaks of `offset`, which is no field"));
        }
        let names = names.clone();
        (self.problems.len() == before).then_some(match rule {
            raw::Rule::ExactlyOne(_) => Rule::ExactlyOne(names),
            raw::Rule::AtLeastOne(_) => Rule::AtLeastOne(names),
            raw::Rule::AtMostOne(_) => Rule::AtMostOne(names),
            raw::Rule::SameLength(_) => Rule::SameLength(names),
            raw::Rule::Positive(_) => Rule::Positive(names),
            raw::Rule::NotWithOffset(_) => Rule::NotWithOffset(names),
        })
    }

    /// `instead` names an operation, once all are known.
    fn instead(&mut self, sources: &[Source], catalogue: &Catalogue) {
        let all: BTreeSet<String> = catalogue
            .resources
            .iter()
            .flat_map(|resource| resource.operations.iter().map(Operation::full_name))
            .collect();
        for source in sources {
            for (name, line, raw) in &source.content.operations.0 {
                let Some(instead) = &raw.instead else { continue };
                if !matches!(raw.status, Some(raw::Status::Deprecated | raw::Status::Legacy)) {
                    self.problem(&source.file, *line, format!("{name}: `instead` goes with `deprecated` or `legacy`"));
                }
                if !all.contains(instead) {
                    self.problem(
                        &source.file,
                        *line,
                        format!("{name}: `instead` names `{instead}`, which is no operation"),
                    );
                }
            }
        }
    }
}

fn is_lower_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// YAML's folded text may hold line breaks; docs are one paragraph.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
