//! Claims that are comma lists of `scope:value`.

/// A list of `scope:value`, in order. Each entry says whether it holds for the organization, the user, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scoped<'a>(Vec<Entry<'a>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) value: &'a str,
    pub(crate) organization: bool,
    pub(crate) user: bool,
}

impl<'a> Scoped<'a> {
    /// Reads a list. The empty text is the empty list; an entry without a colon makes the whole list unreadable; an entry
    /// with an unknown scope is kept in its place but holds for nobody.
    pub(crate) fn read(claim: &'a str) -> Option<Self> {
        if claim.is_empty() {
            return Some(Self::default());
        }
        claim
            .split(',')
            .map(|part| {
                let (scope, value) = trimmed(part).split_once(':')?;
                let (organization, user) = match scope {
                    "o" => (true, false),
                    "u" => (false, true),
                    "ou" | "uo" => (true, true),
                    _ => (false, false),
                };
                Some(Entry { value, organization, user })
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// All entries, whomever they hold for.
    pub(crate) fn entries(&self) -> &[Entry<'a>] {
        &self.0
    }

    /// Whether this value holds for the organization.
    pub(crate) fn has_for_organization(&self, value: &str) -> bool {
        self.0.iter().any(|entry| entry.organization && entry.value == value)
    }

    /// Whether this value holds for the user.
    pub(crate) fn has_for_user(&self, value: &str) -> bool {
        self.0.iter().any(|entry| entry.user && entry.value == value)
    }
}

/// A piece of such a list without white space around it. Nearly always there is none.
pub(super) fn trimmed(text: &str) -> &str {
    let is_ink = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_ink(bytes.first()) && is_ink(bytes.last()) { text } else { text.trim() }
}
