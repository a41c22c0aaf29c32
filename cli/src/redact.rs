//! What is said never holds a secret, wherever it came from: an argument in the wrong place, a library's message.

use std::borrow::Cow;

/// What secrets begin with. The name of a variable or an id (`ak_…` of an API key) is one word of them and no more; what
/// follows has to be long to be a secret.
const PREFIXES: [&str; 7] = ["sk_test_", "sk_live_", "whsec_", "ak_", "mt_", "oat_", "ey"];
/// The fewest characters behind a prefix that make a secret.
const FEWEST: usize = 8;

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=')
}

/// The text without secret keys, signing secrets, and whatever looks like a JWT.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    if !PREFIXES.iter().any(|prefix| text.contains(prefix)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(&word_without_secret(word));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn word_without_secret(word: &str) -> Cow<'_, str> {
    // In `--name=sk_…` and `KEY=sk_…` the word begins before the secret does; inside a longer name it is none.
    let at_start = |at: usize| word[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
    let found = PREFIXES.iter().filter_map(|prefix| {
        let at = word.match_indices(prefix).map(|(at, _)| at).find(|at| at_start(*at))?;
        let secret = &word[at..];
        let is_one = if *prefix == "ey" {
            secret.split('.').count() == 3 && secret.len() > 20
        } else {
            secret.len() >= prefix.len() + FEWEST
        };
        is_one.then_some((at, if *prefix == "ey" { "" } else { prefix }))
    });
    match found.min() {
        Some((at, prefix)) => Cow::Owned(format!("{}{prefix}…", &word[..at])),
        None => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::redact;
    use proptest::prelude::*;

    #[test]
    fn secrets_go_and_all_else_stays() {
        for (text, told) in [
            ("--key=sk_test_abcdefgh123 is unknown", "--key=sk_test_… is unknown"),
            ("'whsec_dGhlIHNlY3JldA==' given", "'whsec_…' given"),
            ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.c2ln!", "…!"),
            ("set CLERK_SECRET_KEY (sk_test_…) or ak_…", "set CLERK_SECRET_KEY (sk_test_…) or ak_…"),
            ("the task_list of break_down_everything", "the task_list of break_down_everything"),
            ("they.are.here", "they.are.here"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(redact(text), told);
        }
    }

    proptest! {
        #[test]
        fn a_secret_in_any_text_is_gone(before in "[^a-zA-Z0-9_]{0,12}", secret in "[a-zA-Z0-9]{12,40}", after in "[^a-zA-Z0-9_]{0,12}",
                                        prefix in "sk_test_|sk_live_|whsec_|ak_|mt_|oat_") {
            let told = redact(&format!("{before}{prefix}{secret}{after}")).into_owned();
            prop_assert!(!told.contains(&secret), "{}", told);
        }

        #[test]
        fn any_text_is_taken(text in "(\\PC|sk_test_|ey|\\.){0,80}") {
            let _ = redact(&text);
        }
    }
}
