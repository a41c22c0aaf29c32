//! Formats of identifiers. Each returns the value as it is stored, or what is wrong with it.

use crate::errors::ErrorItem;

/// An email address, in lower case.
pub(crate) fn email(param: &str, text: &str) -> Result<String, ErrorItem> {
    let bad = || ErrorItem::format(param, "must be a valid email address.");
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let labels: Vec<&str> = domain.split('.').collect();
    let domain_ok = labels.len() >= 2
        && domain.len() <= 253
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    if local_ok && domain_ok { Ok(text.to_lowercase()) } else { Err(bad()) }
}

/// A phone number by E.164; spaces, dots, dashes and parentheses are left out.
pub(crate) fn phone(param: &str, text: &str) -> Result<String, ErrorItem> {
    let bad = || ErrorItem::format(param, "must be a valid phone number according to E.164 international standard.");
    let clean: String = text.chars().filter(|c| !" .-()".contains(*c)).collect();
    let digits = clean.strip_prefix('+').ok_or_else(bad)?;
    let ok = (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if ok { Ok(clean) } else { Err(bad()) }
}

/// A username, in lower case: 4 to 64 letters, digits, `_` and `-`, not digits alone.
pub(crate) fn username(text: &str) -> Result<String, ErrorItem> {
    let param = "username";
    if !(4..=64).contains(&text.chars().count()) {
        let rule = "Username must be between 4 and 64 characters long.";
        return Err(ErrorItem::coded("form_username_invalid_length", param, rule, rule));
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        let rule = "Username can only contain letters, numbers and '_' or '-'.";
        return Err(ErrorItem::coded("form_username_invalid_character", param, rule, rule));
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        let rule = "Username must contain one non-number character.";
        return Err(ErrorItem::coded("form_username_needs_non_number_char", param, rule, rule));
    }
    Ok(text.to_ascii_lowercase())
}

/// A wallet address: Ethereum's (stored in lower case) or Solana's.
pub(crate) fn wallet(param: &str, text: &str) -> Result<String, ErrorItem> {
    if let Some(hex) = text.strip_prefix("0x") {
        if hex.len() == 40 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(text.to_ascii_lowercase());
        }
    } else if (32..=44).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() && !"0OIl".contains(c))
    {
        return Ok(text.to_owned());
    }
    Err(ErrorItem::format(
        param,
        "must be a valid web3 wallet address that starts with 0x and contains 40 hexadecimal characters.",
    ))
}

/// A slug: lower-case letters, digits and dashes.
pub(crate) fn slug(text: &str) -> Result<String, ErrorItem> {
    let ok = !text.is_empty()
        && text.len() <= 256
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if ok {
        Ok(text.to_owned())
    } else {
        Err(ErrorItem::format("slug", "can only contain lowercase alphanumeric characters and the dash \"-\"."))
    }
}

/// The name of an organization: no markup, no URLs, at most 256 characters.
pub(crate) fn organization_name(text: &str) -> Result<String, ErrorItem> {
    if text.chars().count() > 256 {
        return Err(ErrorItem::too_long("name", 256));
    }
    if text.contains(['<', '>']) || text.contains("://") || text.trim().is_empty() {
        return Err(ErrorItem::coded(
            "form_param_value_invalid",
            "name",
            "invalid organization name",
            format!("The organization name {text:?} is invalid: it may not be empty or contain URLs or HTML"),
        ));
    }
    Ok(text.to_owned())
}

/// A full domain name, in lower case.
pub(crate) fn domain(param: &str, text: &str) -> Result<String, ErrorItem> {
    let name = text.trim().to_lowercase();
    match email(param, &format!("a@{name}")) {
        Ok(_) if !name.contains('@') => Ok(name),
        _ => Err(ErrorItem::format(param, "must be a valid domain name, such as example.com.")),
    }
}

/// A web address to redirect to.
pub(crate) fn url(param: &str, text: &str) -> Result<String, ErrorItem> {
    let ok = text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
            && !rest.is_empty()
            && !rest.contains(char::is_whitespace)
    });
    if ok { Ok(text.to_owned()) } else { Err(ErrorItem::format(param, "must be a valid url.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        assert_eq!(email("e", "Ann.Lee+x@Example.com").as_deref(), Ok("ann.lee+x@example.com"));
        for bad in ["", "a", "@b.c", "a@b", "a b@c.de", "a@-b.de", "a..b@c.de", "a@b..de", "a@@b.de"] {
            assert!(email("e", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn phones() {
        assert_eq!(phone("p", "+1 (555) 010-0000").as_deref(), Ok("+15550100000"));
        for bad in ["", "15550100000", "+0123456789", "+1", "+1555abc0000", "+1234567890123456"] {
            assert!(phone("p", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn usernames() {
        let code = |text: &str| username(text).err().map(|item| item.code);
        assert_eq!(username("Ann_Lee").as_deref(), Ok("ann_lee"));
        assert_eq!(code("ann"), Some("form_username_invalid_length"));
        assert_eq!(code("ann lee"), Some("form_username_invalid_character"));
        assert_eq!(code("12345"), Some("form_username_needs_non_number_char"));
    }

    #[test]
    fn wallets_slugs_names_urls() {
        assert!(wallet("w", &format!("0x{}", "aB".repeat(20))).is_ok());
        assert!(wallet("w", "0x12").is_err());
        assert!(wallet("w", "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T").is_ok());
        assert!(slug("a-1").is_ok() && slug("A").is_err() && slug("").is_err());
        assert!(organization_name("Acme, Inc.").is_ok());
        assert!(organization_name("<b>x</b>").is_err() && organization_name("http://x").is_err());
        assert!(url("u", "https://example.com/x").is_ok() && url("u", "example").is_err());
    }
}
