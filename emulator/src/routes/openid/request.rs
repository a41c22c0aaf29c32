//! The request of an application to let a user in.

use super::answer;
use super::error::OAuthError;
use super::page;
use super::params::Params;
use crate::api::{Call, Reply};
use crate::store::oauth::OAuthApplication;

/// Where the answer goes, once client and address are known to belong together.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) application: OAuthApplication,
    pub(super) redirect_uri: String,
    /// Whether the request named the address.
    redirect_uri_given: bool,
    state: Option<String>,
    form_post: bool,
}

/// A request that can be granted.
#[derive(Clone, Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) prompt: Prompt,
    /// How long ago the user may have signed in at most, in seconds.
    pub(super) max_age: Option<i64>,
    pub(super) id_token_hint: Option<String>,
}

/// What the application wants to be shown to the user.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Prompt {
    /// Nothing at all.
    pub(super) none: bool,
    /// The sign-in page, signed in or not.
    pub(super) login: bool,
    /// The consent page, agreed before or not.
    pub(super) consent: bool,
}

impl Prompt {
    fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut prompt = Prompt::default();
        for word in text.split_ascii_whitespace() {
            match word {
                "none" => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                other => return Err(OAuthError::invalid_request(format!("prompt cannot be {other}."))),
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(OAuthError::invalid_request("prompt none stands alone."));
        }
        Ok(prompt)
    }
}

impl Destination {
    /// Finds client and address. An error is told to the user: nobody else is known.
    pub(super) fn find(call: &Call<'_>, params: &Params) -> Result<Self, OAuthError> {
        let client_id = params.required("client_id")?;
        let application = call
            .store
            .oauth_client(client_id)
            .ok_or_else(|| OAuthError::invalid_client("No OAuth application has this client_id."))?
            .clone();
        let named = params.one("redirect_uri")?;
        let redirect_uri = match (named, application.redirect_uris.as_slice()) {
            (Some(named), known) if known.iter().any(|uri| uri == named) => named.to_owned(),
            (None, [only]) => only.clone(),
            (Some(_), _) => {
                let text = "redirect_uri is not one of the application's: it must be the same to the letter.";
                return Err(OAuthError::invalid_request(text));
            }
            (None, _) => return Err(OAuthError::invalid_request("redirect_uri is required.")),
        };
        if redirect_uri.contains('#') {
            return Err(OAuthError::invalid_request("redirect_uri must not have a fragment."));
        }
        // A form cannot be sent to a scheme of an app, and must not be to one that runs code.
        let web = redirect_uri.starts_with("http://") || redirect_uri.starts_with("https://");
        Ok(Destination {
            form_post: web && matches!(params.one("response_mode"), Ok(Some("form_post"))),
            state: params.one("state").ok().flatten().map(str::to_owned),
            redirect_uri_given: named.is_some(),
            application,
            redirect_uri,
        })
    }

    pub(super) fn redirect_uri_given(&self) -> bool {
        self.redirect_uri_given
    }

    fn send(&self, call: &Call<'_>, pairs: &[(&str, &str)]) -> Reply {
        let mut pairs = pairs.to_vec();
        if let Some(state) = &self.state {
            pairs.push(("state", state));
        }
        // RFC 9207: a client of many providers sees which one answers.
        pairs.push(("iss", &call.shared.url));
        if self.form_post {
            return page::form_post(&self.redirect_uri, &pairs);
        }
        let location = answer::with_query(&self.redirect_uri, &pairs);
        // 303: what was sent here with POST is not sent on.
        Reply::Redirect { status: 303, location, cookies: Vec::new() }
    }

    pub(super) fn send_code(&self, call: &Call<'_>, code: &str) -> Reply {
        self.send(call, &[("code", code)])
    }

    pub(super) fn send_error(&self, call: &Call<'_>, error: &OAuthError) -> Reply {
        self.send(call, &[("error", error.code), ("error_description", &error.description)])
    }
}

