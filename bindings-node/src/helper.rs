//! The helpers, the Frontend API proxy and the doctor. What they take and give is JSON text.

use clerk_usher::frontend_api_proxy::FrontendApiProxy;
use clerk_usher::{ClerkBuilder, Error, helper};
use napi::Env;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::{Outcome, thrown};
use crate::cancel::NativeCanceller;
use crate::client::NativeClient;
use crate::clock::NativeClock;
use crate::runtime::promise;
use crate::transport::with_transport;

/// What needs no client.
#[napi]
#[derive(Debug)]
pub struct NativeHelper;

#[napi]
impl NativeHelper {
    /// Runs a helper by its name.
    #[napi(catch_unwind)]
    pub fn run(name: String, arguments_json: String) -> Result<String> {
        helper::run(&name, &arguments_json).map_err(|error| thrown(&error))
    }

    /// Examines options, of which no client has to be possible.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn diagnose<'env>(
        env: &'env Env,
        options_json: String,
        clock: Option<&NativeClock>,
        token: Option<String>,
        canceller: Option<&NativeCanceller>,
        asks: bool,
    ) -> Result<Object<'env>> {
        let clock = clock.map(NativeClock::shared);
        promise(env, canceller.map(NativeCanceller::flag), asks, async move {
            let builder = with_transport(ClerkBuilder::from_json(&options_json)?, asks);
            let builder = match clock {
                Some(clock) => builder.shared_clock(clock),
                None => builder,
            };
            Ok(Outcome::Value(builder.diagnose(token.as_deref()).await.to_json()))
        })
    }
}

#[napi]
impl NativeClient {
    /// Examines this client.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn doctor<'env>(
        &self,
        env: &'env Env,
        token: Option<String>,
        canceller: Option<&NativeCanceller>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk();
        promise(env, canceller.map(NativeCanceller::flag), self.asks(), async move {
            Ok(Outcome::Value(clerk.doctor(token.as_deref()).await.to_json()))
        })
    }

    /// A Frontend API proxy with this client's keys.
    #[napi(catch_unwind)]
    pub fn frontend_api_proxy(&self, options_json: String) -> Result<NativeFrontendApiProxy> {
        let made = || -> clerk_usher::Result<_> {
            Ok(self.clerk().frontend_api_proxy(helper::proxy_options(&options_json)?)?)
        };
        made().map(NativeFrontendApiProxy).map_err(|error| thrown(&error))
    }
}

/// The Frontend API under a path of the application's own. It sends nothing.
#[napi]
#[derive(Debug)]
pub struct NativeFrontendApiProxy(FrontendApiProxy);

#[napi]
impl NativeFrontendApiProxy {
    /// One from its options.
    #[napi(factory, catch_unwind)]
    pub fn create(options_json: String) -> Result<Self> {
        let made =
            || -> std::result::Result<_, Error> { Ok(FrontendApiProxy::new(helper::proxy_options(&options_json)?)?) };
        made().map(Self).map_err(|error| thrown(&error))
    }

    /// The path, without a slash at its end.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn path(&self) -> String {
        self.0.path().to_owned()
    }

    /// Whether a request is for the proxy.
    #[napi(catch_unwind)]
    pub fn matches(&self, request_json: String) -> Result<bool> {
        helper::proxy_matches(&self.0, &request_json).map_err(|error| thrown(&error))
    }

    /// What to do with a request.
    #[napi(catch_unwind)]
    pub fn prepare(&self, request_json: String) -> Result<String> {
        helper::proxy_prepare(&self.0, &request_json).map_err(|error| thrown(&error))
    }

    /// The answer for the browser, from that of the Frontend API.
    #[napi(catch_unwind)]
    pub fn response(&self, context: String, status: u16, headers_json: String) -> Result<String> {
        helper::proxy_response(&context, status, &headers_json).map_err(|error| thrown(&error))
    }

    /// The answer for a request that could not be sent.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn failed(&self) -> String {
        helper::proxy_failed()
    }
}
