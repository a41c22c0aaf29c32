//! Where to send a browser to sign in or up, and how it finds its way back (§4.4).

use url::{Url, form_urlencoded};

use crate::error::ArgumentError;
use crate::key::{InstanceType, PublishableKey, accounts_portal};
use crate::secret::Secret;

/// Makes the URLs of sign-in and sign-up pages. It sends nothing: the host answers with a redirect to what it gets.
///
/// ```
/// use clerk_usher::redirect::Redirects;
/// let redirects = Redirects::new("https://app.example.com/orders").publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let url = redirects.to_sign_in(Some("/orders"))?;
/// assert_eq!(url, "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Forders");
/// # Ok::<(), clerk_usher::error::ArgumentError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    base_url: String,
    publishable_key: String,
    sign_in_url: String,
    sign_up_url: String,
    dev_browser_token: Option<Secret>,
    session_status: String,
    is_satellite: bool,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.$name = $name.into();
            self
        }
    )*};
}

impl Redirects {
    /// With the URL that the browser asked for, which relative URLs are resolved against. Empty: there is none, and then
    /// one of the URLs has to be absolute (R-463).
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), ..Self::default() }
    }

    texts! {
        /// The instance's publishable key: it tells the account portal, which is where pages are that are not told below.
        publishable_key;
        /// The application's own sign-in page, absolute or relative.
        sign_in_url;
        /// The application's own sign-up page, absolute or relative. Default: `/create` below the sign-in page.
        sign_up_url;
        /// The session's status: for `pending` the browser is sent to the tasks that are left (R-461).
        session_status;
    }

    /// The browser's token of a development instance, which goes along to another origin (R-462).
    #[must_use]
    pub fn dev_browser_token(mut self, token: impl Into<Secret>) -> Self {
        self.dev_browser_token = Some(token.into());
        self
    }

    /// Whether this application is a satellite: then what comes back from another origin has to be synchronized (R-462).
    #[must_use]
    pub fn is_satellite(mut self, is_satellite: bool) -> Self {
        self.is_satellite = is_satellite;
        self
    }

    /// The sign-in page's URL, with the way back in it (R-460 to R-463).
    ///
    /// # Errors
    /// [`ArgumentError`], naming what is missing or is no URL: `publishable_key`, `base_url`, `sign_in_url`,
    /// `return_back_url`.
    pub fn to_sign_in(&self, return_back_url: Option<&str>) -> Result<String, ArgumentError> {
        let key = self.key()?;
        let target = match (&key, self.sign_in_url.is_empty()) {
            (_, false) => self.sign_in_url.clone(),
            (Some(key), true) => portal_page(key, "sign-in"),
            (None, true) => return Err(missing("sign_in_url")),
        };
        self.build("sign_in_url", &target, key.as_ref(), return_back_url)
    }

    /// The sign-up page's URL, with the way back in it (R-460 to R-463).
    ///
    /// # Errors
    /// As [`Redirects::to_sign_in`], with `sign_up_url`.
    pub fn to_sign_up(&self, return_back_url: Option<&str>) -> Result<String, ArgumentError> {
        let key = self.key()?;
        let (argument, target) = match (&key, self.sign_up_url.is_empty(), self.sign_in_url.is_empty()) {
            (_, false, _) => ("sign_up_url", self.sign_up_url.clone()),
            (None, true, _) => return Err(missing("sign_up_url")),
            (Some(_), true, false) => ("sign_in_url", created_below(&self.sign_in_url)),
            (Some(key), true, true) => ("sign_up_url", portal_page(key, "sign-up")),
        };
        self.build(argument, &target, key.as_ref(), return_back_url)
    }

    fn key(&self) -> Result<Option<PublishableKey>, ArgumentError> {
        if self.publishable_key.is_empty() {
            return Ok(None);
        }
        let key = PublishableKey::parse(&self.publishable_key);
        key.map(Some).map_err(|error| ArgumentError::new("publishable_key", error.message))
    }

    fn build(
        &self,
        argument: &str,
        target: &str,
        key: Option<&PublishableKey>,
        return_back_url: Option<&str>,
    ) -> Result<String, ArgumentError> {
        let tasks = if self.session_status == "pending" { "/tasks" } else { "" };
        let target = format!("{target}{tasks}");
        let back = return_back_url.filter(|url| !url.is_empty());
        if self.base_url.is_empty() {
            return without_base(argument, &target, back);
        }
        let base = http_url("base_url", &self.base_url)?;
        let mut url = base.join(&target).map_err(|_| not_a_url(argument))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(not_a_url(argument));
        }
        let place = |url: &Url| (url.host_str().map(str::to_owned), url.port());
        let cross_origin = place(&base) != place(&url);
        if let Some(back) = back {
            let mut back = base.join(back).map_err(|_| not_a_url("return_back_url"))?;
            if cross_origin && self.is_satellite {
                set_query(&mut back, "__clerk_synced", "false");
            }
            set_query(&mut url, "redirect_url", back.as_str());
        }
        let development = key.is_some_and(|key| key.instance_type() == InstanceType::Development);
        if let Some(token) = self.dev_browser_token.as_ref().filter(|token| !token.expose().is_empty())
            && cross_origin
            && development
        {
            set_query(&mut url, "__clerk_db_jwt", token.expose());
        }
        Ok(url.into())
    }
}

