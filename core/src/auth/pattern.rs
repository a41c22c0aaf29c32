//! Path patterns, as `path-to-regexp` 6 reads them with its default options (R-370): `/orgs/:slug/(.*)`.

use fancy_regex::{Regex, RegexBuilder};

/// What a parameter ends at, and what a path may end with.
const DELIMITER: &str = r"[\/#\?]";
const SEGMENT: &str = r"[^\/#\?]";
/// How often matching may go back before a path counts as not matching: a path is its sender's.
const MAX_STEPS: usize = 100_000;

/// A pattern, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    /// The parameters' names, each group's in turn.
    names: Vec<String>,
}

impl Pattern {
    /// Compiles a pattern. The error says what is wrong with it, and where.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        let parts = Parser::new(lex(text)?).parse()?;
        let mut source = String::from("^");
        let mut names = Vec::new();
        for part in &parts {
            part.write(&mut source, &mut names)?;
        }
        source.push_str(DELIMITER);
        source.push_str("?$");
        let regex = RegexBuilder::new(&source).case_insensitive(true).backtrack_limit(MAX_STEPS).build();
        Ok(Self { regex: regex.map_err(|error| format!("it is not a regular expression: {error}"))?, names })
    }

    /// The parameters of a path that fits, in order; the last of a name counts.
    pub(crate) fn parameters<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let found = self.regex.captures(path).ok().flatten()?;
        let values = (1..=self.names.len()).map(|group| found.get(group).map(|part| part.as_str()));
        Some(self.names.iter().zip(values).filter_map(|(name, value)| Some((name.as_str(), value?))).collect())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    Group,
    Name,
    Char,
    Escaped,
    Modifier,
    End,
}

#[derive(Debug)]
struct Lexeme {
    kind: Kind,
    at: usize,
    text: String,
}

fn lex(pattern: &str) -> Result<Vec<Lexeme>, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let (kind, text, next) = match c {
            '*' | '+' | '?' => (Kind::Modifier, c.to_string(), at + 1),
            '\\' => (Kind::Escaped, chars.get(at + 1).map(char::to_string).unwrap_or_default(), at + 2),
            '{' => (Kind::Open, c.to_string(), at + 1),
            '}' => (Kind::Close, c.to_string(), at + 1),
            ':' => {
                let name: String =
                    chars[at + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
                if name.is_empty() {
                    return Err(format!("a parameter's name is missing at {at}"));
                }
                let next = at + 1 + name.len();
                (Kind::Name, name, next)
            }
            '(' => {
                let (text, next) = group(&chars, at)?;
                (Kind::Group, text, next)
            }
            _ => (Kind::Char, c.to_string(), at + 1),
        };
        out.push(Lexeme { kind, at, text });
        at = next;
    }
    out.push(Lexeme { kind: Kind::End, at, text: String::new() });
    Ok(out)
}

