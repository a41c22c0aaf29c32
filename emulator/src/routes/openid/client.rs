//! Which application calls: by its secret, in the header or in the body, or by its name alone if it is public.

use super::error::OAuthError;
use super::params::Params;
use crate::api::Call;
use crate::query::Query;
use crate::store::oauth::OAuthApplication;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use data_encoding::BASE64;
use http::header;

/// The application that calls.
pub(super) fn authenticate(call: &Call<'_>, params: &Params) -> Result<OAuthApplication, OAuthError> {
    let (client_id, secret) = match basic(call.header(&header::AUTHORIZATION))? {
        Some((client_id, secret)) => {
            if params.one("client_secret")?.is_some() {
                return Err(OAuthError::invalid_request(
                    "The client authenticates in the header or in the body, not both.",
                ));
            }
            if params.one("client_id")?.is_some_and(|named| named != client_id) {
                return Err(OAuthError::invalid_request("client_id is not the client of the Authorization header."));
            }
            (client_id, Some(secret))
        }
        None => match params.one("client_id")? {
            Some(client_id) => (client_id.to_owned(), params.one("client_secret")?.map(str::to_owned)),
            None => return Err(OAuthError::invalid_client("The client must authenticate.")),
        },
    };
    let wrong = || OAuthError::invalid_client("The client is unknown, or its secret is wrong.");
    let application = call.store.oauth_client(&client_id).ok_or_else(wrong)?;
    let secret = secret.unwrap_or_default();
    let right = match application.public {
        true => secret.is_empty(),
        false => {
            !application.client_secret.is_empty()
                && verify_slices_are_equal(secret.as_bytes(), application.client_secret.as_bytes()).is_ok()
        }
    };
    if right { Ok(application.clone()) } else { Err(wrong()) }
}

/// User and password of a Basic header; none if there is no header.
fn basic(value: &str) -> Result<Option<(String, String)>, OAuthError> {
    if value.is_empty() {
        return Ok(None);
    }
    let malformed = || OAuthError::invalid_client("The Authorization header must be Basic, with client id and secret.");
    let (scheme, rest) = value.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = BASE64.decode(rest.trim().as_bytes()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (client_id, secret) = text.split_once(':').ok_or_else(malformed)?;
    // Each is encoded as in a form before they are put together.
    let decode = |text: &str| Query::decode(&format!("v={text}")).into_iter().next().map(|(_, value)| value);
    Ok(Some((decode(client_id).unwrap_or_default(), decode(secret).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_headers() {
        let header = |text: &str| format!("Basic {}", BASE64.encode(text.as_bytes()));
        assert_eq!(basic(""), Ok(None));
        assert_eq!(basic(&header("id:a%3Ab:c")), Ok(Some(("id".to_owned(), "a:b:c".to_owned()))));
        for bad in ["Basic", "Basic !", "Bearer abc", &header("no colon")] {
            assert_eq!(basic(bad).map_err(|error| error.code), Err("invalid_client"), "{bad}");
        }
    }
}
