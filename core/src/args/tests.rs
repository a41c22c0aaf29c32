use super::*;
use crate::catalogue::{Body, Key, Object, Pages, Param, Place, Rule, Type};

const fn param(name: &'static str, place: Place, kind: Type) -> Param {
    Param {
        name,
        wire: name,
        place,
        kind,
        required: false,
        nullable: false,
        min: i64::MIN,
        max: i64::MAX,
        min_items: 0,
        max_items: usize::MAX,
    }
}

const fn required(param: Param) -> Param {
    Param { required: true, ..param }
}

static LIST: Operation = Operation {
    name: "things.list",
    method: "GET",
    path: "/owners/{owner_id}/things",
    params: &[
        required(param("owner_id", Place::Path, Type::String)),
        Param { min: 1, max: 500, ..param("limit", Place::Query, Type::Integer) },
        Param { min: 0, ..param("offset", Place::Query, Type::Integer) },
        param("starting_after", Place::Query, Type::String),
        param("email", Place::Query, Type::Array(&Type::String)),
        param("mode", Place::QueryComma, Type::Array(&Type::String)),
        Param { wire: "isVerified", ..param("verified", Place::Query, Type::Boolean) },
    ],
    body: Body::None,
    key: Key::Secret,
    idempotent: true,
    pages: Pages::Offset,
    rules: &[Rule::NotWithOffset(&["starting_after"])],
};

static CREATE: Operation = Operation {
    name: "things.create",
    method: "POST",
    path: "/things",
    params: &[
        required(param("name", Place::Body, Type::String)),
        param("size", Place::Body, Type::Number),
        param("metadata", Place::Body, Type::Map),
        param("active", Place::Body, Type::Boolean),
        param("made_at", Place::Body, Type::Datetime),
        Param { max_items: 2, ..param("phones", Place::Body, Type::Array(&Type::String)) },
        param("states", Place::Body, Type::Array(&Type::String)),
        param("html", Place::Body, Type::String),
        param("text", Place::Body, Type::String),
        param("amount", Place::Body, Type::Integer),
    ],
    body: Body::Json { send_empty: true },
    key: Key::Secret,
    idempotent: false,
    pages: Pages::None,
    rules: &[Rule::SameLength(&["phones", "states"]), Rule::AtMostOne(&["html", "text"]), Rule::Positive(&["amount"])],
};

static BULK: Operation = Operation {
    name: "things.bulk",
    method: "POST",
    path: "/things/bulk",
    params: &[Param {
        min_items: 1,
        ..required(param(
            "things",
            Place::ArrayBody,
            Type::Array(&Type::Object(&Object {
                name: "NewThing",
                open: false,
                fields: &[
                    required(param("name", Place::Body, Type::String)),
                    param("metadata", Place::Body, Type::Map),
                    param("to_user", Place::Body, Type::String),
                    param("to_address", Place::Body, Type::String),
                ],
                rules: &[Rule::AtMostOne(&["to_user", "to_address"])],
            })),
        ))
    }],
    body: Body::JsonArray,
    key: Key::Secret,
    idempotent: false,
    pages: Pages::None,
    rules: &[],
};

static UPLOAD: Operation = Operation {
    name: "things.upload",
    method: "POST",
    path: "/things/{id}/image",
    params: &[
        required(param("id", Place::Path, Type::String)),
        required(param("file", Place::Body, Type::File)),
        param("uploader", Place::Body, Type::String),
    ],
    body: Body::Multipart,
    key: Key::Secret,
    idempotent: false,
    pages: Pages::None,
    rules: &[],
};

fn prepare(operation: &Operation, json: &str) -> Result<Prepared, ArgumentError> {
    Arguments::from_json(json).unwrap().prepare(operation, &[])
}

