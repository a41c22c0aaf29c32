//! Requests that the API's catalogue does not allow, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::Api;
use reqwest::multipart::{Form, Part};
use serde_json::json;

#[tokio::test]
async fn handler_and_catalogue_speak_in_one_answer() {
    let api = Api::start();
    let organization = api.organization("Acme", None).await;
    // That the address is none is for the handler to say. The catalogue finds the rest too, and nothing is told twice.
    let body = json!({ "email_address": "no address", "expires_in_days": 366, "notify": "yes" });
    let (status, told) = api.fails("POST", &format!("/organizations/{organization}/invitations"), Some(body)).await;
    assert_eq!(
        (status, told.as_slice()),
        (
            422,
            [
                "form_param_format_invalid:email_address",
                "form_param_missing:role",
                "form_param_value_too_large:expires_in_days",
                "form_param_type_invalid:notify",
            ]
            .map(str::to_owned)
            .as_slice()
        )
    );
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    let path = format!("/users/{user}");
    let body = json!({ "first_name": "Ann", "public_metadata": { "a": 1 } });
    api.fails_with("PATCH", &path, Some(body), 422, "form_param_unknown:public_metadata").await;
    assert_eq!(api.get(&path).await["first_name"], json!(null));
}

#[tokio::test]
async fn where_the_description_allows_it_other_fields_pass() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    let body = json!({ "user_ids": [user], "shoe_size": 44 });
    assert_eq!(api.post("/users/ban", body).await[0]["banned"], true);
    // It takes no body, and looks at none.
    assert_eq!(api.post(&format!("/users/{user}/unban"), json!({ "shoe_size": 44 })).await["banned"], false);
}

#[tokio::test]
async fn a_missing_key_comes_first() {
    let api = Api::start();
    let url = format!("{}/v1/users?limit=0", api.emulator.url());
    let status = api.client.get(url).send().await.expect("an answer").status();
    assert_eq!(status.as_u16(), 401);
}

#[tokio::test]
async fn query_names_that_nobody_knows_are_ignored() {
    let api = Api::start();
    api.get("/users?shoe_size=44").await;
    api.fails_with("GET", "/users?shoe_size=44&limit=0", None, 422, "form_param_value_invalid:limit").await;
}

#[tokio::test]
async fn services_that_answer_400_go_on_to_do_so() {
    let api = Api::start();
    let (status, answer) = api.send("POST", "/api_keys", Some(json!({ "name": 7, "shoe_size": 44 }))).await;
    assert_eq!(status, 400, "{answer}");
    let told: Vec<&str> = answer["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|e| e["long_message"].as_str().expect("text"))
        .collect();
    for (name, count) in [("body.name", 1), ("body.subject", 1), ("body.shoe_size", 1)] {
        let found = told.iter().filter(|text| text.starts_with(&format!("Invalid '{name}': "))).count();
        assert_eq!(found, count, "{name} in {told:?}");
    }
}

#[tokio::test]
async fn bodies_of_the_wrong_shape() {
    let api = Api::start();
    api.fails_with("POST", "/users", Some(json!([])), 400, "request_body_invalid").await;
    api.fails_with("POST", "/invitations/bulk", Some(json!({})), 400, "request_body_invalid").await;
    api.fails_with("POST", "/invitations/bulk", Some(json!([{}])), 422, "form_param_missing:email_address").await;
    let request = api.request("POST", "/users").header("content-type", "application/json").body("{");
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 400);
    let request = api.request("POST", "/users").header("content-type", "text/plain").body("{}");
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 415);
}

#[tokio::test]
async fn parts_of_forms() {
    let api = Api::start();
    let organization = api.organization("Acme", None).await;
    let png = [0x89, b'P', b'N', b'G', 0, 0];
    let form = Form::new().part("file", Part::bytes(png.to_vec()).file_name("a.png")).text("note", "is let pass");
    let request = api.request("PUT", &format!("/organizations/{organization}/logo")).multipart(form);
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 200);
}

#[tokio::test]
async fn older_versions_take_what_they_took() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    let request = api
        .client
        .patch(format!("{}/v1/users/{user}", api.emulator.url()))
        .bearer_auth(api.emulator.secret_key())
        .header("Clerk-API-Version", "2025-11-10")
        .json(&json!({ "public_metadata": { "plan": "pro" } }));
    let answer: serde_json::Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(answer["public_metadata"]["plan"], "pro");
}
