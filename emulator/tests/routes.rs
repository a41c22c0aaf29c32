//! Every operation in scope has its route: without a key it answers 401, and not 404 or 405.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::Api;

/// Method and path of each operation.
const OPERATIONS: &[(&str, &str)] = &[
    ("POST", "/email_addresses/{email_address_id}/attempt_verification"),
    ("POST", "/email_addresses"),
    ("DELETE", "/email_addresses/{email_address_id}"),
    ("GET", "/email_addresses/{email_address_id}"),
    ("POST", "/email_addresses/{email_address_id}/prepare_verification"),
    ("PUT", "/users/{user_id}/email_address"),
    ("PATCH", "/email_addresses/{email_address_id}"),
    ("POST", "/invitations/bulk"),
    ("POST", "/invitations"),
    ("GET", "/invitations"),
    ("POST", "/invitations/{invitation_id}/revoke"),
    ("GET", "/jwks"),
    ("POST", "/organizations/{organization_id}/invitations/bulk"),
    ("POST", "/organizations/{organization_id}/invitations"),
    ("GET", "/organizations/{organization_id}/invitations/{invitation_id}"),
    ("GET", "/organization_invitations"),
    ("GET", "/organizations/{organization_id}/invitations"),
    ("GET", "/organizations/{organization_id}/invitations/pending"),
    ("POST", "/organizations/{organization_id}/invitations/{invitation_id}/revoke"),
    ("POST", "/organizations/{organization_id}/memberships"),
    ("DELETE", "/organizations/{organization_id}/memberships/{user_id}"),
    ("GET", "/organizations/{organization_id}/memberships"),
    ("PATCH", "/organizations/{organization_id}/memberships/{user_id}"),
    ("PATCH", "/organizations/{organization_id}/memberships/{user_id}/metadata"),
    ("POST", "/organizations/{organization_id}/billing/credits"),
    ("POST", "/organizations"),
    ("DELETE", "/organizations/{organization_id}"),
    ("DELETE", "/organizations/{organization_id}/logo"),
    ("GET", "/organizations/{organization_id}"),
    ("GET", "/organizations/{organization_id}/billing/credits"),
    ("GET", "/organizations/{organization_id}/billing/subscription"),
    ("GET", "/organizations"),
    ("PATCH", "/organizations/{organization_id}/metadata"),
    ("PUT", "/organizations/{organization_id}/metadata"),
    ("PATCH", "/organizations/{organization_id}"),
    ("PUT", "/organizations/{organization_id}/logo"),
    ("POST", "/phone_numbers/{phone_number_id}/attempt_verification"),
    ("POST", "/phone_numbers"),
    ("DELETE", "/phone_numbers/{phone_number_id}"),
    ("GET", "/phone_numbers/{phone_number_id}"),
    ("POST", "/phone_numbers/{phone_number_id}/prepare_verification"),
    ("PUT", "/users/{user_id}/phone_number"),
    ("PATCH", "/phone_numbers/{phone_number_id}"),
    ("POST", "/sessions"),
    ("POST", "/sessions/{session_id}/tokens"),
    ("POST", "/sessions/{session_id}/tokens/{template_name}"),
    ("GET", "/sessions/{session_id}"),
    ("GET", "/sessions"),
    ("POST", "/sessions/{session_id}/refresh"),
    ("POST", "/sessions/{session_id}/revoke"),
    ("POST", "/sessions/{session_id}/verify"),
    ("POST", "/sign_in_tokens"),
    ("POST", "/sign_in_tokens/{sign_in_token_id}/revoke"),
    ("POST", "/testing_tokens"),
    ("POST", "/users/{user_id}/billing/credits"),
    ("POST", "/users/{user_id}/ban"),
    ("POST", "/users/ban"),
    ("POST", "/users/unban"),
    ("GET", "/users/count"),
    ("POST", "/users"),
    ("POST", "/users/{user_id}/totp"),
    ("DELETE", "/users/{user_id}"),
    ("DELETE", "/users/{user_id}/backup_code"),
    ("DELETE", "/users/{user_id}/external_accounts/{external_account_id}"),
    ("DELETE", "/users/{user_id}/passkeys/{passkey_identification_id}"),
    ("DELETE", "/users/{user_id}/profile_image"),
    ("DELETE", "/users/{user_id}/totp"),
    ("DELETE", "/users/{user_id}/web3_wallets/{web3_wallet_identification_id}"),
    ("DELETE", "/users/{user_id}/mfa"),
    ("GET", "/users/{user_id}"),
    ("GET", "/users/{user_id}/billing/credits"),
    ("GET", "/users/{user_id}/billing/subscription"),
    ("GET", "/organization_memberships"),
    ("GET", "/users/{user_id}/oauth_access_tokens/{provider}"),
    ("GET", "/users/{user_id}/organization_invitations"),
    ("GET", "/users/{user_id}/organization_memberships"),
    ("GET", "/users"),
    ("GET", "/users/{user_id}/trusted_devices"),
    ("POST", "/users/{user_id}/lock"),
    ("POST", "/users/{user_id}/remove_password"),
    ("PUT", "/users/{user_id}/metadata"),
    ("DELETE", "/users/{user_id}/trusted_devices/{trusted_device_id}"),
    ("POST", "/users/{user_id}/password/set_compromised"),
    ("POST", "/users/{user_id}/profile_image"),
    ("POST", "/users/{user_id}/unban"),
    ("POST", "/users/{user_id}/unlock"),
    ("POST", "/users/{user_id}/password/unset_compromised"),
    ("PATCH", "/users/{user_id}"),
    ("PATCH", "/users/{user_id}/metadata"),
    ("POST", "/users/{user_id}/verify_password"),
    ("POST", "/users/{user_id}/verify_totp"),
    ("GET", "/machines"),
    ("POST", "/machines"),
    ("GET", "/machines/{machine_id}"),
    ("PATCH", "/machines/{machine_id}"),
    ("DELETE", "/machines/{machine_id}"),
    ("GET", "/machines/{machine_id}/secret_key"),
    ("POST", "/machines/{machine_id}/secret_key/rotate"),
    ("POST", "/machines/{machine_id}/scopes"),
    ("DELETE", "/machines/{machine_id}/scopes/{other_machine_id}"),
    ("POST", "/m2m_tokens"),
    ("GET", "/m2m_tokens"),
    ("POST", "/m2m_tokens/{m2m_token_id}/revoke"),
    ("POST", "/m2m_tokens/verify"),
    ("POST", "/api_keys"),
    ("GET", "/api_keys"),
    ("GET", "/api_keys/{api_key_id}"),
    ("PATCH", "/api_keys/{api_key_id}"),
    ("DELETE", "/api_keys/{api_key_id}"),
    ("GET", "/api_keys/{api_key_id}/secret"),
    ("POST", "/api_keys/{api_key_id}/revoke"),
    ("POST", "/api_keys/verify"),
    ("GET", "/oauth_applications"),
    ("POST", "/oauth_applications"),
    ("GET", "/oauth_applications/{oauth_application_id}"),
    ("PATCH", "/oauth_applications/{oauth_application_id}"),
    ("DELETE", "/oauth_applications/{oauth_application_id}"),
    ("PUT", "/oauth_applications/{oauth_application_id}/logo"),
    ("POST", "/oauth_applications/{oauth_application_id}/rotate_secret"),
    ("POST", "/oauth_applications/{oauth_application_id}/revoke_token"),
    ("POST", "/oauth_applications/access_tokens/verify"),
    ("GET", "/clients/handshake_payload"),
    ("POST", "/accountless_applications/complete"),
    ("POST", "/actor_tokens"),
    ("POST", "/actor_tokens/{actor_token_id}/revoke"),
    ("POST", "/agents/tasks"),
    ("POST", "/agents/tasks/{agent_task_id}/revoke"),
    ("POST", "/allowlist_identifiers"),
    ("DELETE", "/allowlist_identifiers/{identifier_id}"),
    ("GET", "/allowlist_identifiers"),
    ("PATCH", "/beta_features/instance_settings"),
    ("PUT", "/beta_features/domain"),
    ("POST", "/blocklist_identifiers"),
    ("DELETE", "/blocklist_identifiers/{identifier_id}"),
    ("GET", "/blocklist_identifiers"),
    ("GET", "/clients/{client_id}"),
    ("GET", "/clients"),
    ("POST", "/clients/verify"),
    ("POST", "/domains"),
    ("DELETE", "/domains/{domain_id}"),
    ("GET", "/domains"),
    ("PATCH", "/domains/{domain_id}"),
    ("POST", "/email"),
    ("POST", "/instance/change_domain"),
    ("GET", "/instance"),
    ("GET", "/instance/communication"),
    ("GET", "/instance/oauth_application_settings"),
    ("GET", "/instance/organization_settings"),
    ("GET", "/instance/protect"),
    ("PATCH", "/instance"),
    ("PATCH", "/instance/communication"),
    ("PATCH", "/instance/oauth_application_settings"),
    ("PATCH", "/instance/organization_settings"),
    ("PATCH", "/instance/protect"),
    ("PATCH", "/instance/restrictions"),
    ("POST", "/jwt_templates"),
    ("DELETE", "/jwt_templates/{template_id}"),
    ("GET", "/jwt_templates/{template_id}"),
    ("GET", "/jwt_templates"),
    ("PATCH", "/jwt_templates/{template_id}"),
    ("POST", "/proxy_checks"),
    ("POST", "/redirect_urls"),
    ("DELETE", "/redirect_urls/{id}"),
    ("GET", "/redirect_urls/{id}"),
    ("GET", "/redirect_urls"),
    ("GET", "/sign_ups/{id}"),
    ("PATCH", "/sign_ups/{id}"),
    ("GET", "/templates/{template_type}/{slug}"),
    ("GET", "/templates/{template_type}"),
    ("POST", "/templates/{template_type}/{slug}/preview"),
    ("POST", "/templates/{template_type}/{slug}/revert"),
    ("POST", "/templates/{template_type}/{slug}/toggle_delivery"),
    ("PUT", "/templates/{template_type}/{slug}"),
    ("POST", "/waitlist_entries/bulk"),
    ("POST", "/waitlist_entries"),
    ("DELETE", "/waitlist_entries/{waitlist_entry_id}"),
    ("POST", "/waitlist_entries/{waitlist_entry_id}/invite"),
    ("GET", "/waitlist_entries"),
    ("POST", "/waitlist_entries/{waitlist_entry_id}/reject"),
    ("POST", "/webhooks/svix"),
    ("DELETE", "/webhooks/svix"),
    ("POST", "/webhooks/svix_url"),
];

