//! "Did you mean …": the known name closest to a mistyped one.

/// The name of `known` that is at most a third of its letters away from `given`, if one is.
pub(crate) fn closest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (distance(given, name), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Levenshtein's distance, with case and underscores ignored so that `emailAddress` finds `email_address`.
fn distance(left: &str, right: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars().filter(|c| *c != '_').take(64).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (left, right) = (fold(left), fold(right));
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substitute = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_that_was_meant() {
        let known = ["limit", "offset", "email_address", "order_by"];
        assert_eq!(closest("limt", known.into_iter()), Some("limit"));
        assert_eq!(closest("emailAddress", known.into_iter()), Some("email_address"));
        assert_eq!(closest("orderBy", known.into_iter()), Some("order_by"));
        assert_eq!(closest("password", known.into_iter()), None);
        assert_eq!(closest("", known.into_iter()), None);
    }
}
