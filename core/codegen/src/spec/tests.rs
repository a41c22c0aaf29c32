//! A small description and a catalogue that agrees with it; each test changes one place and sees what is found.
#![allow(clippy::expect_used)]

use super::{Report, Texts, compare_texts};

const CATALOGUE: &str = r#"
doc: Things.
operations:
  list:
    id: GetThings
    doc: Lists things.
    http: GET /things
    query:
      limit: {type: integer, min: 1, max: 500, default: 10}
      offset: {type: integer, min: 0}
      kind: {type: [string], enum: [big, small], array: comma}
      verified: {type: boolean, send: string}
      old: {type: string, deprecated: true}
      paginated: boolean
    returns: {either: Thing}
    pages: offset
  get:
    id: GetThing
    doc: Fetches a thing.
    http: GET /things/{thing_id}
    returns: Thing
  update:
    id: UpdateThing
    doc: Changes a thing.
    http: PATCH /things/{thing_id}
    body:
      label: {type: string, nullable: true}
      made_at: datetime
    empty_body: omit
    returns: Thing
  bulk_create:
    id: BulkThings
    doc: Makes things.
    http: POST /things/bulk
    array_body: {name: things, items: NewThing, min_items: 1, max_items: 10}
    returns: {page: Thing}
  upload:
    id: UploadThing
    doc: Uploads a thing.
    http: POST /things/{thing_id}/image
    other_fields: ignore
    multipart:
      image: {type: file, required: true}
    returns: none
  check:
    id: CheckThing
    doc: Checks a thing.
    http: POST /things/{thing_id}/check
    status: legacy
    body:
      token: {type: string, required: true}
    returns: Checked
models:
  Thing:
    doc: A thing.
    fields:
      id: {type: string, required: true}
      object: {type: string, required: true, enum: [thing]}
      made_at: {type: timestamp, required: true}
      proof: {type: Proof, nullable: true}
      parts: [Thing]
      free: map
      price: {type: Price, nullable: true}
      key: Key
  NewThing:
    doc: A thing to be.
    fields:
      label: {type: string, required: true}
  Price:
    doc: A price.
    fields:
      amount: integer
  CodeProof:
    doc: By a code.
    open: true
    fields:
      object: {type: string, enum: [code]}
      attempts: integer
  LinkProof:
    doc: By a link.
    fields:
      object: {type: string, enum: [link]}
  Key:
    doc: A key of either kind.
    fields:
      kty: {type: string, required: true, enum: [RSA, EC]}
      n: string
      crv: string
  Checked:
    doc: What was checked.
    fields:
      object: {type: string, required: true, enum: [checked]}
      at: {type: timestamp, required: true}
      codes: {type: [string], nullable: true}
unions:
  Proof:
    doc: A proof.
    tag: object
    members:
      code: CodeProof
      link: LinkProof
"#;

