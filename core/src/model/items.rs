//! The items of a page, read when they are looked at.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use serde::ser::{Serialize, Serializer};

use super::page::Item;

/// Reads what stands in a text that is known to be an object.
pub(crate) type ReadLate<T> = fn(&str) -> T;

/// The items of a page: a slice, `[T]`, to whoever looks.
///
/// That they are JSON is known when the call ends; what is in them is read later. [`Items::len`] reads none, taking them
/// one by one (`for user in page`) reads each in its turn and keeps none, so that a task that does more in between
/// does not hold up others. Looking at any as in a slice reads all, once. Reading never fails.
pub struct Items<T> {
    count: usize,
    read: OnceLock<Vec<T>>,
    /// Until they are read.
    late: Mutex<Option<Late<T>>>,
}

/// Where items are.
struct Late<T> {
    body: Bytes,
    places: Arc<[Range<usize>]>,
    read: ReadLate<T>,
}

impl<T> Late<T> {
    fn at(&self, index: usize) -> Option<T> {
        let item = self.body.get(self.places.get(index)?.clone())?;
        Some((self.read)(std::str::from_utf8(item).ok()?))
    }
}

impl<T> Items<T> {
    /// Objects that stand at these places of a text.
    pub(super) fn late(body: Bytes, places: Vec<Range<usize>>, read: ReadLate<T>) -> Self {
        if places.is_empty() {
            return Self::default();
        }
        let late = Late { body, places: places.into(), read };
        Self { count: late.places.len(), read: OnceLock::new(), late: Mutex::new(Some(late)) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them as a vector.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.all();
        self.read.into_inner().unwrap_or_default()
    }

    fn unread(&self) -> MutexGuard<'_, Option<Late<T>>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> &Vec<T> {
        self.read.get_or_init(|| {
            let late = self.unread().take();
            late.map_or_else(Vec::new, |late| IntoIter::of_late(late).collect())
        })
    }

    /// The id of one, by reading only that.
    pub(crate) fn id_at(&self, index: usize) -> Option<String>
    where
        T: Item,
    {
        if let Some(late) = self.unread().as_ref() {
            return late.at(index)?.item_id().map(str::to_owned);
        }
        self.get(index)?.item_id().map(str::to_owned)
    }
}

impl<T> Deref for Items<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.all()
    }
}

impl<T> DerefMut for Items<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.all();
        self.read.get_mut().map_or(&mut [], Vec::as_mut_slice)
    }
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Self { count: items.len(), read: OnceLock::from(items), late: Mutex::new(None) }
    }
}

impl<T> From<Items<T>> for Vec<T> {
    fn from(items: Items<T>) -> Self {
        items.into_vec()
    }
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

/// What is not read is not read for it either.
impl<T: Clone> Clone for Items<T> {
    fn clone(&self) -> Self {
        if let Some(late) = self.unread().as_ref() {
            let late = Late { body: late.body.clone(), places: Arc::clone(&late.places), read: late.read };
            return Self { count: self.count, read: OnceLock::new(), late: Mutex::new(Some(late)) };
        }
        self.all().clone().into()
    }
}

impl<T: fmt::Debug> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Items<T> {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.all() == other.all()
    }
}

impl<T: PartialEq> PartialEq<[T]> for Items<T> {
    fn eq(&self, other: &[T]) -> bool {
        self.all() == other
    }
}

impl<T: PartialEq> PartialEq<Vec<T>> for Items<T> {
    fn eq(&self, other: &Vec<T>) -> bool {
        self.all() == other
    }
}

impl<T: PartialEq> PartialEq<Items<T>> for Vec<T> {
    fn eq(&self, other: &Items<T>) -> bool {
        self == other.all()
    }
}

impl<T: Serialize> Serialize for Items<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> {
        let late = self.late.into_inner().unwrap_or_else(PoisonError::into_inner);
        match late {
            Some(late) => IntoIter::of_late(late),
            None => IntoIter(Rest::Read(self.read.into_inner().unwrap_or_default().into_iter())),
        }
    }
}

impl<'a, T> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Items<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// Items that are taken one by one.
pub struct IntoIter<T>(Rest<T>);

enum Rest<T> {
    Read(std::vec::IntoIter<T>),
    /// Those of these numbers, each read when it is taken.
    Late(Late<T>, Range<usize>),
}

