//! Clients of an emulator.

use clerk_usher_emulator::Emulator;

use crate::error::Result;
use crate::{Clerk, ClerkBuilder};

/// Clients of an [`Emulator`].
pub trait EmulatorExt {
    /// A builder whose client speaks to this emulator alone; nothing comes from the process's environment.
    fn clerk_builder(&self) -> ClerkBuilder;

    /// A client of this emulator.
    ///
    /// # Errors
    /// As [`ClerkBuilder::build`].
    fn clerk(&self) -> Result<Clerk> {
        self.clerk_builder().build()
    }
}

impl EmulatorExt for Emulator {
    fn clerk_builder(&self) -> ClerkBuilder {
        // Handshakes, and what a proxy of the Frontend API sends, lead here too.
        Clerk::builder()
            .secret_key(self.secret_key())
            .publishable_key(self.publishable_key())
            .api_url(self.url())
            .proxy_url(self.url())
            .environment([("CLERK_FAPI_URL".to_owned(), self.url().to_owned())])
    }
}
