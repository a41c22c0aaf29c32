//! Rows by id that remember what they were when the last change was settled: so that a failed request can be undone,
//! and whatever follows from a change (a webhook, a write to disk) is decided in one place.

use indexmap::IndexMap;
use indexmap::map::Entry;

/// One kind of rows, in the order they came.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: IndexMap<String, Box<Slot<T>>>,
    next: u64,
    /// What rows were before they were touched; none for those that were not there.
    before: IndexMap<String, Option<Box<Slot<T>>>>,
}

/// A row and its place in the order. Boxed, so that taking one out does not move all that follow.
#[derive(Clone, Debug)]
struct Slot<T> {
    serial: u64,
    row: T,
}

/// A row that was touched.
#[derive(Debug)]
pub(crate) struct Change<T> {
    pub(crate) id: String,
    /// None: it was created.
    pub(crate) before: Option<T>,
    /// None: it was removed.
    pub(crate) after: Option<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: IndexMap::new(), next: 0, before: IndexMap::new() }
    }
}

impl<T: Clone> Table<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|slot| &slot.row)
    }

    pub(crate) fn contains_key(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &String> {
        self.rows.keys()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values().map(|slot| &slot.row)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &T)> {
        self.rows.iter().map(|(id, slot)| (id, &slot.row))
    }

    /// A row to change.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let (key, slot) = self.rows.get_key_value_mut(id)?;
        if !self.before.contains_key(key) {
            self.before.insert(key.clone(), Some(slot.clone()));
        }
        Some(&mut slot.row)
    }

    /// A row to change, made if it is not there.
    pub(crate) fn get_or_insert_with(&mut self, id: &str, make: impl FnOnce() -> T) -> &mut T {
        match self.rows.entry(id.to_owned()) {
            Entry::Occupied(entry) => {
                if !self.before.contains_key(id) {
                    self.before.insert(id.to_owned(), Some(entry.get().clone()));
                }
                &mut entry.into_mut().row
            }
            Entry::Vacant(entry) => {
                self.before.entry(id.to_owned()).or_insert(None);
                self.next += 1;
                &mut entry.insert(Box::new(Slot { serial: self.next, row: make() })).row
            }
        }
    }

    /// The first row that fits, to change.
    pub(crate) fn find_mut(&mut self, fits: impl Fn(&T) -> bool) -> Option<&mut T> {
        let id = self.iter().find(|(_, row)| fits(row)).map(|(id, _)| id.clone())?;
        self.get_mut(&id)
    }

    /// Changes all rows that fit.
    pub(crate) fn change_all(&mut self, fits: impl Fn(&T) -> bool, mut change: impl FnMut(&mut T)) {
        let ids: Vec<String> = self.iter().filter(|(_, row)| fits(row)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            if let Some(row) = self.get_mut(&id) {
                change(row);
            }
        }
    }

    /// Puts a row in, or in the place of another.
    pub(crate) fn insert(&mut self, id: String, row: T) {
        match self.rows.entry(id) {
            Entry::Occupied(mut entry) => {
                let serial = entry.get().serial;
                let key = entry.key().clone();
                let old = entry.insert(Box::new(Slot { serial, row }));
                self.before.entry(key).or_insert(Some(old));
            }
            Entry::Vacant(entry) => {
                self.before.entry(entry.key().clone()).or_insert(None);
                self.next += 1;
                entry.insert(Box::new(Slot { serial: self.next, row }));
            }
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let (key, slot) = self.rows.shift_remove_entry(id)?;
        let row = slot.row.clone();
        self.before.entry(key).or_insert(Some(slot));
        Some(row)
    }

    /// Removes all rows that fit.
    pub(crate) fn remove_all(&mut self, fits: impl Fn(&T) -> bool) {
        let before = &mut self.before;
        // In one pass: one by one, each would move all that follow.
        self.rows.retain(|id, slot| {
            let stays = !fits(&slot.row);
            if !stays && !before.contains_key(id) {
                before.insert(id.clone(), Some(slot.clone()));
            }
            stays
        });
    }

    pub(crate) fn clear(&mut self) {
        for (id, slot) in self.rows.drain(..) {
            self.before.entry(id).or_insert(Some(slot));
        }
    }

    pub(crate) fn is_changed(&self) -> bool {
        !self.before.is_empty()
    }

    /// Takes back everything since the last time.
    pub(crate) fn rollback(&mut self) {
        let mut moved = false;
        // The last first: what was created stands at the end.
        for (id, before) in std::mem::take(&mut self.before).into_iter().rev() {
            match before {
                None => {
                    self.rows.shift_remove(&id);
                }
                Some(slot) => {
                    let serial = slot.serial;
                    moved |= self.rows.insert(id, slot).is_none_or(|now| now.serial != serial);
                }
            }
        }
        if moved {
            self.sort();
        }
    }

    /// What was touched since the last time: the id, and the row with its place in the order if it is still there.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (&str, Option<(u64, &T)>)> {
        self.before.keys().map(|id| (id.as_str(), self.rows.get(id).map(|slot| (slot.serial, &slot.row))))
    }

    pub(crate) fn is_touched(&self, id: &str) -> bool {
        self.before.contains_key(id)
    }

    /// What rows were that were touched since the last time.
    pub(crate) fn touched_before(&self) -> impl Iterator<Item = &T> {
        self.before.values().flatten().map(|slot| &slot.row)
    }

    /// All rows, each with its place in the order.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (&str, Option<(u64, &T)>)> {
        self.rows.iter().map(|(id, slot)| (id.as_str(), Some((slot.serial, &slot.row))))
    }

    /// Puts back a row that was kept. It does not count as a change; [`sort`](Table::sort) ends it.
    pub(crate) fn restore(&mut self, id: String, serial: u64, row: T) {
        self.next = self.next.max(serial);
        self.rows.insert(id, Box::new(Slot { serial, row }));
    }

    /// Puts all rows in their order.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_unstable_by(|_, a, _, b| a.serial.cmp(&b.serial));
    }

    /// What was touched since the last time.
    pub(crate) fn changes(&self) -> Vec<Change<T>> {
        self.before
            .iter()
            .filter_map(|(id, before)| {
                let after = self.get(id).cloned();
                let before = before.as_ref().map(|slot| slot.row.clone());
                (before.is_some() || after.is_some()).then_some(Change { id: id.clone(), before, after })
            })
            .collect()
    }

    /// Ends a change: from now on nothing is touched, and nothing can be taken back.
    pub(crate) fn settle(&mut self) {
        self.before.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, i64)]) -> Table<i64> {
        let mut table = Table::default();
        for (id, row) in rows {
            table.insert((*id).to_owned(), *row);
        }
        table.settle();
        table
    }

    fn rows(table: &Table<i64>) -> Vec<(String, i64)> {
        table.iter().map(|(id, row)| (id.clone(), *row)).collect()
    }

    #[test]
    fn a_rollback_leaves_what_was_where_it_was() {
        let mut table = table(&[("a", 1), ("b", 2), ("c", 3), ("d", 4)]);
        let before = rows(&table);
        table.remove("b");
        table.insert("e".to_owned(), 5);
        *table.get_mut("c").expect("a row") = 30;
        table.remove("a");
        table.insert("b".to_owned(), 20);
        table.remove("e");
        table.change_all(|row| *row > 3, |row| *row += 1);
        table.rollback();
        assert_eq!(rows(&table), before);
        assert!(!table.is_changed());
    }

    #[test]
    fn a_table_that_was_cleared_comes_back_as_it_was() {
        let mut table = table(&[("a", 1), ("b", 2), ("c", 3)]);
        let before = rows(&table);
        *table.get_mut("b").expect("a row") = 20;
        table.clear();
        table.insert("c".to_owned(), 30);
        table.insert("a".to_owned(), 10);
        table.rollback();
        assert_eq!(rows(&table), before);
    }

    #[test]
    fn what_is_removed_and_put_in_again_stands_last() {
        let mut table = table(&[("a", 1), ("b", 2)]);
        table.remove("a");
        table.insert("a".to_owned(), 10);
        let touched: Vec<_> =
            table.touched().map(|(id, row)| (id.to_owned(), row.map(|(at, row)| (at, *row)))).collect();
        assert_eq!(touched, [("a".to_owned(), Some((3, 10)))]);
        table.settle();
        let mut again = Table::default();
        for (id, row) in table.numbered() {
            let (serial, row) = row.expect("a row");
            again.restore(id.to_owned(), serial, *row);
        }
        again.sort();
        again.insert("c".to_owned(), 3);
        assert_eq!(rows(&again), [("b".to_owned(), 2), ("a".to_owned(), 10), ("c".to_owned(), 3)]);
    }

    #[test]
    fn changes_tell_what_was_and_what_is() {
        let mut table = table(&[("a", 1), ("b", 2)]);
        *table.get_mut("a").expect("a row") = 10;
        table.remove("b");
        table.insert("c".to_owned(), 3);
        table.insert("d".to_owned(), 4);
        table.remove("d");
        let changes: Vec<_> =
            table.changes().into_iter().map(|change| (change.id, change.before, change.after)).collect();
        assert_eq!(
            changes,
            [("a".to_owned(), Some(1), Some(10)), ("b".to_owned(), Some(2), None), ("c".to_owned(), None, Some(3)),],
            "what came and went is nothing"
        );
        table.settle();
        assert!(table.changes().is_empty());
    }
}
