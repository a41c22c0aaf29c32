//! Texts and names in Python's way.

/// The longest line that is written.
pub(super) const WIDTH: usize = 120;

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// A name that Python takes. `taken` are names that mean something else where it stands.
pub(super) fn ident(name: &str, taken: &[&str]) -> String {
    if KEYWORDS.contains(&name) || taken.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// A string literal, as `ruff format` would quote it.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\");
    if escaped.contains('"') && !escaped.contains('\'') {
        format!("'{escaped}'")
    } else {
        format!("\"{}\"", escaped.replace('"', "\\\""))
    }
}

/// Lines of at most `width` characters; words are never cut.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A text that may stand in a docstring.
pub(super) fn doc_text(text: &str) -> String {
    let text = text.trim().replace('\\', "\\\\").replace("\"\"\"", "'''");
    // A quotation mark before the closing ones would be one of them.
    if text.ends_with('"') { format!("{text}.") } else { text }
}

/// A docstring at this indentation: the first paragraph, then more of them; a section is a paragraph whose lines are
/// laid out already.
pub(super) fn docstring(indent: usize, first: &str, sections: &[Vec<String>]) -> String {
    let pad = " ".repeat(indent);
    // The quotation marks stand on the first line and, if it is the only one, at its end too.
    let mut lines = wrap(&doc_text(first), WIDTH - indent - 6);
    for section in sections {
        lines.push(String::new());
        lines.extend(section.iter().cloned());
    }
    let mut out = format!("{pad}\"\"\"{}", lines.first().map_or("", String::as_str));
    if lines.len() == 1 {
        return out + "\"\"\"\n";
    }
    for line in &lines[1..] {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&pad);
            out.push_str(line);
        }
    }
    out.push('\n');
    out.push_str(&pad);
    out + "\"\"\"\n"
}

/// Whether a name stands in a text as a word of its own.
fn uses(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

/// The code without its docstrings: a word in a sentence is no use of a name.
fn without_docstrings(code: &str) -> String {
    code.split("\"\"\"").step_by(2).collect()
}

/// The `from … import …` lines for those of the names that the code uses. Modules in the order given, as `ruff` sorts
/// them; names are sorted here.
pub(super) fn imports(indent: usize, code: &str, modules: &[(&str, Vec<String>)]) -> String {
    let pad = " ".repeat(indent);
    let code = without_docstrings(code);
    let mut out = String::new();
    for (module, names) in modules {
        let mut used: Vec<&String> = names.iter().filter(|name| uses(&code, name)).collect();
        used.sort_by_key(|name| (order(name), name.to_ascii_lowercase(), (*name).clone()));
        used.dedup();
        if used.is_empty() {
            continue;
        }
        let line = format!(
            "{pad}from {module} import {}\n",
            used.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
        );
        if line.len() <= WIDTH + 1 {
            out.push_str(&line);
            continue;
        }
        out.push_str(&format!("{pad}from {module} import (\n"));
        for name in used {
            out.push_str(&format!("{pad}    {name},\n"));
        }
        out.push_str(&format!("{pad})\n"));
    }
    out
}

/// Constants before classes before the rest, as `ruff` sorts imports.
fn order(name: &str) -> u8 {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_uppercase() => u8::from(name.len() < 2 || name.chars().any(|c| c.is_lowercase())),
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_literals_are_pythons() {
        assert_eq!(ident("from", &[]), "from_");
        assert_eq!(ident("options", &["options"]), "options_");
        assert_eq!(ident("user_id", &["options"]), "user_id");
        assert_eq!(literal("a"), "\"a\"");
        assert_eq!(literal("a\"b"), "'a\"b'");
        assert_eq!(literal("a\"b'c\\"), "\"a\\\"b'c\\\\\"");
    }

    #[test]
    fn docstrings_are_wrapped_and_closed() {
        assert_eq!(docstring(4, "One.", &[]), "    \"\"\"One.\"\"\"\n");
        assert_eq!(docstring(0, "Says \"a\"", &[]), "\"\"\"Says \"a\".\"\"\"\n");
        let long = "word ".repeat(60);
        assert!(docstring(8, &long, &[]).lines().all(|line| line.len() <= WIDTH));
        assert_eq!(docstring(0, "One.", &[vec!["Args:".to_owned()]]), "\"\"\"One.\n\nArgs:\n\"\"\"\n");
    }

    #[test]
    fn only_what_is_used_is_imported_and_in_order() {
        let modules = [("a", vec!["User".to_owned(), "OMIT".to_owned(), "one".to_owned(), "Omit".to_owned()])];
        assert_eq!(imports(0, "x: Omit = OMIT; one(Users)", &modules), "from a import OMIT, Omit, one\n");
        assert_eq!(imports(0, "nothing", &modules), "");
    }
}
