//! Who has what only one user can have. Derived from the users when a change is settled, and never kept: creating ten
//! thousand users would otherwise look at fifty million.

use super::Store;
use super::user::{Unique, User};
use crate::errors::ErrorItem;
use std::collections::HashMap;

/// The users of the last settled change, by kind and value.
#[derive(Debug, Default)]
pub(super) struct Claims(HashMap<Unique, HashMap<Box<str>, Box<str>>>);

impl Claims {
    pub(super) fn add(&mut self, user: &User) {
        for (kind, value) in user.claims() {
            self.0.entry(kind).or_default().insert(value.into(), user.id.as_str().into());
        }
    }

    fn remove(&mut self, user: &User) {
        for (kind, value) in user.claims() {
            if let Some(values) = self.0.get_mut(&kind)
                && values.get(value).is_some_and(|id| **id == *user.id)
            {
                values.remove(value);
            }
        }
    }

    fn holder(&self, kind: Unique, value: &str) -> Option<&str> {
        self.0.get(&kind)?.get(value).map(|id| &**id)
    }
}

impl User {
    fn claims(&self) -> impl Iterator<Item = (Unique, &str)> {
        let contacts = self.emails.iter().map(|contact| (Unique::Email, contact));
        let contacts = contacts.chain(self.phones.iter().map(|contact| (Unique::Phone, contact)));
        contacts
            .filter(|(_, contact)| contact.is_claimed())
            .map(|(kind, contact)| (kind, contact.value.as_str()))
            .chain(self.wallets.iter().map(|wallet| (Unique::Wallet, wallet.address.as_str())))
            .chain(self.username.as_deref().map(|name| (Unique::Username, name)))
            .chain(self.external_id.as_deref().map(|id| (Unique::ExternalId, id)))
    }
}

impl Store {
    /// Brings the claims up to date with the users that were touched.
    pub(super) fn settle_claims(&mut self) {
        let claims = &mut self.claims;
        // All that is given up first: one can take over from another.
        self.users.touched_before().for_each(|user| claims.remove(user));
        for (_, user) in self.users.touched() {
            if let Some((_, user)) = user {
                claims.add(user);
            }
        }
    }

    /// An error if somebody other than `except` has the value.
    pub(crate) fn check_free(&self, kind: Unique, value: &str, except: Option<&str>) -> Result<(), ErrorItem> {
        let settled = self.claims.holder(kind, value).filter(|id| !self.users.is_touched(id));
        let touched = self.users.touched().filter_map(|(id, user)| Some((id, user?.1)));
        let touched = touched.filter(|(_, user)| user.claims().any(|claim| claim == (kind, value))).map(|(id, _)| id);
        match settled.into_iter().chain(touched).any(|id| Some(id) != except) {
            true => Err(ErrorItem::taken(kind.param())),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, username: Option<&str>) -> (String, User) {
        let user = User { id: id.to_owned(), username: username.map(str::to_owned), ..User::default() };
        (id.to_owned(), user)
    }

    fn put(store: &mut Store, id: &str, username: Option<&str>) {
        let (id, user) = user(id, username);
        store.users.insert(id, user);
    }

    fn is_free(store: &Store, name: &str) -> bool {
        store.check_free(Unique::Username, name, None).is_ok()
    }

    #[test]
    fn a_name_is_taken_before_and_after_it_is_settled() {
        let mut store = Store::new(Some(1), "mch_1", "ak_1", 0);
        put(&mut store, "user_1", Some("ann"));
        assert!(!is_free(&store, "ann") && is_free(&store, "bob"));
        store.settle();
        assert!(!is_free(&store, "ann"));
        assert!(store.check_free(Unique::Username, "ann", Some("user_1")).is_ok());
        assert!(store.check_free(Unique::ExternalId, "ann", None).is_ok());
    }

    #[test]
    fn what_is_given_up_is_free_at_once_and_taken_back_with_the_change() {
        let mut store = Store::new(Some(1), "mch_1", "ak_1", 0);
        put(&mut store, "user_1", Some("ann"));
        store.settle();
        put(&mut store, "user_1", Some("zoe"));
        assert!(is_free(&store, "ann") && !is_free(&store, "zoe"));
        store.rollback();
        assert!(!is_free(&store, "ann") && is_free(&store, "zoe"));
        store.users.remove("user_1");
        assert!(is_free(&store, "ann"));
        store.settle();
        assert!(is_free(&store, "ann"));
    }

    #[test]
    fn two_users_can_swap() {
        let mut store = Store::new(Some(1), "mch_1", "ak_1", 0);
        put(&mut store, "user_1", Some("ann"));
        put(&mut store, "user_2", Some("bob"));
        store.settle();
        put(&mut store, "user_1", Some("bob"));
        put(&mut store, "user_2", Some("ann"));
        store.settle();
        assert!(store.check_free(Unique::Username, "bob", Some("user_1")).is_ok());
        assert!(store.check_free(Unique::Username, "bob", Some("user_2")).is_err());
        assert!(store.check_free(Unique::Username, "ann", Some("user_2")).is_ok());
    }
}
