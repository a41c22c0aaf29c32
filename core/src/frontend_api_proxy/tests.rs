#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{FrontendApiProxy, FrontendApiProxyOptions, IncomingRequest, ProxyStep};
use proptest::prelude::*;
use url::Url;

const SECRET: &str = "sk_test_veryverysecret";

fn proxy(path: &str, fapi_url: &str) -> FrontendApiProxy {
    FrontendApiProxy::new(FrontendApiProxyOptions {
        publishable_key: "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k".to_owned(),
        secret_key: Some(SECRET.into()),
        path: path.to_owned(),
        fapi_url: fapi_url.to_owned(),
        environment: Some(std::collections::BTreeMap::new()),
    })
    .unwrap()
}

#[test]
fn nothing_prints_the_secret() {
    let proxy = proxy("", "");
    let request = IncomingRequest::new("GET", "/__clerk/v1").with_header("cookie", "__session=hidden");
    let step = proxy.prepare(&request);
    let shown = format!("{proxy:?} {request:?} {step:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("hidden"), "{shown}");
    let ProxyStep::Send(outgoing) = step else { panic!("{step:?}") };
    assert!(outgoing.headers.iter().any(|(_, value)| value == SECRET));
}

#[test]
fn what_is_sent_is_a_request_of_the_http_crate() {
    let request = http::Request::builder()
        .method("POST")
        .uri("https://app.example.com/__clerk/v1/client?a=1")
        .header("cookie", "a=b")
        .body(())
        .unwrap();
    let ProxyStep::Send(outgoing) = proxy("", "").prepare(&IncomingRequest::of(&request)) else { panic!("not sent") };
    let sent = outgoing.to_http("body").unwrap();
    assert_eq!(sent.uri(), "https://frontend-api.clerk.dev/v1/client?a=1");
    assert_eq!((sent.method().as_str(), *sent.body()), ("POST", "body"));
    assert_eq!(sent.headers()["clerk-proxy-url"], "https://app.example.com/__clerk");
    assert_eq!(sent.headers()["clerk-secret-key"], SECRET);

    let answer = http::Response::builder()
        .status(302)
        .header("location", "/v1/x")
        .header("content-length", "4")
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=\u{e4}")
        .body("body")
        .unwrap();
    let answer = outgoing.to_http_response(answer);
    assert_eq!((answer.status().as_u16(), *answer.body()), (302, "body"));
    assert_eq!(answer.headers()["location"], "https://app.example.com/__clerk/v1/x");
    assert!(!answer.headers().contains_key("content-length"));
    let cookies: Vec<&[u8]> = answer.headers().get_all("set-cookie").iter().map(|value| value.as_bytes()).collect();
    assert_eq!(cookies, [&b"a=1"[..], "b=\u{e4}".as_bytes()]);

    let failed: http::Response<Vec<u8>> = super::ProxyAnswer::failed().into();
    assert_eq!(failed.status().as_u16(), 502);
    assert_eq!(failed.headers()["cache-control"], "no-store");
}

#[test]
fn paths_that_are_none_are_refused() {
    for path in ["clerk", "/a/../b", "/a?b", "/a#b", "/a b", "/a\\b", "/ä", "/%2e/a"] {
        let made = FrontendApiProxy::new(FrontendApiProxyOptions { path: path.to_owned(), ..Default::default() });
        assert_eq!(made.err().map(|error| error.option).as_deref(), Some("path"), "{path}");
    }
    assert_eq!(proxy("///", "").path(), "");
}

proptest! {
    #[test]
    fn whatever_is_asked_for_the_secret_goes_to_one_host(
        target in "(/__clerk)?[/\\\\.@:%?#a-z]{0,3}(\\PC|[/\\\\.@:%?#]|evil\\.com|%2e|%2f){0,20}",
        absolute in prop::bool::ANY,
        host in "(\\PC|evil\\.com|@|:|/){0,12}",
        path in prop::sample::select(vec!["/__clerk", "/", "/a/b"]),
        fapi in prop::sample::select(vec!["https://fapi.example.com", "https://fapi.example.com/base/"]),
    ) {
        let address = if absolute { format!("https://app.example.com{target}") } else { target };
        let request = IncomingRequest::new("GET", address)
            .with_header("host", host.clone())
            .with_header("x-forwarded-host", host.clone())
            .with_header("x-forwarded-proto", "https")
            .with_header("connection", host);
        match proxy(path, fapi).prepare(&request) {
            ProxyStep::Send(sent) => {
                let url = Url::parse(&sent.url).unwrap();
                prop_assert_eq!(url.origin().ascii_serialization(), "https://fapi.example.com");
                prop_assert!(url.path().starts_with(Url::parse(fapi).unwrap().path()));
                prop_assert!(url.username().is_empty());
                let one = |name: &str| sent.headers.iter().filter(|(key, _)| key == name).count() == 1;
                prop_assert!(one("host") && one("clerk-secret-key") && one("clerk-proxy-url"));
            }
            ProxyStep::NotMine(answer) => prop_assert_eq!(answer.status, 400),
            ProxyStep::Answer(answer) => prop_assert!(false, "{}", answer),
        }
    }

    #[test]
    fn any_location_is_left_or_moved_below_the_proxy(location in "(https?:)?(//fapi\\.example\\.com)?\\PC{0,20}") {
        let request = IncomingRequest::new("GET", "https://app.example.com/__clerk/v1/x");
        let ProxyStep::Send(sent) = proxy("", "https://fapi.example.com").prepare(&request) else { panic!("not sent") };
        let answer = sent.response(302, &[("Location".to_owned(), location.clone())]);
        if let Some((_, to)) = answer.headers.iter().find(|(name, _)| name == "location") {
            prop_assert!(*to == location || to.starts_with("https://app.example.com/__clerk"), "{}", to);
        }
    }
}
