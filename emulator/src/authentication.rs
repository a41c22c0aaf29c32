//! What tests of request authentication need beside the API: tokens and keys of every kind, made at once.

use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::mint::{
    self, ApiKeyOptions, HandshakeOptions, Issuer, M2mTokenOptions, MintKey, Minted, OAuthTokenOptions, TokenFormat,
};
use crate::state::Shared;
use crate::store::api_key::NewApiKey;
use crate::store::machine::DEFAULT_TTL;
use crate::store::oauth::{ACCESS_TOKEN_LIFE, DEFAULT_SCOPES};
use serde_json::Value;

fn issuer(shared: &Shared, key: MintKey) -> Result<Issuer<'_>, EmulatorError> {
    let key = match key {
        MintKey::Instance => shared.key.get()?,
        MintKey::Other => shared.other_key.get()?,
    };
    Ok(Issuer { iss: &shared.url, kid: &shared.instance_id, key, now_ms: shared.clock.now_ms() })
}

/// Who signs; nobody signs an opaque token.
fn signer(shared: &Shared, format: TokenFormat, key: MintKey) -> Result<Option<Issuer<'_>>, EmulatorError> {
    if format == TokenFormat::Jwt { issuer(shared, key).map(Some) } else { Ok(None) }
}

/// Refuses for opaque tokens what only a JWT can have.
fn only_jwt(format: TokenFormat, given: &[(&str, bool)]) -> Result<(), EmulatorError> {
    match given.iter().find(|(_, given)| *given && format == TokenFormat::Opaque) {
        Some((name, _)) => Err(EmulatorError::Argument(format!("{name} goes with format jwt only"))),
        None => Ok(()),
    }
}

impl Emulator {
    /// Makes a handshake token; see [`HandshakeOptions`].
    ///
    /// # Errors
    /// [`EmulatorError::Key`] if signing fails.
    pub fn mint_handshake_token(&self, options: &HandshakeOptions) -> Result<String, EmulatorError> {
        mint::handshake_token(&issuer(self.shared(), options.key)?, options)
    }

    /// Makes a machine token, opaque (and stored) or a JWT; see [`M2mTokenOptions`].
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] if an opaque token is given what only a JWT can have; [`EmulatorError::Key`] if
    /// signing fails.
    pub fn mint_m2m_token(&self, options: &M2mTokenOptions) -> Result<Minted, EmulatorError> {
        let shared = self.shared();
        only_jwt(
            options.format,
            &[
                ("header", !options.header.is_empty()),
                ("issued_at", options.issued_at.is_some()),
                ("tampered", options.tampered),
                ("key", options.key != MintKey::Instance),
            ],
        )?;
        // Before the store is locked: the key may still be in the making.
        let issuer = signer(shared, options.format, options.key)?;
        let now = shared.clock.now_ms();
        shared.change(|store| {
            let subject = options.machine_id.clone().unwrap_or_else(|| store.ids.id("mch_"));
            let machine = store.machines.get(&subject);
            let life = options.expires_in_seconds.or(machine.map(|machine| machine.default_token_ttl));
            let life = life.unwrap_or(DEFAULT_TTL);
            let scopes = options.scopes.clone().unwrap_or_else(|| {
                machine.map_or_else(|| vec![shared.machine_id.clone()], |machine| machine.scopes.clone())
            });
            if let Some(issuer) = &issuer {
                let id = format!("mt_{}", store.ids.hex(32));
                let token = mint::m2m_jwt(issuer, &id, &subject, &scopes, life, options)?;
                return Ok(Minted { id, token });
            }
            let claims = if options.claims.is_empty() { Value::Null } else { Value::Object(options.claims.clone()) };
            let token = store.open_m2m_token(subject, scopes, claims, life.saturating_mul(1000), now);
            Ok(Minted { id: token.id, token: token.credential.secret })
        })
    }

    /// Makes an access token of an OAuth application, opaque (and stored) or a JWT; see [`OAuthTokenOptions`].
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an application that is not stored, or if an opaque token is given what only a
    /// JWT can have; [`EmulatorError::Key`] if signing fails.
    pub fn mint_oauth_token(&self, options: &OAuthTokenOptions) -> Result<Minted, EmulatorError> {
        only_jwt(
            options.format,
            &[
                ("claims", !options.claims.is_empty()),
                ("header", !options.header.is_empty()),
                ("issued_at", options.issued_at.is_some()),
                ("tampered", options.tampered),
                ("key", options.key != MintKey::Instance),
            ],
        )?;
        let issuer = signer(self.shared(), options.format, options.key)?;
        let now = self.clock().now_ms();
        self.shared().change(|store| {
            let application = match &options.application_id {
                Some(id) => Some(
                    store
                        .oauth_applications
                        .get(id)
                        .ok_or_else(|| EmulatorError::Argument(format!("no OAuth application has the id {id}")))?
                        .clone(),
                ),
                None => None,
            };
            let client_id =
                options.client_id.clone().or_else(|| application.as_ref().map(|known| known.client_id.clone()));
            let client_id = client_id.unwrap_or_else(|| store.ids.text(16));
            let user_id = options.user_id.clone().unwrap_or_else(|| store.ids.id("user_"));
            let scopes = options.scopes.clone().unwrap_or_else(|| {
                let scopes = application.as_ref().map_or(DEFAULT_SCOPES, |known| &known.scopes);
                scopes.split(' ').map(str::to_owned).collect()
            });
            let life = options.expires_in_seconds.unwrap_or(ACCESS_TOKEN_LIFE);
            if let Some(issuer) = &issuer {
                let id = format!("oat_{}", store.ids.hex(32));
                let token = mint::oauth_jwt(issuer, &id, &client_id, &user_id, &scopes, life, options)?;
                return Ok(Minted { id, token });
            }
            let grant = store.open_grant(client_id, user_id, scopes.clone(), None, now);
            let token = store.open_access_token(&grant, scopes, life.saturating_mul(1000), now);
            Ok(Minted { id: token.id, token: token.credential.secret })
        })
    }

    /// Makes and keeps an API key; see [`ApiKeyOptions`].
    ///
    /// # Errors
    /// None today.
    pub fn mint_api_key(&self, options: &ApiKeyOptions) -> Result<Minted, EmulatorError> {
        let now = self.clock().now_ms();
        self.shared().change(|store| {
            let new = NewApiKey {
                kind: "api_key".to_owned(),
                subject: options.subject.clone().unwrap_or_else(|| store.ids.id("user_")),
                name: options.name.clone().unwrap_or_else(|| "API key".to_owned()),
                description: None,
                claims: options.claims.clone(),
                scopes: options.scopes.clone(),
                created_by: None,
                life_ms: options.expires_in_seconds.map(|life| life.saturating_mul(1000)),
            };
            let key = store.open_api_key(new, now);
            Ok(Minted { id: key.id, token: key.credential.secret })
        })
    }
}
