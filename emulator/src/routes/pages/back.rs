//! The way back to the application.

use crate::api::{Call, Reply};
use crate::page::{Refusal, Visitor, check_way_back, notice, see_other};
use crate::target::Target;

/// What a page was opened for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Purpose {
    SignIn,
    SignUp,
    SignOut,
    Other,
}

/// The parameters that name a way back, all of them http or https URLs.
const NAMES: [&str; 8] = [
    "redirect_url",
    "sign_in_force_redirect_url",
    "sign_in_fallback_redirect_url",
    "after_sign_in_url",
    "sign_up_force_redirect_url",
    "sign_up_fallback_redirect_url",
    "after_sign_up_url",
    "after_sign_out_url",
];

impl Purpose {
    /// The parameters that count, the first one first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Purpose::SignIn => {
                &["sign_in_force_redirect_url", "redirect_url", "sign_in_fallback_redirect_url", "after_sign_in_url"]
            }
            Purpose::SignUp => {
                &["sign_up_force_redirect_url", "redirect_url", "sign_up_fallback_redirect_url", "after_sign_up_url"]
            }
            Purpose::SignOut => &["after_sign_out_url", "redirect_url"],
            Purpose::Other => &["redirect_url"],
        }
    }
}

/// What a page was told of the way back.
#[derive(Default)]
pub(super) struct Back(Vec<(&'static str, Target)>);

impl Back {
    /// Reads it from the query.
    ///
    /// # Errors
    /// A page that names the parameter which is no http or https URL, or the origin that is no application's.
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let mut all = Vec::new();
        for name in NAMES {
            let Some(text) = call.query.text(name) else { continue };
            let target = Target::parse(text)
                .ok_or_else(|| notice(400, "No way back", &format!("{name} must be an absolute http or https URL.")))?;
            check_way_back(call, &target.plain())?;
            all.push((name, target));
        }
        Ok(Back(all))
    }

    fn target(&self, purpose: Purpose) -> Option<&Target> {
        purpose.names().iter().find_map(|wanted| Some(&self.0.iter().find(|(name, _)| name == wanted)?.1))
    }

    /// The host of the application, to tell people where they go.
    pub(super) fn host(&self, purpose: Purpose) -> Option<&str> {
        Some(self.target(purpose)?.origin.split_once("://")?.1)
    }

    /// Another page of ours, with the same way back.
    pub(super) fn page(&self, path: &str) -> String {
        self.page_with(path, &[])
    }

    pub(super) fn page_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, target) in &self.0 {
            query.append_pair(name, &target.plain());
        }
        query.extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Sends the browser back, or to a page of ours where there is no way back. The application has to hear that
    /// something changed: in development by the browser's token, which makes it ask; in production by a handshake.
    pub(super) fn go(&self, call: &Call<'_>, visitor: &Visitor, purpose: Purpose) -> Reply {
        let location = match self.target(purpose) {
            None if purpose == Purpose::SignOut => "/sign-in".to_owned(),
            None => "/user".to_owned(),
            Some(target) if call.shared.is_production() => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("format", "nonce")
                    .append_pair("redirect_url", &target.plain())
                    .finish();
                format!("/v1/client/handshake?{query}")
            }
            Some(target) => target.with("__clerk_db_jwt", &visitor.browser),
        };
        see_other(location, visitor)
    }
}
