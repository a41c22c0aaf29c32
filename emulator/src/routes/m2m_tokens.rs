//! Machine tokens: make, list, revoke, verify. Unlike most of the API this service tells bad parameters with a 400.

use crate::api::{Call, Caller, Reply, Route};
use crate::errors::ApiError;
use crate::form::Patch;
use crate::mint::{M2mTokenOptions, m2m_jwt};
use crate::query::Order;
use crate::routes::sessions::read_token;
use crate::store::credential::Credential;
use crate::store::m2m_token::M2mToken;
use crate::store::machine::Machine;
use serde_json::{Map, Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::machine("POST", "/v1/m2m_tokens", create),
    Route::machine("GET", "/v1/m2m_tokens", list),
    Route::machine("POST", "/v1/m2m_tokens/{m2m_token_id}/revoke", revoke),
    Route::machine("POST", "/v1/m2m_tokens/verify", verify),
    Route::machine("POST", "/m2m_tokens/verify", verify),
];

fn not_found() -> ApiError {
    ApiError::new(404, "resource_not_found", "Machine token not found", "Machine token not found")
}

/// What is asked of a new token.
struct Wanted {
    jwt: bool,
    life_ms: Option<i64>,
    claims: Value,
    reuse_ms: Option<i64>,
}

fn read(call: &Call<'_>) -> Result<Wanted, ApiError> {
    let mut form = call.form()?;
    let jwt = form.choice("token_format", &["opaque", "jwt"]) == Some("jwt");
    let life_ms = form.seconds("seconds_until_expiration").value();
    let claims = form.any("claims").value().unwrap_or_default();
    let reuse = form.integer("min_remaining_ttl_seconds", 0, i64::from(i32::MAX)).value();
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    Ok(Wanted { jwt, life_ms, claims, reuse_ms: reuse.map(|seconds| seconds.saturating_mul(1000)) })
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // Only its own key says which machine a token is for.
    let Caller::Machine(id) = call.caller.clone() else {
        return Err(ApiError::new(
            401,
            "machine_secret_key_required",
            "Machine secret key required",
            "Machine tokens are created with the secret key of a machine.",
        ));
    };
    let wanted = read(call)?;
    let machine = call.store.machine(&id)?.clone();
    let life_ms = wanted.life_ms.unwrap_or(machine.default_token_ttl.saturating_mul(1000));
    if wanted.reuse_ms.is_some_and(|least| least >= life_ms) {
        return Err(ApiError::bad_request(
            "body",
            "min_remaining_ttl_seconds",
            "must be less than the life of the token.",
        ));
    }
    if wanted.jwt {
        return create_jwt(call, &machine, life_ms, wanted.claims).map(Reply::Created);
    }
    let known = wanted.reuse_ms.and_then(|least| reusable(call, &machine, &wanted.claims, least));
    let token = match known {
        Some(token) => token,
        None => call.store.open_m2m_token(id, machine.scopes, wanted.claims, life_ms, call.now),
    };
    Ok(Reply::Created(call.render().m2m_token(&token, true)))
}

/// A token of the machine with the same claims and scopes that lives at least so much longer.
fn reusable(call: &Call<'_>, machine: &Machine, claims: &Value, least_ms: i64) -> Option<M2mToken> {
    let fits = |token: &&M2mToken| {
        token.subject == machine.id
            && token.claims == *claims
            && token.scopes == machine.scopes
            && token.credential.is_valid(call.now)
            && token.credential.expires_at.is_some_and(|end| end.saturating_sub(call.now) >= least_ms)
    };
    call.store.m2m_tokens.values().rev().find(fits).cloned()
}

