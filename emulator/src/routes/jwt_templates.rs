//! JWT templates.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::mint::{ALGORITHMS, CustomKey, DEFAULT_LIFE};
use crate::query::Order;
use crate::store::jwt_template::{DEFAULT_SKEW, JwtTemplate};
use serde_json::{Map, Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/jwt_templates", list),
    Route::new("POST", "/v1/jwt_templates", create),
    Route::new("GET", "/v1/jwt_templates/{template_id}", get),
    Route::new("PATCH", "/v1/jwt_templates/{template_id}", update),
    Route::new("DELETE", "/v1/jwt_templates/{template_id}", delete),
];

/// What every token has, and what only tokens of a session have: no template can set it.
const RESERVED: &[&str] = &["azp", "exp", "fea", "iat", "iss", "jti", "nbf", "pla", "sid", "sub", "v"];

fn body(template: &JwtTemplate) -> Value {
    json!({
        "object": "jwt_template",
        "id": template.id,
        "name": template.name,
        "claims": template.claims,
        "lifetime": template.lifetime,
        "allowed_clock_skew": template.allowed_clock_skew,
        "custom_signing_key": template.custom_key.is_some(),
        "signing_algorithm": template.custom_key.as_ref().map_or("RS256", |key| &key.algorithm),
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    })
}

/// What a request says of a template.
struct Wanted {
    name: String,
    claims: Map<String, Value>,
    lifetime: Option<i64>,
    skew: Option<i64>,
    /// Absent: as it was. Null: the instance's own.
    key: Patch<CustomKey>,
}

fn read(mut form: Form, known: Option<&JwtTemplate>) -> Result<Wanted, ApiError> {
    let name = form.required_text("name");
    let claims = match form.any("claims") {
        Patch::Value(Value::Object(claims)) => claims,
        Patch::Value(_) => {
            form.fail(ErrorItem::wrong_type("claims", "object"));
            Map::new()
        }
        Patch::Null => {
            form.fail(ErrorItem::nil("claims"));
            Map::new()
        }
        Patch::Absent => {
            form.fail(ErrorItem::missing("claims"));
            Map::new()
        }
    };
    let lifetime = form.integer("lifetime", 30, 315_360_000).value();
    let skew = form.integer("allowed_clock_skew", 0, 300).value();
    let custom = form.boolean("custom_signing_key");
    let algorithm = form.choice("signing_algorithm", ALGORITHMS);
    let text = form.text("signing_key").value();
    let key = match custom {
        Some(true) => custom_key(&mut form, algorithm, text, known),
        Some(false) => Patch::Null,
        None => Patch::Absent,
    };
    form.finish_lenient()?;
    if let Some(claim) = claims.keys().find(|claim| RESERVED.contains(&claim.as_str())) {
        let long = format!("You can't use the reserved claim: '{claim}'");
        let item = ErrorItem::coded("jwt_template_reserved_claim", "claims", "reserved claim used", long);
        return Err(ApiError { status: 400, errors: vec![item] });
    }
    Ok(Wanted { name, claims, lifetime, skew, key })
}

/// The key of the request; a template that has one keeps it if none is named.
fn custom_key(
    form: &mut Form,
    algorithm: Option<&'static str>,
    text: Option<String>,
    known: Option<&JwtTemplate>,
) -> Patch<CustomKey> {
    let has_one = known.is_some_and(|template| template.custom_key.is_some());
    match (algorithm, text) {
        (Some(algorithm), Some(text)) => match CustomKey::new(algorithm, text) {
            Some(key) => return Patch::Value(key),
            None => {
                let rule = format!("must be a private key (PEM), or a shared secret, that {algorithm} can sign with.");
                form.fail(ErrorItem::format("signing_key", &rule));
            }
        },
        (None, None) if has_one => {}
        (algorithm, text) => {
            if algorithm.is_none() {
                form.fail(ErrorItem::needs("signing_algorithm", "custom_signing_key"));
            }
            if text.is_none() {
                form.fail(ErrorItem::needs("signing_key", "custom_signing_key"));
            }
        }
    }
    Patch::Absent
}

fn check_name_free(call: &Call<'_>, name: &str, except: Option<&str>) -> Result<(), ApiError> {
    match call.store.jwt_template_by_name(name) {
        Some(known) if Some(known.id.as_str()) != except => Err(ErrorItem::taken("name").into()),
        _ => Ok(()),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    let mut found: Vec<&JwtTemplate> = call.store.jwt_templates.values().collect();
    Order::NEWEST.sort(&mut found, |template| template.created_at, |template| template.age);
    Ok(Reply::page(found.into_iter().map(body).collect(), page, paginated))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let wanted = read(call.form()?, None)?;
    check_name_free(call, &wanted.name, None)?;
    let template = JwtTemplate {
        id: call.store.ids.id("jtmpl_"),
        age: call.store.next_age(),
        name: wanted.name,
        claims: wanted.claims,
        lifetime: wanted.lifetime.unwrap_or(DEFAULT_LIFE),
        allowed_clock_skew: wanted.skew.unwrap_or(DEFAULT_SKEW),
        custom_key: wanted.key.value(),
        created_at: now,
        updated_at: now,
    };
    let answer = body(&template);
    call.store.jwt_templates.insert(template.id.clone(), template);
    Ok(Reply::Json(answer))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(body(call.store.jwt_template(&call.param("template_id"))?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("template_id"), call.now);
    let known = call.store.jwt_template(&id)?.clone();
    let wanted = read(call.form()?, Some(&known))?;
    check_name_free(call, &wanted.name, Some(&id))?;
    let mut template = JwtTemplate {
        name: wanted.name,
        claims: wanted.claims,
        lifetime: wanted.lifetime.unwrap_or(known.lifetime),
        allowed_clock_skew: wanted.skew.unwrap_or(known.allowed_clock_skew),
        updated_at: now,
        ..known
    };
    wanted.key.apply(&mut template.custom_key);
    let answer = body(&template);
    call.store.jwt_templates.insert(id, template);
    Ok(Reply::Json(answer))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("template_id");
    call.store.jwt_template(&id)?;
    call.store.jwt_templates.remove(&id);
    Ok(Reply::deleted("jwt_template", &id))
}
