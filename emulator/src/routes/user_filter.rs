//! The filters that listings of users, counts and members share.

use crate::errors::ErrorItem;
use crate::query::{Query, Signed};
use crate::store::Store;
use crate::store::user::User;

/// What a user has to be like.
#[derive(Debug, Default)]
pub(super) struct Filter {
    emails: Vec<String>,
    phones: Vec<String>,
    usernames: Vec<String>,
    wallets: Vec<String>,
    external_ids: Signed,
    user_ids: Signed,
    organization_ids: Signed,
    query: Option<String>,
    email_query: Option<String>,
    phone_query: Option<String>,
    username_query: Option<String>,
    name_query: Option<String>,
    banned: Option<bool>,
    created: Range,
    active: Range,
    signed_in: Range,
    provider: Option<(String, Vec<String>)>,
}

/// Milliseconds between which a time has to lie. `since` includes its bound.
#[derive(Debug, Default)]
struct Range {
    before: Option<i64>,
    after: Option<i64>,
    since: Option<i64>,
}

impl Range {
    fn read(query: &mut Query, field: &str) -> Range {
        Range {
            before: query.integer(&format!("{field}_before")),
            after: query.integer(&format!("{field}_after")),
            since: None,
        }
    }

    fn admits(&self, time: Option<i64>) -> bool {
        let within = |bound: Option<i64>, test: fn(i64, i64) -> bool| {
            bound.is_none_or(|bound| time.is_some_and(|time| test(time, bound)))
        };
        within(self.before, |time, bound| time < bound)
            && within(self.after, |time, bound| time > bound)
            && within(self.since, |time, bound| time >= bound)
    }
}

fn lower(query: &Query, name: &str) -> Option<String> {
    query.text(name).map(str::to_lowercase)
}

impl Filter {
    /// The filters of `GET /users` and `GET /users/count`.
    pub(super) fn for_users(query: &mut Query) -> Filter {
        let mut filter = Filter::for_members(query);
        filter.external_ids = Signed::new(query.list("external_id"));
        filter.organization_ids = Signed::new(query.list("organization_id"));
        filter.banned = query.boolean("banned");
        filter.signed_in = Range::read(query, "last_sign_in_at");
        filter.active.since = query.integer("last_active_at_since");
        let provider = query.text("provider").map(str::to_owned);
        let provider_ids = query.list("provider_user_id");
        filter.provider = match (provider, provider_ids.is_empty()) {
            (Some(provider), false) => Some((provider, provider_ids)),
            (None, true) => None,
            (Some(_), true) => {
                query.fail(ErrorItem::needs("provider_user_id", "provider"));
                None
            }
            (None, false) => {
                query.fail(ErrorItem::needs("provider", "provider_user_id"));
                None
            }
        };
        filter
    }

    /// The filters of the members of an organization.
    pub(super) fn for_members(query: &mut Query) -> Filter {
        Filter {
            emails: query.list("email_address").iter().map(|email| email.to_lowercase()).collect(),
            phones: query.list("phone_number"),
            usernames: query.list("username").iter().map(|name| name.to_lowercase()).collect(),
            wallets: query.list("web3_wallet").iter().map(|wallet| wallet.to_lowercase()).collect(),
            user_ids: Signed::new(query.list("user_id")),
            query: lower(query, "query"),
            email_query: lower(query, "email_address_query"),
            phone_query: lower(query, "phone_number_query"),
            username_query: lower(query, "username_query"),
            name_query: lower(query, "name_query"),
            created: Range::read(query, "created_at"),
            active: Range::read(query, "last_active_at"),
            ..Filter::default()
        }
    }

