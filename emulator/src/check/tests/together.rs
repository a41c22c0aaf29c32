//! What the check found and what the handler found, in one error.

use super::told;
use crate::errors::{ApiError, ErrorItem};

fn form(items: &[ErrorItem]) -> ApiError {
    ApiError { status: 422, errors: items.to_vec() }
}

#[test]
fn the_handlers_words_come_first_and_win() {
    let found = form(&[ErrorItem::wrong_type("a", "string"), ErrorItem::unknown("b")]);
    let handler = form(&[ErrorItem::format("c", "must be fine."), ErrorItem::format("a", "must be fine.")]);
    let all = found.together_with(Some(handler));
    assert_eq!(
        told(&all.errors),
        ["form_param_format_invalid:c", "form_param_format_invalid:a", "form_param_unknown:b"]
    );
}

#[test]
fn a_handler_that_found_nothing_or_something_else_has_no_say() {
    let found = form(&[ErrorItem::unknown("b")]);
    for handler in [None, Some(ApiError::not_found("user", "user_1")), Some(form(&[]))] {
        assert_eq!(found.clone().together_with(handler), found);
    }
}

#[test]
fn a_malformed_body_stays_one_error() {
    let handler = ApiError::bad_request("body", "name", "must be fine.");
    assert_eq!(ApiError::invalid_body().together_with(Some(handler)), ApiError::invalid_body());
}

#[test]
fn services_with_errors_in_words_are_read_by_their_words() {
    let found = form(&[ErrorItem::wrong_type("a", "string"), ErrorItem::unknown("b")]).into_bad_request("body");
    let all = found.together_with(Some(ApiError::bad_request("body", "a", "must be fine.")));
    let texts: Vec<&str> = all.errors.iter().map(|item| item.long_message.as_str()).collect();
    assert_eq!(
        texts,
        ["Invalid 'body.a': a must be fine.", "Invalid 'body.b': b is not a valid parameter for this request."]
    );
}
