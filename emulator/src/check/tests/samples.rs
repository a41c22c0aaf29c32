//! Requests made from the table: right ones and, by one change, wrong ones; and JSON of any kind.

use super::super::body::{check_array, check_object};
use super::super::query::check_query;
use super::super::table::{Body, Field, Kind, Operation, Place, Rule};
use super::{operations, told};
use crate::query::Query;
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn number(rng: &mut Rng, least: i64, most: i64) -> i64 {
    match rng.u8(..3) {
        0 => least,
        1 => most,
        _ => rng.i64(least..=most),
    }
}

fn text(rng: &mut Rng) -> String {
    (0..rng.usize(1..8)).map(|_| rng.alphanumeric()).collect()
}

/// A value that is right for its kind.
fn value(rng: &mut Rng, kind: &Kind) -> Value {
    match kind {
        Kind::Text | Kind::File => text(rng).into(),
        Kind::OneOf(allowed) => (*rng.choice(*allowed).expect("a value")).into(),
        Kind::Integer => number(rng, i64::MIN, i64::MAX).into(),
        Kind::IntegerIn(least, most) => number(rng, *least, *most).into(),
        Kind::Number => (rng.f64() * 1e6).into(),
        Kind::NumberIn(least, _) => least.saturating_add(1).into(),
        Kind::Boolean => rng.bool().into(),
        Kind::Map => json!({ text(rng): text(rng), text(rng): null }),
        Kind::Any => rng.choice([json!(null), json!(1), json!([{}]), json!("a")]).expect("a value"),
        Kind::Object(object) => {
            let fields: Vec<&Field> = object.fields.iter().collect();
            fill(rng, &fields, object.rules).into()
        }
        Kind::Array(item, least, most) => {
            let count = rng.u32(*least..=(*most).min(least + 3));
            (0..count).map(|_| value(rng, item)).collect()
        }
    }
}

/// An object that has what it must have, and some of the rest.
fn fill(rng: &mut Rng, fields: &[&Field], rules: &[Rule]) -> Map<String, Value> {
    let mut map = Map::new();
    for field in fields {
        if field.required || rng.bool() {
            let null = field.nullable && rng.u8(..4) == 0;
            let value = if null { Value::Null } else { value(rng, &field.kind) };
            map.insert(field.name.to_owned(), value);
        }
    }
    for rule in rules {
        let fresh = |rng: &mut Rng, name: &str| {
            let field = fields.iter().find(|field| field.name == name).expect("a field of the rule");
            value(rng, &field.kind)
        };
        match rule {
            Rule::ExactlyOne(names) => {
                names.iter().for_each(|name| drop(map.remove(*name)));
                let one = *rng.choice(*names).expect("a name");
                map.insert(one.to_owned(), fresh(rng, one));
            }
            Rule::AtLeastOne(names) => {
                let one = *rng.choice(*names).expect("a name");
                map.insert(one.to_owned(), fresh(rng, one));
            }
            Rule::AtMostOne(names) => names.iter().skip(1).for_each(|name| drop(map.remove(*name))),
            Rule::SameLength(names) => {
                for name in *names {
                    if let Some(Value::Array(items)) = map.get_mut(*name) {
                        items.truncate(1);
                    }
                }
            }
            Rule::Positive(names) => {
                for name in *names {
                    if let Some(amount) = map.get(*name).and_then(Value::as_i64) {
                        map.insert((*name).to_owned(), amount.saturating_abs().max(1).into());
                    }
                }
            }
            Rule::NotWithOffset(_) => drop(map.remove("offset")),
        }
    }
    map
}

fn fields_of(operation: &Operation, wanted: impl Fn(&Field) -> bool) -> Vec<&'static Field> {
    operation.fields.iter().filter(|field| wanted(field)).collect()
}

fn body_fields(operation: &Operation) -> Vec<&'static Field> {
    fields_of(operation, |field| field.place == Place::Body)
}

/// The rules belong to the body where there is one.
fn rules_of(operation: &Operation, body: bool) -> &'static [Rule] {
    if (operation.body != Body::None) == body { operation.rules } else { &[] }
}

