//! Rows by id that remember what they were when the last change was settled: so that a failed request can be undone,
//! and whatever follows from a change (a webhook, a write to disk) is decided in one place.

use indexmap::IndexMap;
use indexmap::map::Entry;

/// One kind of rows, in the order they came.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: IndexMap<String, T>,
    /// What rows were before they were touched, with their place; none for those that were not there.
    before: IndexMap<String, Option<(usize, T)>>,
}

/// A row that was touched.
#[allow(dead_code)] // Its readers land next: deliveries and the journal on disk.
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
        Table { rows: IndexMap::new(), before: IndexMap::new() }
    }
}

#[allow(dead_code)] // Its users land next.
impl<T: Clone> Table<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }

    pub(crate) fn contains_key(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &String> {
        self.rows.keys()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &T)> {
        self.rows.iter()
    }

    /// A row to change.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let (at, key, row) = self.rows.get_full_mut(id)?;
        if !self.before.contains_key(key) {
            self.before.insert(key.clone(), Some((at, row.clone())));
        }
        Some(row)
    }

    /// A row to change, made if it is not there.
    pub(crate) fn get_or_insert_with(&mut self, id: &str, make: impl FnOnce() -> T) -> &mut T {
        match self.rows.entry(id.to_owned()) {
            Entry::Occupied(entry) => {
                let at = entry.index();
                if !self.before.contains_key(id) {
                    self.before.insert(id.to_owned(), Some((at, entry.get().clone())));
                }
                entry.into_mut()
            }
            Entry::Vacant(entry) => {
                self.before.entry(id.to_owned()).or_insert(None);
                entry.insert(make())
            }
        }
    }

    /// The first row that fits, to change.
    pub(crate) fn find_mut(&mut self, fits: impl Fn(&T) -> bool) -> Option<&mut T> {
        let id = self.rows.iter().find(|(_, row)| fits(row)).map(|(id, _)| id.clone())?;
        self.get_mut(&id)
    }

    /// Changes all rows that fit.
    pub(crate) fn change_all(&mut self, fits: impl Fn(&T) -> bool, mut change: impl FnMut(&mut T)) {
        let ids: Vec<String> = self.rows.iter().filter(|(_, row)| fits(row)).map(|(id, _)| id.clone()).collect();
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
                let at = entry.index();
                let key = entry.key().clone();
                let old = entry.insert(row);
                self.before.entry(key).or_insert(Some((at, old)));
            }
            Entry::Vacant(entry) => {
                self.before.entry(entry.key().clone()).or_insert(None);
                entry.insert(row);
            }
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let (at, key, row) = self.rows.shift_remove_full(id)?;
        if !self.before.contains_key(&key) {
            self.before.insert(key, Some((at, row.clone())));
        }
        Some(row)
    }

    /// Removes all rows that fit.
    pub(crate) fn remove_all(&mut self, fits: impl Fn(&T) -> bool) {
        let ids: Vec<String> = self.rows.iter().filter(|(_, row)| fits(row)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.remove(&id);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.remove_all(|_| true);
    }

    pub(crate) fn is_changed(&self) -> bool {
        !self.before.is_empty()
    }

    /// Takes back everything since the last time.
    pub(crate) fn rollback(&mut self) {
        // The last first: places are those of the time when the row was touched.
        while let Some((id, before)) = self.before.pop() {
            self.rows.shift_remove(&id);
            if let Some((at, row)) = before {
                self.rows.shift_insert(at.min(self.rows.len()), id, row);
            }
        }
    }

    /// What was touched since the last time.
    pub(crate) fn take_changes(&mut self) -> Vec<Change<T>> {
        std::mem::take(&mut self.before)
            .into_iter()
            .filter_map(|(id, before)| {
                let after = self.rows.get(&id).cloned();
                let before = before.map(|(_, row)| row);
                (before.is_some() || after.is_some()).then_some(Change { id, before, after })
            })
            .collect()
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
        table.take_changes();
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
    fn changes_tell_what_was_and_what_is() {
        let mut table = table(&[("a", 1), ("b", 2)]);
        *table.get_mut("a").expect("a row") = 10;
        table.remove("b");
        table.insert("c".to_owned(), 3);
        table.insert("d".to_owned(), 4);
        table.remove("d");
        let changes: Vec<_> =
            table.take_changes().into_iter().map(|change| (change.id, change.before, change.after)).collect();
        assert_eq!(
            changes,
            [("a".to_owned(), Some(1), Some(10)), ("b".to_owned(), Some(2), None), ("c".to_owned(), None, Some(3)),],
            "what came and went is nothing"
        );
        assert!(table.take_changes().is_empty());
    }
}
