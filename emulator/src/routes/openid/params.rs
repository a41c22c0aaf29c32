//! Parameters of OAuth requests: each at most once, and an empty one is none.

use super::error::OAuthError;
use crate::api::Call;
use crate::query::Query;
use http::header;

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `name=value&…`.
    pub(super) fn decode(text: &str) -> Self {
        Params(Query::decode(text))
    }

    /// Those of the query.
    pub(super) fn of_query(call: &Call<'_>) -> Self {
        Self::decode(call.head.uri.query().unwrap_or_default())
    }

    /// Those of a body, which must be a form.
    pub(super) fn of_body(call: &Call<'_>) -> Result<Self, OAuthError> {
        let kind = call.header(&header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/x-www-form-urlencoded" && !(kind.is_empty() && call.body.is_empty()) {
            return Err(OAuthError::invalid_request("The body must be application/x-www-form-urlencoded."));
        }
        match std::str::from_utf8(&call.body) {
            Ok(text) => Ok(Self::decode(text)),
            Err(_) => Err(OAuthError::invalid_request("The body must be UTF-8.")),
        }
    }

    /// The value of a parameter; an error if it came twice.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next().filter(|value| !value.is_empty());
        if values.next().is_some() {
            return Err(OAuthError::invalid_request(format!("{name} must not be repeated.")));
        }
        Ok(value)
    }

    /// The value of a parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.one(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is required.")))
    }

    /// Puts a parameter in the place of those of its name; none takes them away.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        self.0.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(super) fn encode(&self) -> String {
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        super::answer::encode(&pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_and_empty_is_none() {
        let params = Params::decode("a=1&b=&c=1&c=2&d=x+y%26");
        assert_eq!(params.one("a"), Ok(Some("1")));
        assert_eq!(params.one("b"), Ok(None));
        assert_eq!(params.one("none"), Ok(None));
        assert!(params.one("c").is_err() && params.required("b").is_err());
        assert_eq!(params.required("d"), Ok("x y&"));
        assert_eq!(Params::decode(&params.encode()), params);
    }
}