/// The three verifications that SDKs also ask for without `/v1` (R-130).
const WITHOUT_VERSION: &[&str] =
    &["/m2m_tokens/verify", "/api_keys/verify", "/oauth_applications/access_tokens/verify"];

#[tokio::test]
async fn every_operation_has_its_route() {
    let api = Api::start();
    assert_eq!(OPERATIONS.len(), 182);
    for (method, path) in OPERATIONS {
        let url = format!("{}/v1{path}", api.emulator.url());
        let response = api.client.request(method.parse().unwrap(), url).send().await.unwrap();
        assert_eq!(response.status(), 401, "{method} {path}");
        let routed = api.emulator.requests().pop().unwrap().route;
        assert_eq!(routed, Some(format!("/v1{path}")));
    }
    for path in WITHOUT_VERSION {
        let response = api.client.post(format!("{}{path}", api.emulator.url())).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
    }
}

/// Junk gets an error of the API, never a lost connection and never a 500.
#[tokio::test]
async fn junk_is_answered_everywhere() {
    let api = Api::start();
    let fields = r#"{"user_id": 1, "email_address": {}, "phone_number": [1], "amount": 1e300, "expires_in_days": -9223372036854775808,
        "expires_in_seconds": 9223372036854775807, "seconds_until_expiration": 1e308, "previous_token_ttl": 28800,
        "redirect_uris": "x", "scopes": "a  b", "subject": "user_", "claims": 1, "token": "a.b.c", "secret": "ak_",
        "min_remaining_ttl_seconds": 2147483647, "token_format": "jwt", "default_token_ttl": 315360000, "created_at": "+99999-01-01T00:00:00Z", "name": "\u0000", "public_metadata": 7}"#;
    let bodies = ["", "null", "[]", "[null]", "{}", "{\"a\":", "\u{fffd}", fields];
    for now in [i64::MAX, i64::MIN, 0] {
        api.emulator.clock().set(now);
        for (method, path) in OPERATIONS {
            for body in bodies {
                let path = format!("{path}?limit=99999999999999999999&offset=-1&order_by=%00&status=%ff&user_id=-");
                let request = api.request(method, &path).header("Content-Type", "application/json").body(body);
                let response = request.send().await.expect("an answer");
                assert!(response.status().as_u16() < 500, "{method} {path} {body}");
                if response.status() != 204 {
                    response.json::<serde_json::Value>().await.expect("JSON");
                }
            }
        }
    }
}