fn body(operation: &Operation, json: &str) -> String {
    let (bytes, content_type) = prepare(operation, json).unwrap().body.unwrap();
    assert_eq!(content_type, "application/json");
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn refused(operation: &Operation, json: &str) -> (String, String) {
    let error = prepare(operation, json).unwrap_err();
    (error.argument, error.message)
}

#[test]
fn a_query_repeats_joins_and_escapes() {
    let prepared = prepare(
        &LIST,
        r#"{"owner_id":"org_1","limit":10,"email":["a+b@x.io","c d"],"mode":["x","y"],"verified":false}"#,
    )
    .unwrap();
    assert_eq!(
        prepared.target,
        "/owners/org_1/things?limit=10&email=a%2Bb%40x.io&email=c%20d&mode=x%2Cy&isVerified=false"
    );
    assert!(prepared.body.is_none());
}

#[test]
fn a_path_parameter_is_one_segment() {
    assert_eq!(
        prepare(&LIST, r#"{"owner_id":"a b?c#d%2F{limit}"}"#).unwrap().target,
        "/owners/a%20b%3Fc%23d%252F%7Blimit%7D/things"
    );
    for (id, what) in
        [("", "empty"), (".", "dot"), ("..", "dot"), ("a/b", "slash"), ("a\\\\b", "slash"), ("a\\nb", "control")]
    {
        let (argument, message) = refused(&LIST, &format!(r#"{{"owner_id":"{id}"}}"#));
        assert_eq!(argument, "owner_id");
        assert!(message.contains(what), "{message}");
    }
    assert_eq!(refused(&LIST, r#"{"owner_id":null}"#).0, "owner_id");
    assert!(refused(&LIST, "{}").1.contains("is required by things.list"));
}

#[test]
fn what_is_passed_is_what_is_sent() {
    let json = r#"{"name":"","size":12345678901234567890.10,"metadata":{"a":1e400,"B":{"c_d":null}},"active":false,"text":null}"#;
    assert_eq!(body(&CREATE, json), json);
    assert_eq!(body(&CREATE, r#"{"name":"n","made_at":0}"#), r#"{"name":"n","made_at":"1970-01-01T00:00:00.000Z"}"#);
    assert_eq!(body(&CREATE, r#"{"name":"a","name":"b"}"#), r#"{"name":"b"}"#);
}

#[test]
fn an_empty_body_is_sent_as_an_object() {
    static TOUCH: Operation = Operation {
        name: "things.touch",
        method: "POST",
        path: "/touch",
        params: &[param("note", Place::Body, Type::String)],
        body: Body::Json { send_empty: true },
        key: Key::Secret,
        idempotent: false,
        pages: Pages::None,
        rules: &[],
    };
    assert_eq!(body(&TOUCH, "{}"), "{}");
}

#[test]
fn kinds_bounds_and_names_are_checked() {
    for (json, argument, says) in [
        (r#"{"owner_id":"o","limit":501}"#, "limit", "an integer from 1 to 500, not 501"),
        (r#"{"owner_id":"o","limit":0}"#, "limit", "from 1 to 500"),
        (r#"{"owner_id":"o","limit":"10"}"#, "limit", "must be an integer, not a string"),
        (r#"{"owner_id":"o","limit":10.0}"#, "limit", "not a number with a fraction"),
        (r#"{"owner_id":"o","limit":true}"#, "limit", "not a boolean"),
        (r#"{"owner_id":"o","limit":null}"#, "limit", "leave the argument out"),
        (r#"{"owner_id":"o","offset":-1}"#, "offset", "of at least 0"),
        (r#"{"owner_id":"o","email":"a"}"#, "email", "must be an array"),
        (r#"{"owner_id":"o","email":["a",1]}"#, "email[1]", "must be a string"),
        (r#"{"owner_id":"o","limt":1}"#, "limt", "did you mean `limit`"),
        (r#"{"owner_id":"o","zebra":1}"#, "zebra", "it takes owner_id, limit"),
        (r#"{"owner_id":"o","starting_after":"x","offset":1}"#, "starting_after", "offset"),
    ] {
        let (name, message) = refused(&LIST, json);
        assert_eq!(name, argument, "{json}");
        assert!(message.contains(says), "{message}");
    }
    assert!(prepare(&LIST, r#"{"owner_id":"o","starting_after":"x","offset":0}"#).is_ok());
}

#[test]
fn rules_between_arguments_are_checked() {
    for (json, argument, says) in [
        (r#"{"name":"n","phones":["1","2"],"states":["a"]}"#, "states", "one for one"),
        (r#"{"name":"n","phones":["1","2","3"]}"#, "phones", "at most 2 items"),
        (r#"{"name":"n","html":"a","text":"b"}"#, "html", "at most one of"),
        (r#"{"name":"n","amount":0}"#, "amount", "above 0"),
        (r#"{"name":null}"#, "name", "not null"),
    ] {
        let (name, message) = refused(&CREATE, json);
        assert_eq!(name, argument, "{json}");
        assert!(message.contains(says), "{message}");
    }
    assert!(prepare(&CREATE, r#"{"name":"n","phones":["1"],"states":["a"],"html":"a","text":null}"#).is_ok());
}

#[test]
fn an_array_body_is_one_argument_and_checked_within() {
    let json = r#"[{"name":"a","metadata":{"x":1}}]"#;
    assert_eq!(body(&BULK, &format!(r#"{{"things":{json}}}"#)), json);
    for (things, argument) in [
        ("[]", "things"),
        (r#"[{"name":"a"},{}]"#, "things[1].name"),
        (r#"[{"name":1}]"#, "things[0].name"),
        (r#"[{"name":"a","nmae":1}]"#, "things[0].nmae"),
        (r#"[1]"#, "things[0]"),
        (r#"[{"name":"a","to_user":"u","to_address":"a"}]"#, "things[0].to_user"),
    ] {
        assert_eq!(refused(&BULK, &format!(r#"{{"things":{things}}}"#)).0, argument);
    }
}

#[test]
fn a_form_carries_its_file() {
    let arguments = Arguments::from_json(r#"{"id":"t","uploader":"u\"1"}"#).unwrap();
    let file = File::new("a\"b.png", &b"\x89PNG\r\n"[..]);
    let prepared = arguments.prepare(&UPLOAD, &[("file".to_owned(), file.clone())]).unwrap();
    let (bytes, content_type) = prepared.body.unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with(&format!("--{boundary}\r\n")) && text.ends_with(&format!("\r\n--{boundary}--\r\n")));
    assert!(text.contains("name=\"uploader\"\r\n\r\nu\"1\r\n"));
    assert!(text.contains("name=\"file\"; filename=\"a%22b.png\"\r\nContent-Type: image/png\r\n\r\n"));
    assert_eq!(arguments.prepare(&UPLOAD, &[]).unwrap_err().argument, "file");
    assert_eq!(arguments.prepare(&UPLOAD, &[("other".to_owned(), file.clone())]).unwrap_err().argument, "other");
    let big = File::new("a.png", vec![0; File::MAX_BYTES + 1]);
    assert!(arguments.prepare(&UPLOAD, &[("file".to_owned(), big)]).unwrap_err().message.contains("10 MiB"));
    let split = File::new("a\r\nX: y", &b""[..]);
    assert_eq!(arguments.prepare(&UPLOAD, &[("file".to_owned(), split)]).unwrap_err().argument, "file");
}

#[test]
fn arguments_must_be_an_object() {
    for junk in ["", "[]", "1", "null", "{", r#"{"":1}"#] {
        assert_eq!(Arguments::from_json(junk).unwrap_err().argument, "arguments");
    }
}

proptest::proptest! {
    /// Whatever text comes as arguments, there is a request or a named refusal.
    #[test]
    fn no_arguments_bring_it_down(text in ".*") {
        let _ = Arguments::from_json(&text).map(|arguments| arguments.prepare(&CREATE, &[]).is_ok());
    }

    #[test]
    fn no_value_escapes_its_segment(id in ".+") {
        let mut arguments = Arguments::default();
        arguments.set("owner_id", &id).unwrap();
        if let Ok(prepared) = arguments.prepare(&LIST, &[]) {
            proptest::prop_assert_eq!(prepared.target.matches('/').count(), 3);
            proptest::prop_assert!(!prepared.target.contains(['?', '#']));
        }
    }
}
