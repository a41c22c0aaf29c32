//! `Set-Cookie` values for the applications of an instance, and reading what comes back.

use crate::state::Shared;

/// Ten years: the browser keeps them, what is in them ends on its own.
const KEPT: &str = "Path=/; Max-Age=315360000; SameSite=Lax";
const REMOVED: &str = "Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax";

/// What a browser gets of its session.
pub(crate) struct SessionCookies<'a> {
    pub(crate) jwt: &'a str,
    pub(crate) refresh_token: &'a str,
    /// When it signed in, in Unix seconds.
    pub(crate) signed_in_at: i64,
}

/// Writes the cookies of one application.
pub(crate) struct Writer {
    suffix: String,
    /// Ends each cookie: `; Secure` where the application is behind TLS.
    end: &'static str,
}

impl Writer {
    pub(crate) fn new(shared: &Shared, secure: bool) -> Self {
        Writer { suffix: shared.cookie_suffix(), end: if secure { "; Secure" } else { "" } }
    }

    /// One cookie under its plain name.
    pub(crate) fn plain(&self, name: &str, value: &str) -> String {
        format!("{name}={value}; {KEPT}{}", self.end)
    }

    /// One cookie under its suffixed name.
    pub(crate) fn suffixed(&self, name: &str, value: &str) -> String {
        self.plain(&format!("{name}_{}", self.suffix), value)
    }

    /// One cookie under both.
    pub(crate) fn both(&self, name: &str, value: &str) -> [String; 2] {
        [self.plain(name, value), self.suffixed(name, value)]
    }

    /// Takes a cookie away under both names.
    pub(crate) fn gone(&self, name: &str) -> [String; 2] {
        [format!("{name}=; {REMOVED}{}", self.end), format!("{name}_{}=; {REMOVED}{}", self.suffix, self.end)]
    }

    /// A cookie that the next request brings and that nobody needs afterwards.
    pub(crate) fn brief(&self, name: &str, value: &str) -> String {
        format!("{name}={value}; Path=/; Max-Age=60; SameSite=Lax; HttpOnly{}", self.end)
    }

    /// What the application gets of a browser that is signed in, or of one that is not.
    pub(crate) fn session(&self, cookies: Option<&SessionCookies<'_>>) -> Vec<String> {
        let mut all = Vec::new();
        match cookies {
            Some(cookies) => {
                all.extend(self.both("__session", cookies.jwt));
                all.extend(self.both("__client_uat", &cookies.signed_in_at.to_string()));
                all.push(format!("{}; HttpOnly", self.suffixed("__refresh", cookies.refresh_token)));
            }
            None => {
                all.extend(self.gone("__session"));
                all.extend(self.both("__client_uat", "0"));
                all.extend(self.gone("__refresh").into_iter().skip(1));
            }
        }
        all
    }
}

/// The value of a cookie in a `Cookie` header.
pub(crate) fn read(header: &str, name: &str) -> Option<String> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, value)| *known == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
