//! Rules between fields.

use super::table::Rule;
use crate::errors::ErrorItem;
use serde_json::{Map, Value};

/// Holds values against rules; `tell` gets what is wrong.
pub(super) fn check_rules(rules: &[Rule], values: &Map<String, Value>, mut tell: impl FnMut(ErrorItem)) {
    let given = |name: &str| values.get(name).filter(|value| !value.is_null());
    for rule in rules {
        match rule {
            Rule::ExactlyOne(names) => {
                at_least_one(names, given, &mut tell);
                at_most_one(names, given, &mut tell);
            }
            Rule::AtLeastOne(names) => at_least_one(names, given, &mut tell),
            Rule::AtMostOne(names) => at_most_one(names, given, &mut tell),
            Rule::SameLength(names) => {
                let mut arrays = names.iter().filter_map(|name| {
                    let items = given(name)?.as_array().filter(|items| !items.is_empty())?;
                    Some((*name, items.len()))
                });
                if let Some((first, length)) = arrays.next() {
                    for (name, _) in arrays.filter(|(_, other)| *other != length) {
                        tell(ErrorItem::format(name, &format!("must have as many items as {first}.")));
                    }
                }
            }
            Rule::Positive(names) => {
                for name in names.iter().filter(|name| {
                    // What is no number at all has been told already.
                    given(name).and_then(Value::as_f64).is_some_and(|number| number <= 0.0)
                }) {
                    tell(ErrorItem::format(name, "must be greater than 0."));
                }
            }
            Rule::NotWithOffset(names) => {
                if given("offset").and_then(Value::as_f64).is_some_and(|offset| offset > 0.0) {
                    for name in names.iter().filter(|name| given(name).is_some()) {
                        tell(ErrorItem::excludes(name, "offset"));
                    }
                }
            }
        }
    }
}

fn at_least_one<'a>(names: &[&str], given: impl Fn(&str) -> Option<&'a Value>, tell: &mut impl FnMut(ErrorItem)) {
    if let (Some(first), false) = (names.first(), names.iter().any(|name| given(name).is_some())) {
        tell(ErrorItem::missing_one_of(first, names));
    }
}

fn at_most_one<'a>(names: &[&str], given: impl Fn(&str) -> Option<&'a Value>, tell: &mut impl FnMut(ErrorItem)) {
    let mut present = names.iter().filter(|name| given(name).is_some());
    if let Some(first) = present.next() {
        for other in present {
            tell(ErrorItem::excludes(other, first));
        }
    }
}
