//! The catalogue as the emitters see it: read, checked, every reference resolved to a name that exists.

/// The whole catalogue. Resources in file-name order, everything below in file order.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The resources, sorted by name.
    pub resources: Vec<Resource>,
    /// The models of all files, sorted by name.
    pub models: Vec<Model>,
    /// The unions of all files, sorted by name.
    pub unions: Vec<Union>,
    /// What webhooks tell of, in file order. Each has its model, and [`EVENTS`] is the union of all of them.
    pub events: Vec<Event>,
}

/// The union of all events.
pub const EVENTS: &str = "WebhookEvent";
/// The model of an event of a type that is not in the catalogue.
pub const UNKNOWN_EVENT: &str = "UnknownWebhookEvent";

/// What a webhook tells of.
#[derive(Debug)]
pub struct Event {
    /// Its type, such as `user.created`.
    pub name: String,
    /// One sentence.
    pub doc: String,
    /// The model or union of its data.
    pub data: String,
    /// The model of the whole event, such as `UserCreatedEvent`.
    pub model: String,
}

/// One file's operations.
#[derive(Debug)]
pub struct Resource {
    /// snake_case, such as `organization_memberships`.
    pub name: String,
    /// One sentence.
    pub doc: String,
    /// The operations, in file order.
    pub operations: Vec<Operation>,
}

/// One REST operation.
#[derive(Debug)]
pub struct Operation {
    /// The resource's name.
    pub resource: String,
    /// snake_case, such as `bulk_create`.
    pub name: String,
    /// Node's name, camelCase.
    pub node_name: String,
    /// Operation id of the API description.
    pub id: String,
    /// Names in other SDKs of this API.
    pub also: Vec<String>,
    /// What it does.
    pub doc: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Path template, with our names in the braces.
    pub path: String,
    /// Path parameters in the order of the template.
    pub path_params: Vec<Field>,
    /// Query parameters.
    pub query: Vec<Field>,
    /// The body.
    pub body: Body,
    /// Whether the server passes over fields of the body that it does not know.
    pub ignores_other_fields: bool,
    /// The answer.
    pub returns: Returns,
    /// How a listing continues.
    pub pages: Pages,
    /// What authorizes it.
    pub key: Key,
    /// Where it stands.
    pub status: Status,
    /// `resource.operation` to use instead.
    pub instead: Option<String>,
    /// Whether it may be repeated after a lost answer (GET: always true).
    pub idempotent: bool,
    /// Rules between arguments.
    pub rules: Vec<Rule>,
}

/// What an operation sends.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// A JSON object.
    Json {
        /// The fields.
        fields: Vec<Field>,
        /// `{}` rather than nothing when no field is given.
        send_empty: bool,
    },
    /// A JSON array: the one argument `field`, whose type is an array.
    Array {
        /// The argument.
        field: Box<Field>,
    },
    /// A multipart form.
    Multipart {
        /// The parts.
        fields: Vec<Field>,
    },
}

/// What an operation answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returns {
    /// No body.
    None,
    /// Text (HTML).
    Text,
    /// A model or union.
    Model(String),
    /// A listing of this model or union.
    List {
        /// The items.
        item: String,
        /// The usual shape. Readers accept all.
        shape: ListShape,
    },
}

/// The usual shape of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListShape {
    /// A bare array.
    Bare,
    /// An object: the name of its array (usually `data`), and `total_count`.
    Page(String),
    /// One or the other.
    Either,
}

/// How a listing continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Not.
    None,
    /// `limit` and `offset`.
    Offset,
    /// `limit` and `starting_after`.
    Cursor,
}

/// What authorizes an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The secret key.
    Secret,
    /// The machine secret key, else the secret key.
    MachineOrSecret,
    /// Nothing.
    None,
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In use.
    Current,
    /// On its way out.
    Deprecated,
    /// Kept for old instances.
    Legacy,
    /// May change.
    Experimental,
    /// Not in the API description.
    Undocumented,
}

