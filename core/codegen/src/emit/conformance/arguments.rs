//! The arguments of a case: telling values, no two alike, with what is easily got wrong on the way.

use serde_json::{Map, Value, json};

use super::example::Examples;
use super::example::Sample;
use crate::ir::{Catalogue, Field, Operation, Rule, Type};

/// Which arguments are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Only what is required.
    Required,
    /// All that go together.
    Every,
    /// All that go together, each as `false`, 0, `""`, `[]`, `{}`, or null where it may be.
    Falsy,
}

/// A file.
#[derive(Debug, Clone)]
pub(super) struct File {
    filename: String,
}

impl File {
    /// Bytes that are no text: the start of a PNG.
    const BASE64: &'static str = "iVBORw0KGgoA/w==";

    pub(super) fn described(&self) -> Value {
        json!({"filename": self.filename, "content_type": "image/png", "base64": Self::BASE64})
    }

    pub(super) fn part(&self, name: &str) -> Value {
        let mut part = self.described();
        part["name"] = name.into();
        part
    }
}

/// What the caller gives.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) path: Vec<(String, Value)>,
    pub(super) arguments: Vec<(String, Value)>,
    pub(super) files: Vec<(String, File)>,
}

impl Given {
    pub(super) fn argument(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }
}

/// The arguments of the case of this style. `variant` chooses among arguments that exclude each other.
pub(super) fn values(catalogue: &Catalogue, operation: &Operation, style: Style, variant: usize) -> Given {
    let mut given = Given::default();
    for field in &operation.path_params {
        let stem = field.name.strip_suffix("_id").unwrap_or(&field.name);
        let known = field.example.clone().or_else(|| field.enumeration.first().cloned().map(Value::from));
        given.path.push((field.name.clone(), known.unwrap_or_else(|| format!("{stem}_41").into())));
    }
    let mut made = Maker { examples: Examples::new(catalogue, Sample::Full), count: 0 };
    for field in operation.all_params().into_iter().skip(operation.path_params.len()) {
        let choice = choice(&operation.rules, &field.name, style, variant);
        let wanted =
            field.required || choice == Choice::Must || (style != Style::Required && choice != Choice::MustNot);
        if !wanted {
            continue;
        }
        if field.kind == Type::File {
            given.files.push((field.name.clone(), File { filename: format!("{} 1.png", field.name) }));
            continue;
        }
        let in_query = operation.query.iter().any(|query| query.name == field.name);
        let value = match (style, choice) {
            (Style::Falsy, Choice::Free) if !field.required => made.falsy(field, in_query, &operation.rules),
            (_, Choice::Zero) => Some(json!(0)),
            _ => Some(made.telling(field)),
        };
        given.arguments.extend(value.map(|value| (field.name.clone(), value)));
    }
    given
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// No rule is about it.
    Free,
    Must,
    MustNot,
    Zero,
}

/// What the rules make of an argument.
fn choice(rules: &[Rule], name: &str, style: Style, variant: usize) -> Choice {
    for rule in rules {
        let at = |names: &[String]| names.iter().position(|given| given == name).map(|at| (at, names.len()));
        let choice = match rule {
            Rule::ExactlyOne(names) => at(names).map(|(at, count)| at == variant.min(count - 1)),
            Rule::AtMostOne(names) if style != Style::Required => {
                at(names).map(|(at, count)| at == variant.min(count - 1))
            }
            Rule::AtLeastOne(names) => match at(names) {
                Some((0, _)) => Some(true),
                _ => None,
            },
            Rule::NotWithOffset(names) if style == Style::Every => match at(names) {
                Some(_) => Some(variant % 2 == 1),
                None if name == "offset" && variant % 2 == 1 => return Choice::Zero,
                None => None,
            },
            _ => None,
        };
        match choice {
            Some(true) => return Choice::Must,
            Some(false) => return Choice::MustNot,
            None => {}
        }
    }
    Choice::Free
}

struct Maker<'a> {
    examples: Examples<'a>,
    count: i64,
}

impl Maker<'_> {
    fn telling(&mut self, field: &Field) -> Value {
        self.count += 1;
        field.example.clone().unwrap_or_else(|| self.one(field, &field.kind))
    }

    fn one(&mut self, field: &Field, kind: &Type) -> Value {
        let count = self.count;
        match kind {
            Type::String if !field.enumeration.is_empty() => {
                let index = usize::try_from(count).unwrap_or(0) % field.enumeration.len();
                field.enumeration[index].clone().into()
            }
            // What a query or a form may garble, in every text.
            Type::String => format!("+{} {count} & é=/?%41", field.name).into(),
            Type::Integer => bounded(field, 10 + count).into(),
            Type::Number => match (field.min, field.max) {
                (None, None) => json!(10.5 + f64::from(i32::try_from(count).unwrap_or(0))),
                _ => bounded(field, 10 + count).into(),
            },
            Type::Boolean => true.into(),
            Type::Timestamp => (1_714_566_600_000 + count).into(),
            Type::Datetime => format!("2024-05-01T12:30:{:02}Z", count % 60).into(),
            Type::Map => json!({"fooBar": count, "foo_bar": {"innerKey": [true, null, 1.5], "inner_key": ""}}),
            Type::Any => json!({"anyKey": [1, "two", null], "any_key": false}),
            Type::File => Value::Null,
            Type::Model(name) => self.examples.argument(name),
            Type::Union(_) => self.examples.value(kind, &field.name),
            Type::Array(item) => {
                let fewest = field.min_items.unwrap_or(0).max(2).min(field.max_items.unwrap_or(usize::MAX));
                let mut items = Vec::new();
                for _ in 0..fewest {
                    self.count += 1;
                    items.push(self.one(field, item));
                }
                items.into()
            }
        }
    }

    /// `false`, 0, an empty text: values, not the absence of one.
    fn falsy(&mut self, field: &Field, in_query: bool, rules: &[Rule]) -> Option<Value> {
        if field.nullable && !in_query {
            return Some(Value::Null);
        }
        let above_zero = rules.iter().any(|rule| matches!(rule, Rule::Positive(names) if names.contains(&field.name)));
        match &field.kind {
            // An empty text in a query is for a case written by hand: validators take it for a value left out.
            Type::String if in_query || field.example.is_some() => Some(self.telling(field)),
            Type::String => Some(field.enumeration.first().cloned().unwrap_or_default().into()),
            Type::Integer | Type::Number => Some(bounded(field, i64::from(above_zero)).into()),
            Type::Boolean => Some(false.into()),
            Type::Timestamp => Some(0.into()),
            Type::Map => Some(Map::new().into()),
            Type::Any => Some(false.into()),
            // Nothing of an empty array is left in a query, which other cases show.
            Type::Array(_) if field.min_items.unwrap_or(0) == 0 && !in_query => Some(json!([])),
            Type::Datetime | Type::Model(_) | Type::Union(_) | Type::Array(_) => Some(self.telling(field)),
            Type::File => None,
        }
    }
}

fn bounded(field: &Field, value: i64) -> i64 {
    value.max(field.min.unwrap_or(i64::MIN)).min(field.max.unwrap_or(i64::MAX))
}
