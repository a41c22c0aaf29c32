//! Filling in the templates of messages: `{{app.name}}`, and `{{{app.name}}}` for text that is HTML already.

use serde_json::Value;

/// A tag, and what is around it.
enum Piece<'a> {
    Text(&'a str),
    Tag { name: &'a str, is_html: bool },
}

/// Cuts a template at its tags. None if one does not end.
fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        found.push(Piece::Text(before));
        let (name, after, is_html) = match after.strip_prefix('{') {
            Some(after) => after.split_once("}}}").map(|(name, after)| (name, after, true))?,
            None => after.split_once("}}").map(|(name, after)| (name, after, false))?,
        };
        let name = name.trim();
        if name.is_empty() || name.contains(['{', '}']) {
            return None;
        }
        found.push(Piece::Tag { name, is_html });
        rest = after;
    }
    found.push(Piece::Text(rest));
    Some(found)
}

/// Whether a template can be filled in at all.
pub(crate) fn is_valid(template: &str) -> bool {
    pieces(template).is_some()
}

/// Whether a template has a tag for the variable.
pub(crate) fn names(template: &str, variable: &str) -> bool {
    let tags = pieces(template).unwrap_or_default();
    tags.iter().any(|piece| matches!(piece, Piece::Tag { name, .. } if *name == variable))
}

/// The template with values for its variables; unknown ones are empty. The tags of blocks (`#if`, `/if`, `else`) are
/// left out, what is in the blocks stays.
pub(crate) fn fill(template: &str, values: &Value) -> Option<String> {
    let mut filled = String::new();
    for piece in pieces(template)? {
        let (name, is_html) = match piece {
            Piece::Text(text) => {
                filled.push_str(text);
                continue;
            }
            Piece::Tag { name, is_html } => (name, is_html),
        };
        let value = name.split('.').try_fold(values, |value, key| value.get(key.trim()));
        let text = match value {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        filled.push_str(&if is_html { text } else { escaped(&text) });
    }
    Some(filled)
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_escaped_unless_they_are_html() {
        let values = json!({"app": {"name": "A & <B>"}, "n": 5});
        let filled = fill("{{app.name}}|{{{app.name}}}|{{ n }}|{{none}}|{{#if n}}yes{{/if}}", &values);
        assert_eq!(filled.as_deref(), Some("A &amp; &lt;B&gt;|A & <B>|5||yes"));
    }

    #[test]
    fn tags_have_to_end() {
        for bad in ["{{", "{{a", "{{a}", "{{}}", "{{{a}}", "x {{ {{a}} }}"] {
            assert!(!is_valid(bad), "{bad}");
        }
        assert!(is_valid("") && is_valid("{ } }}") && is_valid("{{a}}{{b}}"));
        assert!(names("x {{ otp_code }}", "otp_code") && !names("otp_code", "otp_code"));
    }
}
