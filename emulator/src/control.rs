//! The control door: commands and arguments as text, for bindings and for tests in any language.

mod acting;
pub(crate) mod billing;
mod browser;
mod enterprise;
mod webhooks;

use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::faults::Fault;
use crate::fixtures;
use crate::mint::{ApiKeyOptions, HandshakeOptions, M2mTokenOptions, MintOptions, OAuthTokenOptions};
use crate::portable::ImportMode;
use crate::rate::RateLimits;
use crate::remote::given_or_file;
use crate::store::Store;
use crate::store::user::ExternalAccount;
use crate::totp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(default = "yes")]
    jwt_key: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockSet {
    now_ms: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockAdvance {
    by_ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    name: String,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default = "default_life")]
    lifetime_seconds: i64,
}

fn default_life() -> i64 {
    crate::mint::DEFAULT_LIFE
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRole {
    key: String,
    name: String,
    #[serde(default)]
    permissions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPasskey {
    user_id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDevice {
    user_id: String,
    platform: Option<String>,
    app_identifier: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    since: Option<u64>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    #[serde(default)]
    with_keys: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    document: Option<Box<RawValue>>,
    path: Option<String>,
    #[serde(default)]
    mode: ImportMode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    yaml: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetRateLimit {
    limit: RateLimits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByInvitation {
    invitation_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByToken {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByUser {
    user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BySession {
    session_id: String,
}

/// The names of all commands.
pub(crate) const COMMANDS: &[&str] = &[
    "accept_actor_token",
    "accept_agent_task",
    "accept_invitation",
    "accept_organization_invitation",
    "accept_sign_in_token",
    "add_aws_credential",
    "add_discount",
    "add_external_account",
    "add_fault",
    "add_jwt_template",
    "add_passkey",
    "add_plan",
    "add_role",
    "add_trusted_device",
    "add_webhook_endpoint",
    "browser_sign_in",
    "browser_sign_out",
    "clear_faults",
    "clear_requests",
    "client_token",
    "clock_advance",
    "clock_get",
    "clock_set",
    "complete_sign_up",
    "create_handshake_nonce",
    "create_sign_up",
    "decline_payments",
    "export",
    "import",
    "info",
    "load_fixtures",
    "messages",
    "mint_api_key",
    "mint_handshake_token",
    "mint_m2m_token",
    "mint_oauth_token",
    "mint_session_token",
    "refresh_token",
    "remove_webhook_endpoint",
    "replay_webhook",
    "requests",
    "reset",
    "set_rate_limit",
    "stop",
    "subscribe",
    "totp_code",
    "update_webhook_endpoint",
    "wait_for_webhooks",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_events",
];

/// The error for a command that there is not.
pub(crate) fn unknown(command: &str) -> EmulatorError {
    EmulatorError::Argument(format!("unknown command: {command}"))
}

/// Runs one command.
pub(crate) fn run(emulator: &Emulator, command: &str, arguments: &str) -> Result<String, EmulatorError> {
    let answer = match command {
        "info" => info(emulator, read::<Info>(arguments)?.jwt_key)?,
        "mint_session_token" => json!({ "jwt": emulator.mint_session_token(&read::<MintOptions>(arguments)?)? }),
        "clock_get" => {
            read::<Nothing>(arguments)?;
            clock(emulator)
        }
        "clock_set" => {
            match read::<ClockSet>(arguments)?.now_ms {
                Some(ms) => emulator.clock().set(ms),
                None => emulator.clock().resume(),
            }
            clock(emulator)
        }
        "clock_advance" => {
            emulator.clock().advance(read::<ClockAdvance>(arguments)?.by_ms);
            clock(emulator)
        }
        "add_fault" => {
            emulator.add_fault(read::<Fault>(arguments)?)?;
            json!({})
        }
        "requests" => {
            let which = read::<Requests>(arguments)?;
            json!(emulator.shared().log().tell(which.since, which.limit))
        }
        // As it is: read and written once more, tables and ledgers would lose their order.
        "export" => return emulator.export(read::<Export>(arguments)?.with_keys),
        "import" => {
            let import = read::<Import>(arguments)?;
            let document = import.document.map(|document| document.get().to_owned());
            let document = given_or_file(("document", "path"), document, import.path)?;
            json!({ "rows": emulator.import(&document, import.mode)? })
        }
        "load_fixtures" => {
            let fixtures = read::<Fixtures>(arguments)?;
            let name = fixtures.path.clone().unwrap_or_else(|| "fixtures".to_owned());
            let yaml = given_or_file(("yaml", "path"), fixtures.yaml, fixtures.path)?;
            json!(fixtures::Fixtures::parse(&name, &yaml)?.load(emulator.shared())?)
        }
        "set_rate_limit" => {
            emulator.set_rate_limits(read::<SetRateLimit>(arguments)?.limit)?;
            json!({})
        }
        "messages" => {
            read::<Nothing>(arguments)?;
            json!(emulator.messages())
        }
        "clear_faults" => act::<Nothing>(arguments, |_| emulator.clear_faults())?,
        "clear_requests" => act::<Nothing>(arguments, |_| emulator.clear_requests())?,
        "reset" => {
            read::<Nothing>(arguments)?;
            emulator.reset()?;
            json!({})
        }
        "stop" => act::<Nothing>(arguments, |_| emulator.stop())?,
        "add_jwt_template" => {
            let template = read::<Template>(arguments)?;
            emulator.add_jwt_template(&template.name, template.claims, template.lifetime_seconds)?;
            json!({})
        }
        "add_role" => {
            let role = read::<NewRole>(arguments)?;
            let now = emulator.clock().now_ms();
            emulator.shared().alter(|store| store.put_role(role.key, role.name, &role.permissions, now))?;
            json!({})
        }
        "mint_handshake_token" => {
            json!({ "jwt": emulator.mint_handshake_token(&read::<HandshakeOptions>(arguments)?)? })
        }
        "mint_m2m_token" => json!(emulator.mint_m2m_token(&read::<M2mTokenOptions>(arguments)?)?),
        "mint_oauth_token" => json!(emulator.mint_oauth_token(&read::<OAuthTokenOptions>(arguments)?)?),
        "mint_api_key" => json!(emulator.mint_api_key(&read::<ApiKeyOptions>(arguments)?)?),
        _ => {
            if let Some(answer) = webhooks::run(emulator, command, arguments)? {
                return Ok(answer.to_string());
            }
            if let Some(answer) = acting::run(emulator, command, arguments) {
                return answer.map(|answer| answer.to_string());
            }
            let now = emulator.clock().now_ms();
            return emulator.shared().change(|store| people(store, command, arguments, now));
        }
    };
    Ok(answer.to_string())
}

/// The commands that stand for what a person does in a browser or an app.
fn people(store: &mut Store, command: &str, arguments: &str, now: i64) -> Result<String, EmulatorError> {
    let answer = match command {
        "add_external_account" => {
            json!({ "id": store.connect_account(read::<ExternalAccount>(arguments)?, now)? })
        }
        "add_aws_credential" => enterprise::add_aws_credential(store, arguments, now)?,
        "add_discount" => billing::add_discount(store, arguments)?,
        "add_plan" => billing::add_plan(store, arguments, now)?,
        "decline_payments" => billing::decline_payments(store, arguments, now)?,
        "subscribe" => billing::subscribe(store, arguments, now)?,
        "add_passkey" => {
            let passkey = read::<NewPasskey>(arguments)?;
            json!({ "id": store.enrol_passkey(&passkey.user_id, passkey.name, now)? })
        }
        "add_trusted_device" => {
            let device = read::<NewDevice>(arguments)?;
            let id = store.enrol_device(&device.user_id, device.platform, device.app_identifier, device.name, now)?;
            json!({ "id": id })
        }
        "accept_invitation" => {
            json!({ "user_id": store.accept_invitation(&read::<ByInvitation>(arguments)?.invitation_id, now)? })
        }
        "accept_organization_invitation" => {
            let id = read::<ByInvitation>(arguments)?.invitation_id;
            json!({ "membership_id": store.accept_organization_invitation(&id, now)? })
        }
        "accept_sign_in_token" => {
            json!({ "session_id": store.accept_sign_in_token(&read::<ByToken>(arguments)?.token, now)? })
        }
        "refresh_token" => {
            let id = read::<BySession>(arguments)?.session_id;
            let session = store
                .sessions
                .get(&id)
                .ok_or_else(|| EmulatorError::Argument(format!("no session has the id {id}")))?;
            json!({ "refresh_token": session.refresh_token })
        }
        "totp_code" => {
            let id = read::<ByUser>(arguments)?.user_id;
            let user =
                store.users.get(&id).ok_or_else(|| EmulatorError::Argument(format!("no user has the id {id}")))?;
            let totp = user.totp.as_ref().ok_or_else(|| EmulatorError::Argument("the user has no TOTP".to_owned()))?;
            json!({ "code": totp::code_at(&totp.secret, now) })
        }
        _ => return browser::run(store, command, arguments, now),
    };
    Ok(answer.to_string())
}

fn act<T: DeserializeOwned>(arguments: &str, run: impl FnOnce(T)) -> Result<Value, EmulatorError> {
    run(read(arguments)?);
    Ok(json!({}))
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, EmulatorError> {
    let text = if arguments.trim().is_empty() { "{}" } else { arguments };
    serde_json::from_str(text).map_err(|error| EmulatorError::Argument(error.to_string()))
}

fn clock(emulator: &Emulator) -> Value {
    json!({ "now_ms": emulator.clock().now_ms(), "frozen": emulator.clock().is_frozen() })
}

/// The key takes a tenth of a second or more to make: who does not want it need not wait for it.
fn info(emulator: &Emulator, with_key: bool) -> Result<Value, EmulatorError> {
    let mut info = json!({
        "url": emulator.url(),
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "machine_secret_key": emulator.machine_secret_key(),
        "machine_id": emulator.machine_id(),
        "instance_id": emulator.instance_id(),
        "data_dir": emulator.shared().disk.as_ref().map(|disk| disk.directory().display().to_string()),
        "unreadable": emulator.shared().unreadable,
    });
    if with_key {
        info["jwt_key"] = json!(emulator.jwt_key()?);
    }
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::COMMANDS;

    #[test]
    fn all_commands_are_listed() {
        let sources = [
            include_str!("control.rs"),
            include_str!("control/acting.rs"),
            include_str!("control/billing.rs"),
            include_str!("control/browser.rs"),
            include_str!("control/enterprise.rs"),
            include_str!("control/webhooks.rs"),
        ];
        let mut found: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.split_once(" =>").map(|(names, _)| names.trim()))
            .filter(|names| names.starts_with('"'))
            .flat_map(|names| names.split(" | ").map(|name| name.trim_matches('"')))
            .collect();
        found.sort_unstable();
        assert_eq!(found, COMMANDS);
    }
}
