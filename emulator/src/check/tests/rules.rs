//! Rules between fields.

use super::super::rules::check_rules;
use super::super::table::Rule;
use super::told;
use serde_json::{Value, json};

fn errors(rule: Rule, values: Value) -> Vec<String> {
    let mut errors = Vec::new();
    check_rules(&[rule], values.as_object().expect("an object"), |item| errors.push(item));
    told(&errors)
}

const NONE: [&str; 0] = [];

#[test]
fn one_of_several() {
    let exactly = Rule::ExactlyOne(&["a", "b"]);
    assert_eq!(errors(exactly, json!({"b": 1})), NONE);
    assert_eq!(errors(exactly, json!({"a": null, "b": 1})), NONE);
    assert_eq!(errors(exactly, json!({})), ["form_param_missing:a"]);
    assert_eq!(errors(exactly, json!({"a": 1, "b": 1})), ["form_conditional_param_disallowed:b"]);
    assert_eq!(errors(Rule::AtLeastOne(&["a", "b"]), json!({"a": 1, "b": 1})), NONE);
    assert_eq!(errors(Rule::AtLeastOne(&["a", "b"]), json!({"b": null})), ["form_param_missing:a"]);
    assert_eq!(errors(Rule::AtMostOne(&["a", "b"]), json!({})), NONE);
    assert_eq!(errors(Rule::AtMostOne(&["a", "b"]), json!({"a": 0, "b": 0})), ["form_conditional_param_disallowed:b"]);
}

#[test]
fn lengths() {
    let rule = Rule::SameLength(&["a", "b"]);
    assert_eq!(errors(rule, json!({"a": [1], "b": [2]})), NONE);
    assert_eq!(errors(rule, json!({"a": [1], "b": []})), NONE);
    assert_eq!(errors(rule, json!({"a": "text", "b": [1]})), NONE);
    assert_eq!(errors(rule, json!({"a": [1], "b": [1, 2]})), ["form_param_format_invalid:b"]);
}

#[test]
fn numbers() {
    let rule = Rule::Positive(&["a"]);
    assert_eq!(errors(rule, json!({"a": 1})), NONE);
    assert_eq!(errors(rule, json!({"a": null})), NONE);
    assert_eq!(errors(rule, json!({"a": "text"})), NONE);
    assert_eq!(errors(rule, json!({"a": 0})), ["form_param_format_invalid:a"]);
    let rule = Rule::NotWithOffset(&["a"]);
    assert_eq!(errors(rule, json!({"a": "x", "offset": 0})), NONE);
    assert_eq!(errors(rule, json!({"a": "x", "offset": 1})), ["form_conditional_param_disallowed:a"]);
}