/// The regular expression between parentheses, and where the pattern goes on.
fn group(chars: &[char], start: usize) -> Result<(String, usize), String> {
    let mut text = String::new();
    let mut depth = 1;
    let mut at = start + 1;
    if chars.get(at) == Some(&'?') {
        return Err(format!("a group cannot start with \"?\", at {at}"));
    }
    while let Some(&c) = chars.get(at) {
        match c {
            '\\' => {
                text.push(c);
                at += 1;
                if let Some('p' | 'P') = chars.get(at) {
                    // In JavaScript it is the letter there, and in other places a property of Unicode.
                    return Err(format!("`\\p` has no meaning in a group, at {at}"));
                }
                text.extend(chars.get(at));
                at += 1;
                continue;
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            '(' => {
                depth += 1;
                if chars.get(at + 1) != Some(&'?') {
                    return Err(format!("capturing groups are not allowed within a group, at {at}"));
                }
            }
            _ => {}
        }
        text.push(c);
        at += 1;
    }
    match (depth, text.is_empty()) {
        (0, false) => Ok((text, at + 1)),
        (0, true) => Err(format!("the group at {start} is empty")),
        _ => Err(format!("the group at {start} is not closed")),
    }
}

/// A text, or a parameter with what belongs to it.
#[derive(Debug)]
enum Part {
    Text(String),
    Parameter { name: String, prefix: String, suffix: String, pattern: String, modifier: String },
}

impl Part {
    /// Appends the regular expression that this is, and the names of its groups.
    fn write(&self, source: &mut String, names: &mut Vec<String>) -> Result<(), String> {
        let (name, prefix, suffix, pattern, modifier) = match self {
            Self::Text(text) => {
                source.push_str(&escape(text));
                return Ok(());
            }
            Self::Parameter { name, prefix, suffix, pattern, modifier } => {
                (name, escape(prefix), escape(suffix), pattern, modifier)
            }
        };
        let repeated = modifier == "*" || modifier == "+";
        if pattern.is_empty() {
            source.push_str(&format!("(?:{prefix}{suffix}){modifier}"));
            return Ok(());
        }
        names.push(name.clone());
        if prefix.is_empty() && suffix.is_empty() {
            if repeated {
                return Err(format!("`{name}` cannot be repeated without a prefix and suffix"));
            }
            source.push_str(&format!("({pattern}){modifier}"));
        } else if repeated {
            let optional = if modifier == "*" { "?" } else { "" };
            source
                .push_str(&format!("(?:{prefix}((?:{pattern})(?:{suffix}{prefix}(?:{pattern}))*){suffix}){optional}"));
        } else {
            source.push_str(&format!("(?:{prefix}({pattern}){suffix}){modifier}"));
        }
        Ok(())
    }
}

struct Parser {
    lexemes: Vec<Lexeme>,
    at: usize,
    parts: Vec<Part>,
    text: String,
    unnamed: usize,
}

impl Parser {
    fn new(lexemes: Vec<Lexeme>) -> Self {
        Self { lexemes, at: 0, parts: Vec::new(), text: String::new(), unnamed: 0 }
    }

    fn parse(mut self) -> Result<Vec<Part>, String> {
        while self.at < self.lexemes.len() {
            let char = self.take(Kind::Char);
            let name = self.take(Kind::Name);
            let pattern = self.take(Kind::Group);
            if name.is_some() || pattern.is_some() {
                let mut prefix = char.unwrap_or_default();
                if !matches!(prefix.as_str(), "" | "." | "/") {
                    self.text.push_str(&prefix);
                    prefix.clear();
                }
                self.end_text();
                let pattern = self.pattern(pattern, &prefix)?;
                self.push(name, prefix, String::new(), pattern);
                continue;
            }
            if let Some(text) = char.or_else(|| self.take(Kind::Escaped)) {
                self.text.push_str(&text);
                continue;
            }
            self.end_text();
            if self.take(Kind::Open).is_some() {
                let prefix = self.plain_text();
                let name = self.take(Kind::Name);
                let group = self.take(Kind::Group);
                let suffix = self.plain_text();
                self.must_take(Kind::Close)?;
                let pattern = match (&name, group) {
                    (Some(_), group) => self.pattern(group, &prefix)?,
                    (None, group) => group.unwrap_or_default(),
                };
                self.push(name, prefix, suffix, pattern);
                continue;
            }
            self.must_take(Kind::End)?;
        }
        Ok(self.parts)
    }

    fn push(&mut self, name: Option<String>, prefix: String, suffix: String, pattern: String) {
        let name = name.unwrap_or_else(|| {
            let number = self.unnamed.to_string();
            self.unnamed += usize::from(!pattern.is_empty());
            number
        });
        let modifier = self.take(Kind::Modifier).unwrap_or_default();
        self.parts.push(Part::Parameter { name, prefix, suffix, pattern, modifier });
    }

    /// The parameter's own pattern, else one segment, which does not run over the text before it.
    fn pattern(&self, own: Option<String>, prefix: &str) -> Result<String, String> {
        if let Some(own) = own {
            return Ok(own);
        }
        let before = match self.parts.last() {
            _ if !prefix.is_empty() => prefix,
            Some(Part::Text(text)) => text,
            Some(Part::Parameter { name, .. }) => {
                return Err(format!("there must be text between two parameters, after `{name}`"));
            }
            None => "",
        };
        if before.is_empty() || before.contains(['/', '#', '?']) {
            return Ok(format!("{SEGMENT}+?"));
        }
        Ok(format!("(?:(?!{}){SEGMENT})+?", escape(before)))
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        }
    }

    fn plain_text(&mut self) -> String {
        let mut out = String::new();
        while let Some(text) = self.take(Kind::Char).or_else(|| self.take(Kind::Escaped)) {
            out.push_str(&text);
        }
        out
    }

    fn take(&mut self, kind: Kind) -> Option<String> {
        let lexeme = self.lexemes.get_mut(self.at).filter(|lexeme| lexeme.kind == kind)?;
        self.at += 1;
        Some(std::mem::take(&mut lexeme.text))
    }

    fn must_take(&mut self, kind: Kind) -> Result<(), String> {
        let (found, at) = self.lexemes.get(self.at).map_or((Kind::End, 0), |lexeme| (lexeme.kind, lexeme.at));
        match self.take(kind) {
            Some(_) => Ok(()),
            None => Err(format!("unexpected {found:?} at {at}, where {kind:?} should be")),
        }
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '_' | '<' | '>') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn read(pattern: &str, path: &str) -> Option<String> {
        let pattern = Pattern::compile(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
        let found = pattern.parameters(path)?;
        Some(found.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn parameters() {
        for (pattern, path, found) in [
            ("/orgs/:id", "/orgs/org_1", Some("id=org_1")),
            ("/orgs/:id", "/orgs/org_1/", Some("id=org_1")),
            ("/orgs/:id", "/ORGS/Org_1", Some("id=Org_1")),
            ("/orgs/:id", "/orgs/", None),
            ("/orgs/:id", "/orgs/a/b", None),
            ("/orgs/:id", "/orgs/a%2Fb", Some("id=a%2Fb")),
            ("/orgs/:slug/(.*)", "/orgs/acme/x/y", Some("slug=acme 0=x/y")),
            ("/orgs/:slug/(.*)", "/orgs/acme/", Some("slug=acme 0=")),
            ("/orgs/:slug/(.*)", "/orgs/acme", None),
            ("/personal-account/(.*)", "/personal-account", None),
            ("/a/:id?", "/a", Some("")),
            ("/a/:id?", "/a/1", Some("id=1")),
            ("/a/:id*", "/a/1/2", Some("id=1/2")),
            ("/a/:id+", "/a", None),
            ("/a/:id+", "/a/1/2", Some("id=1/2")),
            ("/a/:id(\\d+)", "/a/12", Some("id=12")),
            ("/a/:id(\\d+)", "/a/x", None),
            ("/a{/:id}?/b", "/a/b", Some("")),
            ("/a{/:id}?/b", "/a/1/b", Some("id=1")),
            ("/a/:b-:c", "/a/x-y-z", Some("b=x-y c=z")),
            ("/a/:b--:c", "/a/x--y--z", Some("b=x--y c=z")),
            ("/a/:id-x", "/a/1-x", Some("id=1")),
            ("/a\\:b", "/a:b", Some("")),
            ("not a path", "/not a path", None),
            ("/a.b", "/axb", None),
            ("/a/:id(x|xy)", "/a/xy", Some("id=xy")),
            ("", "/", Some("")),
            ("/:id/:id", "/1/2", Some("id=1 id=2")),
        ] {
            assert_eq!(read(pattern, path).as_deref(), found, "{pattern} of {path}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for pattern in [
            "/orgs/(x",
            "/:",
            "/()",
            "/(?:a)",
            "/((a))",
            "/:a:b",
            "/{a",
            "/a}",
            "/*",
            "/(.*)(",
            "/:a([)",
            "(.*)*",
            "/:a(\\p{L}+)",
        ] {
            assert!(Pattern::compile(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_path_cannot_make_matching_long() {
        let pattern = Pattern::compile("/(a+)+/x").or_else(|_| Pattern::compile("/:a((?:a+)+)/x"));
        let path = format!("/{}!", "a".repeat(50_000));
        assert!(pattern.is_ok_and(|pattern| pattern.parameters(&path).is_none()));
    }
}
