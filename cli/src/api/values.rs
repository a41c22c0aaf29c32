//! Arguments as they are typed: `name=value`, `name:=JSON`, `name@FILE`.

use clerk_usher::catalogue::{Operation, Param, Place, Type};
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use crate::failure::{Failure, Outcome};

/// One argument as it was typed.
#[derive(Debug)]
pub(crate) enum Given {
    /// `name=value`
    Text(String, String),
    /// `name:=JSON`
    Json(String, Box<RawValue>),
    /// `name@FILE`
    File(String, String),
}

impl Given {
    /// Takes one apart. What is refused is not repeated: it may be a key that strayed here.
    pub(crate) fn read(text: &str) -> Outcome<Self> {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let fail = |what: &str| Err(Failure::Usage(what.to_owned()));
        if name.is_empty() {
            return fail("an argument must begin with its name: name=value, name:=JSON or name@FILE");
        }
        if let Some(json) = rest.strip_prefix(":=") {
            return match serde_json::from_str(json) {
                Ok(json) => Ok(Self::Json(name.to_owned(), json)),
                Err(error) => Err(Failure::Usage(format!("`{name}` is not JSON: {error}"))),
            };
        }
        match (rest.strip_prefix('='), rest.strip_prefix('@')) {
            (Some(value), _) => Ok(Self::Text(name.to_owned(), value.to_owned())),
            (_, Some(path)) if !path.is_empty() => Ok(Self::File(name.to_owned(), path.to_owned())),
            _ => fail("an argument must be name=value, name:=JSON or name@FILE"),
        }
    }

    /// Whether this is a name with a value, and not a value by itself.
    pub(crate) fn is_named(text: &str) -> bool {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        !name.is_empty() && (rest.starts_with('=') || rest.starts_with(":=") || rest.starts_with('@'))
    }
}

/// The operation's arguments with names, where those of the path stood by themselves.
pub(super) fn named(operation: &Operation, arguments: &[String]) -> Outcome<Vec<Given>> {
    let mut places = operation.params.iter().filter(|param| param.place == Place::Path);
    let mut all = Vec::with_capacity(arguments.len());
    for text in arguments {
        if Given::is_named(text) {
            all.push(Given::read(text)?);
            continue;
        }
        let Some(place) = places.next() else {
            return Err(Failure::Usage(format!(
                "{} has no place for an argument without a name: write name=value, name:=JSON or name@FILE",
                operation.name
            )));
        };
        all.push(Given::Text(place.name.to_owned(), text.clone()));
    }
    Ok(all)
}

/// The JSON text of a value of this kind. `name` is for the message.
pub(crate) fn typed(name: &str, kind: &Type, text: &str) -> Outcome<String> {
    let fail = |what: &str| Err(Failure::Usage(format!("`{name}` must be {what}")));
    match kind {
        Type::String | Type::Any => Ok(Value::from(text).to_string()),
        Type::Datetime if text.parse::<i64>().is_err() => Ok(Value::from(text).to_string()),
        Type::Integer | Type::Timestamp | Type::Datetime => match text.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => fail("an integer"),
        },
        Type::Number => match text.parse::<Number>() {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => fail("a number"),
        },
        Type::Boolean => match text {
            "true" | "false" => Ok(text.to_owned()),
            _ => fail("true or false"),
        },
        Type::Array(item) => typed(name, item, text),
        Type::Map | Type::Object(_) => fail(&format!("an object: write {name}:='{{…}}'")),
        Type::File => fail(&format!("a file: write {name}@PATH")),
    }
}

/// The parameter of this name.
pub(super) fn param<'o>(operation: &'o Operation, name: &str) -> Option<&'o Param> {
    operation.params.iter().find(|param| param.name == name)
}

#[cfg(test)]
mod tests {
    use super::{Given, typed};
    use clerk_usher::catalogue::Type;
    use proptest::prelude::*;

    #[test]
    fn the_first_sign_decides() {
        let read = |text: &str| Given::read(text).ok();
        assert!(matches!(read("a=b:=c@d"), Some(Given::Text(name, value)) if name == "a" && value == "b:=c@d"));
        assert!(
            matches!(read("a:=[1 , 2]"), Some(Given::Json(name, value)) if name == "a" && value.get() == "[1 , 2]")
        );
        assert!(matches!(read("file@a=b"), Some(Given::File(name, path)) if name == "file" && path == "a=b"));
        assert!(matches!(read("a="), Some(Given::Text(_, value)) if value.is_empty()));
        for text in ["", "=b", "a", "a:b", "a@", "-a=b", "a b=c"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_strayed_here_is_not_repeated() {
        let error = Given::read("secret value").unwrap_err().message();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn kinds_decide_what_a_text_is() {
        let json = |kind: &Type, text: &str| typed("x", kind, text).ok();
        assert_eq!(json(&Type::String, "7").as_deref(), Some("\"7\""));
        assert_eq!(json(&Type::Integer, "7").as_deref(), Some("7"));
        assert_eq!(json(&Type::Integer, "7.5"), None);
        assert_eq!(json(&Type::Number, "7.50").as_deref(), Some("7.50"));
        assert_eq!(json(&Type::Number, "7,5"), None);
        assert_eq!(json(&Type::Boolean, "true").as_deref(), Some("true"));
        assert_eq!(json(&Type::Boolean, "yes"), None);
        assert_eq!(json(&Type::Datetime, "2026-01-01T00:00:00Z").as_deref(), Some("\"2026-01-01T00:00:00Z\""));
        assert_eq!(json(&Type::Datetime, "1767225600000").as_deref(), Some("1767225600000"));
        assert_eq!(json(&Type::Map, "{}"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}", value in "\\PC{0,24}") {
            let _ = Given::read(&text);
            match Given::read(&format!("name={value}")) {
                Ok(Given::Text(name, read)) => prop_assert_eq!((name.as_str(), read), ("name", value)),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn json_is_kept_as_it_is_written(value in "[0-9]{1,40}|\"[a-z ]{0,9}\"|\\[[0-9]{1,3}( , [0-9]{1,3}){0,3}\\]") {
            prop_assume!(serde_json::from_str::<&serde_json::value::RawValue>(&value).is_ok());
            match Given::read(&format!("name:={value}")) {
                Ok(Given::Json(_, read)) => prop_assert_eq!(read.get(), value),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn typed_texts_are_json(text in "\\PC{0,24}") {
            for kind in [Type::String, Type::Any, Type::Integer, Type::Number, Type::Boolean, Type::Datetime] {
                if let Ok(json) = typed("x", &kind, &text) {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
                }
            }
        }
    }
}
