//! The cache: how long keys live, who fetches them and how often, and what an outage is.

use super::*;

fn cache(settings: KeyCacheSettings) -> Arc<KeyCache> {
    Arc::new(KeyCache::new("https://api.clerk.com", "2026-05-12", Secret::new("sk_test_a"), settings))
}

fn usual() -> Arc<KeyCache> {
    cache(KeyCacheSettings::default())
}

/// One whole decision on a key id, as the verifier makes it.
async fn find(cache: &Arc<KeyCache>, kid: &str, skip: bool, clock: &ManualClock, source: &FakeSource) -> &'static str {
    let mut progress = Progress::Start;
    for _ in 0..3 {
        match cache.look_up(Some(kid), clock.now_ms(), skip, &progress) {
            Lookup::Key(_) => return "key",
            Lookup::Unusable(_) => return "unusable",
            Lookup::Unknown => return "unknown",
            Lookup::Failed(failure) if failure.outage => return "outage",
            Lookup::Failed(_) => return "failed",
            Lookup::Need(need) => progress = cache.refresh(need, clock, source).await,
        }
    }
    "undecided"
}

#[tokio::test]
async fn a_key_lives_300_s_from_its_fetch_however_often_it_is_used() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    for _ in 0..299 {
        clock.advance(1000);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    }
    clock.advance(999);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    assert_eq!(source.fetches(), 1);
    clock.advance(1);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn a_key_that_is_gone_upstream_is_gone_here_when_its_time_is_over() {
    let (cache, clock) = (usual(), ManualClock::new(NOW));
    let source = FakeSource::with_keys(&[key_a().jwk(), key_b().jwk()]);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    source.now_always(answer(200, jwks(&[key_b().jwk()])));
    clock.advance(200_000);
    // Somebody asks for an unknown id: the set is fetched anew, and does not make the retired key any younger.
    assert_eq!(find(&cache, "ins_x", false, &clock, &source).await, "unknown");
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    clock.advance(100_000);
    assert_eq!(find(&cache, "ins_b", false, &clock, &source).await, "key");
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "unknown");
}

