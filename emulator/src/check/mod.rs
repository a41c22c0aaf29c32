//! Requests held against the table of operations, before a handler sees them: names, kinds, enums, bounds, counts, what
//! is missing, and the rules between fields. All that is wrong is told in one answer.
//!
//! What a text has to look like (addresses, times, slugs) and what depends on the state is for the handlers.

mod body;
mod older;
mod query;
mod rules;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod value;

use crate::api::Call;
use crate::errors::{ApiError, ErrorItem};
use body::check_body;
use query::check_query;
use table::{Kind, Operation, Place};

/// Resources of the services that tell bad parameters with a 400 and the place in words, and have one kind of number.
const TELL_WITH_400: [&str; 4] = ["admin_portal_link_tokens", "api_keys", "m2m", "oauth_access_tokens"];

/// Holds a request against the table.
///
/// Answers 422 with every parameter that is wrong (400 where the service does so), or 400 for a body that is no JSON or
/// not an object or array where one belongs.
pub(crate) fn check(operation: &Operation, call: &Call<'_>) -> Result<(), ApiError> {
    let mut outside = check_path(operation, call);
    outside.extend(check_query(operation, &call.query));
    let body = check_body(operation, call)?;
    if outside.is_empty() && body.is_empty() {
        return Ok(());
    }
    if !tells_with_400(operation) {
        outside.extend(body);
        return Err(ApiError { status: 422, errors: outside });
    }
    let mut error = ApiError { status: 422, errors: outside }.into_bad_request("query");
    error.errors.extend(ApiError { status: 422, errors: body }.into_bad_request("body").errors);
    Err(error)
}

fn tells_with_400(operation: &Operation) -> bool {
    TELL_WITH_400.contains(&operation.name.split('.').next().unwrap_or_default())
}

fn check_path(operation: &Operation, call: &Call<'_>) -> Vec<ErrorItem> {
    let mut errors = Vec::new();
    for field in operation.fields.iter().filter(|field| field.place == Place::Path) {
        if let Kind::OneOf(allowed) = field.kind {
            let text = call.param(field.name);
            if !allowed.contains(&text.as_str()) {
                errors.push(ErrorItem::value(field.name, &text));
            }
        }
    }
    errors
}
