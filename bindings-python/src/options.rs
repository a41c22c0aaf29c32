//! The options of a call, from its keyword arguments.

use std::borrow::Cow;
use std::sync::LazyLock;

use clerk_usher::auth::AuthenticateOptions;
use clerk_usher::token::VerifyOptions;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::raise;
use crate::once::name;

/// How a token is verified.
pub(crate) fn verify_options(options: &Bound<'_, PyDict>) -> PyResult<Cow<'static, VerifyOptions>> {
    static NONE: LazyLock<VerifyOptions> = LazyLock::new(VerifyOptions::default);
    if options.is_empty() {
        return Ok(Cow::Borrowed(&NONE));
    }
    let given = VerifyOptions::from_json(&told(options)?);
    given.map(Cow::Owned).map_err(|error| raise(options.py(), &error.into()))
}

/// How a request is authenticated.
pub(crate) fn authenticate_options(options: &Bound<'_, PyDict>) -> PyResult<Cow<'static, AuthenticateOptions>> {
    static NONE: LazyLock<AuthenticateOptions> = LazyLock::new(AuthenticateOptions::default);
    if options.is_empty() {
        return Ok(Cow::Borrowed(&NONE));
    }
    let given = AuthenticateOptions::from_json(&told(options)?);
    given.map(Cow::Owned).map_err(|error| raise(options.py(), &error.into()))
}

/// Their JSON text, in the core's units.
fn told(options: &Bound<'_, PyDict>) -> PyResult<String> {
    let py = options.py();
    let module = py.import(name!(py, "clerk_usher.option_json"))?;
    let error = py.import(name!(py, "clerk_usher.error"))?.getattr(name!(py, "ArgumentError"))?;
    module.call_method1(name!(py, "encode_options"), (options, error))?.extract()
}