    /// Whether a user passes all but the range of `created_at`, which is the membership's for members.
    pub(super) fn admits_but_age(&self, store: &Store, user: &User) -> bool {
        fn one_of(wanted: &[String], mut has: impl FnMut(&str) -> bool) -> bool {
            wanted.is_empty() || wanted.iter().any(|value| has(value))
        }
        let has = |needle: &Option<String>, test: fn(&User, &str) -> bool| {
            needle.as_deref().is_none_or(|needle| test(user, needle))
        };
        one_of(&self.emails, |value| user.emails.iter().any(|email| email.value == value))
            && one_of(&self.phones, |value| user.phones.iter().any(|phone| phone.value == value))
            && one_of(&self.usernames, |value| user.username.as_deref() == Some(value))
            && one_of(&self.wallets, |value| user.wallets.iter().any(|wallet| wallet.address.to_lowercase() == value))
            && self.external_ids.admits(|id| user.external_id.as_deref() == Some(id))
            && self.user_ids.admits(|id| user.id == id)
            && self.organization_ids.admits(|id| store.membership_of(id, &user.id).is_some())
            && has(&self.email_query, email_has)
            && has(&self.phone_query, phone_has)
            && has(&self.username_query, username_has)
            && has(&self.name_query, name_has)
            && has(&self.query, anything_has)
            && self.banned.is_none_or(|banned| user.banned == banned)
            && self.active.admits(user.last_active_at)
            && self.signed_in.admits(user.last_sign_in_at)
            && self.provider.as_ref().is_none_or(|(provider, ids)| {
                user.external_accounts
                    .iter()
                    .map(|connection| &connection.account)
                    .any(|account| account.provider == *provider && ids.contains(&account.provider_user_id))
            })
    }

    pub(super) fn admits_age(&self, created_at: i64) -> bool {
        self.created.admits(Some(created_at))
    }

    pub(super) fn admits(&self, store: &Store, user: &User) -> bool {
        self.admits_age(user.created_at) && self.admits_but_age(store, user)
    }
}

fn email_has(user: &User, needle: &str) -> bool {
    user.emails.iter().any(|email| email.value.to_lowercase().contains(needle))
}

fn phone_has(user: &User, needle: &str) -> bool {
    user.phones.iter().any(|phone| phone.value.contains(needle))
}

fn username_has(user: &User, needle: &str) -> bool {
    user.username.as_deref().is_some_and(|name| name.to_lowercase().contains(needle))
}

fn name_has(user: &User, needle: &str) -> bool {
    user.full_name().is_some_and(|name| name.to_lowercase().contains(needle))
}

fn anything_has(user: &User, needle: &str) -> bool {
    email_has(user, needle)
        || phone_has(user, needle)
        || username_has(user, needle)
        || name_has(user, needle)
        || user.wallets.iter().any(|wallet| wallet.address.to_lowercase().contains(needle))
        || user.id.to_lowercase().contains(needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::identification::{Contact, Status};

    fn user() -> User {
        User {
            id: "user_1".into(),
            external_id: Some("crm-1".into()),
            username: Some("annlee".into()),
            first_name: Some("Ann".into()),
            last_name: Some("Lee".into()),
            emails: vec![Contact::new("idn_1".into(), "ann@example.com".into(), Status::Verified, 1)],
            phones: vec![Contact::new("idn_2".into(), "+15550100000".into(), Status::Verified, 1)],
            created_at: 1_000,
            last_active_at: Some(2_000),
            ..User::default()
        }
    }

    fn admits(text: &str) -> bool {
        let mut query = Query::new(Query::decode(text));
        let filter = Filter::for_users(&mut query);
        query.finish().expect("well formed");
        filter.admits(&Store::new(Some(1), "mch_1", "ak_1", 0), &user())
    }

    #[test]
    fn every_filter_lets_through_and_holds_back() {
        for (yes, no) in [
            ("email_address=ANN@example.com&email_address=x@y.z", "email_address=x@y.z"),
            ("phone_number=%2B15550100000", "phone_number=+15550100000"),
            ("username=AnnLee", "username=ann"),
            ("external_id=%2Bcrm-1", "external_id=-crm-1"),
            ("user_id=user_1", "user_id=-user_1"),
            ("organization_id=-org_1", "organization_id=org_1"),
            ("query=EXAMPLE.c", "query=bob"),
            ("email_address_query=ANN@", "email_address_query=bob"),
            ("phone_number_query=555", "phone_number_query=777"),
            ("username_query=NLE", "username_query=ann@"),
            ("name_query=n+le", "name_query=annlee"),
            ("banned=false", "banned=true"),
            ("created_at_before=1001&created_at_after=999", "created_at_before=1000"),
            ("last_active_at_since=2000", "last_active_at_after=2000"),
            ("last_active_at_before=2001", "last_sign_in_at_before=9999"),
        ] {
            assert!(admits(yes), "{yes}");
            assert!(!admits(no), "{no}");
        }
    }

    #[test]
    fn provider_goes_with_its_ids() {
        let mut query = Query::new(Query::decode("provider=oauth_google"));
        Filter::for_users(&mut query);
        assert_eq!(query.finish().expect_err("incomplete").errors[0].code, "form_conditional_param_missing");
        assert!(!admits("provider=oauth_google&provider_user_id=1"));
    }
}
