//! Ids of what does not exist.

/// An id that looks like one: a prefix and 27 letters and digits.
pub(super) fn random_id(prefix: &str) -> String {
    format!("{prefix}{}", std::iter::repeat_with(fastrand::alphanumeric).take(27).collect::<String>())
}
