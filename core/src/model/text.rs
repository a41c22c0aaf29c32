//! A body as text, read in one go. What is accepted here gives what serde_json gives; of whatever is not, serde_json has
//! to say what it is, and what is wrong with it.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use serde::Deserialize as _;
use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::free::{Known, Other};
use super::read::{Found, Model, Read};
use super::union::Union;

use crate::scan::{self, DEPTH, Number, Quoted, trimmed, unescaped};

/// It is not accepted here, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure;

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not read in one go")
    }
}

impl std::error::Error for Unsure {}

impl de::Error for Unsure {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What was read, if it was.
pub type Result<T> = std::result::Result<T, Unsure>;

/// In what order the fields of a kind of object came last.
type Orders = Vec<(&'static [&'static str], Vec<usize>)>;

thread_local! {
    /// Of what this thread read last.
    static ORDERS: Cell<Orders> = const { Cell::new(Vec::new()) };
}

/// Of so many kinds, and so many fields, an order is remembered.
const KINDS: usize = 32;
const FIELDS: usize = 256;

/// Reads all of a text. `None` if serde_json has to.
pub(crate) fn read_all<'de, T>(text: &'de str, read: impl FnOnce(&mut Text<'de>) -> Result<T>) -> Option<T> {
    // None where the thread is about to end.
    let orders = ORDERS.try_with(Cell::take).unwrap_or_default();
    let mut reader = Text { text, rest: text.as_bytes(), depth: 0, once: None, orders };
    let read = read(&mut reader).ok()?;
    let Text { rest, orders, .. } = reader;
    let _ = ORDERS.try_with(|last| last.set(orders));
    trimmed(rest).is_empty().then_some(read)
}

/// Reads a model from a text that is known to be an object.
pub(super) fn late_model<M: Model>(text: &str) -> M {
    let judged = || match M::read(&mut serde_json::Deserializer::from_str(text)) {
        Ok(Found::Fit(model)) => model,
        Ok(Found::Odd(value)) => odd_model(value),
        // It would not have been known to be one.
        Err(_) => odd_model(text.into()),
    };
    read_all(text, |reader| model(reader)).unwrap_or_else(judged)
}

/// A model that holds what came in its place.
pub(super) fn odd_model<M: Model>(value: Value) -> M {
    let mut model = M::default();
    model.other_mut().value = Some(value);
    model
}

/// A text, and what of it is still to be read.
pub struct Text<'de> {
    text: &'de str,
    rest: &'de [u8],
    /// How many arrays and objects this stands in.
    depth: u8,
    /// The field that the object that comes next may not have twice.
    once: Option<&'static str>,
    orders: Orders,
}

impl<'de> Text<'de> {
    #[inline]
    fn expect(&mut self, byte: u8) -> Result<()> {
        match trimmed(self.rest) {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(Unsure),
        }
    }

    /// A string, whose opening quote is taken.
    #[inline]
    fn string(&mut self, rest: &'de [u8]) -> Result<Quoted<'de>> {
        let (quoted, rest) = scan::string(self.text, rest).ok_or(Unsure)?;
        self.rest = rest;
        Ok(quoted)
    }

    /// Goes into an array or object, whose opening bracket is taken.
    #[inline]
    fn enter(&mut self, rest: &'de [u8]) -> Result<Parts<'_, 'de>> {
        if self.depth + 1 >= DEPTH {
            return Err(Unsure);
        }
        self.depth += 1;
        self.rest = rest;
        Ok(Parts { reader: self, first: true })
    }

    /// Goes out of it.
    #[inline]
    fn leave(&mut self, bracket: u8) -> Result<()> {
        self.depth -= 1;
        self.expect(bracket)
    }

    #[inline]
    fn word<T>(&mut self, rest: &'de [u8], read: Result<T>) -> Result<T> {
        self.rest = rest;
        read
    }

    #[inline]
    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let (number, rest) = scan::number(self.rest).ok_or(Unsure)?;
        self.rest = rest;
        match number {
            Number::Positive(value) => visitor.visit_u64(value),
            Number::Negative(value) => visitor.visit_i64(value),
            Number::Float(value) => visitor.visit_f64(value),
        }
    }