impl AuthorizationRequest {
    /// Checks all the rest. An error is told to the application.
    pub(super) fn read(call: &Call<'_>, params: &Params, application: &OAuthApplication) -> Result<Self, OAuthError> {
        params.one("state")?;
        for (name, code) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
            ("registration", "registration_not_supported"),
        ] {
            if params.one(name)?.is_some() {
                return Err(OAuthError::new(code, format!("The parameter {name} is not supported.")));
            }
        }
        match params.required("response_type")? {
            "code" => {}
            other => {
                let text = format!("response_type must be code, not {other}.");
                return Err(OAuthError::new("unsupported_response_type", text));
            }
        }
        match params.one("response_mode")? {
            None | Some("query" | "form_post") => {}
            Some(other) => {
                let text = format!("response_mode must be query or form_post, not {other}.");
                return Err(OAuthError::invalid_request(text));
            }
        }
        let max_age = match params.one("max_age")? {
            None => None,
            Some(text) => match text.parse() {
                Ok(seconds) if seconds >= 0 => Some(seconds),
                _ => return Err(OAuthError::invalid_request("max_age must be a number of seconds.")),
            },
        };
        Ok(AuthorizationRequest {
            scopes: scopes(call, params, application)?,
            nonce: params.one("nonce")?.map(str::to_owned),
            challenge: challenge(params, application)?,
            prompt: Prompt::parse(params.one("prompt")?.unwrap_or_default())?,
            max_age,
            id_token_hint: params.one("id_token_hint")?.map(str::to_owned),
        })
    }
}

/// The scopes asked for, none of them beyond the application's. Whoever names none gets the instance's default ones,
/// as far as they are the application's, or all that are.
fn scopes(call: &Call<'_>, params: &Params, application: &OAuthApplication) -> Result<Vec<String>, OAuthError> {
    let allowed: Vec<&str> = application.scopes.split_ascii_whitespace().collect();
    let mut scopes: Vec<String> = Vec::new();
    match params.one("scope")? {
        Some(text) => {
            for scope in text.split_ascii_whitespace() {
                if !allowed.contains(&scope) {
                    return Err(OAuthError::invalid_scope(scope));
                }
                if !scopes.iter().any(|known| known == scope) {
                    scopes.push(scope.to_owned());
                }
            }
        }
        None => {
            let default = call.store.oauth_settings().default_scopes;
            let wanted = |scope: &&str| default.as_ref().is_none_or(|list| list.iter().any(|known| known == scope));
            scopes.extend(allowed.into_iter().filter(wanted).map(str::to_owned));
        }
    }
    Ok(scopes)
}

/// The PKCE challenge: S256 only, and always from clients that have no other proof.
fn challenge(params: &Params, application: &OAuthApplication) -> Result<Option<String>, OAuthError> {
    let method = params.one("code_challenge_method")?;
    let Some(challenge) = params.one("code_challenge")? else {
        if method.is_some() {
            return Err(OAuthError::invalid_request("code_challenge is required with code_challenge_method."));
        }
        if application.public || application.pkce_required {
            return Err(OAuthError::invalid_request("code_challenge is required: the application uses PKCE."));
        }
        return Ok(None);
    };
    // Without a method, plain is meant.
    if method != Some("S256") {
        return Err(OAuthError::invalid_request("code_challenge_method must be S256."));
    }
    let digest = challenge.len() == 43 && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !digest {
        return Err(OAuthError::invalid_request("code_challenge must be a SHA-256 digest in base64url."));
    }
    Ok(Some(challenge.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts() {
        assert_eq!(Prompt::parse(""), Ok(Prompt::default()));
        let both = Prompt { login: true, consent: true, none: false };
        assert_eq!(Prompt::parse("login consent"), Ok(both));
        for bad in ["none login", "create", "Login"] {
            assert_eq!(Prompt::parse(bad).map_err(|error| error.code), Err("invalid_request"), "{bad}");
        }
    }
}
