//! The JSON objects that tokens nearly always are: without a space, an escape or a control character. They are read in
//! one go; whatever else there is in JSON is left to the reader of all of it.

use super::json::{Place, Places};
use crate::scan::{HIGHEST, ONES};

/// How deep values may stand within one another here.
const DEPTH: u32 = 8;

/// Notes where the values of the members stand that have a place, the last of a name. `None` if the text is not of this
/// simple kind, or not JSON at all: who reads all JSON has to say.
pub(crate) fn read<const N: usize>(text: &str, place_of: impl Fn(&str) -> Option<usize>) -> Option<Places<N>> {
    // Without these two every quote begins or ends a string, and what stands between is its text.
    let bytes = text.as_bytes();
    let controls = bytes.iter().fold(false, |any, byte| any | (*byte < 0x20));
    if controls || memchr::memchr(b'\\', bytes).is_some() {
        return None;
    }
    let mut places = [Place::NONE; N];
    let at = expect(bytes, 0, b'{')?;
    let end = members(bytes, at, DEPTH, |[name, end_of_name, value, end]| {
        if let Some(place) = place_of(text.get(name..end_of_name)?).and_then(|place| places.get_mut(place)) {
            *place = Place::new(value, end)?;
        }
        Some(())
    })?;
    (end == bytes.len()).then_some(places)
}

/// Where the object ends whose members begin here. `found` is told where the name and the value of each begin and end.
fn members(bytes: &[u8], mut at: usize, depth: u32, mut found: impl FnMut([usize; 4]) -> Option<()>) -> Option<usize> {
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        let name = expect(bytes, at, b'"')?;
        let end_of_name = quote_from(bytes, name)?;
        let value = expect(bytes, end_of_name + 1, b':')?;
        let end = end_of_value(bytes, value, depth)?;
        found([name, end_of_name, value, end])?;
        match bytes.get(end)? {
            b',' => at = end + 1,
            b'}' => return Some(end + 1),
            _ => return None,
        }
    }
}

/// Where the array ends whose items begin here.
fn items(bytes: &[u8], mut at: usize, depth: u32) -> Option<usize> {
    if bytes.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        let end = end_of_value(bytes, at, depth)?;
        match bytes.get(end)? {
            b',' => at = end + 1,
            b']' => return Some(end + 1),
            _ => return None,
        }
    }
}

/// Where the value that begins here ends.
fn end_of_value(bytes: &[u8], at: usize, depth: u32) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let literal = |word: &[u8]| rest.starts_with(word).then_some(at + word.len());
    match rest.first()? {
        b'"' => Some(quote_from(bytes, at + 1)? + 1),
        b'-' => end_of_integer(bytes, at + 1),
        b'0'..=b'9' => end_of_integer(bytes, at),
        b't' => literal(b"true"),
        b'f' => literal(b"false"),
        b'n' => literal(b"null"),
        b'[' => items(bytes, at + 1, depth.checked_sub(1)?),
        b'{' => members(bytes, at + 1, depth.checked_sub(1)?, |_| Some(())),
        _ => None,
    }
}

/// Where the digits end. A fraction or an exponent is not followed by what has to follow a value, and so is left to the
/// other reader.
fn end_of_integer(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    match rest.first()? {
        b'0' => Some(at + 1),
        b'1'..=b'9' => Some(at + rest.iter().position(|byte| !byte.is_ascii_digit())?),
        _ => None,
    }
}

/// The place after this byte, if it stands here.
fn expect(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

/// Where the next quote is.
#[inline]
fn quote_from(bytes: &[u8], at: usize) -> Option<usize> {
    let mut rest = bytes.get(at..)?;
    // Eight bytes at a time: names and values are short, and there are many.
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(place) = quote_in(*word) {
            return Some(bytes.len() - rest.len() + place);
        }
        rest = behind;
    }
    let place = rest.iter().position(|byte| *byte == b'"')?;
    Some(bytes.len() - rest.len() + place)
}

/// Where in a word the first quote is.
#[inline]
fn quote_in(word: [u8; 8]) -> Option<usize> {
    // What is a quote is zero here. Of the bits that are found the lowest is that of the first; those above it may be there
    // for nothing.
    let word = u64::from_le_bytes(word) ^ (ONES * b'"' as u64);
    let found = word.wrapping_sub(ONES) & !word & HIGHEST;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::quote_from;

    proptest! {
        #[test]
        fn the_next_quote_is_the_next_one(text in "[ -~é\u{80}!#\"]{0,40}", at in 0_usize..44) {
            let plainly = text.as_bytes().iter().skip(at).position(|byte| *byte == b'"').map(|place| at + place);
            prop_assert_eq!(quote_from(text.as_bytes(), at), plainly);
        }
    }
}
