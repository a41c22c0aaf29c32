//! Reading the `cookie` header: a neighbour's odd cookie costs nothing but itself.

/// The cookies of a request, in order.
#[derive(Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Splits on `;` first and decodes each value then, so that nothing encoded ever makes a cookie.
    pub(crate) fn read(header: &str) -> Self {
        let blank = [' ', '\t'];
        let pairs = header.split(';').filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            Some((name.trim_matches(blank).to_owned(), decode(value.trim_matches(blank))))
        });
        Self(pairs.collect())
    }

    /// The first cookie of this name, unless it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Percent-decodes a value; one that cannot be decoded as a whole stays as it is.
fn decode(value: &str) -> String {
    if !value.contains('%') {
        return value.to_owned();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                return value.to_owned();
            };
            #[allow(clippy::cast_possible_truncation)] // two hexadecimal digits
            bytes.push((high * 16 + low) as u8);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Cookies;

    #[test]
    fn as_rfc_6265_has_it() {
        let cookies =
            Cookies::read("a=1; b = two ;\tc=%3B%3D; a=2; nothing; d=%zz; e=\"q\"; f=; =x; g=a=b; h=%C3%A4; i=%FF");
        let get = |name| cookies.get(name);
        assert_eq!(get("a"), Some("1"), "the first of a name wins");
        assert_eq!(get("b"), Some("two"));
        assert_eq!(get("c"), Some(";="), "decoded after the split");
        assert_eq!(get("nothing"), None);
        assert_eq!(get("d"), Some("%zz"), "malformed stays raw");
        assert_eq!(get("e"), Some("\"q\""), "quotes stay");
        assert_eq!(get("f"), None, "empty is none");
        assert_eq!(get("g"), Some("a=b"));
        assert_eq!(get("h"), Some("ä"));
        assert_eq!(get("i"), Some("%FF"), "not UTF-8 stays raw");
        assert_eq!(Cookies::read("a=1%3B b=2").get("b"), None, "an encoded separator makes no cookie");
    }
}
