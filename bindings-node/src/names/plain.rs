//! Naming the JSON that the API writes: without white space, and with names that are written as they are. It is read and
//! written in one go, and what keeps its name is copied in as long pieces as can be. Whatever else there is in JSON, and what is
//! none, is left to the reader of all of it.

use std::ops::Range;

use clerk_usher::json::{Field, end_of_value, field};

use super::{Ends, Keys, Kind, Named, Names, Parts};

/// How deep values may stand within one another here.
const DEPTH: u8 = 64;

impl Names {
    /// The items of an answer: see [`Names::of`].
    pub(super) fn of_plain(&self, text: &str) -> Option<Named> {
        let plain = Plain { names: self, text, bytes: text.as_bytes() };
        let (items, beside) = match plain.bytes.first()? {
            b'[' => (0, "{}".to_owned()),
            b'{' => plain.listing()?,
            _ => return None,
        };
        let mut ends = Places::default();
        let (parts, end) = plain.items(items, &mut ends)?;
        // In an object the end was seen before.
        (items > 0 || end == text.len()).then(|| Named { items: parts, beside, ends: ends.of(text) })
    }
}

struct Plain<'a> {
    names: &'a Names,
    text: &'a str,
    bytes: &'a [u8],
}

/// A member of an object: its name, where that stands, and where its value does.
type Member<'a> = (&'a str, Range<usize>, Range<usize>);

impl<'a> Plain<'a> {
    /// Where the array of the items of an object begins, and the rest of the object.
    fn listing(&self) -> Option<(usize, String)> {
        let (members, end) = self.members(0, 1)?;
        if end != self.bytes.len() {
            return None;
        }
        let named = |name: &str| {
            let last = members.iter().rposition(|(key, ..)| *key == name)?;
            members.get(last).filter(|(_, _, value)| self.at(value.start) == Some(b'[')).map(|_| last)
        };
        let found = named(&self.names.data).or_else(|| named("data"))?;
        let beside: Option<Vec<&str>> = members
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != found)
            // With the quote before the name.
            .map(|(_, (_, name, value))| self.text.get(name.start.checked_sub(1)?..value.end))
            .collect();
        Some((members.get(found)?.2.start, format!("{{{}}}", beside?.join(","))))
    }

    /// The items of the array that begins here, and where it ends.
    fn items(&self, start: usize, ends: &mut Places) -> Option<(Vec<String>, usize)> {
        let mut parts = Parts::of(self.text);
        let end = self.each_item(start, |item| {
            let mut out = Out { text: self.text, copied: item, out: parts.next() };
            let end = self.write(item, self.names.kind, &mut out, 1)?;
            out.copy_until(end)?;
            ends.note(item..end);
            Some(end)
        })?;
        Some((parts.end(), end))
    }

    /// Writes the value that begins here, and tells where it ends.
    fn write(&self, at: usize, kind: Option<Kind>, out: &mut Out<'_>, depth: u8) -> Option<usize> {
        let Some(kind) = kind else { return self.skip(at, depth) };
        match self.at(at)? {
            b'n' => self.skip(at, depth),
            b'[' => self.each_item(at, |item| self.write(item, Some(kind), out, deeper(depth)?)),
            b'{' => match kind {
                Kind::Model(model) => self.write_model(at, model, out, deeper(depth)?),
                Kind::Union(union) => self.write_union(at, union, out, deeper(depth)?),
            },
            _ => None,
        }
    }

    fn write_model(&self, at: usize, model: usize, out: &mut Out<'_>, depth: u8) -> Option<usize> {
        let mut keys = self.names.keys(Some(model));
        self.each_member(at, |name| {
            let end = keys.guessed(self.bytes, name).or_else(|| self.end_of_name(name))?;
            Some((end, self.write_member(&mut keys, name..end, out, depth)?))
        })
    }

    fn write_union(&self, at: usize, union: usize, out: &mut Out<'_>, depth: u8) -> Option<usize> {
        let (members, end) = self.members(at, depth)?;
        let told: Vec<(&str, &str)> =
            members.iter().map(|(key, _, value)| Some((*key, self.text.get(value.clone())?))).collect::<Option<_>>()?;
        let mut keys = self.names.keys(Names::member(self.names.unions.get(union)?, &told).ok()?);
        for (_, name, _) in members {
            self.write_member(&mut keys, name, out, depth)?;
        }
        Some(end)
    }

    /// Writes the name that stands here, and the value after it; tells where that ends.
    fn write_member(&self, keys: &mut Keys<'_>, name: Range<usize>, out: &mut Out<'_>, depth: u8) -> Option<usize> {
        let key = self.text.get(name.clone())?;
        let (named, held) = keys.named(key)?;
        if named != key {
            out.replace(name.clone(), named)?;
        }
        self.write(name.end + 2, held, out, depth)
    }

    /// The members of the object that begins here, and where it ends.
    fn members(&self, at: usize, depth: u8) -> Option<(Vec<Member<'a>>, usize)> {
        let mut members = Vec::new();
        let end = self.each_member(at, |name| {
            let end = self.end_of_name(name)?;
            let end_of_value = self.skip(end + 2, depth)?;
            members.push((self.text.get(name..end)?, name..end, end + 2..end_of_value));
            Some((end, end_of_value))
        })?;
        Some((members, end))
    }

    /// Goes through the object that begins here. `member` is told where a name begins, and tells where that and its value end.
    fn each_member(&self, at: usize, mut member: impl FnMut(usize) -> Option<(usize, usize)>) -> Option<usize> {
        let mut at = at + 1;
        if self.at(at) == Some(b'}') {
            return Some(at + 1);
        }
        loop {
            if self.at(at) != Some(b'"') {
                return None;
            }
            let (end_of_name, end) = member(at + 1)?;
            if self.bytes.get(end_of_name..end_of_name + 2) != Some(b"\":") {
                return None;
            }
            match self.at(end)? {
                b',' => at = end + 1,
                b'}' => return Some(end + 1),
                _ => return None,
            }
        }
    }

    /// Goes through the array that begins here. `item` is told where one begins, and tells where it ends.
    fn each_item(&self, at: usize, mut item: impl FnMut(usize) -> Option<usize>) -> Option<usize> {
        let mut at = at + 1;
        if self.at(at) == Some(b']') {
            return Some(at + 1);
        }
        loop {
            let end = item(at)?;
            match self.at(end)? {
                b',' => at = end + 1,
                b']' => return Some(end + 1),
                _ => return None,
            }
        }
    }

    /// Where the value ends that begins here, and is to stay as it is.
    fn skip(&self, at: usize, depth: u8) -> Option<usize> {
        end_of_value(self.text, at, depth)
    }

    /// Where the name ends that begins here. None for one with escapes.
    fn end_of_name(&self, at: usize) -> Option<usize> {
        let end = self.skip(at.checked_sub(1)?, 0)?.checked_sub(1)?;
        (!self.bytes.get(at..end)?.contains(&b'\\')).then_some(end)
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }
}

