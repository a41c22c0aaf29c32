//! Listing and counting users: filters, orders, pages and the cursor.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

/// Twelve users, one a second: user00@x.de with external id ext-0 and so on.
async fn twelve() -> (Api, Vec<Value>) {
    let api = Api::start();
    let mut ids = Vec::new();
    for number in 0..12 {
        let body = json!({
            "email_address": [format!("user{number:02}@x.de")], "external_id": format!("ext-{number}"),
            "username": format!("name{:02}", 11 - number), "first_name": format!("First{number}"),
        });
        ids.push(json!(id(&api.post("/users", body).await)));
        api.emulator.clock().advance(1000);
    }
    (api, ids)
}

#[tokio::test]
async fn newest_first_ten_at_a_time() {
    let (api, mut ids) = twelve().await;
    ids.reverse();
    assert_eq!(column(&api.get("/users").await, "id"), ids[..10]);
    assert_eq!(column(&api.get("/users?limit=5&offset=9").await, "id"), ids[9..]);
    assert_eq!(column(&api.get("/users?limit=500").await, "id"), ids);
    for bad in ["limit=0", "limit=501", "limit=x", "offset=-1", "order_by=shoes", "banned=maybe", "created_at_after=x"]
    {
        let (status, codes) = api.fails("GET", &format!("/users?{bad}"), None).await;
        assert_eq!((status, codes.len()), (422, 1), "{bad}");
    }
}

#[tokio::test]
async fn orders_go_both_ways() {
    let (api, ids) = twelve().await;
    let first = |query: &'static str| {
        let api = &api;
        async move { column(&api.get(&format!("/users?limit=1&order_by={query}")).await, "id")[0].clone() }
    };
    assert_eq!(first("created_at").await, ids[0]);
    assert_eq!(first("%2Bcreated_at").await, ids[0]);
    assert_eq!(first("-created_at").await, ids[11]);
    assert_eq!(first("username").await, ids[11]);
    assert_eq!(first("-username&order_by=created_at").await, ids[0], "only the first order counts");
    assert_eq!(first("-email_address").await, ids[11]);
    api.patch(&format!("/users/{}", ids[4].as_str().unwrap()), json!({"last_name": "Z"})).await;
    assert_eq!(first("-updated_at").await, ids[4]);
    assert_eq!(first("-last_name").await, ids[4]);
}

#[tokio::test]
async fn the_cursor_walks_all_pages() {
    let (api, mut ids) = twelve().await;
    ids.reverse();
    let mut seen: Vec<Value> = Vec::new();
    let mut path = "/users?limit=5".to_owned();
    loop {
        let page = column(&api.get(&path).await, "id");
        seen.extend(page.iter().cloned());
        if page.len() < 5 {
            break;
        }
        path = format!("/users?limit=5&starting_after={}", page[4].as_str().unwrap());
    }
    assert_eq!(seen, ids);
    let cursor = ids[0].as_str().unwrap();
    api.fails_with(
        "GET",
        &format!("/users?starting_after={cursor}&offset=1"),
        None,
        422,
        "form_conditional_param_disallowed:starting_after",
    )
    .await;
    api.fails_with(
        "GET",
        &format!("/users?starting_after={cursor}&order_by=username"),
        None,
        422,
        "form_param_value_invalid:order_by",
    )
    .await;
    api.fails_with("GET", "/users?starting_after=user_x", None, 422, "form_resource_not_found:starting_after").await;
    let upward = column(&api.get(&format!("/users?starting_after={cursor}&order_by=created_at")).await, "id");
    assert_eq!(upward, [] as [Value; 0], "the newest is the last of an ascending list");
}

#[tokio::test]
async fn filters_and_counts_agree() {
    let (api, ids) = twelve().await;
    let (a, b) = (ids[0].as_str().unwrap(), ids[1].as_str().unwrap());
    let organization = api.organization("Acme", Some(a)).await;
    for (query, wanted) in [
        ("email_address=USER00@x.de&email_address=user01@x.de&email_address=none@x.de".to_owned(), 2),
        ("external_id=ext-3".to_owned(), 1),
        ("username=name00".to_owned(), 1),
        (format!("user_id={a}&user_id=%2B{b}"), 2),
        (format!("user_id=-{a}"), 11),
        (format!("organization_id={organization}"), 1),
        (format!("organization_id=-{organization}"), 11),
        ("query=user0".to_owned(), 10),
        ("email_address_query=USER1".to_owned(), 2),
        ("username_query=NAME1".to_owned(), 2),
        ("name_query=first1".to_owned(), 3),
        ("phone_number=%2B15550100000".to_owned(), 0),
        ("banned=false".to_owned(), 12),
        (format!("created_at_after={NOON}"), 11),
        (format!("created_at_before={}", NOON + 2000), 2),
        ("last_sign_in_at_after=1".to_owned(), 0),
    ] {
        assert_eq!(column(&api.get(&format!("/users?limit=500&{query}")).await, "id").len(), wanted, "{query}");
        let count = api.get(&format!("/users/count?{query}")).await;
        assert_eq!(count, json!({"object": "total_count", "total_count": wanted}), "{query}");
    }
    let many: String = (0..101).map(|number| format!("&user_id=u{number}")).collect();
    api.fails_with("GET", &format!("/users?{many}"), None, 422, "form_param_array_size_exceeded:user_id").await;
    api.fails_with(
        "GET",
        "/users/count?provider=oauth_google",
        None,
        422,
        "form_conditional_param_missing:provider_user_id",
    )
    .await;
}

#[tokio::test]
async fn within_one_millisecond_creation_order_counts() {
    let api = Api::start();
    let first = api.user("a@x.de").await;
    let second = api.user("b@x.de").await;
    assert_eq!(column(&api.get("/users").await, "id"), [json!(second), json!(first)]);
    assert_eq!(column(&api.get("/users?order_by=created_at").await, "id"), [json!(first), json!(second)]);
}
