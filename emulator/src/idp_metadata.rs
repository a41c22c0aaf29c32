//! What an identity provider says of itself: its SAML metadata and its certificate.

use crate::errors::ApiError;
use data_encoding::BASE64;
use roxmltree::{Document, Node};
use time::{Date, Month, OffsetDateTime, Time};

/// What the metadata of an identity provider hold.
#[derive(Debug, PartialEq)]
pub(crate) struct IdpMetadata {
    pub(crate) entity_id: String,
    pub(crate) sso_url: String,
    pub(crate) certificate: String,
}

/// Reads SAML metadata.
pub(crate) fn read(xml: &str) -> Result<IdpMetadata, ApiError> {
    let unreadable = |_| {
        ApiError::new(
            422,
            "saml_failed_to_parse_idp_metadata",
            "Failed to parse IdP metadata",
            "We failed to parse the IdP metadata. If the error persists, please provide the IdP configuration data explicitly.",
        )
    };
    let document = Document::parse(xml).map_err(unreadable)?;
    let named = |name: &'static str| document.descendants().filter(move |node| node.tag_name().name() == name);
    let entity_id = named("EntityDescriptor").find_map(|node| node.attribute("entityID")).map(str::to_owned);
    let is_redirect =
        |node: &Node<'_, '_>| node.attribute("Binding").is_some_and(|binding| binding.ends_with("HTTP-Redirect"));
    let sso_url = named("SingleSignOnService")
        .find(is_redirect)
        .or_else(|| named("SingleSignOnService").next())
        .and_then(|node| node.attribute("Location"))
        .map(str::to_owned);
    let certificate = named("X509Certificate")
        .find_map(|node| node.text())
        .map(|text| text.split_whitespace().collect::<String>())
        .filter(|text| !text.is_empty());
    match (entity_id, sso_url, certificate) {
        (Some(entity_id), Some(sso_url), Some(certificate)) => Ok(IdpMetadata { entity_id, sso_url, certificate }),
        (entity_id, sso_url, certificate) => {
            let fields = [
                ("idp_entity_id", entity_id.is_none()),
                ("idp_sso_url", sso_url.is_none()),
                ("idp_certificate", certificate.is_none()),
            ];
            let missing: Vec<&str> = fields.iter().filter(|(_, gone)| *gone).map(|(name, _)| *name).collect();
            Err(ApiError::new(
                422,
                "saml_metadata_missing_fields",
                "IdP metadata is missing required fields",
                format!("The IdP metadata is missing the following required fields: {}", missing.join(", ")),
            ))
        }
    }
}

/// From when to when an X.509 certificate holds, in Unix milliseconds; none if it cannot be read.
pub(crate) fn validity(certificate: &str) -> Option<(i64, i64)> {
    let base64: String =
        certificate.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
    let der = BASE64.decode(base64.as_bytes()).ok()?;
    // Certificate ::= { tbsCertificate ::= { [0] version, serialNumber, signature, issuer, validity ::= { from, to } } }
    let (_, certificate, _) = element(&der)?;
    let (_, mut rest, _) = element(certificate)?;
    let mut left = 3;
    while left > 0 {
        let (tag, _, after) = element(rest)?;
        left -= usize::from(tag != 0xa0);
        rest = after;
    }
    let (_, validity, _) = element(rest)?;
    let (from_tag, from, after) = element(validity)?;
    let (to_tag, to, _) = element(after)?;
    Some((date(from_tag, from)?, date(to_tag, to)?))
}

/// Tag and content of the first DER element, and what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// A UTCTime (of 1950 to 2049) or a GeneralizedTime, both ending in Z.
fn date(tag: u8, content: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        0x17 => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        0x18 => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2).and_then(|text| text.parse::<u8>().ok());
    let day = Date::from_calendar_date(year, Month::try_from(part(0)?).ok()?, part(2)?).ok()?;
    let time = Time::from_hms(part(4)?, part(6)?, part(8)?).ok()?;
    Some(OffsetDateTime::new_utc(day, time).unix_timestamp().saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"<?xml version="1.0"?>
        <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/meta">
          <md:IDPSSODescriptor>
            <md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
              <ds:X509Certificate> TUlJ
                Qg== </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
            <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>
            <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>
          </md:IDPSSODescriptor>
        </md:EntityDescriptor>"#;

    #[test]
    fn metadata_are_read() {
        let wanted = IdpMetadata {
            entity_id: "https://idp.example.com/meta".to_owned(),
            sso_url: "https://idp.example.com/sso".to_owned(),
            certificate: "TUlJQg==".to_owned(),
        };
        assert_eq!(read(METADATA), Ok(wanted));
    }

    #[test]
    fn metadata_that_say_too_little_are_refused() {
        let code = |xml: &str| read(xml).expect_err("an error").errors[0].code;
        assert_eq!(code("no xml"), "saml_failed_to_parse_idp_metadata");
        assert_eq!(code("<EntityDescriptor entityID='x'/>"), "saml_metadata_missing_fields");
    }

    #[test]
    fn certificates_tell_how_long_they_hold() {
        // A certificate cut down to what is read: version, serial number, algorithm, issuer, validity.
        let validity_der = [&[0x30, 0x1e, 0x17, 0x0d][..], b"250102030405Z", &[0x17, 0x0d], b"491231235959Z"].concat();
        let tbs =
            [&[0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x07, 0x30, 0x00, 0x30, 0x00][..], &validity_der].concat();
        let tbs = [&[0x30, u8::try_from(tbs.len()).expect("short")][..], &tbs].concat();
        let der = [&[0x30, 0x81, u8::try_from(tbs.len()).expect("short")][..], &tbs].concat();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(&der));
        assert_eq!(validity(&pem), Some((1_735_787_045_000, 2_524_607_999_000)));
        for end in 0..der.len() {
            assert_eq!(validity(&BASE64.encode(&der[..end])), None, "cut at {end}");
        }
        assert_eq!(validity("certificate"), None);
    }
}
