//! The commands about sign-ups, clients, and those who act as a user.

use super::read;
use crate::emulator::Emulator;
use crate::errors::{ApiError, EmulatorError};
use crate::mint::{Issuer, client_token};
use crate::store::Store;
use crate::store::sign_up::Entered;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByToken {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByClient {
    client_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BySignUp {
    sign_up_id: String,
}

fn argument(text: impl Into<String>) -> EmulatorError {
    EmulatorError::Argument(text.into())
}

fn refused(error: ApiError) -> EmulatorError {
    argument(error.errors.first().map_or_else(String::new, |item| item.long_message.clone()))
}

/// Runs one of these commands; none for another.
pub(super) fn run(emulator: &Emulator, command: &str, arguments: &str) -> Option<Result<Value, EmulatorError>> {
    let now = emulator.clock().now_ms();
    let shared = emulator.shared();
    Some(match command {
        "accept_actor_token" | "accept_agent_task" => read::<ByToken>(arguments)
            .and_then(|by| shared.change(|store| accept(store, &by.token, &shared.url, now)))
            .map(|id| json!({ "session_id": id })),
        "create_sign_up" => read::<Entered>(arguments)
            .and_then(|entered| shared.change(|store| store.begin_sign_up(entered, now)).map_err(refused))
            .map(|sign_up| json!({ "id": sign_up.id })),
        "complete_sign_up" => read::<BySignUp>(arguments)
            .and_then(|by| shared.change(|store| complete_sign_up(store, &by.sign_up_id, now)).map_err(refused))
            .map(|(user_id, session_id)| json!({ "user_id": user_id, "session_id": session_id })),
        "client_token" => read::<ByClient>(arguments)
            .and_then(|by| mint_client_token(emulator, &by.client_id))
            .map(|jwt| json!({ "jwt": jwt })),
        _ => return None,
    })
}

/// Opens the session of an actor token or an agent's task, unless its user cannot sign in.
fn accept(store: &mut Store, text: &str, issuer: &str, now: i64) -> Result<String, EmulatorError> {
    store.accept_acting(text, issuer, now).map_err(argument)
}

/// As if the person had entered every code.
fn complete_sign_up(store: &mut Store, id: &str, now: i64) -> Result<(String, String), ApiError> {
    for field in store.sign_up(id)?.unverified_fields() {
        store.verify_sign_up(id, field, now)?;
    }
    store.complete_sign_up(id, now)
}

fn mint_client_token(emulator: &Emulator, client_id: &str) -> Result<String, EmulatorError> {
    let shared = emulator.shared();
    let key = shared.key.get()?;
    shared.change(|store| {
        if store.client(client_id).is_none() {
            return Err(argument(format!("no client has the id {client_id}")));
        }
        let issuer = Issuer { iss: &shared.url, kid: &shared.instance_id, key, now_ms: shared.clock.now_ms() };
        client_token(&issuer, &mut store.ids, client_id)
    })
}
