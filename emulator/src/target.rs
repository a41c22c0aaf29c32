//! Addresses of applications that a browser is sent back to.

/// An address to send the browser back to.
pub(crate) struct Target {
    /// Without its fragment.
    address: String,
    /// With its `#`, or empty.
    fragment: String,
    pub(crate) origin: String,
    pub(crate) secure: bool,
}

impl Target {
    /// Reads an absolute http or https URL without credentials; none for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // A header can hold no other characters; a browser would write them so.
        let text: String = text.chars().map(escaped).collect();
        let (address, fragment) = match text.find('#') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        let uri: http::Uri = address.parse().ok()?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        Some(Target {
            address: address.to_owned(),
            fragment: fragment.to_owned(),
            origin: format!("{scheme}://{authority}"),
            secure: scheme == "https",
        })
    }

    /// The address with a parameter in its query, in the place of others of that name.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let (path, query) = self.address.split_once('?').unwrap_or((&self.address, ""));
        let others = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
        let query: Vec<&str> = others.collect();
        let joint = if query.is_empty() { "" } else { "&" };
        format!("{path}?{}{joint}{name}={value}{}", query.join("&"), self.fragment)
    }

    /// The address as it was given.
    pub(crate) fn plain(&self) -> String {
        format!("{}{}", self.address, self.fragment)
    }
}

fn escaped(c: char) -> String {
    if c.is_ascii_graphic() {
        return c.to_string();
    }
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_target_can_stand_in_a_header_and_has_a_parameter_once(
            text in "(https?://\\PC{0,12}(\\?(n=[a-z]?&?){0,3}\\PC{0,8})?(#\\PC{0,4})?)|\\PC{0,24}",
        ) {
            let Some(target) = Target::parse(&text) else { return Ok(()) };
            prop_assert!(target.origin.starts_with("http://") || target.origin.starts_with("https://"));
            let made = target.with("n", "new");
            prop_assert!(http::HeaderValue::try_from(&made).is_ok(), "{made}");
            let again = Target::parse(&made).map(|again| (again.with("n", "new"), again.origin));
            prop_assert_eq!(again, Some((made.clone(), target.origin.clone())));
            let query = made.split('#').next().and_then(|whole| whole.split_once('?')).map_or("", |(_, query)| query);
            prop_assert_eq!(query.split('&').filter(|pair| pair.split('=').next() == Some("n")).count(), 1);
        }
    }

    #[test]
    fn targets_keep_what_they_have() {
        let target = Target::parse("https://app.example.com/a%20b?c=d&e=%26#f").expect("a target");
        assert_eq!((target.origin.as_str(), target.secure), ("https://app.example.com", true));
        assert_eq!(target.with("n", "1"), "https://app.example.com/a%20b?c=d&e=%26&n=1#f");
        let target = Target::parse("http://a.b/?n=0&m=1&n=2").expect("a target");
        assert_eq!(target.with("n", "3"), "http://a.b/?m=1&n=3", "not twice");
        assert_eq!(Target::parse("http://a.b/c").expect("a target").with("n", "1"), "http://a.b/c?n=1");
        let target = Target::parse("http://localhost:3000/ü x").expect("a target");
        assert_eq!(target.plain(), "http://localhost:3000/%C3%BC%20x");
        for bad in ["", "/a", "ftp://a.b/", "javascript:alert(1)", "http://", "https://u:p@a.b/", "//a.b"] {
            assert!(Target::parse(bad).is_none(), "{bad}");
        }
    }
}
