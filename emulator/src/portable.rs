//! Export and import: everything an instance knows as one JSON document.

use crate::disk::FORMAT;
use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::ids::Ids;
use crate::state::Shared;
use crate::store::Store;
use crate::store::kept::Journal;
use crate::store::machine::Machine;
use data_encoding::BASE64;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What [`Emulator::import`] does with what is there.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// It goes: afterwards the instance holds what the document holds (and the machine of its own key).
    #[default]
    Replace,
    /// It stays; a row of the document takes the place of one with the same id.
    Merge,
}

#[derive(Deserialize, Serialize)]
struct Document {
    format: u64,
    #[serde(default)]
    instance: Value,
    /// The number of the last creation.
    #[serde(default)]
    age: u64,
    /// What the next ids depend on; a text, since not all languages have whole numbers as large.
    #[serde(default)]
    ids: String,
    tables: IndexMap<String, Vec<Row>>,
}

#[derive(Deserialize, Serialize)]
struct Row {
    id: String,
    row: Box<RawValue>,
}

/// Collects rows.
#[derive(Default)]
struct Collector(IndexMap<String, Vec<Row>>);

impl Journal for Collector {
    type Error = serde_json::Error;

    fn put(&mut self, table: &'static str, id: &str, _: u64, row: &impl Serialize) -> Result<(), serde_json::Error> {
        let row = serde_json::value::to_raw_value(row)?;
        self.0.entry(table.to_owned()).or_default().push(Row { id: id.to_owned(), row });
        Ok(())
    }

