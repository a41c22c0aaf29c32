//! Filling in JWT templates: `{{user.id}}`, `{{org.role}}`, `{{user.public_metadata.plan}}` and so on.

use serde_json::{Map, Value};

/// The claims with every shortcode replaced by what it names in `context`. What `context` has a name for at its top but
/// not further down becomes null.
pub(crate) fn fill(claims: &Map<String, Value>, context: &Value) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), fill_value(value, context))).collect()
}

fn fill_value(value: &Value, context: &Value) -> Value {
    match value {
        Value::String(text) => fill_text(text, context),
        Value::Array(items) => items.iter().map(|item| fill_value(item, context)).collect(),
        Value::Object(map) => Value::Object(fill(map, context)),
        other => other.clone(),
    }
}

/// A text that is one shortcode takes the value's own kind; within other text a value is written out.
fn fill_text(text: &str, context: &Value) -> Value {
    if let Some(expression) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && !expression.contains("}}")
    {
        return evaluate(expression, context).unwrap_or_else(|| Value::from(text));
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((expression, after)) = after.split_once("}}") else { break };
        filled.push_str(before);
        match evaluate(expression, context) {
            Some(Value::String(text)) => filled.push_str(&text),
            Some(other) => filled.push_str(&other.to_string()),
            None => filled.push_str(&format!("{{{{{expression}}}}}")),
        }
        rest = after;
    }
    filled.push_str(rest);
    Value::String(filled)
}

/// The first operand of `a || b || 'c'` that is neither null nor false, else the last. None where an operand is not
/// about anything in `context`: then the text stays as it is.
fn evaluate(expression: &str, context: &Value) -> Option<Value> {
    let values: Option<Vec<Value>> = operands(expression).into_iter().map(|one| operand(one, context)).collect();
    let mut values = values?;
    let first = values.iter().position(|value| !matches!(value, Value::Null | Value::Bool(false)));
    match first {
        Some(at) => Some(values.swap_remove(at)),
        None => values.pop(),
    }
}

/// Cuts at `||`, but not within single quotes.
fn operands(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut rest = expression.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '\'' {
            quoted = !quoted;
        } else if c == '|' && !quoted && rest.peek().is_some_and(|(_, next)| *next == '|') {
            rest.next();
            found.push(expression.get(start..at).unwrap_or_default().trim());
            start = at + 2;
        }
    }
    found.push(expression.get(start..).unwrap_or_default().trim());
    found
}

/// A literal (`'text'`, a number, `true`, `false`), or the value that a path leads to.
fn operand(text: &str, context: &Value) -> Option<Value> {
    if let Some(literal) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(Value::from(literal));
    }
    if let Ok(literal @ (Value::Bool(_) | Value::Number(_))) = serde_json::from_str::<Value>(text) {
        return Some(literal);
    }
    let mut names = text.split('.').map(str::trim);
    let root = context.get(names.next()?)?;
    let value = names.try_fold(root, |value, name| value.get(name));
    Some(value.cloned().unwrap_or(Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shortcodes_keep_their_kind() {
        let context =
            json!({"user": {"id": "user_1", "age": 7, "public_metadata": {"plan": {"tier": 2}}}, "org": null});
        let claims = json!({
            "id": "{{user.id}}", "age": "{{ user.age }}", "text": "u={{user.id}}/{{user.age}}!",
            "plan": ["{{user.public_metadata.plan}}"], "none": "{{org.id}}", "open": "{{user.id", "n": 5,
        });
        let filled = Value::Object(fill(claims.as_object().expect("a map"), &context));
        assert_eq!(
            filled,
            json!({
                "id": "user_1", "age": 7, "text": "u=user_1/7!", "plan": [{"tier": 2}],
                "none": null, "open": "{{user.id", "n": 5,
            })
        );
    }

    #[test]
    fn fallbacks_stand_in_for_null_and_false() {
        let context = json!({"user": {"name": null, "verified": false, "phone_verified": true, "age": 0}, "org": null});
        let claims = json!({
            "name": "{{user.name || 'Awesome || User'}}", "verified": "{{user.verified || user.phone_verified}}",
            "last": "{{ user.name||user.verified }}", "age": "{{user.age || 30}}", "number": "{{org.id || 30 }}",
            "truth": "{{user.none || true}}", "text": "{{user.name}} {{user.name || 'John'}}",
        });
        assert_eq!(
            Value::Object(fill(claims.as_object().expect("a map"), &context)),
            json!({
                "name": "Awesome || User", "verified": true, "last": false, "age": 0, "number": 30, "truth": true,
                "text": "null John",
            })
        );
    }

    #[test]
    fn what_is_about_nothing_stays() {
        let claims = json!({"a": "{{organization.id}}", "b": "x {{organization.id}}", "c": "{{}}", "d": "{{user}}"});
        let filled = Value::Object(fill(claims.as_object().expect("a map"), &json!({"user": 1})));
        assert_eq!(filled, json!({"a": "{{organization.id}}", "b": "x {{organization.id}}", "c": "{{}}", "d": 1}));
    }

    #[test]
    fn any_text_is_filled_without_a_panic() {
        let pieces = ["{{", "}}", "||", "'", "user", ".", "id", " ", "|", "{", "}", "ü", "1e9", "-"];
        let mut random = fastrand::Rng::with_seed(7);
        let context = json!({"user": {"id": "user_1"}});
        for _ in 0..20_000 {
            let text: String = (0..random.usize(0..12)).map(|_| pieces[random.usize(0..pieces.len())]).collect();
            let value = fill_text(&text, &context);
            if !text.contains("{{") {
                assert_eq!(value, Value::from(text));
            }
        }
    }
}
