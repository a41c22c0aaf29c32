//! How to verify (§2.2, §2.3), and reading options that come as JSON from another language.

use crate::args::closest;
use crate::key::{KeyError, LocalKey};
use crate::secret::Secret;
use serde_json::{Map, Value};
use std::fmt;

/// An option that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptionError {
    /// Which one.
    pub argument: String,
    /// What is wrong with it. It never repeats a secret.
    pub message: String,
}

impl OptionError {
    pub(crate) fn new(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self { argument: argument.into(), message: message.into() }
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.argument, self.message)
    }
}

impl std::error::Error for OptionError {}

impl OptionError {
    /// The message with the option's name in it, as it stands alone.
    pub(crate) fn sentence(&self) -> String {
        if self.message.contains(&self.argument) || self.message.starts_with(char::is_uppercase) {
            return self.message.clone();
        }
        format!("`{}` {}", self.argument, self.message)
    }
}

impl From<KeyError> for OptionError {
    fn from(error: KeyError) -> Self {
        Self::new(error.option, error.message)
    }
}

/// How to verify a token. What is left empty is taken from the client's own settings, else from the defaults.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Whom the token may be for: where the token has an `aud`, it must name one of these (R-214, D-3). None: not checked.
    pub audience: Vec<String>,
    /// Which origins (`https://app.example.com`) may have asked for the token: `azp` must be one of these. None: not
    /// checked, which leaves a cookie open to other sites of the same domain.
    pub authorized_parties: Vec<String>,
    /// Accept a token that has no `azp` at all although `authorized_parties` is set: those minted by a backend have none.
    pub allow_missing_azp: bool,
    /// Who may have issued the token: `iss` must be one of these (R-216, D-2). None: not checked; the key vouches for it.
    pub issuer: Vec<String>,
    /// How far clocks may be apart, in milliseconds; 0 is a value. Default 5 000.
    pub clock_skew_ms: Option<i64>,
    /// What the header's `typ` may be. Default: `JWT` or missing; if set, it must be there.
    pub header_type: Option<Vec<String>>,
    /// The key to verify with, so that nothing is fetched. It goes before `secret_key` and any key of the client.
    pub jwt_key: Option<LocalKey>,
    /// The secret key to fetch keys with. It goes before any key of the client, a JWT key included: whoever names a tenant's
    /// key means that tenant's tokens, and no other's.
    pub secret_key: Option<Secret>,
    /// Fetch the keys for this very call (R-232, D-18).
    pub skip_jwks_cache: bool,
}

///
const DEFAULT_CLOCK_SKEW_MS: i64 = 5_000;

impl VerifyOptions {
    /// Reads options as bindings pass them: a JSON object with the fields' names; lists may be a single string, the keys
    /// are text. The empty text is no options.
    ///
    /// # Errors
    /// [`OptionError`] for an unknown name, a value of a wrong type, a JWT key that cannot be used.
    pub fn from_json(json: &str) -> Result<Self, OptionError> {
        let mut reader = OptionReader::new(json)?;
        let options = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(options)
    }

    /// Takes these options out of a reader that may hold others too.
    pub(crate) fn read(reader: &mut OptionReader) -> Result<Self, OptionError> {
        Ok(Self {
            audience: reader.strings("audience")?.unwrap_or_default(),
            authorized_parties: reader.strings("authorized_parties")?.unwrap_or_default(),
            allow_missing_azp: reader.boolean("allow_missing_azp")?,
            issuer: reader.strings("issuer")?.unwrap_or_default(),
            clock_skew_ms: reader.skew("clock_skew_ms"),
            header_type: reader.strings("header_type")?,
            jwt_key: reader
                .string("jwt_key")?
                .filter(|text| !text.is_empty())
                .map(|text| LocalKey::parse(&text))
                .transpose()?,
            secret_key: reader.secret("secret_key")?,
            skip_jwks_cache: reader.boolean("skip_jwks_cache")?,
        })
    }

