//! The allow list and the block list, and what they and the restrictions keep out.

use super::{Store, Word};
use crate::errors::{ApiError, ErrorItem};
use crate::validate;
use serde::{Deserialize, Serialize};

/// Providers of addresses that last minutes; a sample of them.
const DISPOSABLE: &[&str] = &[
    "10minutemail.com",
    "discard.email",
    "dispostable.com",
    "fakeinbox.com",
    "getnada.com",
    "guerrillamail.com",
    "mailinator.com",
    "maildrop.cc",
    "mohmal.com",
    "sharklasers.com",
    "temp-mail.org",
    "tempmail.com",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// An entry of either list: an address, a whole domain as `*@example.com`, a phone number or a wallet.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) identifier: String,
    /// `email_address`, `phone_number` or `web3_wallet`.
    pub(crate) kind: Word,
    /// The invitation that went out with it.
    pub(crate) invitation_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Listed {
    /// Whether the entry is about this identifier.
    pub(crate) fn covers(&self, identifier: &str) -> bool {
        match self.identifier.strip_prefix('*') {
            // The rest begins with an @, so that no other domain ends in it.
            Some(domain) => identifier.ends_with(domain),
            None => self.identifier == identifier,
        }
    }
}

/// An identifier in the form it is stored in, and its kind.
pub(crate) fn read_identifier(text: &str) -> Result<(String, Word), ErrorItem> {
    let text = text.trim();
    if let Some(domain) = text.strip_prefix("*@") {
        // Any address of the domain will do to see whether the domain is one.
        return match validate::email("identifier", &format!("a@{domain}")) {
            Ok(_) => Ok((text.to_lowercase(), "email_address".into())),
            Err(_) => Err(bad()),
        };
    }
    if text.contains('@') {
        return validate::email("identifier", text).map(|email| (email, "email_address".into())).map_err(|_| bad());
    }
    if text.starts_with('+') {
        return validate::phone("identifier", text).map(|phone| (phone, "phone_number".into())).map_err(|_| bad());
    }
    validate::wallet("identifier", text).map(|wallet| (wallet, "web3_wallet".into())).map_err(|_| bad())
}

fn bad() -> ErrorItem {
    ErrorItem::format(
        "identifier",
        "must be either a valid email address, a valid phone number according to E.164 international standard or a \
         valid web3 wallet.",
    )
}

fn refused(identifier: &str) -> ApiError {
    ApiError::new(
        403,
        "not_allowed_access",
        "Access not allowed.",
        format!("{identifier} is not allowed to access this application."),
    )
}

impl Store {
    /// An error unless somebody with this identifier (an email address, phone number or wallet) may sign up: by the
    /// allow list if the instance has it switched on, by the block list, and by the rules on addresses.
    pub(crate) fn may_sign_up(&self, identifier: &str) -> Result<(), ApiError> {
        let rules = &self.settings().restrictions;
        let known = read_identifier(identifier).map_or_else(|_| identifier.to_owned(), |(known, _)| known);
        self.check_listed(&known)?;
        if let Some((local, domain)) = known.rsplit_once('@') {
            let tagged = rules.block_email_subaddresses && local.contains(['+', '=', '#']);
            let disposable = rules.block_disposable_email_domains && DISPOSABLE.contains(&domain);
            if tagged || disposable {
                return Err(refused(identifier));
            }
        }
        Ok(())
    }

    /// As [`may_sign_up`](Store::may_sign_up), for signing in: the lists count unless the instance says that they do not.
    pub(crate) fn may_sign_in(&self, identifier: &str) -> Result<(), ApiError> {
        if self.settings().restrictions.disabled_on_sign_in {
            return Ok(());
        }
        let known = read_identifier(identifier).map_or_else(|_| identifier.to_owned(), |(known, _)| known);
        self.check_listed(&known)
    }

    fn check_listed(&self, identifier: &str) -> Result<(), ApiError> {
        let rules = &self.settings().restrictions;
        // Who is on both lists is let in: an allow list is the exact one.
        if rules.allowlist {
            let listed = self.allowlist.values().any(|entry| entry.covers(identifier));
            return if listed { Ok(()) } else { Err(refused(identifier)) };
        }
        if rules.blocklist && self.blocklist.values().any(|entry| entry.covers(identifier)) {
            return Err(refused(identifier));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Listed {
        let (identifier, kind) = read_identifier(text).expect("an identifier");
        Listed { id: "alid_1".into(), age: 1, identifier, kind, invitation_id: None, created_at: 0, updated_at: 0 }
    }

    fn store() -> Store {
        Store::new(Some(1), "mch_1", "ak_1", 0)
    }

    #[test]
    fn domains_cover_their_addresses_alone() {
        let entry = listed("*@Example.com");
        assert!(entry.covers("ann@example.com"));
        assert!(!entry.covers("ann@mail.example.com"));
        assert!(!entry.covers("ann@badexample.com"));
        assert!(read_identifier("*@").is_err());
        assert!(read_identifier("*").is_err());
    }

    #[test]
    fn the_block_list_works_until_it_is_switched_off() {
        let mut store = store();
        store.blocklist.insert("b".into(), listed("*@spam.de"));
        store.blocklist.insert("c".into(), listed("+15550100000"));
        assert!(store.may_sign_up("Ann@Spam.de").is_err());
        assert!(store.may_sign_up("+1 555 010 0000").is_err());
        assert!(store.may_sign_up("ann@ham.de").is_ok());
        assert!(store.may_sign_in("ann@spam.de").is_err());
        store.settings_mut().restrictions.disabled_on_sign_in = true;
        assert!(store.may_sign_in("ann@spam.de").is_ok());
        store.settings_mut().restrictions.blocklist = false;
        assert!(store.may_sign_up("ann@spam.de").is_ok());
    }

    #[test]
    fn the_allow_list_works_once_it_is_switched_on() {
        let mut store = store();
        store.allowlist.insert("a".into(), listed("ann@x.de"));
        assert!(store.may_sign_up("ben@x.de").is_ok());
        store.settings_mut().restrictions.allowlist = true;
        assert_eq!(store.may_sign_up("ben@x.de").map_err(|error| error.status), Err(403));
        assert!(store.may_sign_up("Ann@x.de").is_ok());
    }

    #[test]
    fn addresses_with_tags_and_of_minutes() {
        let mut store = store();
        assert!(store.may_sign_up("ann+1@x.de").is_ok() && store.may_sign_up("ann@mailinator.com").is_ok());
        store.settings_mut().restrictions.block_email_subaddresses = true;
        assert!(store.may_sign_up("ann+1@x.de").is_err() && store.may_sign_up("ann@mailinator.com").is_ok());
        store.settings_mut().restrictions.block_disposable_email_domains = true;
        assert!(store.may_sign_up("ann@mailinator.com").is_err() && store.may_sign_up("ann@x.de").is_ok());
    }
}
