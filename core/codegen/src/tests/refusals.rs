//! Each thing the reader or the checker refuses, with a piece of its message and, where it matters, the line.

use crate::ir::{Body, ListShape, Pages, Returns, Rule, Type};
use crate::load_texts;

const MODELS: &str = "models:\n  User: {doc: A user., fields: {id: {type: string, required: true}}}\n";

/// An operation with `rest` in a file that has `User`.
fn file(rest: &str) -> String {
    format!("doc: Users.\noperations:\n  list: {{doc: D., http: GET /users, returns: {{list: User}}{rest}}}\n{MODELS}")
}

fn refusal(text: &str) -> String {
    match load_texts(&[("users", text)]) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn refused(text: &str, piece: &str) {
    let message = refusal(text);
    assert!(message.contains(piece), "wanted {piece:?} in {message:?}");
}

#[track_caller]
fn accepted(text: &str) -> crate::ir::Catalogue {
    load_texts(&[("users", text)]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Refused with this in a query field, `x: {…}`.
#[track_caller]
fn query(field: &str, piece: &str) {
    refused(&file(&format!(", query: {{x: {field}}}")), piece);
}

#[track_caller]
fn model(field: &str, piece: &str) {
    refused(&format!("models:\n  User: {{doc: D., fields: {{x: {field}}}}}\n"), piece);
}

#[test]
fn the_plain_file_is_accepted() {
    let catalogue = accepted(&file(""));
    assert_eq!(catalogue.resources[0].operations[0].full_name(), "users.list");
    assert_eq!(catalogue.models[0].fields[0].kind, Type::String);
    assert!(catalogue.resources[0].operations[0].idempotent);
}

#[test]
fn unknown_and_repeated_keys() {
    refused(&file(", colour: red"), "colour");
    query("{type: string, colour: red}", "colour");
    refused("modles: {}\n", "modles");
    refused("models:\n  User: {doc: D., fields: {}, colour: red}\n", "colour");
    refused("unions:\n  U: {doc: D., members: {}, colour: red}\n", "colour");
    refused(&file(", query: {x: string, x: string}"), "duplicate");
    refused("doc: A.\ndoc: B.\n", "duplicate");
    refused("models:\n  User: {doc: D.}\n  User: {doc: D.}\n", "duplicate");
    refused(&file(", array_body: {name: ids, items: string, colour: red}"), "colour");
    refused(&file(", returns2: User"), "returns2");
}

#[test]
fn errors_name_file_and_line() {
    let message =
        refusal("doc: Users.\nmodels:\n  User:\n    doc: D.\n    fields:\n      id: string\n      age: intger\n");
    assert!(message.starts_with("users.yaml:7: "), "{message}");
    let message = refusal("doc: Users.\nmodels:\n  User:\n    doc: D.\n    colour: red\n");
    assert!(message.starts_with("users.yaml:5: "), "{message}");
    let message = refusal("doc: [\n");
    assert!(message.starts_with("users.yaml:"), "{message}");
}

#[test]
fn all_problems_are_told_at_once() {
    let error = load_texts(&[("users", "models:\n  User: {doc: D., fields: {a: nope, b: nah}}\n")]).unwrap_err();
    assert_eq!(error.problems.len(), 2, "{error}");
}

#[test]
fn wrong_shapes() {
    refused(&file(", query: [x]"), "map");
    refused(&file(", status: olden"), "olden");
    refused(&file(", key: public"), "public");
    refused(&file(", pages: number"), "number");
    refused(&file(", rules: [{none_of: [a, b]}]"), "none_of");
    query("{type: string, required: yes}", "boolean");
    query("{type: [string, integer]}", "one type");
    query("[]", "no type");
    query("3", "type");
    query("{doc: No type.}", "type");
    query("{type: integer, min: low}", "i64");
    query("{type: string, deprecated: 3}", "reason");
    query("{type: string, example: 3}", "another type");
    query("{type: [string], example: [a, 3]}", "another type");
    model("{type: map, example: text}", "another type");
    refused(&file(", array_body: {name: ids, items: string, example: a}").replace("GET", "POST"), "another type");
}

#[test]
fn names() {
    refused("models:\n  user: {doc: D.}\n", "CamelCase");
    refused("models:\n  String: {doc: D.}\n", "built-in");
    refused("models:\n  A: {doc: D.}\nunions:\n  A: {doc: D., members: {a: A}}\n", "described already");
    assert!(load_texts(&[("Users", "models: {}\n")]).unwrap_err().to_string().contains("snake_case"));
    model("{type: string, wire: x}", "`wire` says");
    model("{type: string, wire: ''}", "empty");
    refused("models:\n  U: {doc: D., fields: {xY: string}}\n", "snake_case");
    refused(
        "models:\n  U: {doc: D., fields: {a: {type: string, wire: c}, b: {type: string, wire: c}}}\n",
        "on the wire",
    );
    refused(&file(", node: List"), "camelCase");
    refused(&file(", node: list"), "follows from the name");
    let two = format!(
        "doc: D.\noperations:\n  a: {{doc: D., http: GET /a, returns: none}}\n  b: {{doc: D., http: GET /b, returns: none, node: a}}\n{MODELS}"
    );
    refused(&two, "already in this resource");
    refused(&file("").replace("list: {doc", "List: {doc"), "snake_case");
    refused(&file("").replace("doc: D.,", "doc: '',"), "needs a `doc`");
    refused(&file("").replace("doc: Users.\n", ""), "needs a `doc`");
    let shared = load_texts(&[("_shared", &file(""))]).unwrap_err().to_string();
    assert!(shared.contains("no operations"), "{shared}");
    let twice = load_texts(&[("a", MODELS), ("b", MODELS)]).unwrap_err().to_string();
    assert!(twice.contains("b.yaml:2") && twice.contains("a.yaml"), "{twice}");
}

#[test]
fn paths() {
    let with = |http: &str, rest: &str| {
        format!("doc: D.\noperations:\n  a: {{doc: D., http: '{http}', returns: none{rest}}}\n")
    };
    refused(&with("FETCH /a", ""), "none of GET");
    refused(&with("GET", ""), "no path");
    refused(&with("GET users", ""), "no path");
    refused(&with("GET /users/", ""), "no path");
    refused(&with("GET /users?x=1", ""), "no path");
    refused(&with("GET /users/{userID}", ""), "whole segment");
    refused(&with("GET /users/u{id}", ""), "whole segment");
    refused(&with("GET /users/{id}", ", path: {other: string}"), "no `{other}`");
    refused(&with("GET /users/{id}", ", path: {id: [string]}"), "is a string");
    refused(&with("GET /users/{id}", ", path: {id: {type: string, nullable: true}}"), "never null");
    refused(&with("GET /users/{id}", ", query: {id: string}"), "two parameters");
    refused(&with("GET /users/{id}/x/{id}", ""), "two parameters");
    let good = accepted(&with("GET /users/{user_id}", ", path: {user_id: {type: string, doc: 'Id.'}}"));
    let params = &good.resources[0].operations[0].path_params;
    assert!(params[0].required && params[0].doc == "Id.");
}

#[test]
fn references() {
    refused("models:\n  A: {doc: D., fields: {b: B}}\n", "named `B`");
    refused("models:\n  A: {doc: D., fields: {b: [[B]]}}\n", "named `B`");
    refused(&file("").replace("{list: User}", "{list: Usr}"), "`Usr`");
    refused(&file("").replace("{list: User}", "Usr"), "`Usr`");
    refused(&file("").replace("{list: User}", "{list: User, page: User}"), "one of `list`");
    refused(&file("").replace("{list: User}", "{data: users}"), "one of `list`");
    refused(&file("").replace("{list: User}", "{list: User, data: users}"), "goes with `page`");
    refused("unions:\n  U: {doc: D., members: {a: A}}\n", "no model `A`");
    refused("unions:\n  U: {doc: D., members: {}}\n", "needs members");
    refused("models:\n  A: {doc: D.}\nunions:\n  U: {doc: D., members: {a: A, b: A}}\n", "twice");
    refused(&file(", status: deprecated, instead: users.gone"), "no operation");
    refused(&file(", instead: users.list"), "goes with `deprecated`");
}

#[test]
fn bodies() {
    refused(&file(", body: {a: string}"), "a GET has no body");
    let post =
        |rest: &str| format!("doc: D.\noperations:\n  a: {{doc: D., http: POST /a, returns: none{rest}}}\n{MODELS}");
    refused(&post(", body: {a: string}, array_body: {name: b, items: string}"), "one of `body`");
    refused(&post(", empty_body: omit"), "without a `body`");
    refused(&post(", empty_body: omit, body: {a: {type: string, required: true}}"), "is required");
    refused(&post(", other_fields: ignore"), "without a body");
    refused(&post(", other_fields: maybe, body: {a: string}"), "unknown variant");
    refused(&post(", multipart: {a: string}"), "of type `file`");
    refused(&post(", multipart: {a: file, b: map}"), "a part of a form");
    refused(&post(", multipart: {a: [file]}"), "a part of a form");
    refused(&post(", multipart: {a: {type: file, nullable: true}}"), "no null");
    refused(&post(", body: {a: file}"), "multipart form only");
    refused(&post(", body: {a: [file]}"), "multipart form only");
    refused(&post(", body: {a: {type: string, wire: b}, b: string}"), "on the wire");
    refused(&post(", idempotent: 1"), "boolean");
    refused(&file(", idempotent: false"), "may always be repeated");
    let good = accepted(&post(", body: {a: map, u: User}, empty_body: omit"));
    assert!(matches!(good.resources[0].operations[0].body, Body::Json { send_empty: false, .. }));
    let good = accepted(&post(", array_body: {name: users, items: User, max_items: 10}"));
    let Body::Array { field } = &good.resources[0].operations[0].body else { panic!() };
    assert_eq!((field.max_items, field.required), (Some(10), true));
}

#[test]
fn fields() {
    query("map", "a query parameter is");
    query("User", "a query parameter is");
    query("file", "a query parameter is");
    query("{type: string, nullable: true}", "no null");
    query("{type: string, array: comma}", "arrays in a query");
    query("{type: string, send: string}", "booleans in a query");
    query("{type: integer, enum: [a]}", "for strings");
    query("{type: string, enum: []}", "without a value");
    query("{type: string, enum: [a, a]}", "twice");
    query("{type: string, min: 1}", "for numbers");
    query("{type: integer, min: 3, max: 2}", "above `max`");
    query("{type: string, max_items: 2}", "for arrays");
    query("{type: [string], min_items: 3, max_items: 2}", "above `max_items`");
    query("{type: integer, required: true, default: 3}", "no default");
    query("{type: integer, default: [3]}", "single value");
    model("{type: [string], array: comma}", "arrays in a query");
    model("file", "multipart form only");
    let good = accepted(&file(
        ", query: {x: {type: [string], array: comma, enum: [no, 'on']}, y: {type: integer, default: 10}}",
    ));
    let query = &good.resources[0].operations[0].query;
    assert!(query[0].comma);
    assert_eq!(query[0].enumeration, ["no", "on"]);
    assert_eq!(query[1].default.as_deref(), Some("10"));
}

#[test]
fn pages() {
    refused(&file(", pages: offset"), "needs the query field `limit`");
    refused(&file(", pages: offset, query: {limit: integer, offset: string}"), "needs the query field `offset`");
    refused(&file(", pages: cursor, query: {limit: integer}"), "`starting_after`");
    refused(
        &file(", pages: offset, query: {limit: integer, offset: integer}").replace("{list: User}", "User"),
        "no listing",
    );
    let good = accepted(
        &file(", pages: offset, query: {limit: integer, offset: integer}")
            .replace("{list: User}", "{page: User, data: users}"),
    );
    let operation = &good.resources[0].operations[0];
    assert_eq!(operation.pages, Pages::Offset);
    assert_eq!(operation.returns, Returns::List { item: "User".into(), shape: ListShape::Page("users".into()) });
}

#[test]
fn rules() {
    let with = |rule: &str| {
        file(&format!(
            ", query: {{a: string, b: {{type: string, required: true}}, n: integer, l: [string]}}, rules: [{rule}]"
        ))
    };
    refused(&with("{exactly_one: [a, c]}"), "`c`");
    refused(&with("{exactly_one: [a]}"), "2 or more");
    refused(&with("{at_most_one: [a, a]}"), "2 or more");
    refused(&with("{at_least_one: [a, b]}"), "required anyway");
    refused(&with("{same_length: [a, l]}"), "no array");
    refused(&with("{positive: [a]}"), "no number");
    refused(&with("{not_with_offset: [a]}"), "`offset`");
    refused(&with("{exactly_one: [a, n], at_most_one: [a, n]}"), "users.yaml");
    let good = accepted(&with("{positive: [n]}, {at_most_one: [a, n]}"));
    assert!(matches!(good.resources[0].operations[0].rules.as_slice(), [Rule::Positive(_), Rule::AtMostOne(_)]));
}

#[test]
fn a_folder_holds_nothing_else() {
    let dir = std::env::temp_dir().join(format!("usher-codegen-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("users.yaml"), MODELS).unwrap();
    std::fs::write(dir.join("FORMAT.md"), "# F").unwrap();
    assert_eq!(crate::load(&dir).unwrap().models.len(), 1);
    std::fs::write(dir.join("users.yml"), MODELS).unwrap();
    let message = crate::load(&dir).unwrap_err().to_string();
    std::fs::remove_dir_all(&dir).unwrap();
    assert!(message.contains("users.yml"), "{message}");
    assert!(crate::load(dir.join("absent")).is_err());
}

#[test]
fn events() {
    let file = |events: &str| format!("{MODELS}envelope:\n  at: integer\nevents:\n{events}");
    let catalogue =
        accepted(&file("  user.created: {doc: D., data: User}\n  userThing.pastDue: {doc: D., data: User}\n"));
    let models: Vec<&str> = catalogue.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(models, ["UnknownWebhookEvent", "User", "UserCreatedEvent", "UserThingPastDueEvent"]);
    assert_eq!(catalogue.unions[0].members[1].0, "userThing.pastDue");
    refused(&file("  user.created: {doc: D., data: Usr}\n"), "no model `Usr`");
    refused(&file("  user: {doc: D., data: User}\n"), "no type of event");
    refused(&file("  User.created: {doc: D., data: User}\n"), "no type of event");
    refused(&file("  user.created: {doc: D.}\n"), "data");
    refused(&file("  user.created: {doc: D., data: User, colour: red}\n"), "colour");
    refused(&file("  user.created: {doc: D., data: User}\n  user.created: {doc: D., data: User}\n"), "duplicate");
    refused(&format!("{MODELS}envelope:\n  at: integer\n"), "there are no events");
    refused(&file("  user.created: {doc: D., data: User}\n").replace("at:", "data:"), "a `data` of its own");
    let taken = MODELS.replace("User:", "UserCreatedEvent:");
    refused(&format!("{taken}events:\n  user.created: {{doc: D., data: UserCreatedEvent}}\n"), "is a name of an event");
    let twice = load_texts(&[
        ("a", &file("  user.created: {doc: D., data: User}\n")),
        ("b", "events:\n  user.updated: {doc: D., data: User}\n"),
    ]);
    assert!(twice.unwrap_err().to_string().contains("in another file already"));
}
