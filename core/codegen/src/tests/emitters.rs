//! The emitters, on a catalogue that says everything that can be said. That what they write compiles and does what it
//! says is shown by the real one; here it is what the real one has no use for yet.

use serde_json::{Value, json};

use crate::output::Output;
use crate::{emit, load_texts};

fn output() -> Output {
    let catalogue = load_texts(&[("things", include_str!("everything.yaml"))]).unwrap();
    let mut out = Output::default();
    emit::all(&catalogue, &mut out).unwrap();
    out
}

/// A file's text with all white space gone.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[track_caller]
fn has(out: &Output, path: &str, piece: &str) {
    let text = &out.files()[path];
    assert!(dense(text).contains(&dense(piece)), "{path} has no {piece:?}:\n{text}");
}

const TABLE: &str = "core/src/generated/operations/things.rs";
const EMULATED: &str = "emulator/src/generated/things.rs";
const MODELS: &str = "core/src/generated/models/things.rs";
const TYPED: &str = "core/src/generated/resources/things.rs";

#[test]
fn every_file_is_marked_and_written_in_a_known_place() {
    let out = output();
    for (path, text) in out.files() {
        assert!(text.lines().next().is_some_and(|line| line.contains(crate::MARKER)), "{path}");
        let known = [
            "core/src/generated/",
            "bindings-python/",
            "bindings-node/",
            "emulator/src/generated/",
            "tests/",
            "API.md",
        ];
        assert!(known.iter().any(|folder| path.starts_with(folder)), "{path}");
    }
}

