//! Reading JSON text in one go, and sure of itself: what is accepted here is JSON, as serde_json has it. Of whatever is not
//! accepted, serde_json has to say what it is, and what is wrong with it.

/// How deep values may stand within one another.
pub(crate) const DEPTH: u8 = 127;

/// Goes through the members of an object, which is all of the text. `take` gets the name and the text from the value on, and
/// gives what comes behind that.
#[inline]
pub(crate) fn members<'t>(text: &'t str, mut take: impl FnMut(Quoted<'t>, &'t [u8]) -> Option<&'t [u8]>) -> Option<()> {
    let [b'{', rest @ ..] = trimmed(text.as_bytes()) else { return None };
    let mut bytes = trimmed(rest);
    if let [b'}', rest @ ..] = bytes {
        return trimmed(rest).is_empty().then_some(());
    }
    loop {
        let [b'"', rest @ ..] = bytes else { return None };
        let (name, rest) = string(text, rest)?;
        let [b':', rest @ ..] = trimmed(rest) else { return None };
        match trimmed(take(name, trimmed(rest))?) {
            [b',', rest @ ..] => bytes = trimmed(rest),
            [b'}', rest @ ..] => return trimmed(rest).is_empty().then_some(()),
            _ => return None,
        }
    }
}

/// What comes behind a value, which stands so deep.
pub(crate) fn after_value(bytes: &[u8], depth: u8) -> Option<&[u8]> {
    let below = depth.saturating_add(1);
    match bytes {
        [b'"', rest @ ..] => after_string(rest),
        [b'{', rest @ ..] if below < DEPTH => after_members(trimmed(rest), below),
        [b'[', rest @ ..] if below < DEPTH => after_items(rest, below),
        [b'n', b'u', b'l', b'l', rest @ ..]
        | [b't', b'r', b'u', b'e', rest @ ..]
        | [b'f', b'a', b'l', b's', b'e', rest @ ..] => Some(rest),
        _ => after_number(bytes),
    }
}

fn after_members(bytes: &[u8], depth: u8) -> Option<&[u8]> {
    if let [b'}', rest @ ..] = bytes {
        return Some(rest);
    }
    let mut bytes = bytes;
    loop {
        let [b'"', rest @ ..] = bytes else { return None };
        let [b':', rest @ ..] = trimmed(after_string(rest)?) else { return None };
        match trimmed(after_value(trimmed(rest), depth)?) {
            [b',', rest @ ..] => bytes = trimmed(rest),
            [b'}', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

fn after_items(bytes: &[u8], depth: u8) -> Option<&[u8]> {
    items(bytes, depth, |_, _| {})
}

/// Hears of each item of an array, whose opening bracket is taken: the text from there on, and what comes behind it. Gives
/// what comes behind the array.
#[inline]
pub(crate) fn items<'t>(bytes: &'t [u8], depth: u8, mut hear: impl FnMut(&'t [u8], &'t [u8])) -> Option<&'t [u8]> {
    let mut bytes = trimmed(bytes);
    if let [b']', rest @ ..] = bytes {
        return Some(rest);
    }
    loop {
        let rest = after_value(bytes, depth)?;
        hear(bytes, rest);
        match trimmed(rest) {
            [b',', rest @ ..] => bytes = trimmed(rest),
            [b']', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

/// What comes behind a string, whose opening quote is taken.
#[inline]
fn after_string(bytes: &[u8]) -> Option<&[u8]> {
    match special(bytes) {
        [b'"', rest @ ..] => Some(rest),
        bytes => after_escape(bytes),
    }
}

/// The same from an escape on.
#[cold]
#[inline(never)]
fn after_escape(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (_, length) = escape(bytes)?;
        match special(bytes.get(length..)?) {
            [b'"', rest @ ..] => return Some(rest),
            from => bytes = from,
        }
    }
}

#[inline]
fn after_number(bytes: &[u8]) -> Option<&[u8]> {
    Some(number(bytes)?.1)
}

/// A number, as serde_json tells them apart.
pub(crate) enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

/// What number this is, and what comes behind it.
#[inline]
pub(crate) fn number(bytes: &[u8]) -> Option<(Number, &[u8])> {
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut rest, mut value) = (digits, 0_u64);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = after;
    }
    match (digits.first()?, rest) {
        // An integer of so few digits needs no care.
        (b'1'..=b'9', [b',' | b'}' | b']', ..]) if digits.len() - rest.len() < 19 => {
            let number = if negative { Number::Negative(0 - value.cast_signed()) } else { Number::Positive(value) };
            Some((number, rest))
        }
        _ => any_number(bytes),
    }
}

/// The same of any number.
#[inline(never)]
fn any_number(bytes: &[u8]) -> Option<(Number, &[u8])> {
    let in_number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let (number, rest) = bytes.split_at_checked(bytes.iter().take_while(in_number).count())?;
    if number == b"0" {
        return Some((Number::Positive(0), rest));
    }
    let number: serde_json::Number = serde_json::from_slice(number).ok()?;
    let integer = number.as_u64().map(Number::Positive).or_else(|| number.as_i64().map(Number::Negative));
    Some((integer.or_else(|| number.as_f64().map(Number::Float))?, rest))
}

/// What stands between two quotes.
pub(crate) struct Quoted<'t> {
    /// As it is written.
    pub(crate) raw: &'t str,
    /// Whether it has escapes.
    pub(crate) escaped: bool,
}

impl Quoted<'_> {
    pub(crate) fn is(&self, text: &str) -> Option<bool> {
        Some(if self.escaped { unescaped(self.raw)? == text } else { self.raw == text })
    }
}

/// A string of this text, whose opening quote is taken, and what comes behind it.
#[inline]
pub(crate) fn string<'t>(text: &'t str, bytes: &'t [u8]) -> Option<(Quoted<'t>, &'t [u8])> {
    let start = text.len() - bytes.len();
    let (rest, escaped) = match special(bytes) {
        [b'"', rest @ ..] => (rest, false),
        bytes => (after_escape(bytes)?, true),
    };
    let raw = text.get(start..text.len() - rest.len() - 1)?;
    Some((Quoted { raw, escaped }, rest))
}