/// How many items there are, and where the first and the last stand.
#[derive(Default)]
struct Places {
    count: u32,
    first: Range<usize>,
    last: Range<usize>,
}

impl Places {
    fn note(&mut self, item: Range<usize>) {
        if self.count == 0 {
            self.first = item.clone();
        }
        self.last = item;
        self.count += 1;
    }

    fn of(self, text: &str) -> Option<Ends> {
        let id = |item: Range<usize>| match field(text.get(item)?, "id") {
            Field::Text(id) => Some(Some(id.to_owned())),
            Field::Other => None,
            _ => Some(None),
        };
        match self.count {
            0 => Some(Ends { count: 0, first: None, last: None }),
            count => Some(Ends { count, first: id(self.first)?, last: id(self.last)? }),
        }
    }
}

fn deeper(depth: u8) -> Option<u8> {
    (depth < DEPTH).then_some(depth + 1)
}

/// What was written of a text, and how far that goes.
struct Out<'a> {
    text: &'a str,
    copied: usize,
    out: &'a mut String,
}

impl Out<'_> {
    fn copy_until(&mut self, end: usize) -> Option<()> {
        self.out.push_str(self.text.get(self.copied..end)?);
        self.copied = end;
        Some(())
    }

    fn replace(&mut self, place: Range<usize>, by: &str) -> Option<()> {
        self.copy_until(place.start)?;
        self.out.push_str(by);
        self.copied = place.end;
        Some(())
    }
}
