//! Whether the keys are there, are what they are given as, and fit each other. Nothing is asked of anyone.

use super::report::Findings;
use crate::key::{InstanceType, LocalKey, PublishableKey, check_secret_key};
use crate::options::Values;
use crate::secret::Secret;

const DASHBOARD: &str = "Copy it from the API keys page of the Clerk Dashboard.";

/// The keys that are ones.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) secret_key: Option<Secret>,
    pub(super) publishable_key: Option<PublishableKey>,
    pub(super) jwt_key: Option<LocalKey>,
}

pub(super) fn check(values: &Values, findings: &mut Findings) -> Keys {
    let keys = Keys {
        secret_key: secret_key(values, findings),
        publishable_key: publishable_key(values, findings),
        jwt_key: jwt_key(values, findings),
    };
    if let Some(key) = &values.machine_secret_key {
        match check_secret_key("machine_secret_key", key.expose()) {
            Ok(_) => findings.ok("machine_secret_key", "`machine_secret_key` is set"),
            Err(error) => findings.problem("machine_secret_key", error.message, DASHBOARD),
        }
    }
    kinds(&keys, findings);
    keys
}

fn secret_key(values: &Values, findings: &mut Findings) -> Option<Secret> {
    const CHECK: &str = "secret_key";
    let Some(key) = &values.secret_key else {
        let advice = format!("Set `secret_key` or CLERK_SECRET_KEY. {DASHBOARD}");
        if values.jwt_key.is_some() {
            findings.warning(
                CHECK,
                "there is no `secret_key`: tokens can be verified, but the API cannot be called",
                advice,
            );
        } else {
            findings.problem(CHECK, "there is no `secret_key`", advice);
        }
        return None;
    };
    match check_secret_key(CHECK, key.expose()) {
        Err(error) => {
            findings.problem(CHECK, error.message, DASHBOARD);
            None
        }
        Ok(key) => {
            match InstanceType::of_secret_key(key.expose()) {
                Some(kind) => findings.ok(CHECK, format!("`secret_key` is one of a {} instance", kind.as_str())),
                None => findings.warning(
                    CHECK,
                    "`secret_key` begins with neither sk_test_ nor sk_live_",
                    format!("It may be another key. {DASHBOARD}"),
                ),
            }
            Some(key)
        }
    }
}

fn publishable_key(values: &Values, findings: &mut Findings) -> Option<PublishableKey> {
    const CHECK: &str = "publishable_key";
    let Some(text) = &values.publishable_key else {
        findings.warning(
            CHECK,
            "there is no `publishable_key`: tokens can be verified, but requests cannot be authenticated",
            format!("Set `publishable_key` or CLERK_PUBLISHABLE_KEY. {DASHBOARD}"),
        );
        return None;
    };
    match PublishableKey::parse(text) {
        Ok(key) => {
            let (kind, host) = (key.instance_type().as_str(), key.frontend_api());
            findings
                .ok(CHECK, format!("`publishable_key` is one of a {kind} instance, with its Frontend API at {host}"));
            Some(key)
        }
        Err(error) => {
            findings.problem(CHECK, error.message, DASHBOARD);
            None
        }
    }
}

fn jwt_key(values: &Values, findings: &mut Findings) -> Option<LocalKey> {
    const CHECK: &str = "jwt_key";
    let Some(key) = &values.jwt_key else {
        findings.skipped(CHECK, "there is no `jwt_key`: the keys that verify tokens are fetched");
        return None;
    };
    match LocalKey::parse(key.expose()) {
        Ok(key) => {
            findings.ok(CHECK, "`jwt_key` is a public key: tokens are verified without a request");
            Some(key)
        }
        Err(error) => {
            findings.problem(CHECK, error.message, DASHBOARD);
            None
        }
    }
}

fn kinds(keys: &Keys, findings: &mut Findings) {
    const CHECK: &str = "keys_match";
    let secret = keys.secret_key.as_ref().and_then(|key| InstanceType::of_secret_key(key.expose()));
    let publishable = keys.publishable_key.as_ref().map(PublishableKey::instance_type);
    match (publishable, secret) {
        (Some(publishable), Some(secret)) if publishable == secret => {
            findings.ok(CHECK, format!("both keys are of a {} instance", secret.as_str()));
        }
        (Some(publishable), Some(secret)) => findings.problem(
            CHECK,
            format!(
                "`publishable_key` is of a {} instance and `secret_key` of a {} one",
                publishable.as_str(),
                secret.as_str()
            ),
            "Copy both from the same instance in the Clerk Dashboard.",
        ),
        _ => findings.skipped(CHECK, "there are no two keys to compare"),
    }
}
