//! Is this what the operation takes? Every refusal names the argument and says what would be right.

use serde_json::value::RawValue;

use super::{Arguments, closest};
use crate::catalogue::{Object, Operation, Param, Place, Rule, Type};
use crate::error::ArgumentError;
use crate::file::File;

type Checked = Result<(), ArgumentError>;

/// All checks, in the order a reader of the call would make them: names, then presence, then kinds, then rules.
pub(super) fn all(operation: &Operation, arguments: &Arguments, files: &[(String, File)]) -> Checked {
    for (name, _) in arguments.iter() {
        if !operation.params.iter().any(|param| param.name == name) {
            return Err(unknown(name, name, operation.name, operation.params));
        }
    }
    check_files(operation, files)?;
    for param in operation.params {
        if matches!(param.kind, Type::File) {
            if arguments.raw(param.name).is_some() {
                return Err(refuse(param.name, "must be passed as a file"));
            }
            continue;
        }
        match arguments.raw(param.name) {
            Some(value) => check_param(param, param.name, value, Some(param.place))?,
            None if param.required => {
                return Err(refuse(
                    param.name,
                    &format!("is required by {} and must be {}", operation.name, expected(param)),
                ));
            }
            None => {}
        }
    }
    let given = Given { path: "", fields: &[], values: arguments, files };
    operation.rules.iter().try_for_each(|rule| given.check(rule))
}

fn check_files(operation: &Operation, files: &[(String, File)]) -> Checked {
    let takes = |name: &str| operation.params.iter().any(|p| p.name == name && matches!(p.kind, Type::File));
    for (name, file) in files {
        if !takes(name) {
            return Err(refuse(name, &format!("is not a file that {} takes", operation.name)));
        }
        if file.bytes.len() > File::MAX_BYTES {
            return Err(refuse(
                name,
                &format!("is larger than {} bytes (10 MiB), the most the API takes", File::MAX_BYTES),
            ));
        }
        if [&file.filename, &file.content_type].iter().any(|text| text.is_empty() || text.contains(['\r', '\n', '\0']))
        {
            return Err(refuse(name, "needs a file name and a content type without line breaks"));
        }
    }
    let missing =
        |p: &&Param| matches!(p.kind, Type::File) && p.required && !files.iter().any(|(name, _)| name == p.name);
    match operation.params.iter().find(missing) {
        Some(param) => Err(refuse(param.name, &format!("is required by {} and must be a file", operation.name))),
        None => Ok(()),
    }
}

fn check_param(param: &Param, path: &str, value: &RawValue, place: Option<Place>) -> Checked {
    let text = value.get();
    if text == "null" {
        return match place {
            Some(Place::Path) => Err(refuse(path, &format!("must be {}, not null", expected(param)))),
            Some(Place::Query | Place::QueryComma) => {
                Err(refuse(path, "cannot be null: a query has no null; leave the argument out instead"))
            }
            _ if param.required && !param.nullable => {
                Err(refuse(path, &format!("must be {}, not null", expected(param))))
            }
            _ => Ok(()),
        };
    }
    check_kind(&param.kind, path, text)?;
    match param.kind {
        Type::Integer | Type::Timestamp => check_bounds(param, path, text),
        Type::Array(_) => check_length(param, path, text),
        Type::String if place == Some(Place::Path) => check_segment(path, text),
        _ => Ok(()),
    }
}

fn check_kind(kind: &Type, path: &str, text: &str) -> Checked {
    let first = text.as_bytes().first().copied().unwrap_or(b' ');
    let number = first == b'-' || first.is_ascii_digit();
    let fits = match kind {
        Type::String => first == b'"',
        Type::Integer | Type::Timestamp => text.parse::<i64>().is_ok(),
        Type::Number => number,
        Type::Boolean => text == "true" || text == "false",
        Type::Datetime => first == b'"' || text.parse::<i64>().is_ok(),
        Type::Map => first == b'{',
        Type::Any => true,
        Type::File => false,
        Type::Object(object) => return check_object(object, path, text),
        Type::Array(item) => return check_items(item, path, text),
    };
    if fits { Ok(()) } else { Err(refuse(path, &format!("must be {}, not {}", noun(kind), shown(text)))) }
}

fn check_object(object: &Object, path: &str, text: &str) -> Checked {
    if !text.starts_with('{') {
        return Err(refuse(path, &format!("must be an object, not {}", shown(text))));
    }
    let values =
        Arguments::from_json(text).map_err(|error| refuse(path, &format!("is not valid: {}", error.message)))?;
    for (name, _) in values.iter() {
        if !object.open && !object.fields.iter().any(|field| field.wire == name) {
            return Err(unknown(&format!("{path}.{name}"), name, object.name, object.fields));
        }
    }
    for field in object.fields {
        let inner = format!("{path}.{}", field.name);
        match values.raw(field.wire) {
            Some(value) => check_param(field, &inner, value, None)?,
            None if field.required => {
                return Err(refuse(&inner, &format!("is required and must be {}", expected(field))));
            }
            None => {}
        }
    }
    let given = Given { path, fields: object.fields, values: &values, files: &[] };
    object.rules.iter().try_for_each(|rule| given.check(rule))
}

fn check_items(item: &Type, path: &str, text: &str) -> Checked {
    for (index, value) in items(path, text)?.iter().enumerate() {
        check_kind(item, &format!("{path}[{index}]"), value.get())?;
    }
    Ok(())
}

fn check_bounds(param: &Param, path: &str, text: &str) -> Checked {
    let value: i64 = text.parse().unwrap_or(param.min);
    if value < param.min || value > param.max {
        return Err(refuse(path, &format!("must be {}, not {value}", expected(param))));
    }
    Ok(())
}

