//! Variables that look misspelt, swapped, or as if browsers could read them. Values are looked at and never told.

use super::report::Findings;
use crate::args::closest;
use crate::options::Values;

/// What is read by this SDK or by others for the same service.
const KNOWN: [&str; 21] = [
    "CLERK_SECRET_KEY",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_MACHINE_SECRET_KEY",
    "CLERK_JWT_KEY",
    "CLERK_API_URL",
    "CLERK_API_VERSION",
    "CLERK_DOMAIN",
    "CLERK_PROXY_URL",
    "CLERK_SIGN_IN_URL",
    "CLERK_SIGN_UP_URL",
    "CLERK_AFTER_SIGN_IN_URL",
    "CLERK_AFTER_SIGN_UP_URL",
    "CLERK_IS_SATELLITE",
    "CLERK_WEBHOOK_SIGNING_SECRET",
    "CLERK_FAPI_URL",
    "CLERK_FAPI",
    "CLERK_JS_URL",
    "CLERK_JS_VERSION",
    "CLERK_DISABLE_AUTO_PROXY",
    "CLERK_TELEMETRY_DISABLED",
    "CLERK_TELEMETRY_DEBUG",
];

/// What a bundler gives to browsers begins with one of these.
const PUBLIC: [&str; 8] =
    ["NEXT_PUBLIC_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "REACT_APP_", "VITE_", "VUE_APP_", "PUBLIC_"];

const CHECK: &str = "environment";

pub(super) fn check(values: &Values, findings: &mut Findings) {
    let variables = values.variables.all();
    for (name, value) in variables.iter().filter(|(name, _)| name.to_ascii_uppercase().contains("CLERK")) {
        let value = value.trim();
        let public = PUBLIC.iter().find_map(|prefix| name.strip_prefix(prefix));
        if value.is_empty() {
            continue;
        }
        if let Some(rest) = public {
            if is_secret(rest, value) {
                findings.problem(
                    CHECK,
                    format!("{name} holds a secret, and its name makes bundlers give it to browsers"),
                    format!("Roll that key in the Clerk Dashboard, and call the variable {rest}."),
                );
            } else if KNOWN.contains(&rest) && !variables.contains_key(rest) {
                findings.warning(
                    CHECK,
                    format!("{name} is set and {rest} is not: only the latter is read here"),
                    format!("Set {rest} too."),
                );
            }
        } else if KNOWN.contains(&name.as_str()) {
            check_value(name, value, findings);
        } else if let Some(meant) = closest(name, KNOWN.into_iter()).filter(|meant| near(name, meant)) {
            findings.warning(CHECK, format!("{name} is not read; {meant} is"), format!("Did you mean {meant}?"));
        }
    }
    if !findings.has(CHECK) {
        findings.ok(CHECK, "no variable looks misspelt or swapped");
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    ["sk_test_", "sk_live_", "whsec_", "ak_"].iter().any(|start| value.starts_with(start))
        || (name.contains("SECRET") && !value.starts_with("pk_"))
}

fn check_value(name: &str, value: &str, findings: &mut Findings) {
    let quoted = ['"', '\''].iter().any(|quote| value.starts_with(*quote) || value.ends_with(*quote));
    if quoted {
        findings.problem(
            CHECK,
            format!("the value of {name} begins or ends with a quotation mark, which is taken for a part of it"),
            "Leave the quotation marks out.",
        );
        return;
    }
    let what = [
        (&["pk_test_", "pk_live_"][..], "a publishable key", "CLERK_PUBLISHABLE_KEY"),
        (&["sk_test_", "sk_live_"][..], "a secret key", "CLERK_SECRET_KEY"),
        (&["ak_"][..], "a machine's secret key", "CLERK_MACHINE_SECRET_KEY"),
        (&["whsec_"][..], "a webhook signing secret", "CLERK_WEBHOOK_SIGNING_SECRET"),
        (&["-----BEGIN PUBLIC KEY"][..], "a public key", "CLERK_JWT_KEY"),
    ];
    let found = what.iter().find(|(starts, ..)| starts.iter().any(|start| value.starts_with(start)));
    if let Some((_, what, home)) = found
        && *home != name
        // Either authorizes calls.
        && !(*home == "CLERK_SECRET_KEY" && name == "CLERK_MACHINE_SECRET_KEY")
    {
        findings.problem(
            CHECK,
            format!("{name} holds what looks like {what}"),
            format!("That belongs into {home}; were two of them swapped?"),
        );
    }
}

/// A variable of somebody else's may well be called something with CLERK in it: only small slips are told.
fn near(name: &str, meant: &str) -> bool {
    name.len().abs_diff(meant.len()) <= 4
}
