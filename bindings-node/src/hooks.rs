//! The steps of a call, kept for JavaScript to take.

use clerk_usher::CallOptions;
use clerk_usher::hooks::Recorder;
use napi_derive::napi;

/// Keeps the steps of the call that it is given to.
#[napi]
#[derive(Debug, Default)]
pub struct NativeRecorder(Recorder);

#[napi]
impl NativeRecorder {
    /// For a call that is about to be made.
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The steps since they were last taken, as a JSON array.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn take(&self) -> String {
        self.0.take_json()
    }
}

/// Options under which a call's steps are kept, if anybody wants to know.
pub(crate) fn recorded(options: CallOptions, recorder: Option<Recorder>) -> CallOptions {
    match recorder {
        Some(recorder) => options.recorder(recorder),
        None => options,
    }
}

impl NativeRecorder {
    pub(crate) fn recorder(&self) -> Recorder {
        self.0.clone()
    }
}
