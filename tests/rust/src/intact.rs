//! Whether two models that differ at one place are the same everywhere else, by how they print.
//!
//! What JSON they write does not tell: a field is written alike whether its struct has it or `other` keeps it.

use crate::case::Outcome;
use crate::generated::answers::UNIONS;
use crate::mutate::Step;

/// The property that tells the members of a union apart, and each member's tag and required fields.
pub type Telling = (Option<&'static str>, &'static [(&'static str, &'static [&'static str])]);

/// A printed value: its first line, and what is in it.
#[derive(Debug, PartialEq, Eq)]
struct Node<'a> {
    head: &'a str,
    inside: Vec<Node<'a>>,
}

fn parse(printed: &str) -> Node<'_> {
    let lines: Vec<(usize, &str)> =
        printed.lines().map(|line| (line.len() - line.trim_start().len(), line.trim())).collect();
    let mut rest = lines.as_slice();
    let mut top = inside(&mut rest, 0);
    if top.is_empty() { Node { head: "", inside: Vec::new() } } else { top.remove(0) }
}

/// What stands at this depth; lines that close something say nothing more.
fn inside<'a>(rest: &mut &[(usize, &'a str)], depth: usize) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    while let Some(((at, head), after)) = rest.split_first() {
        if *at < depth {
            break;
        }
        *rest = after;
        if !head.starts_with(['}', ']', ')']) {
            nodes.push(Node { head, inside: inside(rest, depth + 4) });
        }
    }
    nodes
}

impl<'a> Node<'a> {
    /// The field of a struct.
    fn field(&self, name: &str) -> Option<&Node<'a>> {
        self.inside.iter().find(|node| node.name() == name)
    }

    fn name(&self) -> &'a str {
        self.head.split_once(": ").map_or(self.head, |(name, _)| name)
    }

    /// The names among `other`, but for this one.
    fn others_but(&self, name: &str) -> Vec<&'a str> {
        let names = self.field("other").map(|other| other.inside.as_slice()).unwrap_or_default();
        names
            .iter()
            .map(|node| node.head.trim_end_matches(',').trim_matches('"'))
            .filter(|other| *other != name)
            .collect()
    }

    /// Its head without the brace, which is closed at once or left out where nothing is inside.
    fn kind(&self) -> &'a str {
        self.head.split(" {").next().unwrap_or_default().trim_end_matches(',')
    }

    /// Whether it is an array of models. (Of plain values, one that is odd makes the whole array so.)
    fn holds_models(&self) -> bool {
        self.head.ends_with('[') && self.inside.iter().any(|item| item.head.ends_with('{') && item.is_struct())
    }

    /// Whether it is a struct: `User {` or `user: User {`, and no map (`{`) or free-form value (`Object {`).
    fn is_struct(&self) -> bool {
        let kind = self.kind().rsplit(' ').next();
        kind.is_some_and(|kind| kind.starts_with(char::is_uppercase) && kind != "Object")
    }
}

/// Whether the members of any union are told apart by a field of this name.
fn tells(name: &str) -> bool {
    UNIONS.iter().any(|(tag, members)| *tag == Some(name) || members.iter().any(|member| member.1.contains(&name)))
}

/// All that is not at this place is printed alike.
///
/// # Errors
/// With the first difference.
pub fn check(before: &str, after: &str, path: &[Step]) -> Outcome {
    let (before, after) = (parse(before), parse(after));
    let (mut before, mut after) = (&before, &after);
    let mut steps = path.iter().peekable();
    while let Some(step) = steps.next() {
        match step {
            Step::Field(name) => {
                if before.kind() != after.kind() {
                    // Another member of a union, or none: what was beside the change is in the JSON, which was compared.
                    let last = steps.peek().is_none_or(|step| matches!(step, Step::Item(_)));
                    return if last && tells(name) { Ok(()) } else { differ(before, after) };
                }
                if !before.is_struct() {
                    return Ok(()); // What is in free-form values is no model's.
                }
                fields(before, after, name)?;
                match (before.field(name), after.field(name)) {
                    (Some(old), Some(new)) => (before, after) = (old, new),
                    // One item that is odd makes no others so, where they are models.
                    (Some(old), None) if steps.peek().is_some() && old.holds_models() => {
                        return Err(format!("{} is among `other` for one of its items", old.head));
                    }
                    _ => return Ok(()), // It is among `other`, or gone.
                }
            }
            Step::Item(index) => {
                let beside = before.inside.iter().zip(&after.inside).enumerate();
                for (_, (old, new)) in beside.filter(|(other, _)| other != index) {
                    same(old, new)?;
                }
                let (Some(old), Some(new)) = (before.inside.get(*index), after.inside.get(*index)) else {
                    return Ok(()); // It was added.
                };
                (before, after) = (old, new);
            }
        }
    }
    Ok(())
}

/// Two structs have the same fields, but for one.
fn fields(before: &Node<'_>, after: &Node<'_>, name: &str) -> Outcome {
    let kept = |node: &&Node<'_>| node.name() != name && node.name() != "other";
    let (mut old, mut new) = (before.inside.iter().filter(kept), after.inside.iter().filter(kept));
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            (Some(old), Some(new)) => same(old, new)?,
            (Some(node), None) | (None, Some(node)) => return Err(format!("{} is on one side only", node.head)),
        }
    }
    if before.others_but(name) == after.others_but(name) { Ok(()) } else { differ(before, after) }
}

fn same(before: &Node<'_>, after: &Node<'_>) -> Outcome {
    if before == after { Ok(()) } else { differ(before, after) }
}

fn differ(before: &Node<'_>, after: &Node<'_>) -> Outcome {
    Err(format!("{before:?} became {after:?}"))
}
