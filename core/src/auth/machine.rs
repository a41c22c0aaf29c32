//! Machine tokens (§2.8): a JWT is verified here, an opaque token by the API.

use super::api::{Answers, ApiAnswer, ApiCall, ApiCallKind, Need, first_error, is_outage, retry_after_ms};
use super::machine_cache::MachineCache;
use crate::secret::Secret;
use crate::token::{
    DecodedToken, MachineError, MachineToken, TokenErrorReason as Reason, TokenType, Verifier, VerifyOptions,
    check_oauth_audience, has_jwt_format, machine_token_type,
};

/// What a machine's token is verified with.
pub(crate) struct MachineVerifier<'a> {
    pub(crate) verifier: &'a Verifier,
    pub(crate) options: &'a VerifyOptions,
    pub(crate) secret_key: Option<&'a Secret>,
    pub(crate) machine_secret_key: Option<&'a Secret>,
    pub(crate) cache: &'a MachineCache,
    pub(crate) now_ms: i64,
    pub(crate) answers: &'a Answers,
}

impl MachineVerifier<'_> {
    /// Verifies a token of whatever kind it says it is of.
    pub(crate) fn verify(&self, token: &str) -> Result<Result<MachineToken, MachineError>, Need> {
        let Some(kind) = machine_token_type(token) else {
            return Ok(Err(no_machine(token)));
        };
        if !has_jwt_format(token) {
            return self.remote(token, kind);
        }
        // What has the form of a JWT is none but that, whatever it begins with: it is never sent anywhere.
        if let Err(error) = DecodedToken::read(token) {
            return Ok(Err(MachineError::new(TokenType::M2mToken, Reason::TokenInvalid, error.message)));
        }
        self.verifier.machine_jwt(token, kind, self.options, self.now_ms, &self.answers.keys).map_err(Need::Keys)
    }

    /// a machine's own key where there is one; API keys and OAuth tokens are the instance's business.
    fn key(&self, kind: TokenType) -> Option<&Secret> {
        let own = self.machine_secret_key.filter(|_| kind == TokenType::M2mToken);
        own.or(self.secret_key)
    }

    fn remote(&self, token: &str, kind: TokenType) -> Result<Result<MachineToken, MachineError>, Need> {
        let Some(key) = self.key(kind) else {
            let message = "There is no secret key to verify the token with.";
            return Ok(Err(MachineError::new(kind, Reason::SecretKeyInvalid, message)));
        };
        let answer = self.answers.get(ApiCallKind::VerifyMachine(kind));
        let found = match answer {
            Some(answer) => read(kind, answer),
            None => match self.cache.get(key, token, self.now_ms) {
                Some(body) => Ok(body),
                None => return Err(Need::Call(Box::new(call(kind, token, key)))),
            },
        };
        let body = match found {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        };
        let audience = self.options.or(self.verifier.defaults()).audience;
        if kind == TokenType::OauthToken
            && let Err(error) = check_oauth_audience(crate::token::member(&body, "aud"), audience)
        {
            return Ok(Err(error));
        }
        let Some(verified) = MachineToken::of_answer(kind, &body) else {
            return Ok(Err(MachineError::new(kind, Reason::UnexpectedError, "The API's answer names no subject")));
        };
        if answer.is_some() {
            self.cache.keep(key, token, &body, self.now_ms);
        }
        Ok(Ok(verified))
    }
}

/// What is wrong with a text that is no machine's token (§2.8 items 1 and 3).
fn no_machine(token: &str) -> MachineError {
    if !has_jwt_format(token) {
        let message = "Not a machine token: those begin with ak_, mt_ or oat_, or are JWTs";
        return MachineError::new(TokenType::M2mToken, Reason::TokenInvalid, message);
    }
    match DecodedToken::read(token) {
        Err(error) => MachineError::new(TokenType::M2mToken, Reason::TokenInvalid, error.message),
        Ok(_) => {
            let message = "The JWT is no machine's: its `sub` does not begin with mch_, and its `typ` is not at+jwt";
            MachineError::new(TokenType::OauthToken, Reason::TokenVerificationFailed, message)
        }
    }
}

/// §1.7, R-130.
fn call(kind: TokenType, token: &str, key: &Secret) -> ApiCall {
    let (path, field) = match kind {
        TokenType::OauthToken => ("/oauth_applications/access_tokens/verify", "access_token"),
        TokenType::ApiKey => ("/api_keys/verify", "secret"),
        _ => ("/m2m_tokens/verify", "token"),
    };
    ApiCall {
        kind: ApiCallKind::VerifyMachine(kind),
        method: "POST",
        path: path.to_owned(),
        route: path,
        query: Vec::new(),
        body: Some(serde_json::json!({ field: token }).to_string()),
        secret_key: key.clone(),
        // It only reads.
        idempotent: true,
    }
}

/// What an answer says (§2.8 item 2): the body that vouches for the token, or why it is refused.
fn read(kind: TokenType, answer: &ApiAnswer) -> Result<String, MachineError> {
    let error = |reason, message: &str, status| {
        let mut error = MachineError::new(kind, reason, message);
        error.status = status;
        error.error.unavailable = is_outage(answer);
        error.error.retry_after_ms = retry_after_ms(answer).filter(|_| error.error.unavailable);
        error
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(_) => return Err(error(Reason::UnexpectedError, "Unexpected error", None)),
    };
    let status = Some(answer.status);
    match answer.status {
        200..=299 => {
            let body = super::api::object(&answer.body)
                .and_then(|object| Some((object, String::from_utf8(answer.body.clone()).ok()?)));
            match body {
                None => Err(error(Reason::UnexpectedError, "Unexpected error", status)),
                // An OAuth token that is not valid any more is a success that says so.
                Some((object, _)) if object.get("active") == Some(&false.into()) => {
                    Err(error(Reason::TokenInvalid, "The token is not active", status))
                }
                Some((_, body)) => Ok(body),
            }
        }
        401 => {
            let said = first_error(answer, "message");
            Err(error(Reason::SecretKeyInvalid, said.as_deref().unwrap_or("Invalid secret key"), status))
        }
        404 => {
            let message = match kind {
                TokenType::OauthToken => "OAuth token not found",
                TokenType::ApiKey => "API key not found",
                _ => "Machine token not found",
            };
            Err(error(Reason::TokenInvalid, message, status))
        }
        _ => Err(error(Reason::UnexpectedError, "Unexpected error", status)),
    }
}
