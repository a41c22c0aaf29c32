//! Fixtures from YAML.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::Api;
use serde_json::json;

const TEAM: &str = r#"
users:
  - id: user_ann
    emails: [Ann@Example.com]
    first_name: Ann
    password: a long one 5
    public_metadata: { plan: pro, seats: 3 }
  - username: bob_9
    phones: ["+15555550101"]
    external_id: crm-9
roles:
  - { key: "org:editor", name: Editor, permissions: ["org:posts:write"] }
organizations:
  - id: org_acme
    name: Acme
    slug: acme
    private_metadata: { tier: 1 }
    members:
      - { user: ann@example.com, role: "org:admin" }
      - { user: crm-9, role: "org:editor", public_metadata: { desk: 4 } }
invitations:
  - email: carl@example.com
    redirect_url: http://localhost:3000/welcome
jwt_templates:
  - { name: hasura, claims: { plan: "{{user.public_metadata.plan}}" }, lifetime_seconds: 30 }
oauth_applications:
  - { name: Calendar, redirect_uris: ["http://localhost:3000/callback"] }
machines:
  - { name: billing }
  - { name: worker, can_call: [billing] }
api_keys:
  - { name: of Ann, of: ann@example.com, scopes: ["read"] }
  - { name: of Acme, of: acme }
"#;

fn refusal(api: &Api, yaml: &str) -> String {
    let before = api.emulator.export(false).expect("a document");
    let error = api.emulator.load_fixtures(yaml).expect_err("a refusal").to_string();
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON")["tables"].clone();
    assert_eq!(parse(&api.emulator.export(false).expect("a document")), parse(&before), "nothing has changed");
    error
}

#[tokio::test]
async fn a_file_fills_an_instance() {
    let api = Api::start();
    let report = api.control("load_fixtures", json!({ "yaml": TEAM }));
    assert_eq!(report["created"].as_array().unwrap().len(), 11, "{report}");
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(report["created"][0], json!({ "entry": "users[0]", "id": "user_ann" }));

    let ann = api.get("/users/user_ann").await;
    assert_eq!(ann["email_addresses"][0]["email_address"], "ann@example.com");
    assert_eq!(ann["public_metadata"], json!({ "plan": "pro", "seats": 3 }));
    let checked = api.post("/users/user_ann/verify_password", json!({ "password": "a long one 5" })).await;
    assert_eq!(checked["verified"], true);
    let members = api.get("/organizations/org_acme/memberships").await;
    assert_eq!(common::column(&members, "role").len(), 2);
    assert!(common::column(&members, "role").contains(&json!("org:editor")), "{members}");
    assert_eq!(api.get("/organizations/acme").await["private_metadata"]["tier"], 1);
    let session = api.post("/sessions", json!({ "user_id": "user_ann" })).await;
    let path = format!("/sessions/{}/tokens/hasura", common::id(&session));
    let token = api.post(&path, json!({})).await;
    assert_eq!(common::token_part(&token["jwt"], 1)["plan"], "pro");
    let secret = report["created"][9]["secret"].clone();
    assert_eq!(api.post("/api_keys/verify", json!({ "secret": secret })).await["subject"], "user_ann");
}

#[tokio::test]
async fn a_second_time_changes_nothing_and_says_so() {
    let api = Api::start();
    api.emulator.load_fixtures(TEAM).expect("fixtures");
    let before = api.emulator.export(false).expect("a document");
    let report = api.emulator.load_fixtures(TEAM).expect("fixtures");
    assert_eq!(api.emulator.export(false).expect("a document"), before);
    assert!(report.created.is_empty());
    assert_eq!(report.skipped.len(), 11);
    assert_eq!(report.skipped[0].reason, "user_ann is user_ann");
    let wider = TEAM.replace("role: \"org:admin\" }", "role: \"org:admin\" }\n      - { user: dora }");
    let wider = wider.replace("roles:\n", "  - { username: dora }\nroles:\n");
    api.emulator.load_fixtures(&wider).expect("fixtures");
    assert_eq!(api.get("/organizations/org_acme/memberships").await["total_count"], 3, "a missing member joins");
}

