//! Filling in JWT templates: `{{user.id}}`, `{{org.role}}`, `{{user.public_metadata.plan}}` and so on.

use serde_json::{Map, Value};

/// The claims with every shortcode replaced by what it names in `context`; unknown names become null.
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
    if let Some(path) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && !path.contains("}}")
    {
        return look_up(path, context);
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((path, after)) = after.split_once("}}") else { break };
        filled.push_str(before);
        match look_up(path, context) {
            Value::String(text) => filled.push_str(&text),
            Value::Null => {}
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Value::String(filled)
}

fn look_up(path: &str, context: &Value) -> Value {
    path.trim().split('.').try_fold(context, |value, name| value.get(name.trim())).cloned().unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shortcodes_keep_their_kind() {
        let context = json!({"user": {"id": "user_1", "age": 7, "public_metadata": {"plan": {"tier": 2}}}});
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
}
