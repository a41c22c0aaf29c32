//! Pages asked for ahead of their turn: what is sent, in which order it comes, and where it ends.

// Helpers of a test say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use clerk_usher::model::Id;
use clerk_usher::models::User;
use clerk_usher::{Clerk, Error};
use clerk_usher_emulator::{Emulator, Fault};
use serde_json::json;

const USERS: usize = 25;

async fn with_users() -> (Emulator, Clerk) {
    let emulator = Emulator::builder().seed(3).start().unwrap();
    let clerk = Clerk::builder()
        .secret_key(emulator.secret_key())
        .api_url(emulator.url())
        .max_retries(0_u32)
        .environment([])
        .build()
        .unwrap();
    for number in 0..USERS {
        clerk.users().create().email_address([format!("user{number}@example.com")]).await.unwrap();
    }
    emulator.clear_requests();
    (emulator, clerk)
}

/// The fault, for the page at this offset alone.
fn at_offset(offset: &str, fault: Fault) -> Fault {
    Fault { query: [("offset".to_owned(), offset.to_owned())].into(), ..fault }
}

/// Where the pages that were asked for begin, in order of offset.
fn offsets(emulator: &Emulator) -> Vec<u64> {
    let offset = |query: &[(String, String)]| {
        query.iter().find(|(name, _)| name == "offset").map_or(0, |(_, value)| value.parse().unwrap())
    };
    let mut offsets: Vec<u64> = emulator.requests().iter().map(|request| offset(&request.query)).collect();
    offsets.sort_unstable();
    offsets
}

async fn ids(clerk: &Clerk, concurrency: usize) -> Vec<Id<User>> {
    let users = clerk.users().list().limit(5).items().concurrency(concurrency).collect().await.unwrap();
    users.into_iter().map(|user| user.id.unwrap()).collect()
}

#[tokio::test]
async fn a_known_total_is_walked_with_not_one_request_more() {
    let (emulator, clerk) = with_users().await;
    let owner = clerk.users().list().limit(1).await.unwrap().into_iter().next().unwrap().id.unwrap();
    for number in 0..USERS {
        clerk.organizations().create(format!("Org {number}")).created_by(&owner).await.unwrap();
    }
    let mut walks = Vec::new();
    for concurrency in [1, 4, 16] {
        emulator.clear_requests();
        let all = clerk.organizations().list().limit(5).items().concurrency(concurrency).collect().await.unwrap();
        assert_eq!((all.len(), offsets(&emulator)), (USERS, vec![0, 5, 10, 15, 20]), "{concurrency}");
        walks.push(all);
    }
    assert!(walks[0] == walks[1] && walks[0] == walks[2], "the order is kept");
}

#[tokio::test]
async fn without_a_total_no_more_than_the_bound_goes_beyond_the_end() {
    let (emulator, clerk) = with_users().await;
    let one_by_one = ids(&clerk, 1).await;
    assert_eq!(offsets(&emulator), [0, 5, 10, 15, 20, 25]);
    emulator.clear_requests();
    assert_eq!(ids(&clerk, 4).await, one_by_one);
    let asked = offsets(&emulator);
    assert!(asked.starts_with(&[0, 5, 10, 15, 20, 25]) && asked.len() <= 9, "{asked:?}");
}

#[tokio::test]
async fn pages_overlap_and_come_in_order() {
    let (emulator, clerk) = with_users().await;
    let one_by_one = ids(&clerk, 1).await;
    emulator.clear_requests();
    let mut pages = clerk.users().list().limit(5).pages().concurrency(3);
    let slow = Fault { latency_ms: Some(700), ..Fault::default() };
    emulator.add_fault(at_offset("5", slow)).unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 5);
    assert_eq!(offsets(&emulator), [0], "the first page is asked for alone");
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!(second.data[0].id.as_ref(), Some(&one_by_one[5]), "the slow page comes in its turn");
    let answered = emulator.requests().iter().filter(|request| request.status == Some(200)).count();
    assert_eq!((offsets(&emulator), answered), (vec![0, 5, 10, 15], 4), "the others came while it was awaited");
}

