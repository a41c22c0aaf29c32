//! What roles, their sets and permissions have in common: a key, a name, and a listing that is searched and sorted by them.

use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::query::Order;
use crate::render::Render;
use crate::store::Store;
use crate::store::role::{Permission, Role, RoleSet};
use serde_json::Value;

/// What is known by a key as well as by its id.
pub(super) trait Keyed {
    /// Its id.
    fn id(&self) -> &str;
    /// Such as `org:admin`.
    fn key(&self) -> &str;
    /// What people call it.
    fn name(&self) -> &str;
    /// Unix milliseconds.
    fn created_at(&self) -> i64;
    /// Its place among all that was made.
    fn age(&self) -> u64;

    /// Whether a search hits: all of the id, or part of the name or the key.
    fn is_hit(&self, needle: &str) -> bool {
        let part = needle.to_lowercase();
        self.id() == needle || self.name().to_lowercase().contains(&part) || self.key().to_lowercase().contains(&part)
    }
}

macro_rules! keyed {
    ($($row:ty),*) => {$(
        impl Keyed for $row {
            fn id(&self) -> &str {
                &self.id
            }
            fn key(&self) -> &str {
                &self.key
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn created_at(&self) -> i64 {
                self.created_at
            }
            fn age(&self) -> u64 {
                self.age
            }
        }
    )*};
}

keyed!(Permission, Role, RoleSet);

/// Whether a text is not empty and has nothing but lower-case letters, digits and underscores.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Answers with a page of them.
pub(super) fn list<T: Keyed>(
    call: &mut Call<'_>,
    rows: impl Fn(&Store) -> Vec<&T>,
    render: impl Fn(&Render<'_>, &T) -> Value,
) -> Result<Reply, ApiError> {
    let needle = call.query.text("query").map(str::to_owned);
    let order = call.query.order(&["created_at", "name", "key"], Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    let mut found = rows(call.store);
    found.retain(|row| needle.as_deref().is_none_or(|needle| row.is_hit(needle)));
    let key = |row: &&T| match order.field {
        "name" => (0, row.name().to_lowercase()),
        "key" => (0, row.key().to_owned()),
        _ => (row.created_at(), String::new()),
    };
    order.sort(&mut found, key, |row| row.age());
    let total = found.len();
    let with = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|row| render(&with, row)).collect();
    Ok(Reply::list(items, total))
}
