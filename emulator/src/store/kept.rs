//! How rows are written and read again: to a directory, and to a document.
//!
//! A row is JSON under its own field names, and readers are lenient, so that versions can be mixed: fields that are not
//! known are passed over, and **a field that is added to a row that was ever published has `#[serde(default)]`**, so that
//! rows from before are still read. A field never changes its meaning or kind: it gets another name. What no reader can
//! make sense of any more raises [`FORMAT`](crate::disk::FORMAT), which older versions refuse.

use super::table::Table;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Takes rows as they are to be kept.
pub(crate) trait Journal {
    type Error;

    /// A row that is there, with its place in the order of its table.
    fn put(&mut self, table: &'static str, id: &str, serial: u64, row: &impl Serialize) -> Result<(), Self::Error>;

    /// A row that is gone.
    fn remove(&mut self, table: &'static str, id: &str) -> Result<(), Self::Error>;
}

fn tell<'a, T: Serialize + 'a, J: Journal>(
    journal: &mut J,
    table: &'static str,
    rows: impl Iterator<Item = (&'a str, Option<(u64, &'a T)>)>,
) -> Result<(), J::Error> {
    for (id, row) in rows {
        match row {
            Some((serial, row)) => journal.put(table, id, serial, row)?,
            None => journal.remove(table, id)?,
        }
    }
    Ok(())
}

pub(super) fn tell_changes<T: Clone + Serialize, J: Journal>(
    journal: &mut J,
    name: &'static str,
    table: &Table<T>,
) -> Result<(), J::Error> {
    tell(journal, name, table.touched())
}

pub(super) fn tell_all<T: Clone + Serialize, J: Journal>(
    journal: &mut J,
    name: &'static str,
    table: &Table<T>,
) -> Result<(), J::Error> {
    tell(journal, name, table.numbered())
}

/// Reads a row; the error names the field and not its value, which can be a secret.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        let text = error.inner().to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        let reason = match text.rsplit_once(", expected ") {
            Some((_, expected)) => format!("must be {expected}"),
            None if text.starts_with("missing field") => text.to_owned(),
            None => "cannot be read".to_owned(),
        };
        if field == "." { reason } else { format!("{field}: {reason}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::browser::Browser;
    use crate::store::grant::RefreshToken;
    use crate::store::session::Session;
    use crate::store::user::{Totp, User};
    use serde_json::json;

    #[test]
    fn a_row_with_a_field_from_the_future_is_read() {
        let mut row = serde_json::to_value(User::default()).expect("JSON");
        row["from_the_future"] = true.into();
        assert!(read::<User>(row.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn rows_from_before_a_field_are_read() {
        let totp = read::<Totp>(json!({"id": "totp_1", "secret": [1], "verified": true}).to_string().as_bytes());
        assert_eq!(totp.map(|totp| totp.last_step), Ok(None));
        let refresh = json!({"grant_id": "oauthgrant_1", "used": false, "created_at": 1});
        assert_eq!(read::<RefreshToken>(refresh.to_string().as_bytes()).map(|token| token.jwt_id), Ok(None));
        assert_eq!(read::<Browser>(br#"{"client_id": "client_1"}"#).map(|it| it.asked_anew.is_none()), Ok(true));
    }

    #[test]
    fn an_error_names_the_field_and_keeps_the_value_to_itself() {
        let mut row = serde_json::to_value(User::default()).expect("JSON");
        row["emails"] = serde_json::json!([{ "id": 5_550_100 }]);
        let error = read::<User>(row.to_string().as_bytes()).err();
        assert_eq!(error.as_deref(), Some("emails[0].id: must be a string"));
        let error = read::<Session>(br#"{"id": "sess_1"}"#).err();
        assert_eq!(error.as_deref(), Some("missing field `age`"));
        assert_eq!(read::<Session>(b"sk_test_1").err().as_deref(), Some("cannot be read"));
    }
}
