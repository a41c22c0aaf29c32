use crate::output::Output;

const API: &str = r#"
doc: Things.
operations:
  list:
    id: ListThings
    doc: Lists things by `order_by`.
    http: GET /things
    query:
      order_by: {type: string, doc: "Or by `created_at`."}
      created_after: {type: timestamp}
      limit: {type: integer, min: 1, max: 500, default: 10}
      offset: {type: integer, min: 0}
    returns: {list: Thing}
    pages: offset
  delete:
    id: DeleteThing
    doc: Deletes a thing.
    http: DELETE /things/{thing_id}
    status: deprecated
    instead: things.list
    returns: none
  create:
    id: CreateThing
    doc: Creates a thing.
    http: POST /things
    body:
      name: {type: string, required: true}
      kind: {type: string, enum: [good, "it's"], nullable: true}
      made_at: datetime
    returns: Thing
models:
  Thing:
    doc: A thing.
    fields:
      id: {type: string, required: true}
      created_at: {type: timestamp, required: true}
      token: {type: string, secret: true}
      public_metadata: {type: map, nullable: true}
      part_list: [Part]
  Part:
    doc: A part.
    fields:
      part_kind: {type: string, required: true}
unions:
  AnyPart:
    doc: Any part.
    tag: part_kind
    members: {a: Part, b: Part}
"#;

fn emitted() -> Output {
    let catalogue = crate::load_texts(&[("things", API)]).unwrap();
    let mut out = Output::default();
    super::emit(&catalogue, &mut out).unwrap();
    out
}

fn file<'a>(out: &'a Output, name: &str) -> &'a str {
    &out.files()[&format!("bindings-node/ts/generated/{name}.ts")]
}

#[test]
fn a_resource_is_a_class_of_typed_methods() {
    let out = emitted();
    let text = file(&out, "things");
    for part in [
        "export class ThingsResource extends Resource {",
        "  list(params?: ThingsListParams, options?: CallOptions): Pager<Thing> {\n    return this.page('things.list', [], params, options);",
        "  delete(thingId: string, options?: CallOptions): Call<void> {\n    return this.call('things.delete', [thingId], undefined, options);",
        "  create(params: ThingsCreateParams, options?: CallOptions): Call<Thing> {",
        "   * @deprecated Use `things.list`.",
        "Lists things by `orderBy`.",
    ] {
        assert!(text.contains(part), "{part}\nnot in\n{text}");
    }
}

#[test]
fn arguments_and_models_are_typed() {
    let out = emitted();
    let text = file(&out, "things");
    for part in [
        "  /** Or by `created_at`. */\n  orderBy?: string | undefined;",
        "  createdAfter?: number | Date | undefined;",
        "From 1 to 500. The API's default: `10`.",
        r"  kind?: 'good' | 'it\'s' | (string & {}) | null | undefined;",
        "  madeAt?: string | Date | undefined;",
        "  id: string;",
        "  createdAt: number;",
        "  publicMetadata?: Record<string, unknown> | null | undefined;",
        "  partList?: Part[] | undefined;",
        "  | (Part & { partKind: 'a' | 'b' });",
    ] {
        assert!(text.contains(part), "{part}\nnot in\n{text}");
    }
}

#[test]
fn the_tables_say_what_is_read_and_written() {
    let out = emitted();
    let shapes = file(&out, "shapes");
    for part in
        ["created_at: 1,", "token: 4,", "public_metadata: 0,", "part_list: 'Part',", "['a', 'Part', ['part_kind']],"]
    {
        assert!(shapes.contains(part), "{part}\nnot in\n{shapes}");
    }
    let operations = file(&out, "operations");
    for part in [
        "'things.delete': {\n    path: ['thing_id'],\n    fields: {},\n    answer: 'none',",
        "made_at: 2,",
        "answer: 'list', of: 'Thing',",
    ] {
        assert!(operations.contains(part), "{part}\nnot in\n{operations}");
    }
}

#[test]
fn metadata_has_the_type_of_its_owner() {
    let api = "
doc: Users.
operations:
  update_metadata:
    id: UpdateMetadata
    doc: Merges.
    http: PATCH /users/{user_id}/metadata
    body: {public_metadata: map, private_metadata: map}
    returns: User
models:
  User:
    doc: A user.
    fields:
      id: {type: string, required: true}
      unsafe_metadata: map
      idp_metadata: map
  Thing:
    doc: No owner of metadata.
    fields:
      public_metadata: map
";
    let catalogue = crate::load_texts(&[("users", api)]).unwrap();
    let mut out = Output::default();
    super::emit(&catalogue, &mut out).unwrap();
    let text = file(&out, "users");
    for line in [
        "import type { MetadataPatch, UserPrivateMetadata, UserPublicMetadata, UserUnsafeMetadata } from '../metadata.js';",
        "  publicMetadata?: MetadataPatch<UserPublicMetadata> | undefined;",
        "  unsafeMetadata?: UserUnsafeMetadata | undefined;",
        "  idpMetadata?: Record<string, unknown> | undefined;",
        "  publicMetadata?: Record<string, unknown> | undefined;",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn two_fields_of_one_name_are_refused() {
    let api = "doc: Things.\nmodels:\n  Thing: {doc: A thing., fields: {a_1: string, a1: string}}\n";
    let catalogue = crate::load_texts(&[("things", api)]).unwrap();
    let problem = super::emit(&catalogue, &mut Output::default()).unwrap_err().to_string();
    assert!(problem.contains("`a1`"), "{problem}");
}
