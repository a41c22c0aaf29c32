//! The allow list and the block list.

use super::invitations;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::store::Message;
use crate::store::listed::{Listed, read_identifier};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/allowlist_identifiers", list_allowed),
    Route::new("POST", "/v1/allowlist_identifiers", allow),
    Route::new("DELETE", "/v1/allowlist_identifiers/{identifier_id}", disallow),
    Route::new("GET", "/v1/blocklist_identifiers", list_blocked),
    Route::new("POST", "/v1/blocklist_identifiers", block),
    Route::new("DELETE", "/v1/blocklist_identifiers/{identifier_id}", unblock),
];

const ALLOWED: &str = "allowlist_identifier";
const BLOCKED: &str = "blocklist_identifier";

fn body(call: &Call<'_>, object: &str, entry: &Listed) -> Value {
    let mut body = json!({
        "object": object,
        "id": entry.id,
        "identifier": entry.identifier,
        "identifier_type": entry.kind,
        "instance_id": call.shared.instance_id,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    });
    if let Some(id) = &entry.invitation_id {
        body["invitation_id"] = json!(id);
    }
    body
}

fn not_found(id: &str) -> ApiError {
    ApiError::new(404, "resource_not_found", "Identifier not found", format!("No identifier was found with id {id}"))
}

fn duplicate(list: &str, identifier: &str) -> ApiError {
    let message = format!("duplicate {list} identifier");
    ApiError::new(400, "duplicate_record", &message, format!("the identifier {identifier} already exists"))
}

fn entry(call: &mut Call<'_>, prefix: &str, text: &str) -> Result<Listed, ApiError> {
    let (identifier, kind) = read_identifier(text)?;
    Ok(Listed {
        id: call.store.ids.id(prefix),
        age: call.store.next_age(),
        identifier,
        kind,
        invitation_id: None,
        created_at: call.now,
        updated_at: call.now,
    })
}

fn list_allowed(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    let mut found: Vec<&Listed> = call.store.allowlist.values().collect();
    Order::NEWEST.sort(&mut found, |entry| entry.created_at, |entry| entry.age);
    let items = found.into_iter().map(|entry| body(call, ALLOWED, entry)).collect();
    Ok(Reply::page(items, page, paginated))
}

fn allow(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let identifier = form.required_text("identifier");
    let notify = form.boolean("notify").unwrap_or(false);
    form.finish()?;
    let mut entry = entry(call, "alid_", &identifier)?;
    if call.store.allowlist.values().any(|known| known.identifier == entry.identifier) {
        return Err(duplicate("allowlist", &entry.identifier));
    }
    if notify {
        tell(call, &mut entry)?;
    }
    let answer = body(call, ALLOWED, &entry);
    call.store.allowlist.insert(entry.id.clone(), entry);
    Ok(Reply::Json(answer))
}

/// Invites by email, or says so by text message.
fn tell(call: &mut Call<'_>, entry: &mut Listed) -> Result<(), ApiError> {
    if entry.kind == "web3_wallet" || entry.identifier.starts_with('*') {
        let rule = "must be false for an identifier that nothing can be sent to.";
        return Err(ErrorItem::format("notify", rule).into());
    }
    if entry.kind == "phone_number" {
        call.store.send(Message {
            channel: "sms".into(),
            to: entry.identifier.clone(),
            kind: "invitation".into(),
            code: None,
            url: Some(call.shared.url.clone()),
            sent_at: call.now,
        });
        return Ok(());
    }
    let wanted = invitations::Wanted::to(entry.identifier.clone());
    invitations::check(call, &wanted, false)?;
    entry.invitation_id = Some(invitations::open(call, wanted).id);
    Ok(())
}

fn disallow(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("identifier_id");
    call.store.allowlist.remove(&id).ok_or_else(|| not_found(&id))?;
    Ok(Reply::deleted(ALLOWED, &id))
}

fn list_blocked(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut found: Vec<&Listed> = call.store.blocklist.values().collect();
    Order::NEWEST.sort(&mut found, |entry| entry.created_at, |entry| entry.age);
    let items: Vec<Value> = found.into_iter().map(|entry| body(call, BLOCKED, entry)).collect();
    let total = items.len();
    Ok(Reply::list(items, total))
}

fn block(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let identifier = form.required_text("identifier");
    form.finish()?;
    let entry = entry(call, "blid_", &identifier)?;
    if call.store.blocklist.values().any(|known| known.identifier == entry.identifier) {
        return Err(duplicate("blocklist", &entry.identifier));
    }
    let answer = body(call, BLOCKED, &entry);
    call.store.blocklist.insert(entry.id.clone(), entry);
    Ok(Reply::Json(answer))
}

fn unblock(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("identifier_id");
    call.store.blocklist.remove(&id).ok_or_else(|| not_found(&id))?;
    Ok(Reply::deleted(BLOCKED, &id))
}
