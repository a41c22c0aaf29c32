//! A browser without a screen: it keeps cookies, follows nothing, and fills in the forms it is shown.

use super::Api;
use clerk_usher_emulator::Emulator;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use std::collections::BTreeMap;

/// What a request came to.
pub struct Seen {
    pub status: u16,
    pub location: String,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Seen {
    /// The text of the first element that starts so, up to the next tag.
    pub fn after(&self, start: &str) -> Option<String> {
        let at = self.body.find(start)? + start.len();
        let rest = &self.body[at..];
        Some(rest[..rest.find('<')?].to_owned())
    }

    /// A value in the query of the place that the browser is sent to.
    pub fn sent(&self, name: &str) -> Option<String> {
        let url = Url::parse("http://here").unwrap().join(&self.location).unwrap();
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    pub fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    #[track_caller]
    pub fn is(&self, status: u16, text: &str) {
        assert!(
            self.status == status && self.says(text),
            "{} instead of {status} with {text:?}: {}",
            self.status,
            self.body
        );
    }

    #[track_caller]
    pub fn leads_to(&self, location: &str) {
        assert_eq!((self.status, self.location.as_str()), (303, location), "{}", self.body);
    }
}

/// One browser at one emulator.
pub struct Visitor<'a> {
    pub emulator: &'a Emulator,
    pub cookies: BTreeMap<String, String>,
    client: Client,
    form_token: String,
}

impl<'a> Visitor<'a> {
    pub fn new(api: &'a Api) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Visitor { emulator: &api.emulator, cookies: BTreeMap::new(), client, form_token: String::new() }
    }

    pub async fn get(&mut self, path: &str) -> Seen {
        self.send("GET", path, &[], "").await
    }

    /// Sends the form of the page that was seen last.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.form_token.clone();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("form_token", &token).extend_pairs(fields);
        let origin = self.emulator.url().to_owned();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[kind, ("origin", &origin)], &form.finish()).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.emulator.url()));
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.to_owned()).send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let headers = response.headers().clone();
        let location = headers.get(LOCATION).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let seen = Seen { status: response.status().as_u16(), location, headers, body: response.text().await.unwrap() };
        if let Some(at) = seen.body.find("name=\"form_token\" value=\"") {
            let rest = &seen.body[at + "name=\"form_token\" value=\"".len()..];
            self.form_token = rest[..rest.find('"').unwrap()].to_owned();
        }
        seen
    }

    /// Presses "Continue as" for a user.
    pub async fn continue_as(&mut self, user: &str, query: &str) -> Seen {
        self.get(&format!("/sign-in{query}")).await;
        self.post(&format!("/sign-in{query}"), &[("user_id", user)]).await
    }

    /// What the emulator knows this browser by.
    pub fn token(&self) -> &str {
        &self.cookies["__client"]
    }
}
