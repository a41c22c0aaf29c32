//! Where a state sends the browser.

use serde_json::{Map, Value, json};
use url::Url;

use crate::case::Outcome;
use crate::compare;

/// Compares with what a case says: null for no such header, a text for exactly this URL, else by parts. A `query` that is
/// an object holds all there is, in any order; as a list of pairs, in this order; `query_within` names only some, null for
/// one that must not be there.
///
/// # Errors
/// With what differs.
pub(crate) fn compare(expected: &Value, got: Option<&str>) -> Outcome {
    let Some(text) = got.filter(|_| expected.is_object()) else {
        return compare::same("location", expected, &got.into());
    };
    let url = Url::parse(text).map_err(|error| format!("location {text}: {error}"))?;
    let pairs: Vec<(String, String)> = url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect();
    for (name, value) in compare::object(expected) {
        let what = format!("location {name} of {text}");
        match (name.as_str(), value) {
            ("origin", _) => compare::same(&what, value, &url.origin().ascii_serialization().into())?,
            ("path", _) => compare::same(&what, value, &url.path().into())?,
            ("query", Value::Array(_)) => compare::same(&what, value, &json!(pairs))?,
            ("query", _) => {
                let all: Map<String, Value> =
                    pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
                compare::same(&what, value, &Value::Object(all))?;
                if pairs.len() != value.as_object().map_or(0, Map::len) {
                    return Err(format!("{what}: a parameter is there twice"));
                }
            }
            ("query_within", _) => {
                for (name, value) in compare::object(value) {
                    let found: Option<&str> =
                        pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
                    compare::same(&format!("{what}: {name}"), value, &found.into())?;
                }
            }
            _ => return Err(format!("the runner does not know a location's {name}")),
        }
    }
    Ok(())
}
