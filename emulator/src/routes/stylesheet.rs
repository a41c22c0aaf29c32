//! What pages look like: the one stylesheet.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::page::{STYLE, STYLE_PATH};
use bytes::Bytes;
use http::header;

pub(super) const ROUTES: &[Route] = &[Route::public("GET", STYLE_PATH, stylesheet)];

fn stylesheet(_: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Full {
        status: 200,
        headers: vec![
            (header::CONTENT_TYPE, "text/css; charset=utf-8".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            // Another version of the emulator may be on this port tomorrow.
            (header::CACHE_CONTROL, "no-cache".to_owned()),
        ],
        body: Bytes::from_static(STYLE.as_bytes()),
    })
}
