//! What can be told of a secret key without asking anyone.

use super::KeyError;
use crate::secret::Secret;

/// Takes a secret key (or, with option `machine_secret_key`, a machine's) as a [`Secret`].
///
/// Any text that could go into a header is one, but for what is plainly something else.
///
/// # Errors
/// [`KeyError`] with this option, which never repeats what was given: the key is empty, holds white space or control
/// characters, or is a publishable key.
pub fn check_secret_key(option: &'static str, text: &str) -> Result<Secret, KeyError> {
    let why = if text.is_empty() {
        "it is empty"
    } else if text.starts_with("pk_test_") || text.starts_with("pk_live_") {
        "it is a publishable key, which is for browsers"
    } else if text.starts_with("-----BEGIN") {
        "it is a PEM key; that belongs into `jwt_key`"
    } else if text.starts_with("whsec_") {
        "it is a webhook signing secret"
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "it holds white space or characters that a key cannot have"
    } else {
        return Ok(Secret::new(text));
    };
    Err(KeyError::new(
        option,
        format!(
            "The secret key is not valid: {why}. Copy the one that starts with sk_ from the API keys page of the Clerk Dashboard."
        ),
    ))
}