    fn remove(&mut self, _: &'static str, _: &str) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

fn refuse(text: String) -> EmulatorError {
    EmulatorError::Argument(text)
}

impl Emulator {
    /// Everything the instance knows, as a JSON document `{format, instance, age, ids, tables}`: each table is a list of
    /// `{id, row}` in order. It holds the secrets of resources, such as those of API keys. With `with_keys` the
    /// instance's own are in it too: its secret key, the machine secret key and the private key of tokens.
    ///
    /// # Errors
    /// [`EmulatorError::Key`] if the private key is wanted and cannot be made.
    pub fn export(&self, with_keys: bool) -> Result<String, EmulatorError> {
        let shared = self.shared();
        let mut instance = json!({
            "instance_id": shared.instance_id,
            "machine_id": shared.machine_id,
            "publishable_key": shared.publishable_key,
        });
        if with_keys {
            instance["secret_key"] = json!(shared.secret_key);
            instance["machine_secret_key"] = json!(shared.machine_secret_key);
            instance["signing_key"] = json!(BASE64.encode(&shared.key.get()?.private()?));
        }
        shared
            .read(|store| {
                let mut tables = Collector::default();
                store.tell_all(&mut tables)?;
                let ids = store.ids.state().map(|state| state.to_string()).unwrap_or_default();
                serde_json::to_string(&Document { format: FORMAT, instance, age: store.age(), ids, tables: tables.0 })
            })
            .map_err(|error| EmulatorError::Data(format!("export: {error}")))
    }

    /// Takes in a document of [`export`](Emulator::export), all of it or nothing. The keys and the id of this instance stay
    /// its own. How many rows were taken in.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for what is no such document, is of a newer version, or does not hold together: two
    /// users with one email address, a membership of nobody. It names table, id and field. [`EmulatorError::Data`] if it
    /// cannot be kept in the directory of data.
    pub fn import(&self, document: &str, mode: ImportMode) -> Result<usize, EmulatorError> {
        let document: Document =
            serde_json::from_str(document).map_err(|error| refuse(format!("document: {error}")))?;
        if document.format > FORMAT {
            return Err(refuse(format!(
                "document: format {} is of a newer version; this one reads {FORMAT}",
                document.format
            )));
        }
        let ids = match document.ids.as_str() {
            "" => None,
            text => {
                Some(text.parse::<u64>().map_err(|_| refuse("document: ids must be a number in a text".to_owned()))?)
            }
        };
        let shared = self.shared();
        shared.change(|store| {
            // What is taken in happened before: nobody is to be told of it.
            store.hush();
            let rows = take_in(shared, store, &document, mode)?;
            store.go_on(document.age, ids, mode == ImportMode::Replace);
            Ok(rows)
        })
    }
}

fn take_in(shared: &Shared, store: &mut Store, document: &Document, mode: ImportMode) -> Result<usize, EmulatorError> {
    if mode == ImportMode::Replace {
        store.clear();
    }
    let mut rows = 0;
    for (table, list) in &document.tables {
        let mut seen = HashSet::new();
        for Row { id, row } in list {
            let wrong = |reason: String| refuse(format!("document: {table} {id}: {reason}"));
            if !seen.insert(id) {
                return Err(wrong("is there twice".to_owned()));
            }
            store.take_in(table, id, row.get().as_bytes()).map_err(wrong)?;
            rows += 1;
        }
    }
    // The key of this instance's machine goes on to hold, whoever's document it is.
    let (id, key, now) = (&shared.machine_id, &shared.machine_secret_key, shared.clock.now_ms());
    match store.machines.get_mut(id) {
        None => store.machines.insert(id.clone(), Machine::new(id.clone(), 0, "Default".to_owned(), key.clone(), now)),
        Some(machine) if document.instance["instance_id"] != *shared.instance_id => {
            machine.rotate(key.clone(), i64::MAX, now);
        }
        Some(_) => {}
    }
    check(store).map_err(|text| refuse(format!("document: {text}")))?;
    Ok(rows)
}

/// Whether rows that point at each other hold together, and what only one can have is had by one.
fn check(store: &Store) -> Result<(), String> {
    let mut taken: HashSet<(&str, &str)> = HashSet::new();
    for (id, user) in store.users.iter() {
        if user.id != *id {
            return Err(format!("users {id}: id must be {id}"));
        }
        let claimed = user
            .emails
            .iter()
            .filter(|contact| contact.is_claimed())
            .map(|contact| ("emails", contact.value.as_str()))
            .chain(
                user.phones
                    .iter()
                    .filter(|contact| contact.is_claimed())
                    .map(|contact| ("phones", contact.value.as_str())),
            )
            .chain(user.wallets.iter().map(|wallet| ("wallets", wallet.address.as_str())))
            .chain(user.username.as_deref().map(|name| ("username", name)))
            .chain(user.external_id.as_deref().map(|external| ("external_id", external)));
        for (field, value) in claimed {
            if !taken.insert((field, value)) {
                return Err(format!("users {id}: {field}: another user has the same"));
            }
        }
    }
    for (id, organization) in store.organizations.iter() {
        if organization.id != *id {
            return Err(format!("organizations {id}: id must be {id}"));
        }
        if !taken.insert(("slug", &organization.slug)) {
            return Err(format!("organizations {id}: slug: another organization has the same"));
        }
    }
    for (id, session) in store.sessions.iter() {
        if !store.users.contains_key(&session.user_id) {
            return Err(format!("sessions {id}: user_id: there is no user {}", session.user_id));
        }
    }
    for (id, membership) in store.memberships.iter() {
        if !store.users.contains_key(&membership.user_id) {
            return Err(format!("memberships {id}: user_id: there is no user {}", membership.user_id));
        }
        if !store.organizations.contains_key(&membership.organization_id) {
            return Err(format!(
                "memberships {id}: organization_id: there is no organization {}",
                membership.organization_id
            ));
        }
    }
    Ok(())
}

impl Store {
    /// Goes on with ids and ages where a document left off.
    fn go_on(&mut self, age: u64, ids: Option<u64>, replaced: bool) {
        self.go_on_from(if replaced && age > 0 { age } else { age.max(self.age()) });
        self.ids = match ids {
            Some(state) if replaced => Ids::at(state),
            // Neither those of the one nor of the other come again.
            Some(state) => Ids::resume(self.ids.state(), state),
            None => Ids::resume(self.ids.state(), age),
        };
    }
}
