//! What a line is known by: in the journal, and when it is read again.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use clerk_usher::args::Arguments;

use crate::json::{compact, members};

/// Fields that a digest would help to guess; they say nothing of who it is either.
const SECRET: [&str; 4] = ["password", "password_digest", "totp_secret", "backup_codes"];

/// One line among those that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Of what it says.
    pub(super) digest: [u8; 16],
    /// Which of those that say the same: 1 for the first.
    pub(super) number: u32,
}

/// A digest of the fields that are no secret, whatever their order. It does not depend on where the line stands, so that
/// lines can be put in, taken out and corrected between two runs.
pub(super) fn digest(user: &Arguments) -> [u8; 16] {
    let text = user.to_json();
    let mut fields = members(&text).unwrap_or_default();
    fields.retain(|(name, _)| !SECRET.contains(&name.as_str()));
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let mut context = Context::new(&SHA256);
    for (name, value) in fields {
        context.update(format!("{name}={}\n", compact(value.get())).as_bytes());
    }
    let mut digest = [0; 16];
    digest.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    digest
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}.{}", u128::from_be_bytes(self.digest), self.number)
    }
}

impl FromStr for Key {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (digest, number) = text.split_once('.').ok_or(())?;
        if digest.len() != 32 {
            return Err(());
        }
        let digest = u128::from_str_radix(digest, 16).map_err(|_| ())?.to_be_bytes();
        Ok(Self { digest, number: number.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, digest};
    use clerk_usher::args::Arguments;

    fn of(json: &str) -> [u8; 16] {
        digest(&Arguments::from_json(json).unwrap())
    }

    #[test]
    fn order_layout_and_secrets_do_not_count() {
        let first = of(r#"{"username": "ann", "public_metadata": {"a": 1}}"#);
        assert_eq!(first, of(r#"{"public_metadata":{"a":1},"password":"correct horse","username":"ann"}"#));
        assert_ne!(first, of(r#"{"username": "ann", "public_metadata": {"a": 2}}"#));
        assert_ne!(first, of(r#"{"username": "ann"}"#));
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = Key { digest: of("{}"), number: 3 };
        assert_eq!(key.to_string().parse(), Ok(key));
        for text in ["", ".", "ab.1", "zz", &"0".repeat(32)] {
            assert_eq!(text.parse::<Key>(), Err(()));
        }
    }
}
