//! What the instance says of all its OAuth applications.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Patch;
use crate::store::oauth::SCOPES;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/instance/oauth_application_settings", get),
    Route::new("PATCH", "/v1/instance/oauth_application_settings", update),
];

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let settings = call.store.oauth_settings();
    Ok(Reply::Json(json!({
        "object": "oauth_application_settings",
        "dynamic_oauth_client_registration": settings.dynamic_registration,
        "default_scopes": settings.default_scopes,
        "oauth_jwt_access_tokens": settings.jwt_access_tokens,
        "client_id_metadata_documents_advertised": settings.metadata_documents_advertised,
        "client_id_metadata_documents_only_allow_pre_registered_clients":
            settings.metadata_documents_pre_registered_only,
        "client_id_metadata_documents_block_implicitly_allowed_clients": settings.metadata_documents_block_implicit,
    })))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let mut settings = call.store.oauth_settings();
    for (name, field) in [
        ("dynamic_oauth_client_registration", &mut settings.dynamic_registration),
        ("oauth_jwt_access_tokens", &mut settings.jwt_access_tokens),
        ("client_id_metadata_documents_advertised", &mut settings.metadata_documents_advertised),
        (
            "client_id_metadata_documents_only_allow_pre_registered_clients",
            &mut settings.metadata_documents_pre_registered_only,
        ),
        (
            "client_id_metadata_documents_block_implicitly_allowed_clients",
            &mut settings.metadata_documents_block_implicit,
        ),
    ] {
        *field = form.boolean(name).unwrap_or(*field);
    }
    match form.any("default_scopes") {
        Patch::Absent => {}
        Patch::Null => settings.default_scopes = None,
        Patch::Value(value) => match serde_json::from_value::<Vec<String>>(value) {
            Err(_) => form.fail(ErrorItem::wrong_type("default_scopes", "array of strings")),
            Ok(scopes) => {
                if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
                    form.fail(ErrorItem::value("default_scopes", unknown));
                }
                let mut once: Vec<String> = Vec::new();
                for scope in scopes {
                    if !once.contains(&scope) {
                        once.push(scope);
                    }
                }
                settings.default_scopes = Some(once);
            }
        },
    }
    form.finish()?;
    *call.store.oauth_settings_mut() = settings;
    get(call)
}
