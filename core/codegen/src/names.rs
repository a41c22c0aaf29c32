//! Names: what a name may look like, and how one becomes another language's.

/// Whether it is snake_case: `a`, `user_id`, `web3_wallet`.
#[must_use]
pub fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether it is CamelCase: `User`, `SamlConnection`.
#[must_use]
pub fn is_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `user_id` → `userId`. Whatever is no snake_case (`x5t#S256`) stays as it is.
#[must_use]
pub fn lower_camel(name: &str) -> String {
    if !is_snake(name) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// `user_id` → `UserId`.
#[must_use]
pub fn upper_camel(name: &str) -> String {
    let camel = lower_camel(name);
    let mut chars = camel.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Any text as an upper-camel identifier: `oauth_token_google` → `OauthTokenGoogle`, `-created_at` →
/// `CreatedAtDescending`, `+created_at` → `CreatedAtAscending`, `` → `Empty`.
#[must_use]
pub fn variant(text: &str) -> String {
    let (text, suffix) = match text.as_bytes() {
        [b'-', rest @ ..] if !rest.is_empty() => (&text[1..], "Descending"),
        [b'+', rest @ ..] if !rest.is_empty() => (&text[1..], "Ascending"),
        [] => return "Empty".to_owned(),
        _ => (text, ""),
    };
    let mut out = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        // An all-caps word (`ES256`, `RSA`) keeps its digits and becomes one camel hump.
        let tame =
            if word.chars().any(|c| c.is_ascii_lowercase()) { word.to_owned() } else { word.to_ascii_lowercase() };
        let mut chars = tame.chars();
        if let Some(first) = chars.next() {
            out.push(first.to_ascii_uppercase());
            out.push_str(chars.as_str());
        }
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, 'V');
    }
    out + suffix
}

/// Keywords of Rust 2024, and `self`'s kin, which no raw identifier can hold.
#[must_use]
pub fn rust_ident(name: &str) -> String {
    const RAW: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
        "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
        "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type",
        "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    let ident: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if matches!(ident.as_str(), "self" | "super" | "crate") {
        return ident + "_";
    }
    if RAW.contains(&ident.as_str()) { format!("r#{ident}") } else { ident }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_case_becomes_another() {
        assert_eq!(lower_camel("external_account_id"), "externalAccountId");
        assert_eq!(lower_camel("x5t#S256"), "x5t#S256");
        assert_eq!(upper_camel("web3_wallet"), "Web3Wallet");
        assert!(is_snake("web3_wallet") && !is_snake("Web3") && !is_snake("a__b") && !is_snake("a_") && !is_snake(""));
        assert!(is_camel("OAuthToken") && !is_camel("oauth") && !is_camel("A_B"));
    }

    #[test]
    fn any_text_becomes_a_variant() {
        assert_eq!(variant("oauth_token_google"), "OauthTokenGoogle");
        assert_eq!(variant("-created_at"), "CreatedAtDescending");
        assert_eq!(variant("+created_at"), "CreatedAtAscending");
        assert_eq!(variant("org:admin"), "OrgAdmin");
        assert_eq!(variant(""), "Empty");
        assert_eq!(variant("2fa"), "V2fa");
        assert_eq!(variant("RS256"), "Rs256");
    }

    #[test]
    fn keywords_are_escaped() {
        assert_eq!(rust_ident("type"), "r#type");
        assert_eq!(rust_ident("self"), "self_");
        assert_eq!(rust_ident("x5t#S256"), "x5t_s256");
        assert_eq!(rust_ident("name"), "name");
    }
}