/// A parameter, or a field of a model.
#[derive(Debug, Clone)]
pub struct Field {
    /// Our name, snake_case, unescaped.
    pub name: String,
    /// Name on the wire.
    pub wire: String,
    /// Its type.
    pub kind: Type,
    /// Must be given, or is always there.
    pub required: bool,
    /// May be null.
    pub nullable: bool,
    /// Values known today.
    pub enumeration: Vec<String>,
    /// Bounds.
    pub min: Option<i64>,
    /// Bounds.
    pub max: Option<i64>,
    /// Bounds of an array's length.
    pub min_items: Option<usize>,
    /// Bounds of an array's length.
    pub max_items: Option<usize>,
    /// A query array is joined by commas.
    pub comma: bool,
    /// What the server takes if absent, as text.
    pub default: Option<String>,
    /// A value that the server takes, where it does not take every one of the type.
    pub example: Option<serde_json::Value>,
    /// Deprecated, with a reason or an empty text.
    pub deprecated: Option<String>,
    /// A credential.
    pub secret: bool,
    /// One line, may be empty.
    pub doc: String,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// 64 bits, signed.
    Integer,
    /// A JSON number.
    Number,
    /// True or false.
    Boolean,
    /// Unix milliseconds.
    Timestamp,
    /// RFC 3339 text.
    Datetime,
    /// Free-form object.
    Map,
    /// Anything.
    Any,
    /// A file.
    File,
    /// A model, by name.
    Model(String),
    /// A union, by name.
    Union(String),
    /// An array.
    Array(Box<Type>),
}

/// A rule between arguments, naming fields that exist.
#[derive(Debug, Clone)]
pub enum Rule {
    /// One and only one.
    ExactlyOne(Vec<String>),
    /// At least one.
    AtLeastOne(Vec<String>),
    /// At most one.
    AtMostOne(Vec<String>),
    /// Arrays of one length.
    SameLength(Vec<String>),
    /// Above 0.
    Positive(Vec<String>),
    /// Not beside an offset above 0.
    NotWithOffset(Vec<String>),
}

/// An object with named fields.
#[derive(Debug)]
pub struct Model {
    /// CamelCase.
    pub name: String,
    /// The file it stands in, without extension.
    pub home: String,
    /// What it is.
    pub doc: String,
    /// Free fields beside the named ones.
    pub open: bool,
    /// The fields, in file order.
    pub fields: Vec<Field>,
    /// Rules between them, where it is part of a request.
    pub rules: Vec<Rule>,
    /// What it is among the events, if it is one.
    pub event: Option<EventKind>,
}

/// What a model is among the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// One of the catalogue: its `type` is its one value and no other.
    Known,
    /// Any other: see [`UNKNOWN_EVENT`].
    Unknown,
}

/// One of several models.
#[derive(Debug)]
pub struct Union {
    /// CamelCase.
    pub name: String,
    /// The file it stands in, without extension.
    pub home: String,
    /// What it is.
    pub doc: String,
    /// The property that tells, if one does.
    pub tag: Option<String>,
    /// Tag value (or model name, without a tag) and model, in file order.
    pub members: Vec<(String, String)>,
}

impl Union {
    /// Whether it is that of the events, in which an unknown member is a model of its own.
    #[must_use]
    pub fn is_events(&self) -> bool {
        self.name == EVENTS
    }
}

impl Operation {
    /// The argument that is the whole body, where that is an array and nothing else is passed by name: it is passed
    /// by place, after those of the path.
    #[must_use]
    pub fn array_argument(&self) -> Option<&Field> {
        match &self.body {
            Body::Array { field } if self.query.is_empty() => Some(field),
            _ => None,
        }
    }

    /// `resource.operation`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.resource, self.name)
    }

    /// Path, query and body parameters, in this order.
    #[must_use]
    pub fn all_params(&self) -> Vec<&Field> {
        let mut all: Vec<&Field> = self.path_params.iter().chain(&self.query).collect();
        match &self.body {
            Body::None => {}
            Body::Json { fields, .. } | Body::Multipart { fields } => all.extend(fields),
            Body::Array { field } => all.push(field),
        }
        all
    }
}
