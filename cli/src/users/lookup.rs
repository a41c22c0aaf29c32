//! Whether a user is there already: the one that a line would create, and nobody else.

use clerk_usher::args::Arguments;
use clerk_usher::{CallOptions, Clerk, Error};
use serde::Deserialize;
use serde_json::Value;

use crate::json::listing;

/// The identifiers of a line's user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    external_id: Option<String>,
    username: Option<String>,
    emails: Vec<String>,
    phones: Vec<String>,
    wallets: Vec<String>,
}

/// The identifiers of a user of the API.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Found {
    id: String,
    external_id: Option<String>,
    username: Option<String>,
    email_addresses: Vec<Value>,
    phone_numbers: Vec<Value>,
    web3_wallets: Vec<Value>,
}

impl Identity {
    /// Of a line.
    pub(super) fn of(user: &Arguments) -> Self {
        let text = |name: &str| user.get(name).and_then(|json| serde_json::from_str::<String>(json).ok());
        let texts = |name: &str| {
            user.get(name).and_then(|json| serde_json::from_str::<Vec<String>>(json).ok()).unwrap_or_default()
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            external_id: given(text("external_id")),
            username: given(text("username")),
            emails: texts("email_address"),
            phones: texts("phone_number"),
            wallets: texts("web3_wallet"),
        }
    }

    /// Whether there is anything to look for.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The filters that would find the user, each by itself: together they would have to fit all at once.
    fn filters(&self) -> Vec<(&'static str, Vec<String>)> {
        // A sign before an external id says whether to include it.
        let external: Vec<String> = self.external_id.iter().map(|id| format!("+{id}")).collect();
        let username: Vec<String> = self.username.iter().cloned().collect();
        let all = [
            ("external_id", external),
            ("email_address", self.emails.clone()),
            ("phone_number", self.phones.clone()),
            ("username", username),
            ("web3_wallet", self.wallets.clone()),
        ];
        all.into_iter().filter(|(_, values)| !values.is_empty()).collect()
    }

    /// Whether a user has all of these.
    fn is_of(&self, found: &Found) -> bool {
        let has = |items: &[Value], field: &str, value: &String| {
            items.iter().filter_map(|item| item.get(field)?.as_str()).any(|text| text.eq_ignore_ascii_case(value))
        };
        let same = |wanted: &Option<String>, has: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| has.as_ref().is_some_and(|has| has.eq_ignore_ascii_case(wanted)))
        };
        (self.external_id.is_none() || self.external_id == found.external_id)
            && same(&self.username, &found.username)
            && self.emails.iter().all(|email| has(&found.email_addresses, "email_address", email))
            && self.phones.iter().all(|phone| has(&found.phone_numbers, "phone_number", phone))
            && self.wallets.iter().all(|wallet| has(&found.web3_wallets, "web3_wallet", wallet))
    }

    /// The id of the user with all of these, if there is one.
    pub(super) async fn find(&self, clerk: &Clerk) -> Result<Option<String>, Error> {
        for (name, values) in self.filters() {
            let mut arguments = Arguments::default();
            arguments.set(name, &values)?;
            let answer = clerk.call("users.list", &arguments, &[], &CallOptions::default().max_retries(0)).await?;
            let items = listing(&answer.body).map(|listing| listing.items).unwrap_or_default();
            let mut users = items.into_iter().filter_map(|item| serde_json::from_str::<Found>(item.get()).ok());
            if let Some(user) = users.find(|user| self.is_of(user)) {
                return Ok(Some(user.id));
            }
        }
        Ok(None)
    }
}
