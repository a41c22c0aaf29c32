//! What the emulator knows of a request: the types of the generated table in `generated`.

/// One operation of the Backend API.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `resource.operation`, such as `users.list`.
    pub(crate) name: &'static str,
    /// The HTTP method, upper case.
    pub(crate) method: &'static str,
    /// The path template with the API's version, such as `/v1/users/{user_id}`.
    pub(crate) path: &'static str,
    /// What authorizes it. Routes say it too: a test holds them together.
    #[cfg_attr(not(test), expect(dead_code, reason = "only that test reads it"))]
    pub(crate) key: Key,
    /// What it takes. Of the path only what is more than any text.
    pub(crate) fields: &'static [Field],
    /// What kind of body it takes.
    pub(crate) body: Body,
    /// Whether fields of the body that are not listed pass.
    pub(crate) open: bool,
    /// Rules between its fields.
    pub(crate) rules: &'static [Rule],
}

/// What authorizes an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Secret,
    MachineOrSecret,
    None,
}

/// What kind of body an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    /// A JSON object of the fields.
    Object,
    /// A JSON array: the one field of the body.
    Array,
    /// A form of the fields.
    Multipart,
}

/// Where a field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    /// The query; an array repeats its name.
    Query,
    /// The query; an array is joined by commas.
    QueryComma,
    Body,
}

/// A parameter, or a field of an [`Object`].
#[derive(Debug)]
pub(crate) struct Field {
    /// The name on the wire.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
}

/// What a value has to be.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "no request has a number that is no integer today")]
pub(crate) enum Kind {
    Text,
    /// One of a closed list of texts.
    OneOf(&'static [&'static str]),
    Integer,
    /// An integer from the first to the last.
    IntegerIn(i64, i64),
    Number,
    NumberIn(i64, i64),
    Boolean,
    /// An object of any content.
    Map,
    Any,
    /// A part of a form.
    File,
    Object(&'static Object),
    /// An array: of what, how many items at least and at most.
    Array(&'static Kind, u32, u32),
}

/// An array without a limit.
pub(crate) const MANY: u32 = u32::MAX;

/// An object with named fields.
#[derive(Debug)]
pub(crate) struct Object {
    /// Whether other fields pass too.
    pub(crate) open: bool,
    pub(crate) fields: &'static [Field],
    pub(crate) rules: &'static [Rule],
}

/// A rule between fields, by their names on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    ExactlyOne(&'static [&'static str]),
    AtLeastOne(&'static [&'static str]),
    #[allow(dead_code, reason = "no operation has this rule today")]
    AtMostOne(&'static [&'static str]),
    /// Arrays that are there and not empty have one length.
    SameLength(&'static [&'static str]),
    /// Above 0.
    Positive(&'static [&'static str]),
    /// Not beside an `offset` above 0.
    NotWithOffset(&'static [&'static str]),
}

/// How the table is written: what is not said is not so.
impl Field {
    pub(crate) const fn new(name: &'static str, place: Place, kind: Kind) -> Self {
        Field { name, kind, place, required: false, nullable: false }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    pub(crate) fn is_in_query(&self) -> bool {
        matches!(self.place, Place::Query | Place::QueryComma)
    }
}