/// What stands between quotes, without its escapes.
#[inline(never)]
pub(crate) fn unescaped(raw: &str) -> Option<String> {
    let (mut text, mut rest) = (String::with_capacity(raw.len()), raw);
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (before, from) = rest.split_at_checked(at)?;
        let (is, length) = escape(from.as_bytes())?;
        text.push_str(before);
        text.push(is);
        rest = from.get(length..)?;
    }
    text.push_str(rest);
    Some(text)
}

/// Without the white space that comes first.
#[inline]
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b' ' | b'\n' | b'\t' | b'\r', rest @ ..] => trimmed_far(rest),
        _ => bytes,
    }
}

#[cold]
#[inline(never)]
fn trimmed_far(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\t' | b'\r', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// What an escape is, and how long. No lone surrogate is one.
fn escape(escape: &[u8]) -> Option<(char, usize)> {
    let [b'\\', kind, ..] = escape else { return None };
    let simple = |is| Some((is, 2));
    match kind {
        b'"' => simple('"'),
        b'\\' => simple('\\'),
        b'/' => simple('/'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'u' => {
            let first = unit(escape)?;
            if let Some(is) = char::from_u32(first) {
                return Some((is, 6));
            }
            let second = unit(escape.get(6..).unwrap_or_default())?;
            if !matches!((first, second), (0xD800..=0xDBFF, 0xDC00..=0xDFFF)) {
                return None;
            }
            let is = char::from_u32(0x1_0000 + ((first & 0x3FF) << 10) + (second & 0x3FF))?;
            Some((is, 12))
        }
        _ => None,
    }
}

/// The code unit that an escape of four digits stands for.
fn unit(escape: &[u8]) -> Option<u32> {
    let Some([b'\\', b'u', digits @ ..]) = escape.first_chunk::<6>() else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

/// One of each byte of a word.
pub(crate) const ONES: u64 = u64::from_ne_bytes([1; 8]);
/// The highest bit of each.
pub(crate) const HIGHEST: u64 = ONES << 7;

/// From the first quote, backslash or control character on.
#[inline]
fn special(bytes: &[u8]) -> &[u8] {
    let Some((first, rest)) = bytes.split_first_chunk() else { return special_far(bytes) };
    match in_word(*first) {
        Some(at) => bytes.get(at..).unwrap_or_default(),
        None => special_far(rest),
    }
}

/// The same in what is long, or ends soon.
#[inline(never)]
fn special_far(mut bytes: &[u8]) -> &[u8] {
    loop {
        for _ in 0..3 {
            let Some((word, rest)) = bytes.split_first_chunk() else {
                let at = bytes.iter().position(|byte| is_special(*byte)).unwrap_or(bytes.len());
                return bytes.get(at..).unwrap_or_default();
            };
            if let Some(at) = in_word(*word) {
                return bytes.get(at..).unwrap_or_default();
            }
            bytes = rest;
        }
        while let Some((chunk, rest)) = bytes.split_first_chunk::<32>() {
            if chunk.iter().fold(false, |any, byte| any | is_special(*byte)) {
                break;
            }
            bytes = rest;
        }
    }
}

/// Where in a word the first such byte is.
#[inline]
fn in_word(word: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    // Of the bits that are left the lowest is that of the first such byte; those above it may be there for nothing.
    let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    let found = (quote_or_control | backslash) & !word & HIGHEST;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// Quotes and control characters differ in one bit only.
#[inline]
fn is_special(byte: u8) -> bool {
    (byte ^ 0x02 < 0x21) | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Number, number};

    proptest! {
        #[test]
        fn integers_are_what_serde_json_reads(text in "-?[0-9]{1,24}", behind in prop::sample::select(vec![",", "}", "]", " "])) {
            let expected: Option<serde_json::Number> = serde_json::from_str(&text).ok();
            let found = number(format!("{text}{behind}").as_bytes()).map(|(number, rest)| {
                assert_eq!(rest, behind.as_bytes());
                match number {
                    Number::Positive(value) => Some(value.into()),
                    Number::Negative(value) => Some(value.into()),
                    Number::Float(value) => serde_json::Number::from_f64(value),
                }
            });
            prop_assert_eq!(found.flatten(), expected);
        }
    }
}
