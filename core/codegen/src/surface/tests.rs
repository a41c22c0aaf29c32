//! A catalogue and the Rust that belongs to it; each test changes one place and sees what is found.
#![allow(clippy::expect_used)]

use serde_json::json;

use super::compare::{Proof, compare};
use super::{manifest, rust};
use crate::ir::Catalogue;
use crate::load_texts;

const CATALOGUE: &str = "
doc: Things.
operations:
  create:
    doc: Makes a thing.
    http: POST /things/{box_id}
    query: {loud: boolean}
    body: {name: {type: string, required: true}, type: string}
    returns: none
";
const LIST: &str = "pub static OPERATIONS: &[&Operation] = &[&things::CREATE];";
const TABLE: &str = r#"
pub(crate) static CREATE: Operation = Operation {
    name: "things.create",
    params: &[
        Param::new("box_id", Place::Path, Type::String).required(),
        Param::new("loud", Place::Query, Type::Boolean),
        Param::new("name", Place::Body, Type::String).required(),
        Param::new("type", Place::Body, Type::String),
    ],
    body: Body::Json { send_empty: true },
};"#;
const CLIENT: &str = "impl Clerk { pub fn things(&self) -> things::Things { things::Things(self.clone()) } }";
const TYPED: &str = r#"
impl Things {
    pub fn create(&self, box_id: impl Into<String>, name: impl Into<String>) -> Call<Create> {
        Call::new(&self.0).set("box_id", &box_id.into()).set("name", &name.into())
    }
}
impl Operation for Create {
    const INFO: &'static catalogue::Operation = &operations::things::CREATE;
}
impl Call<Create> {
    pub fn loud(self, value: bool) -> Self { self.set("loud", &value) }
    pub fn r#type(self, value: impl Into<String>) -> Self { self.set("type", &value.into()) }
}"#;

fn catalogue() -> Catalogue {
    load_texts(&[("things", CATALOGUE)]).expect("a catalogue")
}

fn proof(list: &str, table: &str, client: &str, typed: &str) -> Proof {
    let file = |stem: &str, text: &str| (stem.to_owned(), text.to_owned());
    let operations = [file("mod", list), file("things", table)];
    let resources = [file("mod", client), file("things", typed)];
    compare(&catalogue(), &rust::read(&operations, &resources).expect("Rust"))
}

/// `from` in one of the files is `to`: a fault that says `piece`.
#[track_caller]
fn found(from: &str, to: &str, piece: &str) {
    let changed = [LIST, TABLE, CLIENT, TYPED].map(|text| text.replace(from, to));
    let [list, table, client, typed] = &changed;
    assert!(changed != [LIST, TABLE, CLIENT, TYPED].map(str::to_owned), "{from} is nowhere");
    let proof = proof(list, table, client, typed);
    assert!(!proof.is_whole() && proof.to_string().contains(piece), "wanted {piece:?} in {proof}");
}

#[test]
fn what_is_whole_is_counted() {
    let proof = proof(LIST, TABLE, CLIENT, TYPED);
    assert!(proof.is_whole(), "{proof}");
    assert_eq!(proof.to_string(), "rust: 1 of 1 operations, 4 of 4 parameters (typed and by dispatch)\n");
}

#[test]
fn what_the_table_lacks_is_found() {
    found("&things::CREATE]", "]", "dispatch does not find it");
    found("things.create", "things.make", "0 of 1 operations");
    found("Param::new(\"loud\", Place::Query, Type::Boolean),", "", "3 of 4 parameters");
    found("Place::Query", "Place::Body", "loud (query): not so in the table");
    found("Type::Boolean)", "Type::Boolean).required()", "loud (query)");
    found("Body::Json { send_empty: true }", "Body::Multipart", "name (body): not so in the table");
    found("\"type\", Place::Body", "\"kind\", Place::Body", "kind in the table only");
}

#[test]
fn what_the_typed_api_lacks_is_found() {
    found("things(&self)", "items(&self)", "things: a client does not have it");
    found("pub fn create", "fn create", "no method of the typed API");
    found("pub fn loud(self, value: bool) -> Self { self.set(\"loud\", &value) }", "", "loud is not a setter");
    found("pub fn loud", "pub fn noisy", "takes [\"noisy\"] and sends [\"loud\"]");
    found(".set(\"name\", &name.into())", "", "takes [\"box_id\", \"name\"]");
    found("&operations::things::CREATE", "&operations::things::DELETE", "the method calls None");
    found(
        "pub fn loud",
        "pub fn more(self, value: i64) -> Self { self.set(\"more\", &value) } pub fn loud",
        "more in the",
    );
}

#[test]
fn the_manifest_says_where_each_parameter_goes() {
    let one = |name: &str, place: &str, required: bool| json!({"name": name, "in": place, "required": required});
    let params = [
        one("box_id", "path", true),
        one("loud", "query", false),
        one("name", "body", true),
        one("type", "body", false),
    ];
    assert_eq!(
        manifest(&catalogue()),
        json!({"operations": [{"name": "things.create", "node": "create", "params": params}]})
    );
}
