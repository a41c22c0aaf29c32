//! The cells of a CSV file: values of the API as text, and back.

use clerk_usher::catalogue::Type;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::typed;
use crate::failure::{Failure, Outcome};

/// Between the values of a list.
const SEPARATOR: char = ';';

/// The JSON text of a cell; none of an empty one, which gives nothing. Lists are values with `;` between them, or a JSON
/// array; objects are JSON.
pub(super) fn read(name: &str, kind: &Type, cell: &str) -> Outcome<Option<String>> {
    if cell.is_empty() {
        return Ok(None);
    }
    let json = |what: &str, first: char| {
        let text = cell.trim();
        let is_one = text.starts_with(first) && serde_json::from_str::<&RawValue>(text).is_ok();
        if is_one { Ok(text.to_owned()) } else { Err(Failure::Usage(format!("`{name}` must be {what}"))) }
    };
    match kind {
        Type::Map | Type::Object(_) => json("a JSON object", '{').map(Some),
        Type::Array(_) if cell.trim_start().starts_with('[') => {
            json("a JSON array, or values with `;` between", '[').map(Some)
        }
        Type::Array(item) => {
            let values = cell.split(SEPARATOR).map(str::trim).filter(|value| !value.is_empty());
            let values = values.map(|value| typed(name, item, value)).collect::<Outcome<Vec<String>>>()?;
            Ok(Some(format!("[{}]", values.join(","))))
        }
        // Spreadsheets write them so.
        Type::Boolean => typed(name, kind, &cell.trim().to_ascii_lowercase()).map(Some),
        Type::Integer | Type::Number | Type::Timestamp => typed(name, kind, cell.trim()).map(Some),
        _ => typed(name, kind, cell).map(Some),
    }
}

/// The cell of a value, from its JSON text.
pub(super) fn write(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::Null) => String::new(),
        Ok(Value::String(text)) => text,
        Ok(Value::Array(items)) => match plain(&items) {
            Some(cell) => cell,
            None => json.to_owned(),
        },
        _ => json.to_owned(),
    }
}

/// Texts with `;` between them, if they come back as they were.
fn plain(items: &[Value]) -> Option<String> {
    let texts: Vec<&str> = items.iter().map(Value::as_str).collect::<Option<_>>()?;
    let fits =
        |text: &&str| !text.is_empty() && text.trim() == *text && !text.contains(SEPARATOR) && !text.starts_with('[');
    (!texts.is_empty() && texts.iter().all(fits)).then(|| texts.join(&SEPARATOR.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use clerk_usher::catalogue::Type;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const LIST: Type = Type::Array(&Type::String);

    #[test]
    fn cells_are_read_by_their_kind() {
        let json = |kind: &Type, cell: &str| read("x", kind, cell).ok().flatten();
        assert_eq!(json(&LIST, "a@b.c; d@e.f;").as_deref(), Some(r#"["a@b.c","d@e.f"]"#));
        assert_eq!(json(&LIST, r#"["a;b"]"#).as_deref(), Some(r#"["a;b"]"#));
        assert_eq!(json(&LIST, "[a").as_deref(), None);
        assert_eq!(json(&Type::Map, r#" {"n": 1.50} "#).as_deref(), Some(r#"{"n": 1.50}"#));
        assert_eq!(json(&Type::Map, "plan=pro"), None);
        assert_eq!(json(&Type::Boolean, "TRUE").as_deref(), Some("true"));
        assert_eq!(json(&Type::Boolean, "yes"), None);
        assert_eq!(json(&Type::String, "007").as_deref(), Some("\"007\""));
        assert_eq!(json(&Type::String, ""), None);
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "\\PC{1,20}") {
            let cell = write(&json!(text).to_string());
            prop_assert_eq!(read("x", &Type::String, &cell).unwrap(), Some(json!(text).to_string()));
        }

        #[test]
        fn lists_come_back(texts in proptest::collection::vec("[\\[; a-c,\"é]{0,6}", 1..5)) {
            let cell = write(&json!(texts).to_string());
            let read = read("x", &LIST, &cell).unwrap().unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&read).unwrap(), json!(texts));
        }

        #[test]
        fn any_cell_is_json_or_refused(cell in "\\PC{0,24}") {
            for kind in [LIST, Type::Map, Type::Boolean, Type::Integer, Type::Datetime, Type::String] {
                if let Ok(Some(json)) = read("x", &kind, &cell) {
                    prop_assert!(serde_json::from_str::<Value>(&json).is_ok(), "{}", json);
                }
            }
        }
    }
}
