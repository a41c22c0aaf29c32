//! Bodies and queries of real operations.

use super::super::body::{check_array, check_object};
use super::super::query::check_query;
use super::{operation, told};
use crate::query::Query;
use serde_json::{Value, json};

fn body(name: &str, body: Value) -> Vec<String> {
    told(&check_object(operation(name), body.as_object().expect("an object"), None))
}

fn query(name: &str, text: &str) -> Vec<String> {
    told(&check_query(operation(name), &Query::new(Query::decode(text))))
}

const NONE: [&str; 0] = [];

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = json!({"name": 7, "claims": [], "lifetime": 29, "allowed_clock_skew": 301, "custom_signing_key": "no"});
    assert_eq!(
        body("jwt_templates.create", wrong),
        [
            "form_param_type_invalid:name",
            "form_param_type_invalid:claims",
            "form_param_value_invalid:lifetime",
            "form_param_value_too_large:allowed_clock_skew",
            "form_param_type_invalid:custom_signing_key",
        ]
    );
}

#[test]
fn nulls_stand_for_what_is_left_out() {
    assert_eq!(body("users.create", json!({"first_name": null, "backup_codes": null, "password_hasher": null})), NONE);
}

#[test]
fn a_text_alone_is_a_list_of_one() {
    assert_eq!(body("users.create", json!({"email_address": "a@b.de"})), NONE);
    assert_eq!(body("users.create", json!({"email_address": [7]})), ["form_param_type_invalid:email_address"]);
    assert_eq!(body("users.create", json!({"email_address": {}})), ["form_param_type_invalid:email_address"]);
    assert_eq!(
        body("users.create", json!({"email_address_identification_status": "maybe"})),
        ["form_param_value_invalid:email_address_identification_status"]
    );
}

#[test]
fn integers_may_be_written_as_floats_without_a_fraction() {
    assert_eq!(body("sign_in_tokens.create", json!({"user_id": "u", "expires_in_seconds": 3600.0})), NONE);
    assert_eq!(
        body("sign_in_tokens.create", json!({"user_id": "u", "expires_in_seconds": 0.5})),
        ["form_param_type_invalid:expires_in_seconds"]
    );
    assert_eq!(body("m2m.create_token", json!({"seconds_until_expiration": 0.5})), NONE);
    assert_eq!(
        body("m2m.create_token", json!({"seconds_until_expiration": -0.5})),
        ["form_param_value_invalid:seconds_until_expiration"]
    );
}

#[test]
fn fields_of_objects_are_named_by_their_place() {
    let to = |to: Value| json!({"to": to, "from": {"address": "a"}, "subject": "s", "html": "h"});
    assert_eq!(body("emails.create", to(json!({"address": "a"}))), NONE);
    assert_eq!(body("emails.create", to(json!({"address": 7}))), ["form_param_type_invalid:to.address"]);
    assert_eq!(body("emails.create", to(json!({"address": "a", "shoe": 7}))), ["form_param_unknown:to.shoe"]);
    assert_eq!(body("emails.create", to(json!({}))), ["form_param_missing:to.address"]);
    let mappings = json!({"mappings": [{"scim_group_id": "g", "role_id": "r"}, {"scim_group_id": "g"}]});
    assert_eq!(
        body("scim_directories.replace_group_role_mappings", mappings),
        ["form_param_missing:mappings[1].role_id"]
    );
}

#[test]
fn open_objects_and_operations_let_others_pass() {
    assert_eq!(body("sessions.create", json!({"user_id": "u", "other": 1})), NONE);
    assert_eq!(body("actor_tokens.create", json!({"user_id": "u", "actor": {"sub": "a", "other": 1}})), NONE);
}

#[test]
fn counts() {
    let ids = |count: usize| json!({"user_ids": vec!["u"; count]});
    assert_eq!(body("users.bulk_ban", ids(50)), NONE);
    assert_eq!(body("users.bulk_ban", ids(51)), ["form_param_array_size_exceeded:user_ids"]);
    assert_eq!(body("users.bulk_ban", ids(0)), ["form_param_format_invalid:user_ids"]);
}

#[test]
fn older_versions_take_what_they_took() {
    let metadata = json!({"public_metadata": {}, "unsafe_metadata": {}});
    let told = |name: &str, version: Option<&str>| {
        told(&check_object(operation(name), metadata.as_object().expect("an object"), version))
    };
    assert_eq!(told("users.update", Some("2025-11-10")), NONE);
    assert_eq!(told("organizations.update", Some("2025-11-10")), ["form_param_unknown:unsafe_metadata"]);
    for version in [None, Some("2026-05-12")] {
        assert_eq!(
            told("users.update", version),
            ["form_param_unknown:public_metadata", "form_param_unknown:unsafe_metadata"]
        );
    }
}

#[test]
fn array_bodies() {
    let check = |body: Value| check_array(operation("invitations.bulk_create"), &body).map(|errors| told(&errors));
    assert_eq!(check(json!([{"email_address": "a@b.de"}])), Ok(vec![]));
    assert_eq!(
        check(json!([{"shoe": 1}, {"shoe": 2}])),
        Ok(vec!["form_param_missing:email_address".to_owned(), "form_param_unknown:shoe".to_owned()])
    );
    for bad in [json!({}), json!(null), json!([7])] {
        assert_eq!(check(bad).map_err(|error| error.status), Err(400));
    }
}

#[test]
fn queries() {
    assert_eq!(
        query("users.list", "limit=1&offset=0&banned=true&user_id=a&user_id[]=-b&shoe=7&created_at_after=0"),
        NONE
    );
    assert_eq!(query("users.list", "limit=&banned="), NONE);
    assert_eq!(
        query("users.list", "limit=501&offset=x&banned=maybe&created_at_after=now"),
        [
            "form_param_type_invalid:banned",
            "form_param_type_invalid:created_at_after",
            "form_param_value_too_large:limit",
            "form_param_type_invalid:offset",
        ]
    );
    assert_eq!(query("users.list", "starting_after=u&offset=1"), ["form_conditional_param_disallowed:starting_after"]);
    assert_eq!(query("users.list", "starting_after=u&offset=0"), NONE);
    assert_eq!(query("invitations.list", "status=lost"), ["form_param_value_invalid:status"]);
    assert_eq!(query("m2m.list_tokens", ""), ["form_param_missing:subject"]);
}
