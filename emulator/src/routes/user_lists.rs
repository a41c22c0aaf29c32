//! Listing and counting users.

use super::user_filter::Filter;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::{Order, Page};
use crate::store::user::User;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] =
    &[Route::new("GET", "/v1/users", list), Route::new("GET", "/v1/users/count", count)];

const ORDERS: &[&str] = &[
    "created_at",
    "updated_at",
    "email_address",
    "web3wallet",
    "first_name",
    "last_name",
    "phone_number",
    "username",
    "last_active_at",
    "last_sign_in_at",
];

/// What a user is sorted by: numbers before texts, and nothing before everything.
pub(super) fn sort_key(user: &User, field: &str) -> (i64, String) {
    let text = |text: Option<&str>| (0, text.unwrap_or_default().to_lowercase());
    match field {
        "updated_at" => (user.updated_at, String::new()),
        "last_active_at" => (user.last_active_at.unwrap_or(0), String::new()),
        "last_sign_in_at" => (user.last_sign_in_at.unwrap_or(0), String::new()),
        "email_address" => text(user.primary_email()),
        "phone_number" => text(user.primary_phone()),
        "web3wallet" => text(user.primary_wallet()),
        "first_name" => text(user.first_name.as_deref()),
        "last_name" => text(user.last_name.as_deref()),
        "username" => text(user.username.as_deref()),
        _ => (user.created_at, String::new()),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let filter = Filter::for_users(&mut call.query);
    let mut page = call.query.page();
    let order = call.query.order(ORDERS, Order::NEWEST);
    let cursor = call.query.text("starting_after").map(str::to_owned);
    if cursor.is_some() {
        if page.offset > 0 {
            call.query.fail(ErrorItem::excludes("starting_after", "offset"));
        }
        if order.field != "created_at" {
            let item = ErrorItem::value("order_by", call.query.text("order_by").unwrap_or_default());
            call.query.fail(item);
        }
    }
    call.query.finish()?;
    let mut users: Vec<&User> = call.store.users.values().collect();
    order.sort(&mut users, |user| sort_key(user, order.field), |user| user.age);
    if let Some(cursor) = cursor {
        // The cursor names a user, who need not pass the filters (any longer) to mark the place.
        let at = users
            .iter()
            .position(|user| user.id == cursor)
            .ok_or_else(|| ApiError::form(ErrorItem::missing_resource("starting_after")))?;
        users.drain(..=at);
        page = Page { offset: 0, ..page };
    }
    users.retain(|user| filter.admits(call.store, user));
    let render = call.render();
    let items: Vec<Value> = page.cut(users).into_iter().map(|user| render.user(user)).collect();
    Ok(Reply::Json(Value::Array(items)))
}

fn count(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let filter = Filter::for_users(&mut call.query);
    call.query.finish()?;
    let count = call.store.users.values().filter(|user| filter.admits(call.store, user)).count();
    Ok(Reply::Json(json!({ "object": "total_count", "total_count": count })))
}
