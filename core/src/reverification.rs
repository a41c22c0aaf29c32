//! What to answer when a caller's proof of who they are is too old (R-403).

use serde_json::{Value, json};

use crate::error::ArgumentError;

/// The answer that asks a browser to verify its user again. Clerk's frontend SDKs understand it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReverificationError {
    /// HTTP status: 403.
    pub status: u16,
    /// The body, as JSON.
    pub body: Value,
}

const LEVELS: [&str; 3] = ["first_factor", "second_factor", "multi_factor"];
const PRESETS: [&str; 4] = ["strict_mfa", "strict", "moderate", "lax"];

/// The answer for a `has` with this reverification that said no (R-403).
///
/// `config` is what was asked: a preset (`strict_mfa`, `strict`, `moderate`, `lax`), or an object with `level`
/// (`first_factor`, `second_factor`, `multi_factor`) and `after_minutes` (or `afterMinutes`, as it is written in the body).
///
/// ```
/// let error = clerk_usher::reverification_error(&"strict".into())?;
/// assert_eq!(error.body["clerk_error"]["metadata"]["reverification"], "strict");
/// # Ok::<(), clerk_usher::error::ArgumentError>(())
/// ```
///
/// # Errors
/// [`ArgumentError`] for `config`, if it is anything else: nothing could ever meet it (R-402).
pub fn reverification_error(config: &Value) -> Result<ReverificationError, ArgumentError> {
    let written = read(config).ok_or_else(|| {
        ArgumentError::new(
            "config",
            "`config` must be strict_mfa, strict, moderate or lax, or an object with `level` (first_factor, second_factor, \
             multi_factor) and `after_minutes` (above 0)",
        )
    })?;
    let body = json!({
        "clerk_error": {
            "type": "forbidden",
            "reason": "reverification-error",
            "metadata": { "reverification": written },
        }
    });
    Ok(ReverificationError { status: 403, body })
}

fn read(config: &Value) -> Option<Value> {
    match config {
        Value::String(preset) => PRESETS.contains(&preset.as_str()).then(|| config.clone()),
        Value::Object(fields) => {
            let level = fields.get("level")?.as_str().filter(|level| LEVELS.contains(level))?;
            let minutes = fields.get("after_minutes").or_else(|| fields.get("afterMinutes"))?;
            let known = fields.keys().all(|name| matches!(name.as_str(), "level" | "after_minutes" | "afterMinutes"));
            let above_zero = minutes.as_f64().is_some_and(|minutes| minutes > 0.0);
            (known && fields.len() == 2 && above_zero).then(|| json!({ "level": level, "afterMinutes": minutes }))
        }
        _ => None,
    }
}
