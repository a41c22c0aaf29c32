//! State that stays: an embedded store in a directory. What a request changed is one durable transaction, and it is
//! committed before the request is answered.

mod identity;
mod open;
mod write;

pub(crate) use identity::{KeptIdentity, Wanted};
pub(crate) use open::Unreadable;

use crate::clock::Mode;
use crate::errors::{ApiError, EmulatorError};
use crate::ids::Ids;
use crate::store::Store;
use redb::{Database, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use write::{Mending, Names, Writer};

/// Raised when rows are written in a way that earlier versions cannot make sense of.
pub(crate) const FORMAT: u64 = 1;

/// By table and id: the place in the order of the table, and the row as JSON.
const ROWS: TableDefinition<(&str, &str), (u64, &[u8])> = TableDefinition::new("rows");
/// By name, as JSON: `format`, `identity`, `starts`, `state`, `clock`, `signing_key`.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

/// A change that could not be kept, and was undone.
#[derive(Clone, Debug)]
pub(crate) struct NotKept(String);

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the change could not be kept and was undone: {}", self.0)
    }
}

impl From<NotKept> for ApiError {
    fn from(error: NotKept) -> Self {
        ApiError::new(500, "storage_failed", "The change could not be kept", error.to_string())
    }
}

impl From<NotKept> for EmulatorError {
    fn from(error: NotKept) -> Self {
        EmulatorError::Data(error.to_string())
    }
}

/// What goes on from start to start beside the rows.
#[derive(Deserialize, Serialize)]
struct State {
    age: u64,
    ids: Option<u64>,
}

/// The store of one directory. No other emulator opens it while this one has it.
pub(crate) struct Disk {
    directory: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    /// None after a failure: what a failed commit left behind is repaired by opening again.
    database: Option<Database>,
    /// The rows of commits that failed: whether the file has them or not is not known.
    torn: HashSet<(&'static str, String)>,
    /// Held while the directory is in use; none once the emulator has stopped.
    lock: Option<File>,
}

impl Disk {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes everything durable that was touched, or nothing of it.
    pub(crate) fn commit(&self, store: &Store, clock: Mode) -> Result<(), NotKept> {
        let mut inner = self.inner();
        let torn = inner.torn.clone();
        let result = inner.transact(&self.directory, |transaction| {
            let mut meta = transaction.open_table(META)?;
            let state = State { age: store.age(), ids: store.ids.state() };
            meta.insert("state", json(&state)?.as_slice())?;
            meta.insert("clock", json(&clock)?.as_slice())?;
            let mut writer = Writer(transaction.open_table(ROWS)?);
            if !torn.is_empty() {
                Mending::new(&mut writer, torn).run(store)?;
            }
            store.tell_changes(&mut writer)
        });
        match &result {
            Ok(()) => inner.torn.clear(),
            Err(_) => Names(&mut inner.torn).run(store),
        }
        result
    }

    /// Makes a value beside the rows durable.
    pub(crate) fn keep(&self, name: &'static str, value: &impl Serialize) -> Result<(), NotKept> {
        self.inner().transact(&self.directory, |transaction| {
            transaction.open_table(META)?.insert(name, json(value)?.as_slice())?;
            Ok(())
        })
    }

    /// Lets go of the directory. What is changed afterwards cannot be kept.
    pub(crate) fn close(&self) {
        let mut inner = self.inner();
        inner.database = None;
        inner.lock = None;
    }
}

impl Inner {
    fn transact(
        &mut self,
        directory: &Path,
        run: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), NotKept> {
        if self.lock.is_none() {
            return Err(NotKept("the emulator has stopped".to_owned()));
        }
        let result = self.database(directory).and_then(|database| {
            let transaction = database.begin_write()?;
            run(&transaction)?;
            Ok(transaction.commit()?)
        });
        result.map_err(|error| {
            self.database = None;
            NotKept(error.to_string())
        })
    }

