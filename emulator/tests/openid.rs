//! The instance as an OpenID provider: from an application's request to tokens, and every way to be refused.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "openid/flow.rs"]
mod flow;
#[path = "openid/refusals.rs"]
mod refusals;
#[path = "openid/tokens.rs"]
mod tokens;

use common::{Api, NOON, id};
use data_encoding::BASE64URL_NOPAD;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BACK: &str = "http://localhost:3000/back";
/// The verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A user in a browser, and an application that wants to know who it is.
struct World {
    api: Api,
    client: Client,
    user: String,
    browser: String,
    session: String,
    application: String,
    client_id: String,
    secret: String,
}

type Pairs = BTreeMap<String, String>;

impl World {
    /// Opens a whole address in the browser.
    async fn visit(&self, address: &str) -> Response {
        let request = self.client.get(address).header(COOKIE, format!("__client={}", self.browser));
        request.send().await.expect("an answer")
    }

    async fn new(application: Value) -> World {
        let api = Api::start();
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        let body = json!({
            "email_address": ["ann@x.de"], "first_name": "Ann", "last_name": "Lee", "username": "annlee",
            "public_metadata": {"plan": "pro"}, "private_metadata": {"note": 1},
        });
        let user = id(&api.post("/users", body).await);
        let signed_in = api.control("browser_sign_in", json!({"user_id": user}));
        let mut body = json!({
            "name": "App <1>", "redirect_uris": [BACK], "scopes": "openid profile email public_metadata private_metadata",
        });
        for (name, value) in application.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let made = api.post("/oauth_applications", body).await;
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        World {
            client,
            user,
            browser: signed_in["browser"].as_str().expect("a browser").to_owned(),
            session: signed_in["session_id"].as_str().expect("a session").to_owned(),
            application: id(&made),
            client_id: text("client_id"),
            secret: text("client_secret"),
            api,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api.emulator.url())
    }

    /// The usual request, with some parameters more, other, or (if empty) none.
    fn request(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let usual = [
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("state", "s 1&"),
            ("scope", "openid email"),
        ];
        let mut pairs: Vec<(String, String)> =
            usual.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        pairs
    }

    async fn authorize(&self, changes: &[(&str, &str)]) -> Response {
        let request = self.client.get(self.url("/oauth/authorize")).query(&self.request(changes));
        request.header(COOKIE, format!("__client={}", self.browser)).send().await.expect("an answer")
    }

    /// What the application is told when the browser comes back.
    fn told(&self, response: &Response) -> Pairs {
        assert_eq!(response.status(), 303, "{response:?}");
        let location = location(response);
        assert!(location.as_str().starts_with(BACK), "{location}");
        let told: Pairs = location.query_pairs().into_owned().collect();
        assert_eq!(told["iss"], self.api.emulator.url());
        told
    }

    /// Says yes or no on the consent page, as its form would.
    async fn decide(&self, page: &str, decision: &str) -> Response {
        self.decide_as(page, decision, &self.browser, self.api.emulator.url()).await
    }

    async fn decide_as(&self, page: &str, decision: &str, browser: &str, origin: &str) -> Response {
        let mut form = vec![("decision", decision.to_owned())];
        form.extend(["request", "session", "form_token"].map(|name| (name, field(page, name))));
        let request = self.client.post(self.url("/oauth/consent")).form(&form);
        let request = request.header(COOKIE, format!("__client={browser}")).header(ORIGIN, origin);
        request.send().await.expect("an answer")
    }

    /// Goes through the request and the consent page; the code.
    async fn code(&self, changes: &[(&str, &str)]) -> String {
        let response = self.authorize(changes).await;
        let response = if response.status() == 200 {
            let page = response.text().await.expect("a page");
            self.decide(&page, "allow").await
        } else {
            response
        };
        self.told(&response)["code"].clone()
    }

    /// Calls an endpoint with a form; the client shows its secret in the header if it has one.
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let mut request = self.client.post(self.url(path)).form(form);
        if !self.secret.is_empty() {
            request = request.basic_auth(&self.client_id, Some(&self.secret));
        }
        answer(request.send().await.expect("an answer")).await
    }

    async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)];
        form.extend_from_slice(more);
        self.post("/oauth/token", &form).await
    }

    /// Tokens for these scopes.
    async fn tokens(&self, scope: &str) -> Value {
        let code = self.code(&[("scope", scope)]).await;
        let (status, tokens) = self.exchange(&code, &[]).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn refresh(&self, token: &Value, more: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str().expect("a token"))];
        form.extend_from_slice(more);
        self.post("/oauth/token", &form).await
    }

    async fn userinfo(&self, token: &Value) -> (u16, Value) {
        let request = self.client.get(self.url("/oauth/userinfo")).bearer_auth(token.as_str().expect("a token"));
        answer(request.send().await.expect("an answer")).await
    }

    async fn introspect(&self, token: &Value) -> Value {
        let (status, told) = self.post("/oauth/token_info", &[("token", token.as_str().expect("a token"))]).await;
        assert_eq!(status, 200, "{told}");
        told
    }
}

async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

fn location(response: &Response) -> Url {
    let text = response.headers()[LOCATION].to_str().expect("a location");
    let base = Url::parse("http://page.test").expect("a url");
    base.join(text).expect("an address")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map(|value| value.to_str().expect("ASCII")).unwrap_or_default()
}

/// The value of a hidden field, as a browser would read it.
fn field(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no {name} in {page}"));
    let (value, _) = rest.split_once('"').expect("an end");
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// The left half of the SHA-256 of a token.
fn at_hash(token: &Value) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    BASE64URL_NOPAD.encode(&digest(&SHA256, token.as_str().expect("a token").as_bytes()).as_ref()[..16])
}