fn portal_page(key: &PublishableKey, page: &str) -> String {
    format!("{}/{page}", accounts_portal(key.frontend_api()))
}

/// `/create` at the end of the path; what has a slash there gets no second one.
fn created_below(sign_in_url: &str) -> String {
    let end = sign_in_url.find(['?', '#']).unwrap_or(sign_in_url.len());
    let (path, rest) = sign_in_url.split_at(end);
    format!("{}/create{rest}", path.trim_end_matches('/'))
}

/// R-463: one of the two says where this is.
fn without_base(argument: &str, target: &str, back: Option<&str>) -> Result<String, ArgumentError> {
    let is_absolute = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    let mut url = if is_absolute(target) {
        http_url(argument, target)?
    } else {
        let Some(back) = back.filter(|back| is_absolute(back)) else {
            return Err(ArgumentError::new(
                "return_back_url",
                format!(
                    "`return_back_url` must be an absolute URL if there is no `base_url` and `{argument}` is relative"
                ),
            ));
        };
        // Its origin, and no more of it.
        http_url("return_back_url", back)?
            .join("/")
            .and_then(|origin| origin.join(target))
            .map_err(|_| not_a_url(argument))?
    };
    if let Some(back) = back {
        set_query(&mut url, "redirect_url", back);
    }
    Ok(url.into())
}

fn http_url(argument: &str, text: &str) -> Result<Url, ArgumentError> {
    let url = Url::parse(text).map_err(|_| not_a_url(argument))?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(not_a_url(argument)) }
}

/// Sets one value of the query in the place of all others of its name; the rest keeps its order.
fn set_query(url: &mut Url, name: &str, value: &str) {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut placed = false;
    for (other, kept) in url.query_pairs() {
        if other != name {
            query.append_pair(&other, &kept);
        } else if !placed {
            query.append_pair(name, value);
            placed = true;
        }
    }
    if !placed {
        query.append_pair(name, value);
    }
    let query = query.finish();
    url.set_query(Some(&query));
}

fn not_a_url(argument: &str) -> ArgumentError {
    ArgumentError::new(argument, format!("`{argument}` must be an http or https URL"))
}

fn missing(page: &str) -> ArgumentError {
    ArgumentError::new(
        "publishable_key",
        format!("`publishable_key` is missing: without it and without `{page}` there is nowhere to send the browser"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Redirects, created_below};
    use proptest::prelude::*;

    #[test]
    fn the_sign_up_page_is_below_the_sign_in_page() {
        for (sign_in, sign_up) in [
            ("/sign-in", "/sign-in/create"),
            ("/sign-in/", "/sign-in/create"),
            ("https://a.io", "https://a.io/create"),
            ("https://a.io/in?x=/#y", "https://a.io/in/create?x=/#y"),
            ("", "/create"),
        ] {
            assert_eq!(created_below(sign_in), sign_up);
        }
    }

    #[test]
    fn the_browsers_token_does_not_print() {
        let redirects = Redirects::new("https://a.io/").dev_browser_token("dvb_secret");
        assert!(!format!("{redirects:?}").contains("dvb_secret"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_url_or_an_error_that_names_its_argument(
            base in "(https://a\\.io/\\PC{0,10})|\\PC{0,20}", page in "\\PC{0,20}", back in "\\PC{0,20}",
        ) {
            let redirects = Redirects::new(base).publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k").sign_in_url(page);
            for made in [redirects.to_sign_in(Some(&back)), redirects.to_sign_up(Some(&back))] {
                match made {
                    Ok(url) => prop_assert!(url::Url::parse(&url).is_ok()),
                    Err(error) => {
                        let named = format!("`{}`", error.argument);
                        prop_assert!(error.message.contains(&named), "{}", error.message);
                    }
                }
            }
        }
    }
}
