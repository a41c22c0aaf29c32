//! The doctor: what could be wrong with a client's options, with the API behind them, and with a token that is refused.
//!
//! It tells what it finds as data and as text, and never a key or a token. It decides nothing: verifying does.

mod api;
mod environment;
mod keys;
mod report;
mod settings;
mod token;

pub use report::{Finding, Report, Status};

use crate::client::Clerk;
use crate::clock::SharedClock;
use crate::options::Values;
use report::Findings;

impl Clerk {
    /// Looks for what could be wrong with this client, with the API behind it, and, if there is one, with a token that
    /// should hold here. It sends up to three requests. For options of which no client can be made there is
    /// [`ClerkBuilder::diagnose`](crate::ClerkBuilder::diagnose).
    pub async fn doctor(&self, token: Option<&str>) -> Report {
        examine(&self.inner.values, &self.inner.clock, token).await
    }
}

pub(crate) async fn examine(values: &Values, clock: &SharedClock, token: Option<&str>) -> Report {
    let mut findings = Findings::default();
    environment::check(values, &mut findings);
    let keys = keys::check(values, &mut findings);
    settings::check(values, &keys, &mut findings);
    let instance = api::check(values, clock, &keys, &mut findings).await;
    if let Some(token) = token {
        token::check(token, values, clock.now_ms(), &keys, instance.as_ref(), &mut findings);
    }
    findings.into_report()
}

#[cfg(test)]
mod tests;
