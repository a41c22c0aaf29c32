//! The pages that people see: signing in and up, switching, signing out, and who is kept out.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::visit::Visitor;
use common::{Api, NOON, id};
use reqwest::Client;
use serde_json::{Value, json};

const APP: &str = "http://localhost:3000/p?q=1";
const BACK: &str = "?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fp%3Fq%3D1";
const SECRET: &str = "a long enough secret";

async fn ann(api: &Api) -> String {
    let body =
        json!({ "email_address": ["ann@example.com"], "first_name": "Ann", "username": "ann_lee", "password": SECRET });
    id(&api.post("/users", body).await)
}

/// Where a browser that is signed in is sent back to.
fn back(visitor: &Visitor<'_>) -> String {
    format!("{APP}&__clerk_db_jwt={}", visitor.token())
}

async fn begin(visitor: &mut Visitor<'_>, identifier: &str) {
    visitor.get(&format!("/sign-in{BACK}")).await;
    let seen = visitor.post(&format!("/sign-in{BACK}"), &[("identifier", identifier)]).await;
    seen.leads_to(&format!("/sign-in/factor-one{BACK}"));
}

async fn sessions(api: &Api, user: &str) -> Vec<Value> {
    let list = api.get(&format!("/sessions?user_id={user}")).await;
    common::column(&list, "status")
}

#[tokio::test]
async fn a_password_signs_in_and_leads_back() {
    let api = Api::start();
    let user = ann(&api).await;
    for identifier in ["ann@example.com", " Ann@Example.com ", "ANN_lee"] {
        let mut visitor = Visitor::new(&api);
        begin(&mut visitor, identifier).await;
        visitor.get(&format!("/sign-in/factor-one{BACK}")).await.is(200, "Signing in as <strong>Ann");
        let path = format!("/sign-in/factor-one{BACK}");
        visitor.post(&path, &[("password", "another")]).await.is(422, "This is not the password");
        let seen = visitor.post(&path, &[("password", SECRET)]).await;
        seen.leads_to(&back(&visitor));
        visitor.get("/user").await.is(200, &user);
        visitor.get(&format!("/sign-in{BACK}")).await.leads_to(&back(&visitor));
    }
}

#[tokio::test]
async fn a_code_signs_in_and_is_shown() {
    let api = Api::start();
    let user = api.user("bo@example.com").await;
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "bo@example.com").await;
    let seen = visitor.get("/sign-in/factor-one").await;
    seen.is(200, "sent to bo@example.com");
    let code = seen.after("class=\"code\">").unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    visitor.post("/sign-in/factor-one", &[("code", "")]).await.is(422, "Enter the code.");
    visitor.post("/sign-in/factor-one", &[("code", wrong)]).await.is(422, "not the code that was sent");
    visitor.post("/sign-in/factor-one", &[("code", &code)]).await.leads_to("/user");
    visitor.get("/user").await.is(200, &user);
}

#[tokio::test]
async fn a_code_is_good_for_three_attempts_and_ten_minutes() {
    let api = Api::start();
    api.user("bo@example.com").await;
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "bo@example.com").await;
    let code = visitor.get("/sign-in/factor-one").await.after("class=\"code\">").unwrap();
    for _ in 0..3 {
        visitor.post("/sign-in/factor-one", &[("code", "x")]).await.is(422, "not the code");
    }
    visitor.post("/sign-in/factor-one", &[("code", &code)]).await.is(422, "can no longer be used");
    let contact = api.get("/users?email_address=bo@example.com").await[0]["primary_email_address_id"].clone();
    let again = visitor.post("/sign-in/factor-one", &[("send", contact.as_str().unwrap())]).await;
    again.leads_to("/sign-in/factor-one");
    let code = visitor.get("/sign-in/factor-one").await.after("class=\"code\">").unwrap();
    api.emulator.clock().advance(10 * 60_000);
    visitor.post("/sign-in/factor-one", &[("code", &code)]).await.is(422, "can no longer be used");
}

