//! The Frontend API's environment: what a sign-in component has to know of the instance before it draws anything.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::browser("GET", "/v1/environment", get),
    // Scripts ask so when they tell their origin.
    Route::browser("POST", "/v1/environment", get),
    Route::browser("PATCH", "/v1/environment", get),
];

/// What can be said of one kind of identifier.
fn attribute(factor: &str, strategies: &[&str], required: bool, verified_at_sign_up: bool) -> Value {
    json!({
        "enabled": true,
        "required": required,
        "name": null,
        "used_for_first_factor": factor == "first" || factor == "both",
        "first_factors": if factor == "second" { &[][..] } else { strategies },
        "used_for_second_factor": factor == "second" || factor == "both",
        "second_factors": if factor == "first" { &[][..] } else { strategies },
        "verifications": if verified_at_sign_up { strategies } else { &[][..] },
        "verify_at_sign_up": verified_at_sign_up,
        "immutable": false,
    })
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let url = &call.shared.url;
    let page = |path: &str| format!("{url}{path}");
    let kind = if call.shared.is_production() { "production" } else { "development" };
    Ok(Reply::Json(json!({
        "auth_config": {
            "object": "auth_config",
            "id": "aconf_emulator",
            "single_session_mode": true,
            "claimed_at": null,
            "reverification": true,
            "preferred_channels": null,
        },
        "display_config": {
            "object": "display_config",
            "id": "display_config_emulator",
            "instance_environment_type": kind,
            "application_name": "Emulator",
            "theme": {},
            "preferred_sign_in_strategy": "password",
            "logo_image_url": null,
            "favicon_image_url": null,
            "home_url": page("/user"),
            "sign_in_url": page("/sign-in"),
            "sign_up_url": page("/sign-up"),
            "user_profile_url": page("/user"),
            "organization_profile_url": page("/organizations"),
            "create_organization_url": page("/organizations"),
            "after_sign_in_url": page("/user"),
            "after_sign_up_url": page("/user"),
            "after_sign_out_one_url": page("/sign-in"),
            "after_sign_out_all_url": page("/sign-in"),
            "after_switch_session_url": page("/user"),
            "after_leave_organization_url": page("/organizations"),
            "after_create_organization_url": page("/organizations"),
            "waitlist_url": null,
            "after_join_waitlist_url": null,
            "branded": false,
            "experimental_force_oauth_first": false,
            "clerk_js_version": "5",
            "show_devmode_warning": kind == "development",
            "google_one_tap_client_id": null,
            "captcha_public_key": null,
            "captcha_widget_type": null,
            "captcha_provider": "turnstile",
            "captcha_oauth_bypass": [],
            "captcha_heartbeat": false,
            "support_email": "",
            "terms_url": null,
            "privacy_policy_url": null,
        },
        "user_settings": {
            "attributes": {
                "email_address": attribute("first", &["email_code"], true, true),
                "phone_number": attribute("both", &["phone_code"], false, true),
                "username": attribute("first", &[], false, false),
                "first_name": attribute("", &[], false, false),
                "last_name": attribute("", &[], false, false),
                "password": attribute("first", &["password"], true, false),
                "authenticator_app": attribute("second", &["totp"], false, false),
                "backup_code": attribute("second", &["backup_code"], false, false),
            },
            "social": {},
            "enterprise_sso": { "enabled": false },
            "saml": { "enabled": false },
            "sign_in": { "second_factor": { "required": false } },
            "sign_up": {
                "captcha_enabled": false, "captcha_widget_type": null, "custom_action_required": false,
                "progressive": true, "mode": "public", "legal_consent_enabled": false,
            },
            "restrictions": {
                "allowlist": { "enabled": false }, "blocklist": { "enabled": false },
                "block_email_subaddresses": { "enabled": false },
                "block_disposable_email_domains": { "enabled": false },
            },
            "username_settings": { "min_length": 4, "max_length": 64 },
            "password_settings": {
                "min_length": 8, "max_length": 72, "disable_hibp": false, "show_zxcvbn": false, "min_zxcvbn_strength": 0,
                "require_special_char": false, "require_numbers": false, "require_lowercase": false,
                "require_uppercase": false, "allowed_special_characters": "", "enforce_hibp_on_sign_in": false,
            },
            "passkey_settings": { "allow_autofill": false, "show_sign_in_button": false },
            "actions": { "delete_self": true, "create_organization": true, "create_organizations_limit": null },
            "attack_protection": {
                "user_lockout": {
                    "enabled": true,
                    "max_attempts": crate::store::user::ATTEMPTS_BEFORE_LOCK,
                    "duration_in_minutes": crate::store::user::LOCK_LIFE / 60_000,
                },
                "pii": { "enabled": false },
                "email_link": { "require_same_client": true },
            },
        },
        "organization_settings": {
            "enabled": true,
            "max_allowed_memberships": crate::store::organization::DEFAULT_MAX_MEMBERSHIPS,
            "actions": { "admin_delete": true },
            "domains": { "enabled": false, "enrollment_modes": [], "default_role": null },
            "creator_role": crate::store::role::ADMIN,
            "force_organization_selection": false,
            "slug": { "disabled": false },
        },
        "commerce_settings": { "billing": {
            "stripe_publishable_key": null,
            "user": { "enabled": false, "has_paid_plans": false },
            "organization": { "enabled": false, "has_paid_plans": false },
        } },
        "api_keys_settings": { "enabled": true, "user_api_keys_enabled": true, "orgs_api_keys_enabled": true },
        "client_debug_mode": false,
        "maintenance_mode": false,
        "partitioned_cookies": false,
    })))
}
