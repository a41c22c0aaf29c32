//! Rows on their way into a transaction.

use super::json;
use crate::store::Store;
use crate::store::kept::Journal;
use redb::Table;
use serde::Serialize;
use std::collections::HashSet;
use std::convert::Infallible;

/// Writes rows.
pub(super) struct Writer<'a>(pub(super) Table<'a, (&'static str, &'static str), (u64, &'static [u8])>);

impl Journal for Writer<'_> {
    type Error = redb::Error;

    fn put(&mut self, table: &'static str, id: &str, serial: u64, row: &impl Serialize) -> Result<(), redb::Error> {
        self.0.insert((table, id), (serial, json(row)?.as_slice()))?;
        Ok(())
    }

    fn remove(&mut self, table: &'static str, id: &str) -> Result<(), redb::Error> {
        self.0.remove((table, id))?;
        Ok(())
    }
}

/// Writes some rows as they are now, and removes those of them that are not there.
pub(super) struct Mending<'a, 'b> {
    writer: &'a mut Writer<'b>,
    names: HashSet<(&'static str, String)>,
}

impl<'a, 'b> Mending<'a, 'b> {
    pub(super) fn new(writer: &'a mut Writer<'b>, names: HashSet<(&'static str, String)>) -> Self {
        Mending { writer, names }
    }

    pub(super) fn run(mut self, store: &Store) -> Result<(), redb::Error> {
        store.tell_all(&mut self)?;
        for (table, id) in &self.names {
            self.writer.remove(table, id)?;
        }
        Ok(())
    }
}

impl Journal for Mending<'_, '_> {
    type Error = redb::Error;

    fn put(&mut self, table: &'static str, id: &str, serial: u64, row: &impl Serialize) -> Result<(), redb::Error> {
        if self.names.remove(&(table, id.to_owned())) {
            self.writer.put(table, id, serial, row)?;
        }
        Ok(())
    }

    fn remove(&mut self, _: &'static str, _: &str) -> Result<(), redb::Error> {
        Ok(())
    }
}

/// Notes which rows were touched.
pub(super) struct Names<'a>(pub(super) &'a mut HashSet<(&'static str, String)>);

impl Names<'_> {
    pub(super) fn run(mut self, store: &Store) {
        let Ok(()) = store.tell_changes(&mut self);
    }
}

impl Journal for Names<'_> {
    type Error = Infallible;

    fn put(&mut self, table: &'static str, id: &str, _: u64, _: &impl Serialize) -> Result<(), Infallible> {
        self.remove(table, id)
    }

    fn remove(&mut self, table: &'static str, id: &str) -> Result<(), Infallible> {
        self.0.insert((table, id.to_owned()));
        Ok(())
    }
}