    /// These options, and the given ones where these say nothing (§3.1: the first that is set, per call first).
    pub(crate) fn or<'a>(&'a self, defaults: &'a Self) -> Effective<'a> {
        // Empty texts are no audience and no issuer, so a list of nothing else says nothing. They are
        // parties, though: of a token that nobody may have asked for.
        fn first<'a>(own: &'a [String], other: &'a [String]) -> &'a [String] {
            if own.iter().all(String::is_empty) { other } else { own }
        }
        let parties =
            if self.authorized_parties.is_empty() { &defaults.authorized_parties } else { &self.authorized_parties };
        Effective {
            audience: first(&self.audience, &defaults.audience),
            authorized_parties: parties,
            allow_missing_azp: self.allow_missing_azp || defaults.allow_missing_azp,
            issuer: first(&self.issuer, &defaults.issuer),
            clock_skew_ms: self.clock_skew_ms.or(defaults.clock_skew_ms).unwrap_or(DEFAULT_CLOCK_SKEW_MS),
            header_type: self.header_type.as_deref().or(defaults.header_type.as_deref()),
        }
    }
}

/// The options that hold for one verification.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effective<'a> {
    pub(crate) audience: &'a [String],
    pub(crate) authorized_parties: &'a [String],
    pub(crate) allow_missing_azp: bool,
    pub(crate) issuer: &'a [String],
    pub(crate) clock_skew_ms: i64,
    pub(crate) header_type: Option<&'a [String]>,
}

/// A JSON object of options, from which each is taken by name; what is left over at the end is unknown.
#[derive(Debug)]
pub(crate) struct OptionReader {
    given: Map<String, Value>,
    /// The names that were asked for: all there are, when it is finished.
    known: Vec<String>,
}

impl OptionReader {
    pub(crate) fn new(json: &str) -> Result<Self, OptionError> {
        if json.trim().is_empty() {
            return Ok(Self::of(Map::new()));
        }
        match serde_json::from_str(json) {
            Ok(Value::Object(options)) => Ok(Self::of(options)),
            Ok(Value::Null) => Ok(Self::of(Map::new())),
            _ => Err(OptionError::new("options", "The options must be an object")),
        }
    }

    fn of(given: Map<String, Value>) -> Self {
        Self { given, known: Vec::new() }
    }

    /// The value, unless it is missing or null: null is how a binding says "not given".
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        if self.given.is_empty() {
            return None;
        }
        self.known.push(name.to_owned());
        self.given.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn string(&mut self, name: &str) -> Result<Option<String>, OptionError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(OptionError::new(name, "must be a string")),
        }
    }

    pub(crate) fn secret(&mut self, name: &str) -> Result<Option<Secret>, OptionError> {
        let Some(text) = self.string(name)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let option = if name == "machine_secret_key" { "machine_secret_key" } else { "secret_key" };
        Ok(Some(crate::key::check_secret_key(option, &text)?))
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Result<bool, OptionError> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            Some(_) => Err(OptionError::new(name, "must be true or false")),
        }
    }

    /// A string or a list of strings. A null entry is refused: it is a value that the caller meant to have, and without it
    /// the list might be empty, which for most of these lists means that nothing is checked.
    pub(crate) fn strings(&mut self, name: &str) -> Result<Option<Vec<String>>, OptionError> {
        let wrong = || OptionError::new(name, "must be a string or a list of strings");
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(vec![text])),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| if let Value::String(text) = item { Ok(text) } else { Err(wrong()) })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }

    /// a skew that is no finite number is as good as none.
    fn skew(&mut self, name: &str) -> Option<i64> {
        #[allow(clippy::cast_possible_truncation)] // saturates, and a fraction of a millisecond is nothing
        self.take(name).and_then(|value| value.as_f64()).map(|ms| ms as i64)
    }

    pub(crate) fn finish(self) -> Result<(), OptionError> {
        let Some(name) = self.given.keys().next() else {
            return Ok(());
        };
        let meant = closest(name, self.known.iter().map(String::as_str));
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        Err(OptionError::new(name.clone(), format!("is not an option here{hint}")))
    }
}
