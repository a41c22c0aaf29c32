//! A request in the form in which it crosses: one text, its fields joined by line feeds.
//!
//! They are method, scheme, `target` or `url`, the address, and then names and values of headers in turn. Whoever joined them
//! says how many there are, as a line feed within one would make more of them.

use clerk_usher::auth::RequestParts;

/// The parts of a request; nothing if a field is not what it was.
pub(crate) fn read(text: &str, fields: u32) -> Option<RequestParts<'_>> {
    let mut rest = text.split('\n');
    let (method, scheme, kind, address) = (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
    let parts = match kind {
        "target" => RequestParts::received(method, address),
        "url" => RequestParts::new(method, address),
        _ => return None,
    };
    let mut headers = Vec::with_capacity(16);
    while let Some(name) = rest.next() {
        headers.push((name, rest.next()?));
    }
    (4 + 2 * headers.len() == fields as usize).then(|| parts.with_scheme(scheme).with_headers(headers))
}
