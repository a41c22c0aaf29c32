//! Applications made without an account.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::store::accountless::Accountless;
use http::header;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::public("POST", "/v1/accountless_applications", create),
    Route::new("POST", "/v1/accountless_applications/complete", complete),
];

fn body(call: &Call<'_>, application: &Accountless) -> Value {
    let url = &call.shared.url;
    json!({
        "object": "accountless_application",
        "publishable_key": call.shared.publishable_key,
        "secret_key": application.secret_key,
        "claim_url": format!("{url}/_usher?claim={}", application.claim_token),
        "api_keys_url": format!("{url}/_usher"),
    })
}

/// The secret key is a new one that opens this very instance: so the application works at once.
fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let application = Accountless {
        // Never from the seed, as the instance's own.
        secret_key: format!("sk_test_{}", crate::ids::Ids::new(None).text(42)),
        claim_token: call.store.ids.text(32),
        source: call.query.text("source").map(str::to_owned),
        completed_at: None,
        created_at: call.now,
    };
    let answer = body(call, &application);
    let id = call.store.ids.id("app_");
    call.store.accountless.insert(id, application);
    Ok(Reply::Json(answer))
}

/// Says that the application whose key makes the call is set up.
fn complete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let key = call.header(&header::AUTHORIZATION).split_once(' ').map_or("", |(_, key)| key.trim()).to_owned();
    if let Some(application) = call.store.accountless.find_mut(|application| application.secret_key == key) {
        application.completed_at.get_or_insert(now);
        let application = application.clone();
        return Ok(Reply::Json(body(call, &application)));
    }
    // The instance itself: nobody has to claim it.
    Ok(Reply::Json(json!({ "object": "accountless_application", "publishable_key": call.shared.publishable_key })))
}