#[tokio::test]
async fn a_key_that_is_gone_upstream_has_no_further_time_in_an_outage() {
    let (cache, clock) = (usual(), ManualClock::new(NOW));
    let source = FakeSource::with_keys(&[key_a().jwk(), key_b().jwk()]);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    clock.advance(10_000);
    source.now_always(answer(200, jwks(&[key_b().jwk()])));
    assert_eq!(find(&cache, "ins_x", false, &clock, &source).await, "unknown");
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key", "it has the rest of its own time (R-233)");
    assert_eq!(find(&cache, "ins_a", true, &clock, &source).await, "unknown", "but is not among those fetched now");
    source.now_always(answer(503, "{}"));
    for at in [315_000, 585_000] {
        clock.set(NOW + at);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage", "at {at}");
        assert_eq!(find(&cache, "ins_b", false, &clock, &source).await, "key", "at {at}");
    }
    // Once it is told again, it is a key like any other.
    source.now_always(answer(200, jwks(&[key_a().jwk()])));
    clock.set(NOW + 600_000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    source.now_always(answer(503, "{}"));
    clock.set(NOW + 1_000_000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
}

#[tokio::test]
async fn an_outage_does_not_undo_a_refusal() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    source.now_always(answer(401, "{}"));
    clock.advance(300_000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "failed");
    source.now_always(answer(503, "{}"));
    clock.advance(10_000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
    assert_eq!(source.fetches(), 3);
}

#[tokio::test]
async fn when_there_are_too_many_the_least_recently_used_makes_room() {
    let clock = ManualClock::new(NOW);
    let caches = KeyCaches::new("https://api.clerk.com", "2026-05-12", None, KeyCacheSettings::default());
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    let of = |at: usize| caches.for_secret_key(&Secret::new(format!("sk_test_{at}")), NOW);
    for at in 0..64 {
        assert_eq!(find(&of(at), "ins_a", false, &clock, &source).await, "key");
    }
    drop(of(0));
    let in_use = of(1);
    let used_again = of(1);
    for at in 2..64 {
        drop(of(at));
    }
    // The oldest use is now that of 0; then that of 1, with which somebody is deciding; then that of 2.
    for at in 64..66 {
        assert_eq!(find(&of(at), "ins_a", false, &clock, &source).await, "key");
    }
    let warm = |at: usize| of(at).is_warm(NOW);
    assert!(warm(1) && Arc::ptr_eq(&in_use, &used_again) && Arc::ptr_eq(&in_use, &of(1)));
    assert!(warm(3) && warm(63) && warm(64) && warm(65));
    assert!(!warm(0));
}

#[tokio::test]
async fn a_thousand_unknown_ids_cause_at_most_two_fetches() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    for at in 0..1000 {
        clock.advance(10);
        assert_eq!(find(&cache, &format!("ins_{at}"), false, &clock, &source).await, "unknown");
    }
    assert_eq!(source.fetches(), 2);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    for kid in ["constructor", "__proto__", "toString", "", "\0"] {
        assert_eq!(find(&cache, kid, false, &clock, &source).await, "unknown");
    }
    assert!(
        matches!(cache.look_up(None, clock.now_ms(), false, &Progress::Start), Lookup::Unknown),
        "no kid is unknown too"
    );
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_then_once_in_a_cooldown_d6() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    source.now_always(answer(200, jwks(&[key_a().jwk(), key_b().jwk()])));
    clock.advance(1000);
    assert_eq!(find(&cache, "ins_b", false, &clock, &source).await, "key", "a rotated key is there on its first use");
    source.now_always(answer(200, jwks(&[key_a().jwk_as("ins_c", "RS256")])));
    clock.advance(29_999);
    assert_eq!(
        find(&cache, "ins_c", false, &clock, &source).await,
        "unknown",
        "within the cooldown it is unknown (D-19)"
    );
    assert_eq!(source.fetches(), 2);
    clock.advance(1);
    assert_eq!(find(&cache, "ins_c", false, &clock, &source).await, "key");
    assert_eq!(source.fetches(), 3);
}

#[tokio::test]
async fn a_cooldown_of_zero_asks_each_time() {
    let settings = KeyCacheSettings { unknown_kid_cooldown_ms: 0, ..KeyCacheSettings::default() };
    let (cache, clock, source) = (cache(settings), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    for _ in 0..5 {
        assert_eq!(find(&cache, "ins_x", false, &clock, &source).await, "unknown");
    }
    assert_eq!(source.fetches(), 5);
}

#[tokio::test(start_paused = true)]
async fn twenty_cold_decisions_cause_one_fetch() {
    let cache = usual();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut source = FakeSource::with_keys(&[key_a().jwk()]);
    source.takes = Duration::from_millis(100);
    let source = Arc::new(source);
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (cache, clock, source) = (Arc::clone(&cache), Arc::clone(&clock), Arc::clone(&source));
            tokio::spawn(async move { find(&cache, "ins_a", false, &clock, &source).await })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), "key");
    }
    assert_eq!(source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn when_the_one_who_asks_is_cancelled_another_takes_over() {
    let cache = usual();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut source = FakeSource::with_keys(&[key_a().jwk()]);
    source.takes = Duration::from_millis(100);
    let source = Arc::new(source);
    let start = |kid: &'static str| {
        let (cache, clock, source) = (Arc::clone(&cache), Arc::clone(&clock), Arc::clone(&source));
        tokio::spawn(async move { find(&cache, kid, false, &clock, &source).await })
    };
    let leader = start("ins_a");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let followers: Vec<_> = (0..5).map(|_| start("ins_a")).collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    leader.abort();
    for follower in followers {
        assert_eq!(follower.await.unwrap(), "key");
    }
    assert_eq!(source.fetches(), 2);
    // Clients that hang up on unknown ids do not make one request follow the other.
    for at in 0..50 {
        let one = start(if at % 2 == 0 { "ins_x" } else { "ins_y" });
        tokio::time::sleep(Duration::from_millis(10)).await;
        one.abort();
        let _ = one.await;
    }
    assert_eq!(source.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn hanging_up_one_after_another_does_not_get_round_the_cooldown() {
    let cache = usual();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut source = FakeSource::with_keys(&[key_a().jwk()]);
    source.takes = Duration::from_millis(2_000);
    let source = Arc::new(source);
    let start = |kid: String| {
        let (cache, clock, source) = (Arc::clone(&cache), Arc::clone(&clock), Arc::clone(&source));
        tokio::spawn(async move { find(&cache, &kid, false, &clock, &source).await })
    };
    assert_eq!(start("ins_a".to_owned()).await.unwrap(), "key");
    let all: Vec<_> = (0..200).map(|at| start(format!("ins_{at}"))).collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    // A while into the first request, and then one hangs up after the other.
    clock.advance(1_500);
    for one in all {
        one.abort();
        let _ = one.await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(source.fetches() <= 4, "the first request, and at most three: {}", source.fetches());
    let asked = source.fetches();
    assert_eq!(start("ins_x".to_owned()).await.unwrap(), "unknown", "for a moment no other is begun");
    assert_eq!(source.fetches(), asked);
    clock.advance(1_000);
    assert_eq!(start("ins_x".to_owned()).await.unwrap(), "unknown");
    assert_eq!(source.fetches(), asked + 1);
    // Now one has ended, and the usual cooldown holds.
    clock.advance(29_999);
    assert_eq!(start("ins_y".to_owned()).await.unwrap(), "unknown");
    assert_eq!(source.fetches(), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_new_key_gets_it_though_the_first_hangs_up() {
    let cache = usual();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut source = FakeSource::with_keys(&[key_a().jwk()]);
    source.takes = Duration::from_millis(100);
    let source = Arc::new(source);
    let start = |kid: &'static str| {
        let (cache, clock, source) = (Arc::clone(&cache), Arc::clone(&clock), Arc::clone(&source));
        tokio::spawn(async move { find(&cache, kid, false, &clock, &source).await })
    };
    assert_eq!(start("ins_a").await.unwrap(), "key");
    source.now_always(answer(200, jwks(&[key_a().jwk(), key_b().jwk()])));
    let (first, second) = (start("ins_b"), start("ins_b"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    first.abort();
    assert_eq!(second.await.unwrap(), "key");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_another_is_bounded() {
    let cache = usual();
    let clock = Arc::new(ManualClock::new(NOW));
    let mut stuck = FakeSource::with_keys(&[key_a().jwk()]);
    stuck.takes = Duration::from_secs(3600);
    let stuck = Arc::new(stuck);
    let leader = {
        let (cache, clock, stuck) = (Arc::clone(&cache), Arc::clone(&clock), Arc::clone(&stuck));
        tokio::spawn(async move { find(&cache, "ins_a", false, &clock, &stuck).await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    let began = tokio::time::Instant::now();
    assert_eq!(find(&cache, "ins_a", false, &clock, &stuck).await, "outage");
    assert!(began.elapsed() < Duration::from_secs(4));
    leader.abort();
}

#[tokio::test]
async fn while_the_endpoint_is_out_old_keys_serve_for_a_bounded_time() {
    for out in [
        no_answer(),
        answer(500, "{}"),
        answer(503, "<html>"),
        answer(429, "{}"),
        answer(200, "<html>"),
        answer(200, "{\"keys\": ["),
    ] {
        let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        source.now_always(out);
        clock.set(NOW + 300_000);
        for _ in 0..100 {
            assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        }
        assert_eq!(source.fetches(), 2, "and it is not asked all the time");
        assert_eq!(find(&cache, "ins_b", false, &clock, &source).await, "outage", "an unknown key is not invalid now");
        assert_eq!(
            find(&cache, "ins_a", true, &clock, &source).await,
            "outage",
            "skipping the cache grants no further time (D-18)"
        );
        clock.set(NOW + 599_999);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        clock.set(NOW + 600_000);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
        source.now_always(answer(200, jwks(&[key_a().jwk()])));
        clock.advance(10_000);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key", "and all is well again");
    }
}

#[tokio::test]
async fn an_outage_while_an_unknown_id_is_asked_for_is_an_outage() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    source.now_always(no_answer());
    for _ in 0..1000 {
        assert_eq!(find(&cache, "ins_b", false, &clock, &source).await, "outage");
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        clock.advance(10);
    }
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn a_cold_outage_is_told_at_once_and_asked_again_soon() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::always(no_answer()));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
    assert_eq!(source.fetches(), 1, "a failure stands for a second");
    source.now_always(answer(200, jwks(&[key_a().jwk()])));
    clock.advance(1000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
}

#[tokio::test]
async fn retry_after_is_kept_and_passed_on() {
    let limited = Ok(KeyResponse { status: 429, body: b"{}".to_vec(), retry_after: Some(Duration::from_secs(20)) });
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::always(limited));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
    clock.advance(5_000);
    let Lookup::Failed(failure) = cache.look_up(Some("ins_a"), clock.now_ms(), false, &Progress::Start) else {
        panic!("the failure stands");
    };
    assert_eq!(failure.retry_after_ms, Some(15_000));
    clock.advance(14_999);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "outage");
    assert_eq!(source.fetches(), 1);
    clock.advance(1);
    find(&cache, "ins_a", false, &clock, &source).await;
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn what_the_endpoint_says_no_to_is_no_outage() {
    let invalid =
        json!({"errors": [{"code": "other"}, {"code": "clerk_key_invalid", "message": "The key is no good"}]})
            .to_string();
    for (said, reason) in [
        (answer(401, invalid.clone()), KeyFailureReason::SecretKeyInvalid),
        (answer(403, "{}"), KeyFailureReason::FailedToLoad),
        (answer(404, "[]"), KeyFailureReason::FailedToLoad),
        (answer(404, "<html>"), KeyFailureReason::Unexpected),
        (answer(200, "{}"), KeyFailureReason::FailedToLoad),
        (answer(200, "{\"keys\": []}"), KeyFailureReason::FailedToLoad),
        (answer(200, "{\"keys\": {}}"), KeyFailureReason::FailedToLoad),
        (answer(200, "null"), KeyFailureReason::FailedToLoad),
        (answer(200, "{\"keys\": [1, {\"kty\": \"RSA\"}]}"), KeyFailureReason::FailedToLoad),
    ] {
        let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
        source.now_always(said.clone());
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "failed", "{said:?}");
        assert_eq!(cache.failure().unwrap().reason, reason, "{said:?}");
        // Warm, and then refused: the old keys do not outlive their time.
        let (cache, source) = (usual(), FakeSource::with_keys(&[key_a().jwk()]));
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        source.now_always(said);
        clock.advance(299_999);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        assert_eq!(find(&cache, "ins_a", true, &clock, &source).await, "failed");
        clock.advance(1);
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "failed");
    }
    assert!(matches!(
        source::interpret("u", answer(500, invalid)),
        Err(KeyFailure { outage: true, reason: KeyFailureReason::SecretKeyInvalid, .. })
    ));
}

#[tokio::test]
async fn skipping_the_cache_asks_once_for_each_decision() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    for _ in 0..3 {
        assert_eq!(find(&cache, "ins_a", true, &clock, &source).await, "key");
    }
    assert_eq!(find(&cache, "ins_b", true, &clock, &source).await, "unknown");
    assert_eq!(source.fetches(), 4);
    source.now_always(no_answer());
    assert_eq!(
        find(&cache, "ins_a", true, &clock, &source).await,
        "key",
        "a key that may still be trusted decides (D-15)"
    );
}

#[tokio::test]
async fn one_bad_key_costs_only_itself() {
    let ec = json!({"kty": "EC", "kid": "ins_ec", "crv": "P-256"});
    let (cache, clock) = (usual(), ManualClock::new(NOW));
    let source = FakeSource::with_keys(&[json!(3), ec, json!({"kty": "RSA", "kid": 5}), key_a().jwk()]);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    assert_eq!(find(&cache, "ins_ec", false, &clock, &source).await, "unusable");
    // One id twice in an answer: what cannot be used does not displace what can, in either order.
    let (good, bad) = (key_a().jwk(), json!({"kty": "EC", "kid": "ins_a", "crv": "P-256"}));
    for keys in [[good.clone(), bad.clone()], [bad.clone(), good]] {
        let (cache, source) = (usual(), FakeSource::with_keys(&keys));
        assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
        // But what is told later goes before what was told once.
        source.now_always(answer(200, jwks(std::slice::from_ref(&bad))));
        assert_eq!(find(&cache, "ins_a", true, &clock, &source).await, "unusable");
    }
}

#[tokio::test]
async fn a_clock_set_back_does_not_make_keys_live_for_ever() {
    let (cache, clock, source) = (usual(), ManualClock::new(NOW), FakeSource::with_keys(&[key_a().jwk()]));
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    clock.set(NOW - 86_400_000);
    assert_eq!(find(&cache, "ins_a", false, &clock, &source).await, "key");
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn keys_of_one_secret_never_serve_another_r231() {
    let clock = ManualClock::new(NOW);
    let own = Secret::new("sk_test_own");
    let caches = KeyCaches::new("https://api.clerk.com", "2026-05-12", Some(&own), KeyCacheSettings::default());
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    let other = Secret::new("sk_test_other");
    assert_eq!(find(caches.own().unwrap(), "ins_a", false, &clock, &source).await, "key");
    let theirs = caches.for_secret_key(&other, NOW);
    assert!(matches!(theirs.look_up(Some("ins_a"), NOW, false, &Progress::Start), Lookup::Need(_)));
    assert_eq!(find(&theirs, "ins_a", false, &clock, &source).await, "key");
    assert_eq!(*source.secrets.lock().unwrap(), ["sk_test_own", "sk_test_other"]);
    assert!(Arc::ptr_eq(&theirs, &caches.for_secret_key(&other, NOW)), "and it is found again");
    assert!(Arc::ptr_eq(caches.own().unwrap(), &caches.for_secret_key(&own, NOW)));
    assert!(!Arc::ptr_eq(&theirs, caches.with_secret_key(Some(&own), NOW).own().unwrap()));
    assert!(Arc::ptr_eq(&theirs, caches.with_secret_key(Some(&other), NOW).own().unwrap()));
    for at in 0..200 {
        let _ = caches.for_secret_key(&Secret::new(format!("sk_test_{at}")), NOW);
    }
    assert!(
        !format!("{caches:?} {theirs:?} {:?} {own:?}", theirs.partition()).contains("sk_test"),
        "nothing prints a secret"
    );
    assert_ne!(Partition::new("a", "bc", &own), Partition::new("ab", "c", &own));
}
