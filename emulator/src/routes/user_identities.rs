//! What else a user can be known by: accounts at providers, passkeys, wallets, trusted devices.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::render;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/users/{user_id}/oauth_access_tokens/{provider}", oauth_access_tokens),
    Route::new("DELETE", "/v1/users/{user_id}/external_accounts/{external_account_id}", delete_external_account),
    Route::new("DELETE", "/v1/users/{user_id}/passkeys/{passkey_identification_id}", delete_passkey),
    Route::new("DELETE", "/v1/users/{user_id}/web3_wallets/{web3_wallet_identification_id}", delete_wallet),
    Route::new("GET", "/v1/users/{user_id}/trusted_devices", trusted_devices),
    Route::new("DELETE", "/v1/users/{user_id}/trusted_devices/{trusted_device_id}", revoke_trusted_device),
];

/// Removes what has an id from a list; 404 if nothing has it.
fn take<T>(items: &mut Vec<T>, has_id: impl Fn(&T) -> bool) -> Result<T, ApiError> {
    let at = items.iter().position(has_id).ok_or_else(ApiError::resource_not_found)?;
    Ok(items.remove(at))
}

fn oauth_access_tokens(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    let provider = call.param("provider");
    let known = |name: &str| name == provider || name.strip_prefix("oauth_") == Some(&provider);
    let user = call.store.user(&call.param("user_id"))?;
    let items: Vec<Value> = user
        .external_accounts
        .iter()
        .filter(|connection| known(&connection.account.provider))
        .map(|connection| {
            let account = &connection.account;
            json!({
                "object": "oauth_access_token",
                "external_account_id": connection.id,
                "provider_user_id": account.provider_user_id,
                "token": account.token,
                "expires_at": account.expires_at,
                "provider": account.provider,
                "public_metadata": {},
                "label": null,
                "scopes": account.scopes,
            })
        })
        .collect();
    Ok(Reply::page(items, page, paginated))
}

fn delete_external_account(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("external_account_id"), call.now);
    let user = call.store.user_mut(&call.param("user_id"))?;
    take(&mut user.external_accounts, |account| account.id == id)?;
    user.updated_at = now;
    Ok(Reply::deleted("external_account", &id))
}

fn delete_passkey(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("passkey_identification_id"), call.now);
    let user = call.store.user_mut(&call.param("user_id"))?;
    take(&mut user.passkeys, |passkey| passkey.id == id)?;
    user.updated_at = now;
    Ok(Reply::deleted("passkey", &id))
}

fn delete_wallet(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("web3_wallet_identification_id"), call.now);
    let user = call.store.user_mut(&call.param("user_id"))?;
    take(&mut user.wallets, |wallet| wallet.id == id)?;
    user.repair_primaries();
    user.updated_at = now;
    Ok(Reply::deleted("web3_wallet", &id))
}

fn trusted_devices(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let user = call.store.user(&call.param("user_id"))?;
    let items: Vec<Value> =
        user.trusted_devices.iter().filter(|device| device.revoked_at.is_none()).map(render::trusted_device).collect();
    let total = items.len();
    Ok(Reply::list(items, total))
}

fn revoke_trusted_device(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("trusted_device_id"), call.now);
    let user = call.store.user_mut(&call.param("user_id"))?;
    let device = user
        .trusted_devices
        .iter_mut()
        .find(|device| device.id == id && device.revoked_at.is_none())
        .ok_or_else(ApiError::resource_not_found)?;
    device.revoked_at = Some(now);
    device.updated_at = now;
    Ok(Reply::Json(render::trusted_device(device)))
}