#[tokio::test]
async fn a_walk_that_is_left_sends_no_more_and_cancels_the_rest() {
    let (emulator, clerk) = with_users().await;
    let mut pages = clerk.users().list().limit(5).pages().concurrency(4);
    pages.next().await.unwrap().unwrap();
    let slow = Fault { latency_ms: Some(700), ..Fault::default() };
    emulator.add_fault(at_offset("10", slow)).unwrap();
    pages.next().await.unwrap().unwrap();
    // On its way for sure, before it is given up.
    while !offsets(&emulator).contains(&10) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(pages);
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert!(offsets(&emulator).iter().all(|offset| *offset <= 20));
    let slow = emulator.requests().into_iter().find(|request| request.query.iter().any(|(_, value)| value == "10"));
    assert_eq!(slow.unwrap().status, None, "it was never answered");
}

#[tokio::test]
async fn an_error_comes_in_its_pages_turn() {
    let (emulator, clerk) = with_users().await;
    emulator.add_fault(at_offset("10", Fault { status: Some(500), ..Fault::default() })).unwrap();
    let mut pages = clerk.users().list().limit(5).pages().concurrency(4);
    for _ in 0..2 {
        assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 5);
    }
    assert_eq!(pages.next().await.unwrap().unwrap_err().status(), Some(500));
    assert!(pages.next().await.is_none(), "and stays ended");
}

#[tokio::test]
async fn a_page_shorter_than_foretold_skips_nobody() {
    let (emulator, clerk) = with_users().await;
    let all = clerk.users().list().limit(100).await.unwrap().data;
    emulator.clear_requests();
    // Without a limit pages are as long as the API likes.
    let body = serde_json::to_value(&all[10..18]).unwrap();
    emulator.add_fault(at_offset("10", Fault { body: Some(body), ..Fault::default() })).unwrap();
    let seen = clerk.users().list().items().concurrency(3).collect().await.unwrap();
    assert_eq!(seen, all);
    let asked = offsets(&emulator);
    assert!([0, 10, 18, 25].iter().all(|offset| asked.contains(offset)), "{asked:?}");
}

#[tokio::test]
async fn a_listing_that_does_not_advance_ends_all_the_same() {
    let (emulator, clerk) = with_users().await;
    let body = json!([{ "object": "user", "id": "user_1" }, { "object": "user", "id": "user_2" }]);
    emulator.add_fault(Fault { body: Some(body), ..Fault::default() }).unwrap();
    let mut pages = clerk.users().list().limit(2).pages().concurrency(8);
    let mut seen = 0;
    let error = loop {
        match pages.next().await {
            Some(Ok(_)) => seen += 1,
            Some(Err(error)) => break error,
            None => panic!("it ended as if that were all, after {seen}"),
        }
    };
    assert!(error.to_string().contains("does not advance"), "{error}");
    assert!(seen <= 2 && emulator.requests().len() <= 10, "{seen}, {}", emulator.requests().len());
}

#[tokio::test]
async fn behind_an_item_pages_come_one_by_one() {
    let (emulator, clerk) = with_users().await;
    let first = clerk.users().list().limit(1).await.unwrap().into_iter().next().unwrap().id.unwrap();
    let mut counts = Vec::new();
    for concurrency in [1, 4] {
        emulator.clear_requests();
        let behind = clerk.users().list().limit(5).starting_after(&first).items();
        assert_eq!(behind.concurrency(concurrency).collect().await.unwrap().len(), USERS - 1);
        counts.push(emulator.requests().len());
    }
    assert_eq!(counts, [5, 5]);
}

#[tokio::test]
async fn a_concurrency_out_of_range_is_refused_before_anything_is_sent() {
    let (emulator, clerk) = with_users().await;
    for concurrency in [0, 17, usize::MAX] {
        let mut items = clerk.users().list().items().concurrency(concurrency);
        match items.next().await {
            Some(Err(Error::Argument(error))) => assert_eq!(error.argument, "concurrency"),
            other => panic!("{concurrency}: {other:?}"),
        }
        assert!(items.next().await.is_none());
    }
    assert!(emulator.requests().is_empty());
}
