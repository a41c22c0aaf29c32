//! The way through a listing.

use clerk_usher::args::Arguments;
use clerk_usher::page::{Walk, WalkOptions};
use napi_derive::napi;

use crate::answer::thrown;

/// Which page to ask for next. It does not change: a step gives another.
#[napi]
#[derive(Debug)]
pub struct NativeWalk {
    walk: Walk,
    options: WalkOptions,
}

#[napi]
impl NativeWalk {
    /// Starts where these arguments say.
    #[napi(factory, catch_unwind)]
    pub fn start(operation: String, arguments_json: String, options_json: String) -> napi::Result<Self> {
        let options = WalkOptions::from_json(&options_json).map_err(|error| thrown(&error.into()))?;
        let arguments = Arguments::from_json(&arguments_json).map_err(|error| thrown(&error.into()))?;
        let walk = Walk::new(&operation, arguments).map_err(|error| thrown(&error))?;
        Ok(Self { walk, options })
    }

    /// The arguments of the next page to ask for, as JSON text; null when the listing is over.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn arguments(&self) -> Option<String> {
        self.walk.arguments().map(Arguments::to_json)
    }

    /// What to have on its way: these arguments, and those of pages ahead. Empty when the listing is over.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn ahead(&self) -> Vec<String> {
        self.walk.ahead(self.options.at_once()).iter().map(Arguments::to_json).collect()
    }

    /// Takes note of the page that came.
    #[napi(catch_unwind)]
    pub fn advance(
        &self,
        count: u32,
        total: Option<i64>,
        first: Option<String>,
        last: Option<String>,
    ) -> napi::Result<Self> {
        let mut walk = self.walk.clone();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        walk.advance(count, total, first.as_deref(), last.as_deref()).map_err(|error| thrown(&error))?;
        Ok(Self { walk, options: self.options })
    }
}