/// A token that is not stored: all there is to know stands in it.
fn create_jwt(call: &mut Call<'_>, machine: &Machine, life_ms: i64, claims: Value) -> Result<Value, ApiError> {
    let own = match &claims {
        Value::Null => Map::new(),
        Value::Object(map) => map.clone(),
        _ => return Err(ApiError::bad_request("body", "claims", "must be an object in a JWT.")),
    };
    const RESERVED: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scopes"];
    if let Some(name) = RESERVED.iter().find(|name| own.contains_key(**name)) {
        return Err(ApiError::bad_request("body", "claims", &format!("must not have the reserved claim {name}.")));
    }
    let id = format!("mt_{}", call.store.ids.hex(32));
    let options = M2mTokenOptions { claims: own, ..M2mTokenOptions::default() };
    let issuer = call.issuer()?;
    let life = (life_ms / 1000).max(1);
    let jwt = m2m_jwt(&issuer, &id, &machine.id, &machine.scopes, life, &options).map_err(|_| ApiError::internal())?;
    let second = call.now.div_euclid(1000);
    let credential = Credential::new(jwt, Some(second.saturating_add(life).saturating_mul(1000)), second * 1000);
    let token =
        M2mToken { id, age: 0, subject: machine.id.clone(), claims, scopes: machine.scopes.clone(), credential };
    Ok(call.render().m2m_token(&token, true))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page_up_to(100);
    let revoked = call.query.boolean("revoked").unwrap_or(false);
    let expired = call.query.boolean("expired").unwrap_or(false);
    let subject = call.query.text("subject").map(str::to_owned);
    if subject.is_none() {
        call.query.fail(crate::errors::ErrorItem::missing("subject"));
    }
    call.query.finish().map_err(|error| error.into_bad_request("query"))?;
    let subject = subject.unwrap_or_default();
    if matches!(&call.caller, Caller::Machine(id) if *id != subject) {
        let text = "A machine can list its own tokens only.";
        return Err(ApiError::new(403, "authorization_invalid", "Unauthorized request", text));
    }
    call.store.machine(&subject)?;
    let mut found: Vec<&M2mToken> = call
        .store
        .m2m_tokens
        .values()
        .filter(|token| {
            token.subject == subject
                && (revoked || !token.credential.is_revoked())
                && (expired || !token.credential.is_expired(call.now))
        })
        .collect();
    Order::NEWEST.sort(&mut found, |token| token.credential.created_at, |token| token.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|token| render.m2m_token(token, false)).collect();
    Ok(Reply::Json(json!({ "m2m_tokens": items, "total_count": total })))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("m2m_token_id"), call.now);
    let mut form = call.form()?;
    let reason = form.text("revocation_reason").value();
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let caller = call.caller.clone();
    let token = call.store.m2m_tokens.get_mut(&id).ok_or_else(not_found)?;
    // To another machine the token is not there.
    if matches!(&caller, Caller::Machine(machine) if *machine != token.subject) {
        return Err(not_found());
    }
    token.credential.revoke(reason, now);
    let token = token.clone();
    Ok(Reply::Json(call.render().m2m_token(&token, false)))
}

fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let text = form.text("token");
    if text == Patch::Absent || text == Patch::Null {
        form.fail(crate::errors::ErrorItem::missing("token"));
    }
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let text = text.value().unwrap_or_default();
    let now = call.now;
    let token = match read_token(call, &text) {
        Some(claims) => of_claims(&claims),
        None => call.store.m2m_tokens.values().find(|token| token.credential.secret == text).cloned(),
    };
    let token = token.filter(|token| token.credential.is_valid(now)).ok_or_else(not_found)?;
    // A machine is told of the tokens that open it, and of no others.
    if matches!(&call.caller, Caller::Machine(id) if !token.scopes.contains(id)) {
        return Err(not_found());
    }
    let mut token = token;
    if let Some(stored) = call.store.m2m_tokens.get_mut(&token.id) {
        stored.credential.last_used_at = Some(now);
        token = stored.clone();
    }
    Ok(Reply::Json(call.render().m2m_token(&token, false)))
}

/// A machine token as its claims tell it; none for claims of another kind of token.
fn of_claims(claims: &Value) -> Option<M2mToken> {
    let text = |name: &str| claims[name].as_str().map(str::to_owned);
    let subject = text("sub").filter(|subject| subject.starts_with("mch_"))?;
    let (issued, end) = (claims["iat"].as_i64()?.checked_mul(1000)?, claims["exp"].as_i64()?.checked_mul(1000)?);
    let scopes = text("scopes").unwrap_or_default();
    Some(M2mToken {
        id: text("jti")?,
        age: 0,
        subject,
        claims: claims
            .as_object()
            .map(|all| {
                all.iter().filter(|(name, _)| !is_registered(name)).map(|(k, v)| (k.clone(), v.clone())).collect()
            })
            .map_or(Value::Null, |own: Map<String, Value>| if own.is_empty() { Value::Null } else { own.into() }),
        scopes: scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        credential: Credential::new(String::new(), Some(end), issued),
    })
}

fn is_registered(name: &str) -> bool {
    matches!(name, "iss" | "sub" | "aud" | "exp" | "nbf" | "iat" | "jti" | "scopes")
}
