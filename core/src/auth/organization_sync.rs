//! Which organization the path of a request asks for (§3.15), and whether the session has another.

use super::AuthenticateError;
use super::object::Auth;
use super::pattern::Pattern;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// What a path asks to be active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The organization of this id.
    Id(String),
    /// The organization of this slug.
    Slug(String),
    /// No organization: the user's personal account.
    PersonalAccount,
}

impl Target {
    /// How a handshake is told.
    pub(crate) fn organization_id(&self) -> &str {
        match self {
            Self::Id(text) | Self::Slug(text) => text,
            Self::PersonalAccount => "",
        }
    }

    /// Whether the session has to be changed for it.
    pub(crate) fn differs_from(&self, auth: &Auth) -> bool {
        match self {
            Self::Id(id) => auth.org_id.as_ref() != Some(id),
            Self::Slug(slug) => auth.org_slug.as_ref() != Some(slug),
            Self::PersonalAccount => auth.org_id.as_ref().is_some_and(|id| !id.is_empty()),
        }
    }
}

/// The patterns of one request, compiled.
#[derive(Debug, Clone, Default)]
pub(crate) struct OrganizationSync {
    organizations: Vec<Arc<Pattern>>,
    personal_accounts: Vec<Arc<Pattern>>,
}

impl OrganizationSync {
    /// What this path asks for; nothing where no pattern fits.
    pub(crate) fn target(&self, path: &str) -> Option<Target> {
        if self.organizations.is_empty() && self.personal_accounts.is_empty() {
            return None;
        }
        let fitting = |patterns: &[Arc<Pattern>]| {
            patterns.iter().find_map(|pattern| {
                let values = pattern.parameters(path)?;
                // Of several of one name, the last.
                let last = |name| values.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| *value);
                let text = |name| last(name).filter(|value| !value.is_empty()).map(str::to_owned);
                Some((text("id"), text("slug")))
            })
        };
        match fitting(&self.organizations) {
            Some((Some(id), _)) => return Some(Target::Id(id)),
            Some((None, Some(slug))) => return Some(Target::Slug(slug)),
            _ => {}
        }
        fitting(&self.personal_accounts).map(|_| Target::PersonalAccount)
    }
}

/// How many compiled patterns are kept. A program has a few.
const MAX_KEPT: usize = 256;

/// Patterns that were compiled before: options come with each request, and compiling takes longer than deciding.
#[derive(Default)]
pub(crate) struct Patterns(ArcSwap<HashMap<String, Arc<Pattern>>>);

impl Patterns {
    /// Compiles what is new of these.
    pub(crate) fn sync(
        &self,
        organizations: &[String],
        personal_accounts: &[String],
    ) -> Result<OrganizationSync, AuthenticateError> {
        if organizations.is_empty() && personal_accounts.is_empty() {
            return Ok(OrganizationSync::default());
        }
        let compiled = |option: &str, texts: &[String]| -> Result<Vec<_>, AuthenticateError> {
            texts.iter().map(|text| self.get(option, text)).collect()
        };
        Ok(OrganizationSync {
            organizations: compiled("organization_patterns", organizations)?,
            personal_accounts: compiled("personal_account_patterns", personal_accounts)?,
        })
    }

    fn get(&self, option: &str, text: &str) -> Result<Arc<Pattern>, AuthenticateError> {
        if let Some(found) = self.0.load().get(text) {
            return Ok(Arc::clone(found));
        }
        let wrong = |why| {
            let message = format!("The pattern `{text}` cannot be used: {why}. Patterns are like /orgs/:slug/(.*).");
            AuthenticateError::config(option, message)
        };
        let pattern = Arc::new(Pattern::compile(text).map_err(wrong)?);
        self.0.rcu(|kept| {
            let mut kept = if kept.len() < MAX_KEPT { HashMap::clone(kept) } else { HashMap::new() };
            kept.insert(text.to_owned(), Arc::clone(&pattern));
            kept
        });
        Ok(pattern)
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patterns").field(&self.0.load().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Patterns, Target};

    fn target(organizations: &[&str], personal_accounts: &[&str], path: &str) -> Option<Target> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let sync = Patterns::default().sync(&owned(organizations), &owned(personal_accounts));
        sync.ok().and_then(|sync| sync.target(path))
    }

    #[test]
    fn id_goes_before_slug_and_organizations_before_personal_accounts() {
        let organizations = ["/orgs/id/:id", "/orgs/slug/:slug", "/both/:slug/:id", "/orgs"];
        let at = |path| target(&organizations, &["/me", "/orgs"], path);
        assert_eq!(at("/orgs/id/org_1"), Some(Target::Id("org_1".to_owned())));
        assert_eq!(at("/orgs/slug/acme"), Some(Target::Slug("acme".to_owned())));
        assert_eq!(at("/both/acme/org_1"), Some(Target::Id("org_1".to_owned())));
        assert_eq!(at("/orgs"), Some(Target::PersonalAccount), "without a parameter it falls through");
        assert_eq!(at("/me"), Some(Target::PersonalAccount));
        assert_eq!(at("/other"), None);
        assert_eq!(target(&[], &[], "/"), None, "no patterns, no target");
    }

    #[test]
    fn the_first_that_fits_counts() {
        assert_eq!(target(&["/a", "/:slug"], &[], "/a"), None);
        assert_eq!(target(&["/:slug", "/a/:id"], &[], "/a/1"), Some(Target::Id("1".to_owned())));
    }
}