const DESCRIPTION: &str = r##"
openapi: 3.0.3
paths:
  /things:
    parameters:
      - {name: paginated, in: query, schema: {type: boolean}}
    get:
      operationId: GetThings
      parameters:
        - $ref: '#/components/parameters/Limit'
        - {name: offset, in: query, schema: {type: integer, minimum: 0}}
        - {name: kind, in: query, style: form, explode: false, schema: {type: array, items: {type: string, enum: [small, big]}}}
        - {name: verified, in: query, schema: {type: string, enum: ['true', 'false']}}
        - {name: old, in: query, deprecated: true, schema: {type: string}}
      responses:
        '200': {$ref: '#/components/responses/Things'}
        '400': {content: {application/json: {schema: {type: object}}}}
  /things/{thingID}:
    get:
      operationId: GetThing
      parameters: [{name: thingID, in: path, required: true, schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
    patch:
      operationId: UpdateThing
      parameters: [{name: thingID, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: false
        content: {application/json: {schema: {type: object, additionalProperties: false, properties: {
          label: {type: string, nullable: true}, made_at: {type: string, format: date-time}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
  /things/bulk:
    post:
      operationId: BulkThings
      requestBody:
        content: {application/json: {schema: {type: array, minItems: 1, maxItems: 10, items: {
          type: object, additionalProperties: false, required: [label], properties: {label: {type: string}}}}}}
      responses:
        '201':
          content: {application/json: {schema: {type: object, properties: {
            data: {type: array, items: {$ref: '#/components/schemas/Thing'}}, total_count: {type: integer}}}}}
  /things/{thingID}/image:
    post:
      operationId: UploadThing
      parameters: [{name: thingID, in: path, required: true, schema: {type: string}}]
      requestBody:
        content: {multipart/form-data: {schema: {type: object, required: [image], properties: {image: {type: string, format: binary}}}}}
      responses: {'204': {description: Done}}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 500, default: 10}}
  responses:
    Things: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}
  schemas:
    Thing:
      allOf:
        - {type: object, required: [id, object], properties: {id: {type: string}, object: {type: string, enum: [thing]}}}
        - type: object
          properties:
            made_at: {type: integer, format: int64}
            proof:
              type: object
              nullable: true
              oneOf: [{$ref: '#/components/schemas/code'}, {$ref: '#/components/schemas/link'}]
              discriminator: {propertyName: object}
            parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}
            free: {type: object, additionalProperties: true}
            price: {allOf: [{$ref: '#/components/schemas/Price'}], nullable: true}
            key:
              oneOf:
                - {type: object, required: [kty, n], properties: {kty: {type: string, enum: [RSA]}, n: {type: string}}}
                - {type: object, required: [kty], properties: {kty: {type: string, enum: [EC]}, crv: {type: string}}}
      required: [made_at]
    code: {type: object, additionalProperties: true, properties: {object: {type: string, enum: [code]}, attempts: {type: integer}}}
    link: {type: object, properties: {object: {type: string, enum: [link]}}}
    Price: {type: object, properties: {amount: {type: integer}}, anyOf: [{required: [amount]}]}
"##;

const EXTRA: &str = "
paths:
  /things/{thing_id}/check:
    post: {operationId: CheckThing, deprecated: true,
      parameters: [{name: thing_id, in: path, required: true, schema: {type: string}}],
      requestBody: {token: {type: string}}, responses: {'200': Checked}}
schemas:
  Checked: {object: checked, at: unix milliseconds, codes: 'array of string or null, optional'}
";

const OPERATIONS: &str = "name\tnode\thttp\tpath\tid\tstatus
things.list\tthings.list\tGET\t/things\tGetThings\tcurrent
things.get\tthings.get\tGET\t/things/{thingID}\tGetThing\tcurrent
things.update\tthings.update\tPATCH\t/things/{thingID}\tUpdateThing\tcurrent
things.bulk_create\tthings.bulkCreate\tPOST\t/things/bulk\tBulkThings\tcurrent
things.upload\tthings.upload\tPOST\t/things/{thingID}/image\tUploadThing\tcurrent
things.check\tthings.check\tPOST\t/things/{thing_id}/check\tCheckThing\tlegacy
other.get\tother.get\tGET\t/other\tGetOther\tcurrent
";

/// Compares with one place of one of the four texts changed; the place must exist.
fn changed(from: &str, to: &str, differences: &str) -> Report {
    let change = |text: &str| text.replacen(from, to, 1);
    let texts = [CATALOGUE, DESCRIPTION, EXTRA, OPERATIONS];
    assert!(from.is_empty() || texts.iter().any(|text| text.contains(from)), "no `{from}`");
    let at = texts.iter().position(|text| text.contains(from)).unwrap_or_default();
    let texts: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| if index == at { change(text) } else { (*text).to_owned() })
        .collect();
    let [catalogue, description, extra, operations] = texts.as_slice() else { unreachable!() };
    let catalogue = crate::load_texts(&[("things", catalogue)]).expect("the catalogue is sound");
    compare_texts(&catalogue, &Texts { description, extra, operations, webhooks: None, differences })
        .expect("the texts can be read")
}

/// The differences that a change brings about, as `at.field what`.
fn found(from: &str, to: &str) -> Vec<String> {
    let report = changed(from, to, "[]");
    assert_eq!(report.is_clean(), report.differences.is_empty());
    report
        .differences
        .iter()
        .map(|difference| format!("{}.{} {}", difference.at, difference.field, difference.what))
        .collect()
}

#[test]
fn what_agrees_has_no_difference() {
    let report = changed("", "", "[]");
    assert_eq!(report.differences, []);
    assert!(report.is_clean());
    assert_eq!(report.operations, (6, 7));
    let last = report.to_string();
    assert_eq!(last, "6 of 7 operations, 34 of 34 fields, 0 reasoned differences\n");
}

#[test]
fn operations() {
    assert_eq!(found("http: GET /things/{thing_id}", "http: PUT /things/{thing_id}"), ["things.get. path"]);
    assert_eq!(found("id: GetThing\n", "id: FetchThing\n"), ["things.get. id"]);
    assert_eq!(found("    id: GetThing\n", "    id: GetThing\n    node: fetch\n"), ["things.get. node"]);
    assert_eq!(found("    id: GetThing\n", "    id: GetThing\n    status: experimental\n"), ["things.get. status"]);
    assert_eq!(
        found("    operationId: GetThings", "    deprecated: true\n      operationId: GetThings"),
        ["things.list. deprecated"]
    );
    assert_eq!(found("  bulk_create:\n", "  make_many:\n"), ["things.bulk_create. missing", "things.make_many. extra"]);
    assert_eq!(found("things.get\tthings.get\tGET\t/things/{thingID}\tGetThing\tcurrent\n", ""), ["things.get. extra"]);
    assert_eq!(found("  /things/bulk:", "  /things/none:"), ["things.bulk_create. extra"]);
}

#[test]
fn parameters() {
    assert_eq!(found("      old: {type: string, deprecated: true}\n", ""), ["things.list.old missing"]);
    assert_eq!(found("paginated: boolean\n", "paginated: boolean\n      more: string\n"), ["things.list.more extra"]);
    assert_eq!(
        found("      limit: {type: integer, min: 1, max: 500", "      limit: {type: integer, min: 1, max: 100"),
        ["things.list.limit bounds"]
    );
    assert_eq!(found("max: 500, default: 10", "max: 500"), ["things.list.limit default"]);
    assert_eq!(found("enum: [big, small]", "enum: [big]"), ["things.list.kind enum"]);
    assert_eq!(found("array: comma", "array: repeat"), ["things.list.kind array"]);
    assert_eq!(found("old: {type: string, deprecated: true}", "old: string"), ["things.list.old deprecated"]);
    assert_eq!(found("old: {type: string", "old: {type: integer"), ["things.list.old type"]);
    assert_eq!(found("verified: {type: boolean, send: string}", "verified: string"), ["things.list.verified enum"]);
    assert_eq!(
        found("name: offset, in: query,", "name: offset, in: query, required: true,"),
        ["things.list.offset required"]
    );
    assert_eq!(found("    pages: offset\n", ""), ["things.list. pages"]);
}

#[test]
fn bodies() {
    assert_eq!(found("label: {type: string, nullable: true}", "label: string"), ["things.update.label nullable"]);
    assert_eq!(found("made_at: datetime", "made_at: string"), ["things.update.made_at type"]);
    assert_eq!(found("    empty_body: omit\n", ""), ["things.update. empty_body"]);
    assert_eq!(found("    other_fields: ignore\n", ""), ["things.upload. other_fields"]);
    assert_eq!(
        found("additionalProperties: false, required: [label]", "required: [label]"),
        ["things.bulk_create. other_fields"]
    );
    assert_eq!(found("      made_at: datetime\n", ""), ["things.update.made_at missing"]);
    assert_eq!(found("max_items: 10", "max_items: 11"), ["things.bulk_create.things bounds"]);
    assert_eq!(found("label: {type: string, required: true}", "label: string"), ["NewThing.label required"]);
    assert_eq!(found("multipart/form-data", "application/json"), ["things.upload. body"]);
    assert_eq!(found("image: {type: file, required: true}", "image: {type: file}"), ["things.upload.image required"]);
    // Nothing is told there of what is required.
    assert_eq!(found("token: {type: string, required: true}", "token: string"), Vec::<String>::new());
    assert_eq!(found("token: {type: string, required: true}", "token: boolean"), ["things.check.token type"]);
}

#[test]
fn a_parameter_in_another_place() {
    let body = "    body:\n      label: {type: string, nullable: true}\n";
    assert_eq!(found(body, "    query:\n      label: string\n    body:\n"), ["things.update.label place"]);
    assert_eq!(found("name: old, in: query,", "name: old, in: header,"), ["things.list.old place"]);
}

#[test]
fn answers() {
    assert_eq!(found("returns: {either: Thing}", "returns: {list: Thing}"), ["things.list. returns"]);
    assert_eq!(found("returns: {page: Thing}", "returns: {list: Thing}"), ["things.bulk_create. returns"]);
    assert_eq!(
        found("returns: {page: Thing}", "returns: {page: Thing, data: things}"),
        ["things.bulk_create. returns"]
    );
    assert_eq!(found("returns: {page: Thing}", "returns: none"), ["things.bulk_create. returns"]);
    assert_eq!(found("returns: none", "returns: Price"), ["things.upload. returns"]);
    assert_eq!(found("returns: none", "returns: text"), ["things.upload. returns"]);
}

#[test]
fn models() {
    assert_eq!(found("id: {type: string, required: true}", "id: string"), ["Thing.id required"]);
    assert_eq!(found("made_at: {type: timestamp, required: true}", "made_at: timestamp"), ["Thing.made_at required"]);
    assert_eq!(found("      free: map\n", ""), ["Thing.free missing"]);
    assert_eq!(found("      free: map\n", "      free: string\n"), ["Thing.free type"]);
    assert_eq!(found("      free: map\n", "      free: map\n      more: map\n"), ["Thing.more extra"]);
    assert_eq!(
        found("parts: [Thing]", "parts: [Price]"),
        [
            "Price.amount extra",
            "Price.free missing",
            "Price.id missing",
            "Price.key missing",
            "Price.made_at missing",
            "Price.object missing",
            "Price.parts missing",
            "Price.price missing",
            "Price.proof missing"
        ]
    );
    assert_eq!(found("parts: [Thing]", "parts: [string]"), ["Thing.parts type"]);
    assert_eq!(found("price: {type: Price, nullable: true}", "price: Price"), ["Thing.price nullable"]);
    assert_eq!(found("enum: [RSA, EC]", "enum: [RSA]"), ["Key.kty enum"]);
    assert_eq!(found("      n: string\n", "      n: {type: string, required: true}\n"), ["Key.n required"]);
    assert_eq!(found("    open: true\n", ""), ["CodeProof. open"]);
    assert_eq!(
        found(
            "at: {type: timestamp, required: true}\n      codes: {type: [string], nullable: true}",
            "at: {type: string, required: true}\n      codes: [string]"
        ),
        ["Checked.at type", "Checked.codes nullable"]
    );
}

#[test]
fn unions() {
    assert_eq!(found("      link: LinkProof\n", ""), ["Proof.link missing"]);
    assert_eq!(
        found("      link: LinkProof\n", "      link: LinkProof\n      more: LinkProof\n"),
        ["Proof.more extra"]
    );
    assert_eq!(
        found("    tag: object\n", "    tag: attempts\n"),
        ["Proof. missing", "Proof. tag", "Proof.code extra", "Proof.link extra"]
    );
    assert_eq!(found("    tag: object\n", ""), ["Proof. tag"]);
    assert_eq!(found("      attempts: integer\n", "      attempts: boolean\n"), ["CodeProof.attempts type"]);
    assert_eq!(found("      proof: {type: Proof,", "      proof: {type: CodeProof,"), ["CodeProof.object enum"]);
}

#[test]
fn a_reason_settles_a_difference() {
    let listed = "- {at: Thing, field: [id, object], what: required, described: true, reason: Because.}\n";
    let report = changed(
        "id: {type: string, required: true}\n      object: {type: string, required: true",
        "id: string\n      object: {type: string",
        listed,
    );
    assert!(report.is_clean());
    assert_eq!(report.reasoned.len(), 2);
    assert!(report.to_string().ends_with("2 reasoned differences\n"));
    assert_eq!(report.to_json()["reasoned"][0]["reason"], "Because.");
}

#[test]
fn a_reason_without_a_difference_is_stale() {
    let listed = "- {at: Thing, field: [id, object], what: required, described: true, reason: Because.}\n";
    let report = changed("id: {type: string, required: true}", "id: string", listed);
    assert_eq!(report.stale, ["Thing.object: required"]);
    assert!(!report.is_clean());
    assert!(report.to_string().contains("Thing.object: required matches nothing"));
}

#[test]
fn a_difference_needs_a_reason() {
    for listed in [
        "- {at: Thing, field: id, what: required, reason: ''}",
        "- {at: Thing, what: open}",
        "- {at: Thing, what: a, why: b, reason: c}",
    ] {
        let catalogue = crate::load_texts(&[("things", CATALOGUE)]).expect("the catalogue is sound");
        let texts = Texts {
            description: DESCRIPTION,
            extra: EXTRA,
            operations: OPERATIONS,
            webhooks: None,
            differences: listed,
        };
        let error = compare_texts(&catalogue, &texts).expect_err("this is no entry");
        assert_eq!(error.problems[0].file, "differences.yaml");
    }
}

#[test]
fn a_missing_field_is_not_covered() {
    assert_eq!(changed("      free: map\n", "", "[]").fields, (33, 34));
    let missing = changed("      free: map\n", "", "[]").differences.remove(0);
    let listed = format!(
        "- {{at: {}, field: free, what: missing, described: {:?}, reason: Never sent.}}\n",
        missing.at, missing.description
    );
    assert_eq!(changed("      free: map\n", "", &listed).fields, (33, 33), "left out with a reason");
}

#[test]
fn a_reason_holds_only_while_the_description_says_the_same() {
    let listed = "- {at: Thing, field: id, what: required, described: false, reason: Because.}\n";
    let report = changed("id: {type: string, required: true}", "id: string", listed);
    assert_eq!((report.differences.len(), report.stale.len()), (1, 1));
}

const EVENTS: &str = "
envelope:
  object: {type: string, required: true}
  at: integer
events:
  thing.created: {data: Made, doc: A thing was made.}
models:
  Made:
    doc: A thing.
    fields:
      id: {type: string, required: true}
      label: {type: string, nullable: true}
";

const WEBHOOKS: &str = "
x-webhooks:
  thing.created:
    post:
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - $ref: '#/components/schemas/Envelope'
                - {required: [data], properties: {data: {$ref: '#/components/schemas/Made'}}}
components:
  schemas:
    Envelope:
      properties: {object: {type: string}, type: {type: string}, at: {type: integer}}
      required: [object, type]
    Made:
      type: object
      required: [id]
      properties: {id: {type: string}, label: {type: string, nullable: true}}
";

/// The differences of the events, with one place of the catalogue or the description changed, and the line of the report.
fn events(from: &str, to: &str) -> (Vec<String>, String) {
    let change = |text: &str| text.replacen(from, to, 1);
    assert!(from.is_empty() || EVENTS.contains(from) || WEBHOOKS.contains(from), "no `{from}`");
    let webhooks = if EVENTS.contains(from) { WEBHOOKS.to_owned() } else { change(WEBHOOKS) };
    let catalogue = crate::load_texts(&[("things", CATALOGUE), ("events", &change(EVENTS))]).expect("it is sound");
    let texts = Texts {
        description: DESCRIPTION,
        extra: EXTRA,
        operations: OPERATIONS,
        webhooks: Some(&webhooks),
        differences: "[]",
    };
    let report = compare_texts(&catalogue, &texts).expect("the texts can be read");
    let shown = |difference: &super::Difference| format!("{}.{} {}", difference.at, difference.field, difference.what);
    let text = report.to_string();
    let line = text.lines().rev().nth(1).unwrap_or_default().to_owned();
    (report.differences.iter().map(shown).collect(), line)
}

#[test]
fn events_and_all_their_fields() {
    let (differences, line) = events("", "");
    assert_eq!((differences, line.as_str()), (Vec::new(), "1 of 1 events, 6 of 6 fields"));
    assert_eq!(events("      label: {type: string, nullable: true}\n", "").0, ["Made.label missing"]);
    assert_eq!(events("      label: {type: string, nullable: true}\n", "").1, "1 of 1 events, 5 of 6 fields");
    assert_eq!(events("id: {type: string, required: true}", "id: {type: integer, required: true}").0, ["Made.id type"]);
    assert_eq!(events("  at: integer\n", "").0, ["thing.created.at missing"]);
    assert_eq!(
        events("  object: {type: string, required: true}", "  object: string").0,
        ["thing.created.object required"]
    );
    assert_eq!(events("thing.created: {data", "thing.gone: {data").0, ["thing.created. missing", "thing.gone. extra"]);
    assert_eq!(events("thing.created: {data", "thing.gone: {data").1, "0 of 1 events, 0 of 0 fields");
    assert_eq!(events("required: [data], ", "").0, ["thing.created.data required"]);
    assert_eq!(events("at: {type: integer}", "at: {type: string}").0, ["thing.created.at type"]);
}