#[test]
fn the_table_says_all_of_a_parameter() {
    let out = output();
    has(&out, TABLE, r#"Param::new("ids", Place::QueryComma, Type::Array(&Type::String))"#);
    has(&out, TABLE, r#"Param::new("verified", Place::Query, Type::Boolean).wire("isVerified")"#);
    has(&out, TABLE, r#"Param::new("ratio", Place::Query, Type::Number).range(0, i64::MAX)"#);
    has(&out, TABLE, r#"Param::new("thing_id", Place::Path, Type::String).required()"#);
    has(&out, TABLE, r#"Param::new("parts", Place::Body, Type::Array(&Type::Object(&objects::PART))).items(1, 5)"#);
    has(&out, TABLE, r#"Param::new("shape", Place::Body, Type::Any)"#);
    has(
        &out,
        TABLE,
        r#"Param::new("things", Place::ArrayBody, Type::Array(&Type::Object(&objects::PART))).required().items(1, usize::MAX)"#,
    );
    has(&out, TABLE, r#"Rule::ExactlyOne(&["amount", "weight"]), Rule::AtLeastOne(&["part", "shape"])"#);
    has(&out, TABLE, "key: Key::MachineOrSecret, idempotent: false");
    has(&out, TABLE, "body: Body::JsonArray, key: Key::Secret, idempotent: true");
    has(&out, TABLE, "body: Body::Json { send_empty: false }");
    has(&out, TABLE, "body: Body::Multipart");
    has(
        &out,
        "core/src/generated/operations/objects.rs",
        r#"pub(crate) static PART: Object = Object { name: "Part", open: false, fields: &[Param::field("name", Type::String).required(),"#,
    );
    let index = &out.files()["core/src/generated/operations/mod.rs"];
    let names: Vec<&str> = index.lines().filter_map(|line| line.trim().strip_prefix("&things::")).collect();
    assert_eq!(names.len(), 8);
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn the_emulators_table_goes_by_the_wire_and_says_what_it_checks() {
    let out = output();
    has(&out, EMULATED, r#"Field::new("isVerified", Place::Query, Kind::Boolean)"#);
    has(&out, EMULATED, r#"Field::new("ids", Place::QueryComma, Kind::Array(&Kind::Text, 0, MANY))"#);
    has(
        &out,
        EMULATED,
        r#"Field::new("kinds", Place::Query, Kind::Array(&Kind::OneOf(&["plain", "fancy"]), 0, MANY))"#,
    );
    has(&out, EMULATED, r#"Field::new("ratio", Place::Query, Kind::NumberIn(0, i64::MAX))"#);
    has(&out, EMULATED, r#"Field::new("limit", Place::Query, Kind::IntegerIn(1, 500))"#);
    has(&out, EMULATED, r#"Field::new("name", Place::Body, Kind::Text).required()"#);
    has(&out, EMULATED, r#"Field::new("type", Place::Body, Kind::OneOf(&["big", "small"])).nullable()"#);
    has(&out, EMULATED, r#"Field::new("parts", Place::Body, Kind::Array(&Kind::Object(&objects::PART), 1, 5))"#);
    has(&out, EMULATED, r#"Field::new("shape", Place::Body, Kind::Any)"#);
    has(&out, EMULATED, r#"Field::new("dies_at", Place::Body, Kind::Integer).nullable()"#);
    has(
        &out,
        EMULATED,
        r#"Field::new("grid", Place::Body, Kind::Array(&Kind::Array(&Kind::Integer, 0, MANY), 0, MANY))"#,
    );
    has(&out, EMULATED, r#"Field::new("file", Place::Body, Kind::File).required()"#);
    has(&out, EMULATED, r#"body: Body::Object, open: false, rules: &[Rule::ExactlyOne(&["amount", "weight"])"#);
    has(&out, EMULATED, "body: Body::Array, open: true, rules: &[]");
    has(&out, EMULATED, "body: Body::Multipart");
    has(
        &out,
        EMULATED,
        r#"name: "things.page", method: "GET", path: "/v1/things/page", key: Key::None, fields: &[], body: Body::None"#,
    );
    has(
        &out,
        EMULATED,
        r#"path: "/v1/things/{thing_id}/shapes/{index}", key: Key::Secret, fields: &[Field::new("limit""#,
    );
    let objects = "emulator/src/generated/objects.rs";
    has(&out, objects, r#"pub(super) static PART: Object = Object { open: false, fields: &[Field::new("name","#);
    has(&out, objects, "use crate::check::table::{Field, Kind, Object, Place};");
    has(&out, "emulator/src/generated/mod.rs", "static OPERATIONS: &[&[Operation]] = &[things::OPERATIONS,];");
}

#[test]
fn models_name_and_box_and_hide() {
    let out = output();
    has(&out, MODELS, "pub parent: Option<Box<Thing>>");
    has(&out, MODELS, "pub children: Option<Vec<Thing>>");
    has(&out, MODELS, "pub r#type: Option<ThingType>");
    has(&out, MODELS, "pub other_: Option<String>");
    has(&out, MODELS, r##"field "x#y" => x_y,"##);
    has(&out, MODELS, r#"secret "token" => token,"#);
    has(&out, MODELS, "pub id: Option<ThingId>");
    has(&out, MODELS, "pub thing_id: Option<ThingId>");
    has(&out, MODELS, "pub price: Option<Number>");
    has(&out, MODELS, "pub kinds: Option<Vec<ThingKinds>>");
    // One enum for the colours of both models; the names have nothing in common, so it is the first one's.
    has(&out, MODELS, "pub enum PartColour { /// `red` Red, /// `green` Green,");
    has(&out, MODELS, "pub colour: Option<PartColour>");
    has(
        &out,
        MODELS,
        r#"const MEMBERS: &'static [(&'static str, &'static [&'static str])] = &[("circle", &["id", "radius"]), ("disc", &["id", "radius"]), ("square", &["side"]),]"#,
    );
    has(&out, MODELS, "const TAG: Option<&'static str> = None;");
    has(&out, MODELS, "impl model::FromBody for Shape");
    has(&out, MODELS, "impl model::Item for Shape");
    assert!(!out.files()[MODELS].contains("impl model::Item for Part"));
}

#[test]
fn the_typed_api_takes_what_fits() {
    let out = output();
    has(&out, TYPED, "pub fn create(&self, name: impl Into<String>) -> Call<Create>");
    has(&out, TYPED, "pub fn replace_all(&self, things: impl IntoIterator<Item = models::Part>)");
    has(&out, TYPED, "pub fn upload(&self, thing_id: impl Into<String>, file: crate::file::File)");
    has(&out, TYPED, "pub fn second(self, value: crate::file::File) -> Self { self.file(\"second\", value) }");
    has(&out, TYPED, "pub fn r#type(self, value: impl Into<model::Nullable<models::ThingType>>)");
    has(&out, TYPED, "pub fn order(self, value: impl Into<Order>)");
    has(
        &out,
        TYPED,
        "pub enum Order { /// `name` Name, /// `+name` NameAscending, /// `-name` NameDescending, /// `` Empty,",
    );
    has(&out, TYPED, "#[deprecated = \"use created_after\"] pub fn since(");
    has(&out, TYPED, "#[deprecated = \"use `things.page`\"] pub fn old_page(");
    // Names that every call has already.
    has(&out, TYPED, "pub fn timeout_(self, value: i64)");
    has(&out, TYPED, "pub fn items_(self, value: impl IntoIterator<Item = impl Into<String>>)");
    has(&out, TYPED, "pub fn self_(self, value: bool)");
    has(&out, TYPED, "type Output = model::Page<models::Shape>;");
    has(&out, TYPED, "pub struct Page;");
}

#[test]
fn every_operation_has_its_line_in_api_md() {
    let out = output();
    let text = &out.files()["API.md"];
    let line = |piece: &str| assert!(text.lines().any(|line| line == piece), "no {piece:?} in:\n{text}");
    line(
        "| `things().list()…` | `things.list(…)` | `things.list({ … })` | `GET /things` | experimental | `things.getThingList` |",
    );
    line(
        "| `things().create(name)…` | `things.create(*, name=, …)` | `things.create({ name, … })` | `POST /things` |  |  |",
    );
    line(
        "| `things().replace_all(things)` | `things.replace_all(things)` | `things.replaceAll(things)` | `PUT /things` |  |  |",
    );
    line(
        "| `things().old_page()…` | `things.old_page(…)` | `things.oldHTMLPage({ … })` | `POST /things/old_page` | deprecated: use `things.page` |  |",
    );
    assert_eq!(text.lines().filter(|line| line.starts_with("| `things")).count(), 8);
}

fn cases() -> Vec<Value> {
    let out = output();
    let file: Value = serde_json::from_str(&out.files()["tests/conformance/operations/things.json"]).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn case(name: &str) -> Value {
    let all = cases();
    let found = all.iter().find(|case| case["name"] == format!("things.{name}"));
    found
        .unwrap_or_else(|| panic!("no {name} in {:?}", all.iter().map(|case| &case["name"]).collect::<Vec<_>>()))
        .clone()
}

fn query(case: &Value, name: &str) -> Vec<String> {
    let pairs = case["requests"][0]["query"].as_array().unwrap();
    pairs.iter().filter(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_example_is_sent_instead_of_a_value_made_up() {
    assert_eq!(case("list_shapes/only what is required")["path"], json!(["thing_41", "shape_7"]));
    assert_eq!(case("create/every argument, 1")["arguments"]["code"], "A1");
    assert_eq!(case("create/falsy values and nulls")["arguments"]["code"], "A1");
}

#[test]
fn no_empty_text_goes_in_a_query() {
    let falsy = case("list/falsy values and nulls");
    assert!(!query(&falsy, "order").is_empty() && !query(&falsy, "names").is_empty(), "{falsy}");
    assert!(falsy["requests"][0]["query"].as_array().unwrap().iter().all(|pair| pair[1] != ""), "{falsy}");
}

#[test]
fn cases_are_named_once_and_keep_the_rules() {
    let mut names: Vec<String> = cases().iter().map(|case| case["name"].to_string()).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    for case in cases() {
        let arguments = &case["arguments"];
        let given = |name: &str| arguments.get(name).is_some_and(|value| !value.is_null());
        if case["operation"] == "things.create" {
            assert!(given("amount") != given("weight"), "{arguments}");
            assert!(given("part") || given("shape"), "{arguments}");
            assert!(arguments.get("amount").is_none_or(|amount| amount.as_i64() > Some(0)), "{arguments}");
        }
        if case["operation"] == "things.list" && given("starting_after") {
            assert!(arguments.get("offset").is_none_or(|offset| offset == 0), "{arguments}");
        }
    }
    // Together the cases give every argument.
    let seen = |name: &str| {
        cases().iter().any(|case| case["operation"] == "things.create" && case["arguments"].get(name).is_some())
    };
    assert!(seen("amount") && seen("weight") && seen("part") && seen("shape"));
}

#[test]
fn a_case_expects_the_wire() {
    let every = case("list/every argument, 1");
    assert_eq!(query(&every, "ids"), ["+ids 2 & é=/?%41,+ids 3 & é=/?%41"]);
    assert_eq!(query(&every, "names").len(), 2);
    assert_eq!(query(&every, "isVerified"), ["true"]);
    assert!(query(&every, "verified").is_empty());
    let falsy = case("list/falsy values and nulls");
    assert_eq!((query(&falsy, "isVerified"), query(&falsy, "limit")), (vec!["false".to_owned()], vec!["1".to_owned()]));
    let falsy = case("create/falsy values and nulls");
    assert_eq!(falsy["requests"][0]["body"]["tags"], Value::Null);
    assert_eq!(falsy["requests"][0]["body"]["secret"], "");
    assert_eq!(falsy["requests"][0]["body"]["self"], false);
    assert_eq!(falsy["requests"][0]["headers"]["authorization"], "Bearer $SECRET_KEY");
    assert!(case("page/only what is required")["requests"][0]["headers"].get("authorization").is_none());
    assert_eq!(case("old_page/only what is required")["requests"][0]["body"], Value::Null);
    assert_eq!(case("old_page/every argument")["requests"][0]["body"]["a"], "+a 1 & é=/?%41");
    assert!(case("replace_all/only what is required")["requests"][0]["body"].is_array());
    let form = case("upload/every argument")["requests"][0]["multipart"].clone();
    assert_eq!(form[0]["filename"], "file 1.png");
    assert_eq!(form[2]["text"], "+note 1 & é=/?%41");
    assert_eq!(form[3]["text"], "12");
}

#[test]
fn a_result_in_nodes_names_leaves_free_form_objects_alone() {
    let every = case("list/every argument, 1");
    let (wire, node) = (&every["result"]["data"][0], &every["node_result"]["data"][0]);
    assert!(every["respond"][0]["body"]["all_things"].is_array());
    assert_eq!(wire["x#y"], node["xY"]);
    assert_eq!(wire["thing_id"], node["thingId"]);
    assert_eq!(node["extra"], wire["extra"]);
    assert_eq!(node["extra"]["foo_bar"]["inner_key"], "é");
    assert_eq!(node["field_of_tomorrow"], json!({"innerKey": [1], "inner_key": null}));
    assert_eq!(every["node_result"]["totalCount"], every["result"]["total_count"]);
}

#[test]
fn the_driver_has_every_operation() {
    let out = output();
    let text = &out.files()["tests/rust/src/generated/typed.rs"];
    for name in ["list", "list_shapes", "create", "replace_all", "upload", "shape", "page", "old_page"] {
        assert!(text.contains(&format!("\"things.{name}\" => run(things_{name}(clerk, &given)?, options),")), "{name}");
    }
}

#[test]
fn the_readers_have_every_answer() {
    let out = output();
    let text = &out.files()["tests/rust/src/generated/answers.rs"];
    assert!(text.contains("\"things.list\"") && text.contains("Some((\"Thing\", true))"), "{text}");
    assert!(text.contains("\"Thing\" => read::<models::Thing>(text),"), "{text}");
}

#[test]
fn a_union_that_holds_what_it_stands_in_is_refused() {
    let text = "models:\n  A: {doc: D., fields: {u: U}}\nunions:\n  U: {doc: D., members: {a: A}}\n";
    let catalogue = load_texts(&[("a", text)]).unwrap();
    let error = emit::rust_models::emit(&catalogue, &mut Output::default()).unwrap_err().to_string();
    assert!(error.contains("A.u"), "{error}");
}
