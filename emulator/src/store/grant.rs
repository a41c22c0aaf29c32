//! What users let OAuth applications have: the grants, and the codes and refresh tokens that lead to access tokens.

use super::Store;
use serde::{Deserialize, Serialize};

/// How long a code can be exchanged, in milliseconds.
const CODE_LIFE: i64 = 10 * 60 * 1000;

/// A user let an application in. Its tokens live and end together.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The user who gave it.
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    /// When the user signed in, in Unix seconds; none where nobody did.
    pub(crate) auth_time: Option<i64>,
    pub(crate) revoked: bool,
    pub(crate) created_at: i64,
}

/// A code that a browser carries to an application.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AuthorizationCode {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_uri: String,
    /// Whether the request named the address: then the exchange must name it too.
    pub(crate) redirect_uri_given: bool,
    pub(crate) nonce: Option<String>,
    /// The S256 challenge of PKCE.
    pub(crate) challenge: Option<String>,
    pub(crate) auth_time: i64,
    pub(crate) expires_at: i64,
    /// The grant it was exchanged for. It stays known after that: to see it again means that it was stolen.
    pub(crate) grant_id: Option<String>,
}

/// A refresh token. It never expires; it is used once.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RefreshToken {
    pub(crate) grant_id: String,
    pub(crate) used: bool,
    /// The id of the access token that was given with it, if that is a JWT: nothing else is kept of it.
    #[serde(default)]
    pub(crate) jwt_id: Option<String>,
    pub(crate) created_at: i64,
}

/// What a user agreed to on the consent page.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Consent {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
}

impl AuthorizationCode {
    /// When a code that is made now ends.
    pub(crate) fn end(now: i64) -> i64 {
        now.saturating_add(CODE_LIFE)
    }
}

fn consent_id(client_id: &str, subject: &str) -> String {
    format!("{client_id} {subject}")
}

impl Store {
    pub(crate) fn open_grant(
        &mut self,
        client_id: String,
        subject: String,
        scopes: Vec<String>,
        auth_time: Option<i64>,
        now: i64,
    ) -> Grant {
        let id = self.ids.id("oauthgrant_");
        let grant = Grant { id, client_id, subject, scopes, auth_time, revoked: false, created_at: now };
        self.grants.insert(grant.id.clone(), grant.clone());
        grant
    }

    /// Makes and keeps a refresh token of a grant, and with it the id of an access token that is a JWT.
    pub(crate) fn open_refresh_token(&mut self, grant_id: String, jwt_id: Option<String>, now: i64) -> String {
        let token = self.ids.text(43);
        self.refresh_tokens.insert(token.clone(), RefreshToken { grant_id, used: false, jwt_id, created_at: now });
        token
    }

    /// The grant that an access token is of, if that is a JWT of the token endpoint's.
    pub(crate) fn grant_of_jwt(&self, jwt_id: &str) -> Option<&Grant> {
        let refresh = self.refresh_tokens.values().find(|refresh| refresh.jwt_id.as_deref() == Some(jwt_id))?;
        self.grants.get(&refresh.grant_id)
    }

    /// Keeps a code; the text of it.
    pub(crate) fn open_code(&mut self, code: AuthorizationCode) -> String {
        let text = self.ids.text(43);
        self.authorization_codes.insert(text.clone(), code);
        text
    }

    /// Whether the user has already agreed to all of these scopes.
    pub(crate) fn has_consented(&self, client_id: &str, subject: &str, scopes: &[String]) -> bool {
        self.consents
            .get(&consent_id(client_id, subject))
            .is_some_and(|consent| scopes.iter().all(|scope| consent.scopes.contains(scope)))
    }

    /// Notes what the user agreed to, beside what was agreed to before.
    pub(crate) fn consent(&mut self, client_id: &str, subject: &str, scopes: &[String]) {
        let consent = self.consents.get_or_insert_with(&consent_id(client_id, subject), || Consent {
            client_id: client_id.to_owned(),
            subject: subject.to_owned(),
            scopes: Vec::new(),
        });
        for scope in scopes {
            if !consent.scopes.contains(scope) {
                consent.scopes.push(scope.clone());
            }
        }
    }

    /// The grant that a stored access token or a refresh token is of.
    pub(crate) fn grant_of_token(&self, token: &str) -> Option<&Grant> {
        let id = match self.refresh_tokens.get(token) {
            Some(refresh) => &refresh.grant_id,
            None => &self.access_tokens.values().find(|known| known.credential.secret == token)?.grant_id,
        };
        self.grants.get(id)
    }

    /// Ends a grant with all its tokens.
    pub(crate) fn revoke_grant(&mut self, id: &str, now: i64) {
        if let Some(grant) = self.grants.get_mut(id) {
            grant.revoked = true;
        }
        self.access_tokens.change_all(
            |token| token.grant_id == id && !token.credential.is_revoked(),
            |token| token.credential.revoke(None, now),
        );
    }

    /// Ends all that a user let applications have.
    pub(crate) fn revoke_grants_of(&mut self, subject: &str, now: i64) {
        let ids: Vec<String> = self
            .grants
            .values()
            .filter(|grant| grant.subject == subject && !grant.revoked)
            .map(|grant| grant.id.clone())
            .collect();
        for id in ids {
            self.revoke_grant(&id, now);
        }
        self.authorization_codes.remove_all(|code| code.subject == subject);
    }

    /// Forgets all of an application or all of a user, who is told by a pair of client and subject.
    pub(crate) fn forget_grants(&mut self, fits: impl Fn(&str, &str) -> bool) {
        let gone: Vec<String> = self
            .grants
            .values()
            .filter(|grant| fits(&grant.client_id, &grant.subject))
            .map(|grant| grant.id.clone())
            .collect();
        self.grants.remove_all(|grant| gone.contains(&grant.id));
        self.refresh_tokens.remove_all(|token| gone.contains(&token.grant_id));
        self.access_tokens.remove_all(|token| fits(&token.client_id, &token.subject));
        self.authorization_codes.remove_all(|code| fits(&code.client_id, &code.subject));
        self.consents.remove_all(|consent| fits(&consent.client_id, &consent.subject));
    }
}