fn query(rng: &mut Rng, operation: &Operation) -> Vec<(String, String)> {
    let fields = fields_of(operation, Field::is_in_query);
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut pairs = Vec::new();
    for (name, value) in fill(rng, &fields, rules_of(operation, false)) {
        let comma = fields.iter().any(|field| field.name == name && field.place == Place::QueryComma);
        match value {
            Value::Array(items) if comma => {
                pairs.push((name, items.iter().map(plain).collect::<Vec<_>>().join(",")));
            }
            Value::Array(items) => pairs.extend(items.iter().map(|item| (name.clone(), plain(item)))),
            Value::Null => {}
            other => pairs.push((name, plain(&other))),
        }
    }
    pairs
}

fn json_of(operation: &Operation) -> impl Strategy<Value = Value> + use<> {
    // Names that mean something, so that what stands below them is looked at.
    let mut names: Vec<String> = operation.fields.iter().map(|field| field.name.to_owned()).collect();
    names.extend(["saml", "address", "role_id", "other"].map(str::to_owned));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let name = proptest::sample::select(names.clone());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::hash_map(name, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_operation() -> impl Strategy<Value = &'static Operation> {
    proptest::sample::select(operations().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn what_is_made_from_the_table_passes(seed: u64) {
        let mut rng = Rng::with_seed(seed);
        for operation in operations() {
            let pairs = query(&mut rng, operation);
            prop_assert_eq!(told(&check_query(operation, &Query::new(pairs.clone()))), Vec::<String>::new(), "{} {:?}", operation.name, pairs);
            let fields = body_fields(operation);
            let errors = match operation.body {
                Body::Object => {
                    let body = fill(&mut rng, &fields, operation.rules);
                    (told(&check_object(operation, &body, None)), Value::Object(body))
                }
                Body::Array => {
                    let body = value(&mut rng, &fields[0].kind);
                    (told(&check_array(operation, &body).expect("an array of objects")), body)
                }
                Body::None | Body::Multipart => continue,
            };
            prop_assert_eq!(errors.0, Vec::<String>::new(), "{} {}", operation.name, errors.1);
        }
    }

    #[test]
    fn what_is_missing_null_or_unknown_is_told(seed: u64) {
        let mut rng = Rng::with_seed(seed);
        for operation in operations().filter(|operation| operation.body == Body::Object) {
            let fields = body_fields(operation);
            let good = fill(&mut rng, &fields, operation.rules);
            for field in fields.iter().filter(|field| field.required) {
                let mut body = good.clone();
                body.remove(field.name);
                prop_assert_eq!(told(&check_object(operation, &body, None)), [format!("form_param_missing:{}", field.name)]);
                if !field.nullable {
                    body.insert(field.name.to_owned(), Value::Null);
                    prop_assert_eq!(told(&check_object(operation, &body, None)), [format!("form_param_nil:{}", field.name)]);
                }
            }
            let mut body = good;
            body.insert("no_such_field".to_owned(), json!(1));
            let wanted: &[&str] = if operation.open { &[] } else { &["form_param_unknown:no_such_field"] };
            prop_assert_eq!(told(&check_object(operation, &body, None)), wanted, "{}", operation.name);
        }
    }

    #[test]
    fn nothing_panics((operation, json) in any_operation().prop_flat_map(|operation| (Just(operation), json_of(operation)))) {
        let _ = check_array(operation, &json);
        if let Value::Object(map) = &json {
            for version in [None, Some("2025-11-10"), Some("\u{0}")] {
                let _ = check_object(operation, map, version);
            }
            let pairs = map.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
            let _ = check_query(operation, &Query::new(pairs));
        }
    }

    #[test]
    fn a_query_of_any_texts_does_not_panic(operation in any_operation(), texts in proptest::collection::vec(".{0,8}", 0..6)) {
        let names = operation.fields.iter().map(|field| field.name).chain(["other[]"]).cycle();
        let pairs = names.zip(texts).map(|(name, text)| (name.to_owned(), text)).collect();
        let _ = check_query(operation, &Query::new(pairs));
    }
}