#[tokio::test]
async fn errors_name_line_entry_field_and_rule() {
    let api = Api::start();
    let mut others = Vec::new();
    for (yaml, wanted) in [
        ("users:\n  - username: ann_1\n  - emails: [nobody]\n", "line 3: users[1].emails: email_address"),
        ("users:\n  - username: ann_1\n    hair: red\n", "line 3: users[0].hair: hair is not a valid parameter"),
        ("users:\n  - id: ann\n    username: ann_1\n", "line 2: users[0].id: id must be user_"),
        ("users: [ann]\n", "line 1: users[0]: must be a map of fields"),
        (
            "organizations:\n  - name: Acme\n    members:\n      - { user: eve }\n",
            "line 4: organizations[0].members[0].user: there is no user eve",
        ),
        (
            "organizations:\n  - name: Acme\n    members: ann\n",
            "line 3: organizations[0].members: members must be a list",
        ),
        ("organizations:\n  - { slug: acme }\n", "line 2: organizations[0]: name must be included"),
        (
            "organizations:\n  - name: Acme\n    domains:\n      - acme.com\n      - gmail.com\n",
            "line 5: organizations[0].domains[1]: name: This is a common email",
        ),
        (
            "organizations:\n  - name: Acme\n    domains:\n      - name: a.com\n        enrollment_mode: some\n",
            "line 5: organizations[0].domains[0].enrollment_mode:",
        ),
        (
            "organizations:\n  - name: Acme\n    domains: [5]\n",
            "domains[0]: must be a map of fields, or a text: its name",
        ),
        (
            "organizations:\n  - name: Acme\n    invitations:\n      - { email: x }\n",
            "line 4: organizations[0].invitations[0].email: email_address",
        ),
        (
            "organizations:\n  - name: Acme\n    created_by: eve\n",
            "line 3: organizations[0].created_by: there is no user",
        ),
        ("permissions:\n  - { key: write, name: Write }\n", "permissions[0].key: key must have the format"),
        ("roles:\n  - { key: editor, name: Editor }\n", "roles[0].key: key must begin with org:"),
        ("roles:\n  - { key: \"org:editor\" }\n", "roles[0]: name is missing"),
        (
            "roles:\n  - { key: \"org:x\", name: X, permissions: y }\n",
            "roles[0].permissions: permissions must be a list",
        ),
        (
            "roles:\n  - { key: \"org:x\", name: X, hair: y }\n",
            "roles[0].hair: hair is not a field of it; there are key",
        ),
        (
            "role_sets:\n  - name: Press\n    roles: [\"org:gone\"]\n    default_role_key: x\n    creator_role_key: x\n",
            "line 3: role_sets[0].roles:",
        ),
        ("instance: 5\n", "line 1: instance: must be a map of settings"),
        ("instance:\n  test_mode: perhaps\n", "line 2: instance.test_mode: "),
        ("instance:\n  colour: red\n", "line 2: instance.colour: colour is not a valid parameter"),
        ("instance:\n  restrictions: true\n", "line 2: instance.restrictions: must be a map"),
        ("instance:\n  restrictions:\n    greylist: true\n", "line 3: instance.restrictions.greylist: greylist"),
        (
            "instance:\n  organization_settings:\n    creator_role_id: org:member\n",
            "instance.organization_settings: The creator role must contain",
        ),
        ("allowlist_identifiers: [ann]\n", "line 1: allowlist_identifiers[0]: identifier must be"),
        ("blocklist_identifiers:\n  - identifer: x@y.z\n", "line 2: blocklist_identifiers[0].identifer: "),
        ("waitlist_entries: [ann]\n", "waitlist_entries[0]: email_address must be a valid"),
        ("redirect_urls: [\"no\"]\n", "redirect_urls[0]: url must be a valid url"),
        ("domains:\n  - { name: a.com, is_satellite: false }\n", "domains[0].is_satellite: "),
        ("machines:\n  - { name: worker, can_call: [x] }\n", "machines[0].can_call: there is no machine x"),
        ("api_keys:\n  - { name: a key, of: eve }\n", "api_keys[0].of: there is no user, organization or machine eve"),
        ("jwt_templates:\n  - { name: t, lifetime_seconds: 0 }\n", "jwt_templates[0].lifetime_seconds: The value of"),
        ("plans:\n  - slug: pro\n    amount: ten\n", "line 2: plans[0]: invalid type: string \"ten\", expected i64"),
        (
            "plans:\n  - slug: pro\n    colour: red\n",
            "line 3: plans[0].colour: unknown field `colour`, expected one of",
        ),
        ("plans:\n  - slug: pro\n", "plans[0]: amount or annual_monthly_amount is required, in cents"),
        ("subscriptions:\n  - { payer: eve, plan_slug: pro }\n", "subscriptions[0].payer: there is no user or"),
        ("webhook_endpoints:\n  - events: []\n", "webhook_endpoints[0]: url is missing"),
        ("webhook_endpoints: [hooks]\n", "webhook_endpoints[0]: url: must be a whole URL"),
        (
            "webhook_endpoints:\n  - url: http://localhost/\n    events: [user.born]\n",
            "line 3: webhook_endpoints[0].events: events: user.born is no type of event",
        ),
        (
            "webhook_endpoints:\n  - { url: \"http://localhost/\", secret: x }\n",
            "webhook_endpoints[0].secret: secret: must be",
        ),
        ("webhook_endpoints:\n  - { url: \"http://localhost/\", disabled: 1 }\n", "disabled: disabled must be true or"),
        ("people: []\n", "line 1: unknown field"),
    ] {
        // Something that is right stands before it: it must not stay.
        let yaml =
            if yaml.contains("users:") { yaml.to_owned() } else { format!("{yaml}users: [{{ username: zoe_1 }}]\n") };
        let text = refusal(&api, &yaml);
        if !text.contains(wanted) || !text.contains("fixtures line ") {
            others.push(format!("{yaml}wanted: {wanted}\ntold: {text}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n\n"));
}

#[tokio::test]
async fn at_the_start_and_again_with_a_directory() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("team.yaml");
    std::fs::write(&file, TEAM).expect("a file");
    for _ in 0..2 {
        let builder = Emulator::builder().data_dir(directory.path().join("data")).fixtures(&file);
        let api = Api::of(builder.start().expect("a start"));
        assert_eq!(api.get("/users/count").await["total_count"], 2);
    }
    std::fs::write(&file, "users:\n  - emails: [x]\n").expect("a file");
    let error = Emulator::builder().fixtures(&file).start().expect_err("a refusal").to_string();
    assert!(error.contains("team.yaml line 2: users[0]"), "{error}");
    let error = Emulator::builder().fixtures("/nowhere/f.yaml").start().expect_err("a refusal").to_string();
    assert!(error.contains("fixtures /nowhere/f.yaml"), "{error}");
}

const PLACE: &str = r#"
permissions:
  - { key: "org:posts:write", name: Write posts }
roles:
  - { key: "org:editor", name: Editor, permissions: ["org:posts:write", "org:sys_memberships:read"] }
role_sets:
  - { key: "role_set:press", name: Press, roles: ["org:admin", "org:editor"],
      default_role_key: "org:editor", creator_role_key: "org:admin" }
users:
  - { id: user_ann, emails: [ann@example.com] }
instance:
  support_email: help@example.com
  allowed_origins: ["http://localhost:3000"]
  restrictions: { allowlist: true, block_email_subaddresses: true }
  organization_settings: { max_allowed_memberships: 9, domains_default_role_id: "org:editor" }
  communication: { blocked_country_codes: [AQ] }
  protect: { rules_enabled: true }
  oauth_application_settings: { dynamic_oauth_client_registration: true }
  beta_features: { from_email_address: hello, progressive_sign_up: true }
organizations:
  - id: org_acme
    name: Acme
    slug: acme
    created_by: ann@example.com
    role_set_key: "role_set:press"
    domains: [Acme.com, { name: acme.de, enrollment_mode: automatic_suggestion, verified: false }]
    invitations:
      - { email: bob@example.com, role: "org:editor", inviter_user_id: ann@example.com }
invitations: [carl@example.com]
allowlist_identifiers: ["*@acme.com", { identifier: "+1 555 010 0000" }]
blocklist_identifiers: [eve@example.com]
waitlist_entries: [Dora@example.com]
redirect_urls: ["myapp://callback"]
domains: [satellite.example.com]
machines: [billing]
plans:
  - { slug: pro, amount: 1500, features: [export] }
  - { slug: team, payer_type: org, amount: 3000 }
subscriptions:
  - { payer: ann@example.com, plan_slug: pro }
  - { payer: acme, plan_slug: team }
webhook_endpoints:
  - http://localhost:1/all
  - { url: "http://localhost:1/some", events: [user.created], secret: whsec_plJ3nmyCDGBKInavdOK15jsl, description: Some }
"#;

#[tokio::test]
async fn settings_are_as_the_file_says() {
    let api = Api::start();
    let report = api.control("load_fixtures", json!({ "yaml": PLACE }));
    let sections = ["restrictions", "organization_settings", "oauth_application_settings", "communication", "protect"];
    let mut changed = vec!["instance".to_owned()];
    changed.extend(sections.iter().chain(&["beta_features"]).map(|name| format!("instance.{name}")));
    assert_eq!(report["changed"], json!(changed));
    assert_eq!(api.get("/instance").await["allowed_origins"], json!(["http://localhost:3000"]));
    let restrictions = api.patch("/instance/restrictions", json!({})).await;
    assert_eq!((&restrictions["allowlist"], &restrictions["block_email_subaddresses"]), (&json!(true), &json!(true)));
    let organizations = api.get("/instance/organization_settings").await;
    assert_eq!(organizations["max_allowed_memberships"], 9);
    assert_eq!(organizations["domains_default_role"], "org:editor");
    assert_eq!(
        api.get("/organizations/acme").await["max_allowed_memberships"],
        9,
        "settings come before organizations"
    );
    assert_eq!(api.get("/instance/communication").await["blocked_country_codes"], json!(["AQ"]));
    assert_eq!(api.get("/instance/protect").await["rules_enabled"], true);
    let oauth = api.get("/instance/oauth_application_settings").await;
    assert_eq!(oauth["dynamic_oauth_client_registration"], true);
    let beta = api.patch("/beta_features/instance_settings", json!({})).await;
    assert_eq!((&beta["from_email_address"], &beta["progressive_sign_up"]), (&json!("hello"), &json!(true)));
}

#[tokio::test]
async fn settings_are_put_back_by_a_second_time() {
    let api = Api::start();
    let yaml = "instance:\n  protect: { rules_enabled: true }\n  restrictions: { allowlist: true }\n";
    api.emulator.load_fixtures(yaml).expect("fixtures");
    api.patch("/instance/restrictions", json!({ "allowlist": false })).await;
    let report = api.emulator.load_fixtures(yaml).expect("fixtures");
    assert_eq!(report.changed, ["instance.restrictions"]);
    assert_eq!((report.skipped[0].entry.as_str(), report.skipped.len()), ("instance.protect", 1));
    assert_eq!(api.patch("/instance/restrictions", json!({})).await["allowlist"], true);
}

#[tokio::test]
async fn organizations_come_with_domains_and_invitations() {
    let api = Api::start();
    api.emulator.load_fixtures(PLACE).expect("fixtures");
    let domains = api.get("/organizations/org_acme/domains?order_by=name").await;
    assert_eq!(common::column(&domains, "name"), [json!("acme.de"), json!("acme.com")]);
    assert_eq!(
        common::column(&domains, "enrollment_mode"),
        [json!("automatic_suggestion"), json!("manual_invitation")]
    );
    let verified: Vec<bool> = common::column(&domains, "verification").iter().map(|it| !it.is_null()).collect();
    assert_eq!(verified, [false, true]);
    let invitations = api.get("/organizations/org_acme/invitations").await;
    assert_eq!(common::column(&invitations, "email_address"), [json!("bob@example.com")]);
    assert_eq!(common::column(&invitations, "role"), [json!("org:editor")]);
    let members = api.get("/organizations/org_acme/memberships").await;
    assert_eq!(common::column(&members, "role"), [json!("org:admin")], "who created it is in it under its own id");
    let wider = PLACE.replace("domains: [Acme.com,", "domains: [Acme.com, acme.fr,");
    api.emulator.load_fixtures(&wider).expect("fixtures");
    assert_eq!(api.get("/organizations/org_acme/domains").await["total_count"], 3, "a missing domain is added");
    assert_eq!(api.get("/organizations/org_acme/invitations").await["total_count"], 1);
}

#[tokio::test]
async fn what_else_an_instance_has() {
    let api = Api::start();
    api.emulator.load_fixtures(PLACE).expect("fixtures");
    let permissions = api.get("/organization_permissions?query=org:posts:write").await;
    assert_eq!(common::column(&permissions, "name"), [json!("Write posts")]);
    let set = api.get("/role_sets/role_set:press").await;
    assert_eq!(set["default_role"]["key"], "org:editor");
    assert_eq!(api.get("/organizations/acme").await["role_set_key"], "role_set:press");
    let allowed = api.get("/allowlist_identifiers").await;
    assert_eq!(common::column(&allowed, "identifier"), [json!("+15550100000"), json!("*@acme.com")]);
    let blocked = api.get("/blocklist_identifiers").await;
    assert_eq!(common::column(&blocked, "identifier"), [json!("eve@example.com")]);
    assert_eq!(common::column(&api.get("/invitations").await, "email_address"), [json!("carl@example.com")]);
    let waiting = api.get("/waitlist_entries").await;
    assert_eq!(common::column(&waiting, "email_address"), [json!("dora@example.com")]);
    assert_eq!(common::column(&api.get("/redirect_urls").await, "url"), [json!("myapp://callback")]);
    assert!(common::column(&api.get("/domains").await, "name").contains(&json!("satellite.example.com")));
    assert!(common::column(&api.get("/machines").await, "name").contains(&json!("billing")));
    let of_ann = api.get("/users/user_ann/billing/subscription").await;
    assert_eq!(of_ann["subscription_items"][0]["plan"]["slug"], "pro");
    let of_acme = api.get("/organizations/org_acme/billing/subscription").await;
    assert_eq!(of_acme["subscription_items"][0]["plan"]["slug"], "team");
}

#[tokio::test]
async fn all_of_it_a_second_time_changes_nothing() {
    let api = Api::start();
    let first = api.emulator.load_fixtures(PLACE).expect("fixtures");
    let before = api.emulator.export(false).expect("a document");
    let second = api.emulator.load_fixtures(PLACE).expect("fixtures");
    assert_eq!(api.emulator.export(false).expect("a document"), before);
    assert!(second.created.is_empty() && second.changed.is_empty(), "{second:?}");
    assert_eq!(second.skipped.len(), first.created.len() + first.changed.len());
}

#[tokio::test]
async fn an_endpoint_without_a_secret_has_the_same_one_after_a_reset() {
    let api = Api::start();
    let secrets = || api.emulator.webhook_endpoints().into_iter().map(|it| it.secret).collect::<Vec<_>>();
    let report = api.control("load_fixtures", json!({ "yaml": PLACE }));
    let told: Vec<_> = report["created"].as_array().unwrap().iter().filter_map(|it| it["secret"].as_str()).collect();
    let first = secrets();
    assert!(told.ends_with(&[&first[0], &first[1]]), "{told:?}");
    assert_eq!(first[1], "whsec_plJ3nmyCDGBKInavdOK15jsl");
    let some = &api.emulator.webhook_endpoints()[1];
    assert_eq!((some.description.as_deref(), some.disabled), (Some("Some"), false));
    assert_eq!(some.events.iter().collect::<Vec<_>>(), ["user.created"]);
    api.emulator.reset().expect("a reset");
    api.emulator.load_fixtures(PLACE).expect("fixtures");
    assert_eq!(secrets(), first);
    let other = Api::start();
    other.emulator.load_fixtures(PLACE).expect("fixtures");
    assert_ne!(other.emulator.webhook_endpoints()[0].secret, first[0], "no other emulator's");
}

#[tokio::test]
async fn an_endpoint_is_told_of_what_comes_after_it() {
    let api = Api::start();
    api.emulator.load_fixtures(PLACE).expect("fixtures");
    let events = api.emulator.webhook_events(&Default::default());
    assert!(events.iter().any(|event| event.kind == "user.created"), "what is loaded has events");
    assert!(api.emulator.webhook_deliveries(&Default::default()).expect("deliveries").is_empty());
    let dora = "users: [{ emails: [dora@acme.com] }]\n";
    api.emulator.load_fixtures(dora).expect("fixtures");
    let events = api.emulator.webhook_events(&Default::default());
    let created: Vec<_> = events.iter().filter(|event| event.kind == "user.created").map(|event| &event.id).collect();
    let mut deliveries = api.emulator.webhook_deliveries(&Default::default()).expect("deliveries");
    deliveries.retain(|delivery| created.contains(&&delivery.event_id));
    assert_eq!(deliveries.len(), 2, "both endpoints get user.created: {deliveries:?}");
}

#[tokio::test]
async fn a_reset_brings_back_what_it_was_started_with() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("place.yaml");
    std::fs::write(&file, PLACE).expect("a file");
    let emulator = Emulator::builder().seed(7).clock_ms(common::NOON).fixtures(&file).start().expect("a start");
    let api = Api::of(emulator);
    let first = api.emulator.export(false).expect("a document");
    std::fs::remove_file(&file).expect("it is gone");
    api.user("zoe@acme.com").await;
    api.delete("/organizations/org_acme").await;
    api.patch("/instance/restrictions", json!({ "allowlist": false })).await;
    api.emulator.reset().expect("a reset");
    assert_eq!(api.emulator.export(false).expect("a document"), first, "with the same ids and events");
}