fn check_length(param: &Param, path: &str, text: &str) -> Checked {
    let count = items(path, text)?.len();
    if count < param.min_items {
        return Err(refuse(path, &format!("must have at least {} items, not {count}", param.min_items)));
    }
    if count > param.max_items {
        return Err(refuse(path, &format!("must have at most {} items, not {count}", param.max_items)));
    }
    Ok(())
}

/// A path parameter is one segment, and stays one whatever a server or a proxy makes of it.
fn check_segment(path: &str, text: &str) -> Checked {
    let value: String = serde_json::from_str(text).map_err(|_| refuse(path, "must be a string"))?;
    let wrong = match value.as_str() {
        "" => "is empty",
        "." | ".." => "is a dot segment",
        text if text.contains(['/', '\\']) => "has a slash in it",
        text if text.chars().any(char::is_control) => "has a control character in it",
        _ => return Ok(()),
    };
    Err(refuse(path, &format!("{wrong}; it must be one id, such as user_2abc")))
}

/// What rules are about: the arguments of a call, or the fields of an object in it.
struct Given<'a> {
    /// Where the object is; empty for the call itself.
    path: &'a str,
    /// The object's fields; the call's arguments go by our names already.
    fields: &'a [Param],
    values: &'a Arguments,
    files: &'a [(String, File)],
}

impl Given<'_> {
    fn check(&self, rule: &Rule) -> Checked {
        let count = |names: &[&str]| names.iter().filter(|name| self.has(name)).count();
        match rule {
            Rule::ExactlyOne(names) if count(names) != 1 => Err(self.refuse_all(names, "exactly one of", count(names))),
            Rule::AtLeastOne(names) if count(names) == 0 => Err(self.refuse_all(names, "at least one of", 0)),
            Rule::AtMostOne(names) if count(names) > 1 => Err(self.refuse_all(names, "at most one of", count(names))),
            Rule::SameLength(names) => self.check_same_length(names),
            Rule::Positive(names) => {
                match names.iter().find(|name| self.number(name).is_some_and(|value| value <= 0.0)) {
                    Some(name) => Err(refuse(&self.at(name), "must be above 0")),
                    None => Ok(()),
                }
            }
            Rule::NotWithOffset(names) if self.number("offset").is_some_and(|offset| offset > 0.0) => {
                match names.iter().find(|name| self.has(name)) {
                    Some(name) => Err(refuse(&self.at(name), "cannot be combined with an `offset` above 0")),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        let wire = self.fields.iter().find(|field| field.name == name).map_or(name, |field| field.wire);
        self.values.get(wire)
    }

    fn has(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text != "null") || self.files.iter().any(|(file, _)| file == name)
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn check_same_length(&self, names: &[&str]) -> Checked {
        let mut first: Option<(&str, usize)> = None;
        for name in names {
            let Some(text) = self.text(name).filter(|text| *text != "null") else { continue };
            let count = items(name, text)?.len();
            match first {
                // The API takes an empty array for one that was not given.
                _ if count == 0 => {}
                None => first = Some((name, count)),
                Some((other, length)) if length != count => {
                    let message =
                        format!("has {count} items and `{other}` has {length}: they go together, one for one");
                    return Err(refuse(&self.at(name), &message));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn refuse_all(&self, names: &[&str], how_many: &str, count: usize) -> ArgumentError {
        let list = names.iter().map(|name| format!("`{}`", self.at(name))).collect::<Vec<_>>().join(", ");
        let first = names.first().copied().unwrap_or_default();
        ArgumentError::new(self.at(first), format!("{how_many} {list} must be given, not {count}"))
    }
}

/// The elements of a JSON array.
pub(super) fn items<'a>(path: &str, text: &'a str) -> Result<Vec<&'a RawValue>, ArgumentError> {
    serde_json::from_str(text).map_err(|_| refuse(path, &format!("must be an array, not {}", shown(text))))
}

fn refuse(argument: &str, what: &str) -> ArgumentError {
    ArgumentError::new(argument, format!("`{argument}` {what}"))
}

fn unknown(path: &str, name: &str, owner: &str, params: &[Param]) -> ArgumentError {
    let mut message = format!("`{path}` is not an argument of {owner}");
    match closest(name, params.iter().map(|param| param.name)) {
        Some(meant) => message.push_str(&format!("; did you mean `{meant}`?")),
        None if params.is_empty() => message.push_str("; it takes none"),
        None => {
            let names = params.iter().map(|param| param.name).collect::<Vec<_>>().join(", ");
            message.push_str(&format!("; it takes {names}"));
        }
    }
    ArgumentError::new(path, message)
}

fn expected(param: &Param) -> String {
    let noun = noun(&param.kind);
    match (param.min, param.max) {
        (i64::MIN, i64::MAX) => noun.to_owned(),
        (min, i64::MAX) => format!("{noun} of at least {min}"),
        (i64::MIN, max) => format!("{noun} of at most {max}"),
        (min, max) => format!("{noun} from {min} to {max}"),
    }
}

fn noun(kind: &Type) -> &'static str {
    match kind {
        Type::String => "a string",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::Timestamp => "an integer of Unix milliseconds",
        Type::Datetime => "an RFC 3339 date and time, or an integer of Unix milliseconds",
        Type::Map | Type::Object(_) => "an object",
        Type::Any => "a JSON value",
        Type::File => "a file",
        Type::Array(_) => "an array",
    }
}

/// What came, by kind and not by content: it may be a password.
fn shown(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ if text.contains(['.', 'e', 'E']) => "a number with a fraction",
        _ => "a number",
    }
}