#[tokio::test]
async fn one_press_signs_in() {
    let api = Api::start();
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-in").await.is(200, "Continue as Ann");
    let seen = visitor.post(&format!("/sign-in{BACK}"), &[("user_id", &user)]).await;
    seen.leads_to(&back(&visitor));
    assert_eq!(sessions(&api, &user).await, ["active"]);
    let other = api.user("bo@example.com").await;
    visitor.post("/sign-in", &[("user_id", &other)]).await.leads_to("/user");
    assert_eq!(sessions(&api, &user).await, ["replaced"], "a browser has one session");
}

#[tokio::test]
async fn unknown_banned_and_locked_users_stay_out() {
    let api = Api::start();
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-in").await;
    visitor.post("/sign-in", &[("identifier", "nobody")]).await.is(422, "There is no account");
    visitor.post("/sign-in", &[("identifier", "")]).await.is(422, "Enter an email address");
    visitor.post("/sign-in", &[("user_id", "user_x")]).await.is(422, "There is no account");
    for (way, word) in [("ban", "banned"), ("lock", "locked")] {
        begin(&mut visitor, "ann_lee").await;
        api.ok("POST", &format!("/users/{user}/{way}"), None).await;
        visitor.post("/sign-in", &[("identifier", "ann_lee")]).await.is(422, word);
        visitor.post("/sign-in", &[("user_id", &user)]).await.is(422, word);
        visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.is(422, word);
        api.ok("POST", &format!("/users/{user}/un{way}"), None).await;
    }
    assert_eq!(sessions(&api, &user).await, Vec::<Value>::new());
}