#[tokio::test]
async fn a_reset_that_lacks_what_the_directory_had_says_so() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let (data, file) = (directory.path().join("data"), directory.path().join("keys.yaml"));
    let api = Api::of(Emulator::builder().data_dir(&data).start().expect("a start"));
    api.emulator.load_fixtures("users: [{ username: ann_1 }]\n").expect("fixtures");
    drop(api);
    std::fs::write(&file, "api_keys:\n  - { name: a key, of: ann_1 }\n").expect("a file");
    let emulator = Emulator::builder().data_dir(&data).fixtures(&file).start().expect("a start");
    let error = emulator.reset().expect_err("a refusal").to_string();
    assert!(error.contains("keys.yaml line 2: api_keys[0].of: there is no user"), "{error}");
}

/// The first example of a text, whose lines begin with this.
fn example(text: &str, start: &str) -> String {
    let (open, end) = (format!("{start}```yaml"), format!("{start}```"));
    let lines = text.lines().skip_while(|line| *line != open).skip(1).take_while(|line| *line != end);
    lines.map(|line| format!("{}\n", line.strip_prefix(start).unwrap_or_default())).collect()
}

#[test]
fn the_documented_files_are_files() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (place, start, least) in [("src/fixtures/mod.rs", "    /// ", 25), ("../docs/fixtures.md", "", 9)] {
        let text = std::fs::read_to_string(here.join(place)).expect("a text");
        let yaml = example(&text, start).replace("whsec_…", "whsec_plJ3nmyCDGBKInavdOK15jsl");
        let report = Emulator::start().expect("a start").load_fixtures(&yaml).expect(place);
        assert!(
            report.created.len() + report.changed.len() >= least && report.skipped.is_empty(),
            "{place}: {report:?}"
        );
    }
}
