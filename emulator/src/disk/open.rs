//! Opening a directory: whose it is, whether it can be read, and what it holds.

use super::{Disk, FORMAT, Inner, KeptIdentity, META, NotKept, ROWS, State, resumed};
use crate::clock::Mode;
use crate::errors::EmulatorError;
use crate::store::Store;
use data_encoding::BASE64;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;

const FILE: &str = "emulator.redb";
const UNFINISHED: &str = "emulator.redb.new";
const LOCK: &str = "lock";
/// What files of the embedded store begin with.
const MAGIC: &[u8] = b"redb";
/// The rows are in memory anyway.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// What a directory held.
pub(crate) struct Kept {
    pub(crate) identity: KeptIdentity,
    pub(crate) store: Store,
    pub(crate) clock: Mode,
    /// The private key of tokens, PKCS #8.
    pub(crate) signing_key: Option<Vec<u8>>,
    pub(crate) unreadable: Vec<Unreadable>,
}

/// A row that could not be read. It stays in the directory as it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) table: String,
    pub(crate) id: String,
    pub(crate) reason: String,
}

impl Disk {
    /// Opens a directory, made if it is not there. Nothing is kept in a new one.
    ///
    /// # Errors
    /// [`EmulatorError::Data`] if another emulator has it, if it is not one of an emulator, if a newer version wrote
    /// it, if it is damaged, or if the file system refuses.
    pub(crate) fn open(directory: &Path) -> Result<(Disk, Option<Kept>), EmulatorError> {
        let fail = |text: String| EmulatorError::Data(format!("data_dir {}: {text}", directory.display()));
        let lock = claim(directory).map_err(fail)?;
        if !directory.join(FILE).exists() {
            found(directory).map_err(|error| fail(error.to_string()))?;
        }
        let database = check_magic(directory).and_then(|()| database(directory).map_err(tell)).map_err(fail)?;
        let kept = read(&database).map_err(fail)?;
        let inner = Inner { database: Some(database), torn: HashSet::new(), lock: Some(lock) };
        Ok((Disk { directory: directory.to_owned(), inner: Mutex::new(inner) }, kept))
    }

    /// Makes the instance durable that starts here.
    pub(crate) fn start(&self, identity: &KeptIdentity, store: &Store, clock: Mode) -> Result<(), NotKept> {
        self.keep("identity", identity)?;
        self.commit(store, clock)
    }
}

pub(super) fn database(directory: &Path) -> Result<Database, DatabaseError> {
    Builder::new().set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true).open(directory.join(FILE))
}

/// Makes the directory and takes it for this emulator alone.
fn claim(directory: &Path) -> Result<File, String> {
    let text = |error: io::Error| error.to_string();
    if directory.exists() && !directory.is_dir() {
        return Err("is not a directory".to_owned());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(text)?;
    if !directory.join(FILE).exists() {
        for entry in fs::read_dir(directory).map_err(text)? {
            let name = entry.map_err(text)?.file_name().to_string_lossy().into_owned();
            if name != LOCK && name != UNFINISHED && !name.starts_with('.') {
                return Err(format!(
                    "holds other things ({name}) and no emulator's data: take a new or an empty directory"
                ));
            }
        }
    }
    let lock = private(&directory.join(LOCK)).map_err(text)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err("is used by another emulator that runs: stop it, or take another directory".to_owned())
        }
        Err(TryLockError::Error(error)) => Err(error.to_string()),
    }
}

/// A file that only its owner can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes an empty database. It gets its name when it is whole: a kill meanwhile leaves none.
fn found(directory: &Path) -> Result<(), redb::Error> {
    let unfinished = directory.join(UNFINISHED);
    if unfinished.exists() {
        fs::remove_file(&unfinished)?;
    }
    private(&unfinished)?;
    let database = Builder::new().set_cache_size(CACHE_BYTES).create(&unfinished)?;
    let transaction = database.begin_write()?;
    transaction.open_table(META)?.insert("format", FORMAT.to_string().as_bytes())?;
    transaction.open_table(ROWS)?;
    transaction.commit()?;
    drop(database);
    fs::rename(&unfinished, directory.join(FILE))?;
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    Ok(())
}