impl<T> IntoIter<T> {
    fn of_late(late: Late<T>) -> Self {
        let all = 0..late.places.len();
        Self(Rest::Late(late, all))
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Rest::Read(items) => items.next(),
            Rest::Late(late, left) => match left.next() {
                Some(index) => late.at(index),
                None => {
                    // The body is let go.
                    *self = Self::default();
                    None
                }
            },
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Rest::Read(items) => items.size_hint(),
            Rest::Late(_, left) => left.size_hint(),
        }
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        match &mut self.0 {
            Rest::Read(items) => items.nth(n),
            Rest::Late(late, left) => late.at(left.nth(n)?),
        }
    }
}

impl<T> DoubleEndedIterator for IntoIter<T> {
    fn next_back(&mut self) -> Option<T> {
        match &mut self.0 {
            Rest::Read(items) => items.next_back(),
            Rest::Late(late, left) => late.at(left.next_back()?),
        }
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<T> Default for IntoIter<T> {
    fn default() -> Self {
        Self(Rest::Read(Vec::new().into_iter()))
    }
}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("left", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Barrier;

    use super::*;
    use crate::generated::models::User;
    use crate::model::{FromBody as _, Page};

    fn five() -> Items<User> {
        let each = |n: usize| format!(r#" {{"first_name":"é{n}","id":"user_{n}","other":{n}}}"#);
        let text = format!("{{\"data\":[{}]}}", (0..5).map(each).collect::<Vec<_>>().join(","));
        Page::from_body(&Bytes::from(text)).unwrap().data
    }

    fn names(users: impl IntoIterator<Item = User>) -> Vec<String> {
        users.into_iter().map(|user| user.first_name.unwrap()).collect()
    }

    #[test]
    fn however_they_are_looked_at_they_are_the_same() {
        let all = names(five().into_vec());
        assert_eq!(all, ["é0", "é1", "é2", "é3", "é4"]);
        assert_eq!(names(five()), all);
        let mut backwards = names(five().into_iter().rev());
        backwards.reverse();
        assert_eq!(backwards, all);
        assert_eq!(names(five().iter().cloned()), all);
        let looked_at = five();
        assert_eq!(looked_at[4].id.as_deref(), Some("user_4"));
        assert_eq!((looked_at.clone(), names(looked_at)), (five(), all));
        assert_eq!((five(), five().into_vec()), (five().into_vec().into(), five().into_iter().collect()));
    }

    #[test]
    fn to_count_them_or_to_ask_for_an_id_reads_none() {
        let users = five();
        assert_eq!((users.len(), users.is_empty(), users.id_at(4)), (5, false, Some("user_4".to_owned())));
        let copy = users.clone();
        assert!(users.read.get().is_none() && copy.read.get().is_none());
        let mut rest = users.into_iter();
        assert_eq!((rest.len(), names(rest.nth(1)), rest.len()), (5, vec!["é1".to_owned()], 3));
        assert_eq!((copy.id_at(5), Items::<User>::default().id_at(0)), (None, None));
        assert_eq!(
            (copy.first().unwrap().first_name.as_deref(), copy.id_at(1).as_deref()),
            (Some("é0"), Some("user_1"))
        );
        assert!(copy.unread().is_none(), "the body is let go");
        let mut rest = five().into_iter();
        assert_eq!(rest.by_ref().count(), 5);
        assert!(matches!(rest.0, Rest::Read(_)), "here too");
        let empty = Page::<User>::from_body(&Bytes::from_static(b"[]")).unwrap().data;
        assert!(empty.is_empty() && empty.unread().is_none(), "and here");
    }

    #[test]
    fn they_can_be_changed() {
        let mut users = five();
        users[2].first_name = Some("changed".to_owned());
        users.iter_mut().for_each(|user| user.last_name = Some("too".to_owned()));
        assert_eq!(names(users.clone())[2], "changed");
        assert!(users.into_iter().all(|user| user.last_name.is_some()));
    }

    #[test]
    fn many_may_look_at_once() {
        for _ in 0..50 {
            let (users, at_once) = (five(), Barrier::new(4));
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (at_once.wait(), assert_eq!(users.iter().count(), 5)));
                    scope.spawn(|| (at_once.wait(), assert_eq!(names(users.clone()).len(), 5)));
                }
            });
        }
    }
}
