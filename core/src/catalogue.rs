//! What the client knows of an operation: the types of the generated table in `generated/operations.rs`.
//!
//! The table is data. Everything a call does with it (checking arguments, building the request, choosing the key,
//! deciding whether it may be repeated) is in [`crate::args`] and [`crate::call`].

/// One REST operation.
#[derive(Debug)]
pub struct Operation {
    /// `resource.operation` in snake_case, such as `users.list`.
    pub name: &'static str,
    /// HTTP method, upper case.
    pub method: &'static str,
    /// Path template below the API version, such as `/users/{user_id}`.
    pub path: &'static str,
    /// All parameters: path parameters first and in the order of the template, then query, then body.
    pub params: &'static [Param],
    /// What kind of body goes out.
    pub body: Body,
    /// What authorizes the call.
    pub key: Key,
    /// Whether the call may be repeated after an answer was lost. GET always may.
    pub idempotent: bool,
    /// How its listing continues.
    pub pages: Pages,
    /// Rules between arguments, checked before anything is sent.
    pub rules: &'static [Rule],
}

/// The body an operation sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// No body.
    None,
    /// A JSON object of the body parameters; `{}` if none was given and `send_empty`.
    Json {
        /// Send `{}` rather than nothing when no body parameter was given.
        send_empty: bool,
    },
    /// A JSON array: the value of the one parameter of [`Place::ArrayBody`].
    JsonArray,
    /// A multipart form of the body parameters.
    Multipart,
}

/// What authorizes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The instance's secret key.
    Secret,
    /// The machine secret key where one is configured, else the secret key.
    MachineOrSecret,
    /// Nothing.
    None,
}

/// How a listing continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// It does not: one answer is all.
    None,
    /// `limit` and `offset`.
    Offset,
    /// `limit` and `starting_after`.
    Cursor,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query string, an array repeating its name.
    Query,
    /// The query string, an array joined by commas.
    QueryComma,
    /// A field of the JSON body or a part of the form.
    Body,
    /// The whole body.
    ArrayBody,
}

/// One parameter, or one field of an [`Object`].
#[derive(Debug)]
pub struct Param {
    /// Our name, snake_case.
    pub name: &'static str,
    /// The name on the wire.
    pub wire: &'static str,
    /// Where it goes (of no meaning in an [`Object`]'s field).
    pub place: Place,
    /// What it is.
    pub kind: Type,
    /// Whether it must be given.
    pub required: bool,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// Smallest value, or `i64::MIN`.
    pub min: i64,
    /// Largest value, or `i64::MAX`.
    pub max: i64,
    /// Fewest items of an array.
    pub min_items: usize,
    /// Most items of an array, or `usize::MAX`.
    pub max_items: usize,
}

/// How the table is written: what is not said is not so.
impl Param {
    pub(crate) const fn new(name: &'static str, place: Place, kind: Type) -> Self {
        Self {
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

    /// A field of an [`Object`].
    #[allow(dead_code)] // Of no use while no operation takes an object.
    pub(crate) const fn field(name: &'static str, kind: Type) -> Self {
        Self::new(name, Place::Body, kind)
    }

    #[allow(dead_code)] // Of no use while every name is the wire's.
    pub(crate) const fn wire(mut self, wire: &'static str) -> Self {
        self.wire = wire;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    pub(crate) const fn range(mut self, min: i64, max: i64) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    pub(crate) const fn items(mut self, min: usize, max: usize) -> Self {
        self.min_items = min;
        self.max_items = max;
        self
    }
}

/// The kind of a value that a caller passes.
#[derive(Debug)]
pub enum Type {
    /// A string (enums included: they are open).
    String,
    /// A signed 64-bit integer.
    Integer,
    /// Any JSON number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Unix time in milliseconds.
    Timestamp,
    /// An RFC 3339 date and time.
    Datetime,
    /// A free-form JSON object, sent verbatim.
    Map,
    /// Any JSON, sent verbatim.
    Any,
    /// A file of a multipart form.
    File,
    /// An object with known fields.
    Object(&'static Object),
    /// An array.
    Array(&'static Type),
}

/// An object with known fields that is part of a request body.
#[derive(Debug)]
pub struct Object {
    /// The model's name.
    pub name: &'static str,
    /// Whether fields beyond these are allowed.
    pub open: bool,
    /// The fields.
    pub fields: &'static [Param],
    /// Rules between them.
    pub rules: &'static [Rule],
}

/// A rule between arguments.
#[derive(Debug)]
pub enum Rule {
    /// One and only one of these.
    ExactlyOne(&'static [&'static str]),
    /// At least one of these.
    AtLeastOne(&'static [&'static str]),
    /// At most one of these.
    AtMostOne(&'static [&'static str]),
    /// Arrays of one length, where given.
    SameLength(&'static [&'static str]),
    /// Numbers above 0, where given.
    Positive(&'static [&'static str]),
    /// Not beside an `offset` above 0.
    NotWithOffset(&'static [&'static str]),
}
