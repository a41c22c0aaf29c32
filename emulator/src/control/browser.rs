//! The commands about browsers and handshakes.

use super::read;
use crate::errors::EmulatorError;
use crate::store::Store;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    user_id: String,
    org_id: Option<String>,
    browser: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignOut {
    browser: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nonce {
    directives: Vec<String>,
}

pub(super) fn run(store: &mut Store, command: &str, arguments: &str, now: i64) -> Result<String, EmulatorError> {
    let answer = match command {
        "browser_sign_in" => {
            let who = read::<SignIn>(arguments)?;
            json!(store.browser_sign_in(&who.user_id, who.org_id.as_deref(), who.browser, now)?)
        }
        "browser_sign_out" => {
            store.browser_sign_out(&read::<SignOut>(arguments)?.browser, now)?;
            json!({})
        }
        "create_handshake_nonce" => {
            json!({ "nonce": store.open_nonce(read::<Nonce>(arguments)?.directives, now) })
        }
        other => return Err(super::unknown(other)),
    };
    Ok(answer.to_string())
}