fn check_magic(directory: &Path) -> Result<(), String> {
    let mut start = [0; MAGIC.len()];
    let read = File::open(directory.join(FILE)).and_then(|mut file| file.read_exact(&mut start));
    match read {
        Ok(()) if start == MAGIC => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(format!("{FILE}: {error}")),
        _ => Err(format!("{FILE} is not an emulator's: take a new or an empty directory")),
    }
}

fn tell(error: DatabaseError) -> String {
    match error {
        DatabaseError::DatabaseAlreadyOpen => format!("{FILE} is opened by another process"),
        DatabaseError::UpgradeRequired(_) => format!("{FILE} was written by another version of the emulator"),
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
            format!("{FILE}: {error}")
        }
        error => damaged(&error),
    }
}

fn damaged(error: &impl ToString) -> String {
    let error = error.to_string();
    format!("{FILE} is damaged ({error}): put back a copy of the directory, or take a new one and import an export")
}

/// What the database holds; none if no instance was ever kept in it.
fn read(database: &Database) -> Result<Option<Kept>, String> {
    let transaction = database.begin_read().map_err(|error| damaged(&error))?;
    let meta = match transaction.open_table(META) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => {
            return Err(format!("{FILE} is another program's: take a new or an empty directory"));
        }
        Err(error) => return Err(damaged(&error)),
    };
    match value::<u64>(&meta, "format")? {
        Some(FORMAT) => {}
        Some(newer) if newer > FORMAT => {
            return Err(format!(
                "was written by a newer version of the emulator (format {newer}; this one reads {FORMAT}): update, or \
                 take another directory"
            ));
        }
        _ => return Err(format!("{FILE} is another program's: take a new or an empty directory")),
    }
    let Some(identity) = value::<KeptIdentity>(&meta, "identity")? else { return Ok(None) };
    let Some(state) = value::<State>(&meta, "state")? else { return Ok(None) };
    let starts = value::<u64>(&meta, "starts")?.unwrap_or_default() + 1;
    let signing_key = value::<String>(&meta, "signing_key")?;
    let clock = value::<Mode>(&meta, "clock")?.unwrap_or_default();
    let mut store = Store::kept(resumed(&state, starts), state.age);
    let rows = transaction.open_table(ROWS).map_err(|error| damaged(&error))?;
    let mut unreadable = Vec::new();
    for entry in rows.iter().map_err(|error| damaged(&error))? {
        let (name, row) = entry.map_err(|error| damaged(&error))?;
        let ((table, id), (serial, json)) = (name.value(), row.value());
        if let Err(reason) = store.restore(table, id, serial, json) {
            unreadable.push(Unreadable { table: table.to_owned(), id: id.to_owned(), reason });
        }
    }
    store.sort();
    drop((rows, meta, transaction));
    count_start(database, starts).map_err(|error| format!("{FILE}: {error}"))?;
    let signing_key = signing_key
        .map(|text| BASE64.decode(text.as_bytes()).map_err(|_| format!("{FILE}: its signing key cannot be read")))
        .transpose()?;
    Ok(Some(Kept { identity, store, clock, signing_key, unreadable }))
}

fn count_start(database: &Database, starts: u64) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(META)?.insert("starts", starts.to_string().as_bytes())?;
    Ok(transaction.commit()?)
}

fn value<T: DeserializeOwned>(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
    name: &str,
) -> Result<Option<T>, String> {
    let Some(found) = meta.get(name).map_err(|error| damaged(&error))? else { return Ok(None) };
    serde_json::from_slice(found.value())
        .map(Some)
        .map_err(|_| format!("{FILE}: what it says of {name} cannot be read by this version"))
}
