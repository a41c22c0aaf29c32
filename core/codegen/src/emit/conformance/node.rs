//! A result in Node's names: those of models are camelCase, everything else is as it came.

use serde_json::{Map, Value};

use crate::ir::{Catalogue, Returns, Type};
use crate::names::lower_camel;

/// What the call gives in Node.
pub(super) fn result(catalogue: &Catalogue, returns: &Returns, result: &Value) -> Value {
    match returns {
        Returns::None | Returns::Text => result.clone(),
        Returns::Model(name) => value(catalogue, &Type::Model(name.clone()), result),
        Returns::List { item, .. } => {
            let items = Type::Array(Box::new(Type::Model(item.clone())));
            let mut page = Map::new();
            page.insert("data".to_owned(), value(catalogue, &items, &result["data"]));
            page.extend(result.get("total_count").map(|total| ("totalCount".to_owned(), total.clone())));
            page.into()
        }
    }
}

fn value(catalogue: &Catalogue, kind: &Type, given: &Value) -> Value {
    match (kind, given) {
        (Type::Array(item), Value::Array(items)) => items.iter().map(|given| value(catalogue, item, given)).collect(),
        (Type::Model(name) | Type::Union(name), Value::Object(fields)) => named(catalogue, name, fields),
        _ => given.clone(),
    }
}

fn named(catalogue: &Catalogue, name: &str, fields: &Map<String, Value>) -> Value {
    if let Some(union) = catalogue.unions.iter().find(|union| union.name == name) {
        let tag = union.tag.as_ref().and_then(|tag| fields.get(tag)).filter(|tag| !tag.is_null());
        let member = union.members.iter().find(|(value, model)| match tag {
            Some(tag) => tag == value,
            None => required(catalogue, model).all(|wire| fields.contains_key(wire)),
        });
        return member.map_or_else(|| fields.clone().into(), |(_, model)| named(catalogue, model, fields));
    }
    let Some(model) = catalogue.models.iter().find(|model| model.name == name) else { return fields.clone().into() };
    let renamed = fields.iter().map(|(wire, given)| match model.fields.iter().find(|field| field.wire == *wire) {
        Some(field) => (lower_camel(&field.name), value(catalogue, &field.kind, given)),
        None => (wire.clone(), given.clone()),
    });
    renamed.collect::<Map<_, _>>().into()
}

fn required<'a>(catalogue: &'a Catalogue, model: &str) -> impl Iterator<Item = &'a str> {
    let model = catalogue.models.iter().find(|found| found.name == model);
    model.into_iter().flat_map(|model| &model.fields).filter(|field| field.required).map(|field| field.wire.as_str())
}