    fn database(&mut self, directory: &Path) -> Result<&Database, redb::Error> {
        let database = match self.database.take() {
            Some(database) => database,
            None => open::database(directory)?,
        };
        Ok(self.database.insert(database))
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, redb::Error> {
    serde_json::to_vec(value).map_err(|error| redb::Error::Io(error.into()))
}

/// The ids of a start, by what was kept.
fn resumed(state: &State, starts: u64) -> Ids {
    Ids::resume(state.ids, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Message;
    use crate::store::user::User;

    fn user(id: &str) -> (String, User) {
        (id.to_owned(), User { id: id.to_owned(), ..User::default() })
    }

    fn kept(directory: &Path) -> Vec<(String, u64)> {
        let (_, kept) = Disk::open(directory).expect("a directory");
        let kept = kept.expect("an instance");
        kept.store.users.numbered().map(|(id, row)| (id.to_owned(), row.map_or(0, |(serial, _)| serial))).collect()
    }

    #[test]
    fn a_commit_that_failed_and_yet_arrived_is_taken_back() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let (disk, _) = Disk::open(directory.path()).expect("a directory");
        let mut store = Store::new(Some(1), "mch_1", "ak_1", 0);
        let identity = KeptIdentity {
            secret_key: "sk_test_1".to_owned(),
            publishable_key: None,
            machine_secret_key: "ak_1".to_owned(),
            machine_id: "mch_1".to_owned(),
            instance_id: "ins_1".to_owned(),
            production: false,
            seed: None,
        };
        disk.start(&identity, &store, Mode::default()).expect("a start");
        store.settle();
        for id in ["user_1", "user_2"] {
            let (id, user) = user(id);
            store.users.insert(id, user);
        }
        disk.commit(&store, Mode::default()).expect("a commit");
        store.settle();

        // The file cannot be opened, and then it turns out to have what failed.
        let (file, away) = (directory.path().join("emulator.redb"), directory.path().join("away"));
        disk.inner().database = None;
        std::fs::rename(&file, &away).expect("a move");
        let (id, user) = user("user_3");
        store.users.insert(id, user);
        store.users.remove("user_1");
        store.users.get_mut("user_2").expect("a row").first_name = Some("undone".to_owned());
        let error = disk.commit(&store, Mode::default()).expect_err("no file");
        assert!(error.to_string().starts_with("the change could not be kept and was undone"), "{error}");
        std::fs::rename(&away, &file).expect("a move");
        let behind = Inner { database: None, torn: HashSet::new(), lock: disk.inner().lock.take() };
        let behind = Disk { directory: directory.path().to_owned(), inner: Mutex::new(behind) };
        behind.commit(&store, Mode::default()).expect("a commit behind its back");
        disk.inner().lock = behind.inner().lock.take();
        behind.close();
        store.rollback();

        store.users.get_mut("user_2").expect("a row").last_name = Some("kept".to_owned());
        disk.commit(&store, Mode::default()).expect("the file is there again");
        store.settle();
        disk.close();
        assert_eq!(kept(directory.path()), [("user_1".to_owned(), 1), ("user_2".to_owned(), 2)]);
        let (_, kept) = Disk::open(directory.path()).expect("a directory");
        let users = kept.expect("an instance").store.users;
        assert_eq!(users.get("user_2").and_then(|user| user.first_name.clone()), None);
        assert_eq!(users.get("user_2").and_then(|user| user.last_name.clone()).as_deref(), Some("kept"));
    }

    #[test]
    fn rows_without_an_id_of_their_own_are_kept_under_their_names() {
        // Both directions of every table are one macro: these are the kinds that look least alike.
        let mut store = Store::new(Some(1), "mch_1", "ak_1", 0);
        let directory = tempfile::TempDir::new().expect("a directory");
        store.send(Message {
            channel: "email".into(),
            to: "ann@example.com".to_owned(),
            kind: "invitation".into(),
            code: None,
            url: Some("https://example.com".to_owned()),
            sent_at: 1,
        });
        let (disk, _) = Disk::open(directory.path()).expect("a directory");
        disk.commit(&store, Mode::default()).expect("a commit");
        let inner = disk.inner();
        let database = inner.database.as_ref().expect("a database");
        let rows = redb::ReadableDatabase::begin_read(database).expect("a read").open_table(ROWS).expect("rows");
        let mut again = Store::kept(Ids::new(None), 0);
        for entry in redb::ReadableTable::iter(&rows).expect("rows") {
            let (name, row) = entry.expect("a row");
            let ((table, id), (serial, json)) = (name.value(), row.value());
            again.restore(table, id, serial, json).expect("a row that is read");
        }
        again.sort();
        assert!(again.messages.values().eq(store.messages.values()));
        assert!(again.roles.keys().eq(store.roles.keys()));
    }
}