    #[inline]
    fn advance(&mut self) {
        if let [_, rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    #[inline]
    pub(super) fn begins_with(&mut self, byte: u8) -> bool {
        self.rest = trimmed(self.rest);
        self.rest.first() == Some(&byte)
    }

    /// Takes the objects of an array, and tells where they stand.
    pub(super) fn places(&mut self) -> Result<Vec<Range<usize>>> {
        let mut places = Vec::new();
        self.items(|reader| {
            let here = trimmed(reader.rest);
            if here.first() != Some(&b'{') {
                return Err(Unsure);
            }
            reader.rest = scan::after_value(here, reader.depth).ok_or(Unsure)?;
            places.push(reader.text.len() - here.len()..reader.text.len() - reader.rest.len());
            Ok(())
        })?;
        Ok(places)
    }

    /// Takes a null, if one comes.
    #[inline]
    fn null(&mut self) -> bool {
        match trimmed(self.rest) {
            [b'n', b'u', b'l', b'l', rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a boolean, if one comes.
    #[inline]
    pub(super) fn bool(&mut self) -> Option<bool> {
        let (found, rest) = match trimmed(self.rest) {
            [b't', b'r', b'u', b'e', rest @ ..] => (true, rest),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (false, rest),
            _ => return None,
        };
        self.rest = rest;
        Some(found)
    }

    /// Takes an integer of 64 bits, if one comes.
    #[inline]
    pub(super) fn integer(&mut self) -> Option<i64> {
        let (number, rest) = scan::number(trimmed(self.rest))?;
        let found = match number {
            Number::Positive(value) => i64::try_from(value).ok()?,
            Number::Negative(value) => value,
            Number::Float(_) => return None,
        };
        self.rest = rest;
        Some(found)
    }

    /// Takes an object without members, if one comes and is written as it mostly is.
    #[inline]
    pub(super) fn empty_object(&mut self) -> bool {
        match trimmed(self.rest) {
            [b'{', b'}', rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a string, if one comes.
    #[inline]
    fn any_string(&mut self) -> Result<Option<Cow<'de, str>>> {
        let [b'"', rest @ ..] = trimmed(self.rest) else { return Ok(None) };
        let quoted = self.string(rest)?;
        match quoted.escaped {
            false => Ok(Some(Cow::Borrowed(quoted.raw))),
            true => unescaped(quoted.raw).map(Cow::Owned).map(Some).ok_or(Unsure),
        }
    }

    /// Takes this name and its colon, if they come and are written as they mostly are.
    #[inline]
    fn name(&mut self, name: &str) -> bool {
        let [b'"', rest @ ..] = self.rest else { return false };
        match rest.split_at_checked(name.len()) {
            Some((here, [b'"', b':', rest @ ..])) if here == name.as_bytes() => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes any name, and its colon.
    fn any_name(&mut self) -> Result<Cow<'de, str>> {
        let name = self.any_string()?.ok_or(Unsure)?;
        self.expect(b':')?;
        Ok(name)
    }

    /// Takes an array: `item` takes each.
    #[inline]
    pub(super) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[')?;
        let mut parts = self.enter(self.rest)?;
        while parts.more(b']')? {
            item(parts.reader)?;
        }
        self.leave(b']')
    }

    /// Takes an object: `member` takes the value of each.
    pub(super) fn members(&mut self, mut member: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        let mut parts = self.enter(self.rest)?;
        while parts.more(b'}')? {
            let name = parts.reader.any_name()?;
            member(parts.reader, &name)?;
        }
        self.leave(b'}')
    }

    fn take_order(&mut self, names: &'static [&'static str]) -> Vec<usize> {
        let known = self.orders.iter_mut().find(|(known, _)| std::ptr::eq(*known, names));
        known.map(|(_, order)| std::mem::take(order)).unwrap_or_default()
    }

    fn keep_order(&mut self, names: &'static [&'static str], order: Vec<usize>) {
        if order.len() > FIELDS {
            return;
        }
        match self.orders.iter_mut().find(|(known, _)| std::ptr::eq(*known, names)) {
            Some((_, known)) => *known = order,
            None => {
                self.orders.truncate(KINDS - 1);
                self.orders.push((names, order));
            }
        }
    }
}

/// Reads a model, which is an object.
pub(crate) fn model<M: Model>(reader: &mut Text<'_>) -> Result<M> {
    let mut model = M::default();
    match fill(&mut model, reader)? {
        None => Ok(model),
        Some(_) => Err(Unsure),
    }
}

/// Reads the fields of a model, or gives back what is no object. Objects of one kind mostly have the same fields in the same
/// order, so each is first taken for the one that stood in its place the last time.
pub(super) fn fill<M: Model>(model: &mut M, reader: &mut Text<'_>) -> Result<Option<Value>> {
    if !reader.begins_with(b'{') {
        return Value::deserialize(reader).map(Some);
    }
    reader.advance();
    let once = reader.once.take();
    let mut order = reader.take_order(M::NAMES);
    let (mut place, mut next, mut seen) = (0, 0, false);
    let mut parts = reader.enter(reader.rest)?;
    while parts.more(b'}')? {
        let reader = &mut *parts.reader;
        let guess = order.get(place).copied().unwrap_or(next);
        let index = match M::NAMES.get(guess) {
            Some(name) if reader.name(name) => guess,
            _ => {
                let name = reader.any_name()?;
                let found = M::NAMES.iter().position(|known| *known == name).unwrap_or(M::NAMES.len());
                if found == M::NAMES.len() {
                    let value = Value::deserialize(&mut *reader)?;
                    model.other_mut().fields.insert(&name, value);
                }
                found
            }
        };
        match order.get_mut(place) {
            Some(known) => *known = index,
            None => order.push(index),
        }
        (place, next) = (place + 1, index + 1);
        if once.is_some() && M::NAMES.get(index).copied() == once && std::mem::replace(&mut seen, true) {
            return Err(Unsure);
        }
        model.read_text_field(index, reader)?;
    }
    reader.leave(b'}')?;
    reader.keep_order(M::NAMES, order);
    Ok(None)
}

/// Reads a known field into its slot, or into `other` if it does not fit. The last of two of one name holds.
pub(crate) fn text_field<T: Read>(
    slot: &mut Option<T>,
    other: &mut Other,
    name: &'static Known,
    reader: &mut Text<'_>,
) -> Result<()> {
    if reader.null() {
        *slot = None;
        other.keep(name, Value::Null);
        return Ok(());
    }
    match T::read_text(slot, reader)? {
        None => other.drop_known(name),
        Some(odd) => other.keep(name, odd),
    }
    Ok(())
}

/// Reads what is made of a string, or gives back what is none.
pub(crate) fn string<'de, T: Read>(
    place: &mut Option<T>,
    reader: &mut Text<'de>,
    make: impl FnOnce(Cow<'de, str>) -> T,
) -> Result<Option<Value>> {
    match reader.any_string()? {
        Some(text) => {
            *place = Some(make(text));
            Ok(None)
        }
        None => T::read_into(place, reader),
    }
}

/// How many items tell how many there will be.
const FIRST: usize = 8;
/// For so many more at most room is made at once.
const MOST: usize = 1_024;

/// Reads an array. An item that is odd is kept by the item's own type.
pub(super) fn items<T: Read>(reader: &mut Text<'_>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    let start = reader.rest.len();
    reader.items(|reader| {
        if items.is_empty() {
            items.reserve_exact(1); // Mostly there is no more.
        }
        // A listing: the rest of it will be like its first items.
        if items.len() == FIRST && reader.depth <= 2 {
            let each = (start - reader.rest.len()) / FIRST;
            items.reserve(reader.rest.len().checked_div(each).unwrap_or(0).min(MOST));
        }
        if let Some(odd) = T::read_text_item(&mut items, reader)? {
            items.push(T::of_odd(odd).map_err(|_| Unsure)?);
        }
        Ok(())
    })?;
    Ok(items)
}

/// Reads a union whose tag comes first.
pub(crate) fn union<U: Union + Read>(place: &mut Option<U>, reader: &mut Text<'_>) -> Result<Option<Value>> {
    match U::TAG.and_then(|tag| first_tag::<U>(reader, tag)) {
        Some(index) => {
            // The last of two tags holds.
            reader.once = U::TAG;
            *place = Some(U::text_member(index, reader)?);
            Ok(None)
        }
        None => U::read_into(place, reader),
    }
}

/// The member that the object is whose first field is the tag, written without escapes.
fn first_tag<U: Union>(reader: &mut Text<'_>, tag: &str) -> Option<usize> {
    let here = reader.rest;
    let mut find = || {
        reader.expect(b'{').ok()?;
        if !reader.name(tag) {
            return None;
        }
        reader.expect(b'"').ok()?;
        let kind = reader.string(reader.rest).ok().filter(|kind| !kind.escaped)?.raw;
        U::MEMBERS.iter().position(|(name, _)| *name == kind)
    };
    let found = find();
    reader.rest = here;
    found
}

impl<'de> Deserializer<'de> for &mut Text<'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.rest = trimmed(self.rest);
        match self.rest {
            [b'"', rest @ ..] => {
                let quoted = self.string(rest)?;
                match quoted.escaped {
                    false => visitor.visit_borrowed_str(quoted.raw),
                    true => visitor.visit_string(unescaped(quoted.raw).ok_or(Unsure)?),
                }
            }
            [b'n', b'u', b'l', b'l', rest @ ..] => self.word(rest, visitor.visit_unit()),
            [b't', b'r', b'u', b'e', rest @ ..] => self.word(rest, visitor.visit_bool(true)),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => self.word(rest, visitor.visit_bool(false)),
            [b'{', rest @ ..] => {
                let read = visitor.visit_map(self.enter(rest)?)?;
                self.leave(b'}')?;
                Ok(read)
            }
            [b'[', rest @ ..] => {
                let read = visitor.visit_seq(self.enter(rest)?)?;
                self.leave(b']')?;
                Ok(read)
            }
            _ => self.number(visitor),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match trimmed(self.rest) {
            [b'n', b'u', b'l', b'l', rest @ ..] => self.word(rest, visitor.visit_none()),
            _ => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What is between two brackets.
struct Parts<'a, 'de> {
    reader: &'a mut Text<'de>,
    first: bool,
}

impl<'de> Parts<'_, 'de> {
    /// Whether there is one more before this bracket.
    #[inline]
    fn more(&mut self, bracket: u8) -> Result<bool> {
        let first = std::mem::take(&mut self.first);
        let rest = trimmed(self.reader.rest);
        match rest {
            [byte, ..] if *byte == bracket => Ok(false),
            [b',', rest @ ..] if !first => {
                self.reader.rest = trimmed(rest);
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(Unsure),
        }
    }
}

impl<'de> MapAccess<'de> for Parts<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        match self.reader.any_name()? {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            Cow::Owned(name) => seed.deserialize(StringDeserializer::new(name)).map(Some),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.more(b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// Whether what is read in one go is what serde_json reads.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn readers_agree(text: &str) -> bool {
    use bytes::Bytes;

    use super::page::{Page, of_text};
    use super::read::judged;
    use crate::generated::models::{Jwks, Session, User, WebhookEvent};

    fn same<T: PartialEq>(read: Option<T>, judged: std::result::Result<T, String>) -> bool {
        read.is_none_or(|read| judged.is_ok_and(|judged| judged == read))
    }
    fn read_page<T: Read>(text: &str) -> Option<Page<T>> {
        let body = Bytes::copy_from_slice(text.as_bytes());
        read_all(text, |reader| of_text(reader, &body))
    }
    same(read_all(text, |reader| model::<User>(reader)), judged(text))
        && same(read_all(text, |reader| model::<Session>(reader)), judged(text))
        && same(read_all(text, |reader| model::<Jwks>(reader)), judged(text))
        && same(read_page::<User>(text), judged(text))
        && same(read_page::<Session>(text), judged(text))
        && same(read_all(text, |reader| Value::deserialize(reader)), judged(text))
        && (0..WebhookEvent::MEMBERS.len()).all(|index| {
            read_all(text, |reader| WebhookEvent::text_member(index, reader)).is_none_or(|event| {
                let mut reader = serde_json::Deserializer::from_str(text);
                WebhookEvent::member(index, &mut reader).is_ok_and(|judged| judged == event) && reader.end().is_ok()
            })
        })
}
