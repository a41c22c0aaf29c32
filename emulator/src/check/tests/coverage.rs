//! Every operation has a route, and every route is an operation or has a reason to be there.

use super::operations;
use crate::api::{Access, endpoints, shape};
use crate::check::table::Key;
use std::collections::BTreeSet;

const SCRIPTS: &str = "the Frontend API: what scripts in browsers call";

/// Routes below `/v1` that are no operations of the Backend API.
const OTHERS: &[(&str, &str, &str)] = &[
    ("GET", "/v1/environment", SCRIPTS),
    ("POST", "/v1/environment", SCRIPTS),
    ("PATCH", "/v1/environment", SCRIPTS),
    ("POST", "/v1/dev_browser", SCRIPTS),
    ("GET", "/v1/client", SCRIPTS),
    ("POST", "/v1/client", SCRIPTS),
    ("PUT", "/v1/client", SCRIPTS),
    ("DELETE", "/v1/client", SCRIPTS),
    ("POST", "/v1/client/sessions", SCRIPTS),
    ("DELETE", "/v1/client/sessions", SCRIPTS),
    ("GET", "/v1/client/sessions/{session_id}", SCRIPTS),
    ("POST", "/v1/client/sessions/{session_id}/end", SCRIPTS),
    ("POST", "/v1/client/sessions/{session_id}/remove", SCRIPTS),
    ("POST", "/v1/client/sessions/{session_id}/touch", SCRIPTS),
    ("POST", "/v1/client/sessions/{session_id}/tokens", SCRIPTS),
    ("POST", "/v1/client/sessions/{session_id}/tokens/{template_name}", SCRIPTS),
    ("GET", "/v1/client/handshake", "the Frontend API: where backends send browsers"),
    ("GET", "/v1/enterprise_test_runs/{token}", "where the link of a test run leads"),
    ("GET", "/v1/scim/{directory_id}/ServiceProviderConfig", "what an identity provider calls"),
    ("GET", "/v1/tickets/accept", "the Frontend API: where the links of invitations and sign-in tokens lead"),
];

#[test]
fn every_operation_has_a_route() {
    let routed: BTreeSet<&str> = endpoints().iter().filter_map(|it| it.operation).map(|it| it.name).collect();
    let missing: Vec<&str> = operations().map(|it| it.name).filter(|name| !routed.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_route_is_an_operation_or_has_a_reason() {
    let others: BTreeSet<(&str, &str)> = endpoints()
        .iter()
        .filter(|endpoint| endpoint.operation.is_none() && endpoint.path.starts_with("/v1/"))
        .map(|endpoint| (endpoint.method, endpoint.path))
        .collect();
    let known: BTreeSet<(&str, &str)> = OTHERS.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(others, known);
}

#[test]
fn routes_take_the_keys_of_their_operations() {
    for endpoint in endpoints() {
        let Some(operation) = endpoint.operation else { continue };
        let wanted = match operation.key {
            Key::Secret => Access::Secret,
            Key::MachineOrSecret => Access::SecretOrMachine,
            Key::None => Access::Public,
        };
        assert_eq!(endpoint.access, wanted, "{}", operation.name);
    }
}

#[test]
fn no_two_operations_are_one_request() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        assert!(seen.insert((operation.method, shape(operation.path))), "{}", operation.name);
    }
    assert_eq!(seen.len(), 260);
}