#[tokio::test]
async fn wrong_attempts_are_counted_and_lock() {
    let api = Api::start();
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    let left = async || api.get(&format!("/users/{user}")).await["verification_attempts_remaining"].clone();
    begin(&mut visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", "x")]).await.is(422, "not the password");
    assert_eq!(left().await, 99);
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/user");
    assert_eq!(left().await, 100, "the right one starts again");
    visitor.post("/sign-out", &[]).await;
    begin(&mut visitor, "ann_lee").await;
    for _ in 0..99 {
        visitor.post("/sign-in/factor-one", &[("password", "x")]).await.is(422, "not the password");
    }
    visitor.post("/sign-in/factor-one", &[("password", "x")]).await.is(422, "locked");
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.is(422, "locked");
    assert_eq!(api.get(&format!("/users/{user}")).await["locked"], true);
    api.emulator.clock().advance(3_600_000);
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/user");
}

#[tokio::test]
async fn second_factors_come_after_the_first() {
    let api = Api::start();
    let user = ann(&api).await;
    let body = json!({ "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "backup_codes": ["one-time-1"] });
    api.patch(&format!("/users/{user}"), body).await;
    let path = format!("/sign-in/factor-two{BACK}");
    for kind in ["totp", "backup"] {
        let mut visitor = Visitor::new(&api);
        begin(&mut visitor, "ann_lee").await;
        visitor.get("/sign-in/factor-two").await.leads_to("/sign-in");
        visitor.post(&format!("/sign-in/factor-one{BACK}"), &[("password", SECRET)]).await.leads_to(&path);
        visitor.get("/user").await.leads_to("/sign-in");
        let seen = visitor.get(&path).await;
        let shown = seen.after("class=\"code\">").unwrap();
        assert_eq!(shown, api.control("totp_code", json!({ "user_id": user }))["code"].as_str().unwrap());
        let code = if kind == "totp" { &shown } else { "one-time-1" };
        visitor.post(&path, &[("code", "nonsense")]).await.is(422, "no code of the authenticator app");
        visitor.post(&path, &[("code", code)]).await.leads_to(&back(&visitor));
    }
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/sign-in/factor-two");
    visitor.post("/sign-in/factor-two", &[("code", "one-time-1")]).await.is(422, "no backup code");
}

/// Goes through both factors with this code of the authenticator app.
async fn enter_totp(visitor: &mut Visitor<'_>, code: &str) -> common::visit::Seen {
    begin(visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/sign-in/factor-two");
    visitor.post("/sign-in/factor-two", &[("code", code)]).await
}

#[tokio::test]
async fn a_code_of_the_app_signs_in_once() {
    let api = Api::start();
    let user = ann(&api).await;
    api.patch(&format!("/users/{user}"), json!({ "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" })).await;
    let clock = api.emulator.clock();
    let code = || api.control("totp_code", json!({ "user_id": user }))["code"].as_str().unwrap().to_owned();
    let early = code();
    clock.advance(30_000);
    let first = code();
    clock.advance(30_000);
    let second = code();
    clock.advance(-30_000);
    enter_totp(&mut Visitor::new(&api), &first).await.leads_to("/user");
    for used in [&first, &early] {
        let seen = enter_totp(&mut Visitor::new(&api), used).await;
        seen.is(422, "was used before");
        seen.is(422, "It was used: the next one comes");
    }
    assert_eq!(api.get(&format!("/users/{user}")).await["verification_attempts_remaining"], 98, "they count");
    let verify = format!("/users/{user}/verify_totp");
    for _ in 0..2 {
        api.ok("POST", &verify, Some(json!({ "code": first }))).await;
    }
    // A clock that is ahead.
    enter_totp(&mut Visitor::new(&api), &second).await.leads_to("/user");
    clock.advance(30_000);
    enter_totp(&mut Visitor::new(&api), &second).await.is(422, "was used before");
    clock.advance(30_000);
    enter_totp(&mut Visitor::new(&api), &code()).await.leads_to("/user");
    // Set back, the clock does not keep the user out.
    clock.advance(-86_400_000);
    enter_totp(&mut Visitor::new(&api), &code()).await.leads_to("/user");
}

#[tokio::test]
async fn a_second_factor_can_be_a_text_message() {
    let api = Api::start();
    let user = ann(&api).await;
    let body = json!({ "user_id": user, "phone_number": "+4915112345678", "verified": true, "reserved_for_second_factor": true });
    api.post("/phone_numbers", body).await;
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/sign-in/factor-two");
    let seen = visitor.get("/sign-in/factor-two").await;
    seen.is(200, "Text message</small>".split('<').next().unwrap());
    let code = seen.after("class=\"code\">").unwrap();
    visitor.post("/sign-in/factor-two", &[("code", &code)]).await.leads_to("/user");
}

#[tokio::test]
async fn a_code_by_email_is_no_second_factor() {
    let api = Api::start();
    let user = ann(&api).await;
    api.patch(&format!("/users/{user}"), json!({ "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" })).await;
    let contact = api.get(&format!("/users/{user}")).await["primary_email_address_id"].as_str().unwrap().to_owned();
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/sign-in/factor-two");
    for fields in [[("send", contact.as_str())], [("send", "password")], [("password", SECRET)], [("code", "1")]] {
        visitor.post("/sign-in/factor-one", &fields).await.leads_to("/sign-in/factor-two");
    }
    assert_eq!(api.control("messages", json!({})), json!([]), "no code was sent");
    visitor.get("/sign-in/factor-one").await.leads_to("/sign-in/factor-two");
    assert_eq!(sessions(&api, &user).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_phone_that_is_no_second_factor_any_more_opens_nothing() {
    let api = Api::start();
    let user = ann(&api).await;
    api.patch(&format!("/users/{user}"), json!({ "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" })).await;
    let body = json!({ "user_id": user, "phone_number": "+4915112345678", "verified": true, "reserved_for_second_factor": true });
    let phone = id(&api.post("/phone_numbers", body).await);
    let mut visitor = Visitor::new(&api);
    begin(&mut visitor, "ann_lee").await;
    visitor.post("/sign-in/factor-one", &[("password", SECRET)]).await.leads_to("/sign-in/factor-two");
    visitor.post("/sign-in/factor-two", &[("send", "phone")]).await.leads_to("/sign-in/factor-two");
    let code = visitor.get("/sign-in/factor-two").await.after("class=\"code\">").unwrap();
    api.patch(&format!("/phone_numbers/{phone}"), json!({ "reserved_for_second_factor": false })).await;
    visitor.post("/sign-in/factor-two", &[("code", &code)]).await.is(422, "no code of the authenticator app");
    assert_eq!(sessions(&api, &user).await, Vec::<Value>::new());
}

#[tokio::test]
async fn ways_back_have_an_order_and_are_web_addresses() {
    let api = Api::start();
    let user = ann(&api).await;
    let to = async |query: &str| {
        let mut visitor = Visitor::new(&api);
        let seen = visitor.continue_as(&user, query).await;
        seen.location.split("?__clerk_db_jwt=").next().unwrap().to_owned()
    };
    assert_eq!(to("").await, "/user");
    assert_eq!(to("?after_sign_in_url=http%3A%2F%2Fa.localhost%2F").await, "http://a.localhost/");
    assert_eq!(
        to("?sign_in_fallback_redirect_url=http://a.localhost/f&after_sign_in_url=http://a.localhost/").await,
        "http://a.localhost/f"
    );
    assert_eq!(
        to("?sign_in_fallback_redirect_url=http://a.localhost/f&redirect_url=http://a.localhost/r").await,
        "http://a.localhost/r"
    );
    assert_eq!(
        to("?sign_in_force_redirect_url=http://a.localhost/g&redirect_url=http://a.localhost/r").await,
        "http://a.localhost/g"
    );
    assert_eq!(to("?sign_up_force_redirect_url=http://a.localhost/g").await, "/user");
    for bad in ["javascript:alert(1)", "//a.b/", "/here", "ftp://a.b/", "data:text/html,x"] {
        let mut visitor = Visitor::new(&api);
        for page in ["/sign-in", "/sign-up", "/sign-out", "/user", "/organizations"] {
            let seen = visitor.get(&format!("{page}?redirect_url={bad}")).await;
            seen.is(400, "redirect_url must be an absolute http or https URL.");
        }
    }
}

#[tokio::test]
async fn the_way_back_brings_the_session() {
    let api = Api::start();
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    let seen = visitor.continue_as(&user, BACK).await;
    let browser = seen.sent("__clerk_db_jwt").unwrap();
    let mut app = Visitor::new(&api);
    let handshake = format!("/v1/client/handshake{BACK}&format=nonce&__clerk_db_jwt={browser}");
    let nonce = app.get(&handshake).await.sent("__clerk_handshake_nonce").unwrap();
    let directives = api.get(&format!("/clients/handshake_payload?nonce={nonce}")).await["directives"].to_string();
    assert!(directives.contains(&format!("__client_uat={}", NOON / 1000)), "{directives}");
    // The application's browser knows itself by this token: the page takes it for the same one.
    let mut page = Visitor::new(&api);
    page.get(&format!("/user?__clerk_db_jwt={browser}")).await.is(200, &user);
}

#[tokio::test]
async fn production_leads_back_by_a_handshake() {
    let emulator = Emulator::builder().production(true).clock_ms(NOON).start().unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let api = Api { emulator, client: Client::builder().no_proxy().build().unwrap() };
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    let seen = visitor.continue_as(&user, BACK).await;
    assert_eq!(seen.sent("redirect_url").as_deref(), Some(APP));
    assert!(seen.location.starts_with("/v1/client/handshake?format=nonce&"), "{}", seen.location);
    let back = visitor.get(&seen.location).await;
    assert_eq!((back.status, back.location.as_str()), (307, APP));
    let nonce = visitor.cookies["__clerk_handshake_nonce"].clone();
    let directives = api.get(&format!("/clients/handshake_payload?nonce={nonce}")).await["directives"].to_string();
    assert!(directives.contains("__session="), "{directives}");
    let token = visitor.token().to_owned();
    let mut other = Visitor::new(&api);
    other.get(&format!("/user?__clerk_db_jwt={token}")).await.leads_to("/sign-in");
}

#[tokio::test]
async fn signing_up_takes_a_code() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    visitor
        .get("/sign-in/create?redirect_url=http://a.localhost/")
        .await
        .leads_to("/sign-up?redirect_url=http%3A%2F%2Fa.localhost%2F");
    visitor.get(&format!("/sign-up{BACK}")).await.is(200, "Email address");
    let path = format!("/sign-up{BACK}");
    let seen = visitor.post(&path, &[("email_address", "x"), ("password", "short"), ("username", "a b c d")]).await;
    seen.is(422, "There is a problem");
    for part in [
        "href=\"#email_address\"",
        "href=\"#password\"",
        "href=\"#username\"",
        "aria-describedby=\"password-hint password-error\"",
    ] {
        assert!(seen.says(part), "{part}: {}", seen.body);
    }
    let fields =
        [("email_address", "Cy@Example.com"), ("password", SECRET), ("first_name", "Cy"), ("username", "Cyril")];
    visitor.post(&path, &fields).await.leads_to(&format!("/sign-up/verify-email-address{BACK}"));
    let verify = format!("/sign-up/verify-email-address{BACK}");
    let code = visitor.get(&verify).await.after("class=\"code\">").unwrap();
    assert_eq!(api.get("/users/count").await["total_count"], 0, "nobody before the code");
    visitor.post(&verify, &[("code", "1")]).await.is(422, "not the code");
    visitor.post(&verify, &[("code", &code)]).await.leads_to(&back(&visitor));
    let user = api.get("/users").await[0].clone();
    assert_eq!(
        (&user["first_name"], &user["username"], &user["password_enabled"]),
        (&json!("Cy"), &json!("cyril"), &json!(true))
    );
    assert_eq!(user["email_addresses"][0]["email_address"], "cy@example.com");
    api.ok("POST", &format!("/users/{}/verify_password", id(&user)), Some(json!({ "password": SECRET }))).await;
    let mut other = Visitor::new(&api);
    other.get("/sign-up").await;
    other.post("/sign-up", &fields).await.is(422, "That email address is taken");
}

#[tokio::test]
async fn who_may_sign_up_is_asked_again_at_the_end() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-up").await;
    let fields = [("email_address", "cy@example.com"), ("password", SECRET)];
    visitor.post("/sign-up", &fields).await.leads_to("/sign-up/verify-email-address");
    let verify = "/sign-up/verify-email-address";
    let code = visitor.get(verify).await.after("class=\"code\">").unwrap();
    api.patch("/instance/restrictions", json!({ "allowlist": true })).await;
    visitor.post(verify, &[("code", &code)]).await.is(422, "is not allowed to access this application");
    assert_eq!(api.get("/users/count").await["total_count"], 0);
    api.patch("/instance/restrictions", json!({ "allowlist": false })).await;
    visitor.post(verify, &[("code", &code)]).await.leads_to("/user");
}

#[tokio::test]
async fn invitations_sign_up_without_a_code() {
    let api = Api::start();
    let body = json!({ "email_address": "di@example.com", "public_metadata": { "plan": "gold" } });
    let invitation = api.post("/invitations", body).await;
    let link = invitation["url"].as_str().unwrap().strip_prefix(api.emulator.url()).unwrap().to_owned();
    let mut visitor = Visitor::new(&api);
    let seen = visitor.get(&link).await;
    assert!(seen.location.starts_with("/sign-up?__clerk_ticket="), "{}", seen.location);
    visitor.get(&seen.location).await.is(200, "Invited as <strong>di@example.com");
    visitor
        .post(&seen.location, &[("password", SECRET), ("email_address", "other@example.com")])
        .await
        .leads_to("/user");
    let user = api.get("/users").await[0].clone();
    assert_eq!(
        (&user["public_metadata"]["plan"], &user["email_addresses"][0]["email_address"]),
        (&json!("gold"), &json!("di@example.com"))
    );
    assert_eq!(api.get("/invitations").await[0]["status"], "accepted");
    Visitor::new(&api).get(&link).await.is(400, "This invitation is accepted.");
}

#[tokio::test]
async fn tickets_lead_to_the_application_that_asked() {
    let api = Api::start();
    let body = json!({ "email_address": "di@example.com", "redirect_url": "http://localhost:3000/in?x=1" });
    let invitation = api.post("/invitations", body).await;
    let link = invitation["url"].as_str().unwrap().strip_prefix(api.emulator.url()).unwrap().to_owned();
    let seen = Visitor::new(&api).get(&link).await;
    assert!(seen.location.starts_with("http://localhost:3000/in?x=1&__clerk_ticket="), "{}", seen.location);
    assert_eq!(seen.sent("__clerk_status").as_deref(), Some("sign_up"));
    Visitor::new(&api).get("/v1/tickets/accept?ticket=x").await.is(400, "Nobody has heard of this ticket.");
}

#[tokio::test]
async fn organization_invitations_join() {
    let api = Api::start();
    let boss = api.user("boss@example.com").await;
    let organization = api.organization("Acme", Some(&boss)).await;
    let old = ann(&api).await;
    for (email, page) in [("ann@example.com", "/sign-in"), ("new@example.com", "/sign-up")] {
        let body = json!({ "email_address": email, "role": "org:member", "inviter_user_id": boss });
        let invitation = api.post(&format!("/organizations/{organization}/invitations"), body).await;
        let link = invitation["url"].as_str().unwrap().strip_prefix(api.emulator.url()).unwrap().to_owned();
        let mut visitor = Visitor::new(&api);
        let seen = visitor.get(&link).await;
        assert!(seen.location.starts_with(&format!("{page}?__clerk_ticket=")), "{}", seen.location);
        let opened = visitor.get(&seen.location).await;
        if page == "/sign-up" {
            visitor.post(&seen.location, &[("password", SECRET)]).await.leads_to("/user");
        } else {
            opened.leads_to("/user");
        }
        visitor.get("/user").await.is(200, "<dd>Acme</dd>");
    }
    let members = api.get(&format!("/organizations/{organization}/memberships")).await;
    assert_eq!(members["total_count"], 3);
    assert!(members.to_string().contains(&old));
}

#[tokio::test]
async fn sign_in_tokens_work_once() {
    let api = Api::start();
    let user = ann(&api).await;
    let made = api.post("/sign_in_tokens", json!({ "user_id": user, "expires_in_seconds": 60 })).await;
    let path = format!("/sign-in{BACK}&__clerk_ticket={}", made["token"].as_str().unwrap());
    let mut visitor = Visitor::new(&api);
    visitor.get(&path).await.leads_to(&back(&visitor));
    Visitor::new(&api).get(&path).await.is(400, "This sign-in token is accepted.");
    let late = api.post("/sign_in_tokens", json!({ "user_id": user, "expires_in_seconds": 60 })).await;
    api.emulator.clock().advance(60_000);
    let path = format!("/sign-in?__clerk_ticket={}", late["token"].as_str().unwrap());
    Visitor::new(&api).get(&path).await.is(400, "This sign-in token is expired.");
}

#[tokio::test]
async fn organizations_are_switched_and_made() {
    let api = Api::start();
    let user = ann(&api).await;
    let acme = api.organization("Acme", Some(&user)).await;
    let foreign = api.organization("Foreign", None).await;
    let mut visitor = Visitor::new(&api);
    visitor.continue_as(&user, "").await;
    let active = async || api.get(&format!("/sessions?user_id={user}")).await[0]["last_active_organization_id"].clone();
    let seen = visitor.get(&format!("/organizations{BACK}")).await;
    seen.is(200, "Acme");
    assert!(!seen.says("Foreign"));
    visitor.post(&format!("/organizations{BACK}"), &[("organization_id", "")]).await.leads_to(&back(&visitor));
    assert_eq!(active().await, Value::Null);
    visitor.post(&format!("/organizations{BACK}"), &[("organization_id", &acme)]).await.leads_to(&back(&visitor));
    assert_eq!(active().await, json!(acme));
    visitor.post("/organizations", &[("organization_id", &foreign)]).await.is(404, "no member");
    assert_eq!(active().await, json!(acme));
    visitor.post("/organizations", &[("do", "create"), ("name", "")]).await.is(422, "Enter a name");
    visitor.post("/organizations", &[("do", "create"), ("name", "a://b")]).await.is(422, "invalid");
    visitor.post("/organizations", &[("do", "create"), ("name", "New & Co")]).await.is(200, "New &amp; Co");
    let made = api.get("/organizations/new-co").await;
    assert_eq!((active().await, &made["created_by"]), (made["id"].clone(), &json!(user)));
    api.patch(&format!("/users/{user}"), json!({ "create_organization_enabled": false })).await;
    visitor.post("/organizations", &[("do", "create"), ("name", "More")]).await.is(422, "may not create");
    assert!(!visitor.get("/organizations").await.says("Create it"));
}

#[tokio::test]
async fn signing_out_asks_and_ends_the_session() {
    let api = Api::start();
    let user = ann(&api).await;
    let mut visitor = Visitor::new(&api);
    visitor.continue_as(&user, "").await;
    visitor.get(&format!("/sign-out{BACK}")).await.is(200, "Sign out?");
    assert_eq!(sessions(&api, &user).await, ["active"], "a link signs nobody out");
    visitor.post(&format!("/sign-out{BACK}"), &[]).await.leads_to(&back(&visitor));
    assert_eq!(sessions(&api, &user).await, ["removed"]);
    visitor.get("/user").await.leads_to("/sign-in");
    visitor.get("/sign-out").await.leads_to("/sign-in");
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all() {
    let api = Api::start();
    let user = ann(&api).await;
    let (mut here, mut there) = (Visitor::new(&api), Visitor::new(&api));
    here.continue_as(&user, "").await;
    there.continue_as(&user, "").await;
    let seen = here.get("/user").await;
    seen.is(200, "Sign out everywhere");
    let list = api.get(&format!("/sessions?user_id={user}")).await;
    // The newest first: it is the other browser's.
    let other = list[0]["id"].as_str().unwrap();
    here.post("/user", &[("do", "end"), ("session_id", other)]).await.leads_to("/user");
    there.get("/user").await.leads_to("/sign-in");
    here.get("/user").await.is(200, "This browser");
    let stranger = api.user("bo@example.com").await;
    there.continue_as(&stranger, "").await;
    let foreign = api.get(&format!("/sessions?user_id={stranger}")).await[0]["id"].as_str().unwrap().to_owned();
    here.get("/user").await;
    here.post("/user", &[("do", "end"), ("session_id", &foreign)]).await.is(404, "No session was found");
    here.post("/user", &[("do", "end_all")]).await.leads_to("/sign-in");
    assert_eq!(sessions(&api, &user).await, ["revoked", "revoked"]);
    assert_eq!(sessions(&api, &stranger).await, ["active"]);
}

#[tokio::test]
async fn forms_come_from_our_own_pages_only() {
    let api = Api::start();
    let user = ann(&api).await;
    let url = api.emulator.url().to_owned();
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-in").await;
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let body = format!("user_id={user}");
    visitor.send("POST", "/sign-in", &[kind, ("origin", &url)], &body).await.is(403, "Form out of date");
    visitor.send("POST", "/sign-in", &[kind], &body).await.is(403, "Wrong origin");
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        visitor.send("POST", "/sign-in", &[kind, ("origin", origin)], &body).await.is(403, "Wrong origin");
    }
    visitor
        .send("POST", "/sign-in", &[("content-type", "text/plain"), ("origin", &url)], &body)
        .await
        .is(415, "Not a form");
    visitor.post("/sign-in", &[("user_id", &user)]).await.leads_to("/user");
    // The form of one browser is no form of another.
    let mut other = Visitor::new(&api);
    other.get("/sign-in").await;
    other.cookies.insert("__client".to_owned(), visitor.token().to_owned());
    other.cookies.retain(|name, _| name == "__client");
    other.post("/sign-out", &[]).await.is(403, "Form out of date");
    assert_eq!(sessions(&api, &user).await, ["active"]);
}

#[tokio::test]
async fn pages_are_for_this_machine_s_names() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    for host in ["evil.example", "127.0.0.1.evil.example:80"] {
        visitor.send("GET", "/sign-in", &[("host", host)], "").await.is(403, "Wrong host");
    }
    visitor.send("GET", "/sign-in", &[("host", "localhost:4000")], "").await.is(200, "Sign in");
}

#[tokio::test]
async fn pages_keep_browsers_safe() {
    let api = Api::start();
    api.post("/users", json!({ "username": "mallory", "first_name": "<script>alert(1)</script>" })).await;
    let mut visitor = Visitor::new(&api);
    let seen = visitor.get("/sign-in?redirect_url=http://a.localhost/%27%26lt;").await;
    assert!(!seen.says("<script"), "{}", seen.body);
    seen.is(200, "&lt;script&gt;alert(1)");
    let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "style-src 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    for part in ["<html lang=\"en\">", "<title>Sign in", "href=\"#main\"", "<label for=\"identifier\">"] {
        assert!(seen.says(part), "{part}");
    }
    let style = visitor.get("/_page/style.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    style.is(200, "prefers-color-scheme: dark");
    assert!(!style.says("http"), "nothing from elsewhere");
}
