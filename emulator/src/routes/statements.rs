//! Statements and the payments for them.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::query::Order;
use crate::store::subscription::{PaymentAttempt, Statement};
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/billing/statements", list),
    Route::new("GET", "/v1/billing/statements/{statement_id}", get),
    Route::new("GET", "/v1/billing/statements/{statement_id}/payment_attempts", list_attempts),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // Answered as a page either way: the description knows no other shape.
    call.query.boolean("paginated");
    let page = call.query.page();
    call.query.finish()?;
    call.store.bill(call.now);
    let mut found: Vec<&Statement> = call.store.statements.values().collect();
    Order::NEWEST.sort(&mut found, |statement| statement.created_at, |statement| statement.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|statement| render.statement(statement)).collect();
    Ok(Reply::list(items, total))
}

/// The statement of the path.
fn find<'a>(call: &'a mut Call<'_>) -> Result<&'a Statement, ApiError> {
    call.store.bill(call.now);
    let missing = || ApiError::new(404, "statement_not_found", "Statement not found", "Statement not found");
    call.store.statements.get(&call.param("statement_id")).ok_or_else(missing)
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let statement = find(call)?.clone();
    Ok(Reply::Json(call.render().statement(&statement)))
}

fn list_attempts(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    call.query.boolean("paginated");
    let page = call.query.page();
    call.query.finish()?;
    let id = find(call)?.id.clone();
    let mut found: Vec<&PaymentAttempt> =
        call.store.payment_attempts.values().filter(|attempt| attempt.statement_id == id).collect();
    Order::NEWEST.sort(&mut found, |attempt| attempt.created_at, |attempt| attempt.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|attempt| render.payment_attempt(attempt)).collect();
    Ok(Reply::list(items, total))
}
