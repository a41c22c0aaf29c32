//! Base64 as tokens are written in it (§2.1): the URL-safe alphabet, padding optional, no bits beyond the last byte.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Padding is cut off beforehand; non-zero bits after the last byte are refused.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::url_safe(CONFIG));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG));

/// The bytes of a part. `None` if it is not base64url.
pub(crate) fn bytes(part: &str) -> Option<Vec<u8>> {
    ENGINE.decode(part.trim_end_matches('=')).ok()
}

/// The text of a part, in this room if it fits; what is not UTF-8 in it becomes U+FFFD.
pub(crate) fn text<'a>(part: &str, room: &'a mut [u8]) -> Option<Cow<'a, str>> {
    let written = part.trim_end_matches('=');
    if written.len() > room.len() {
        let bytes = ENGINE.decode(written).ok()?;
        return Some(String::from_utf8(bytes).map_or_else(|error| lossy(error.as_bytes()), Cow::Owned));
    }
    let length = ENGINE.decode_slice(written, room).ok()?;
    let bytes = room.get(..length)?;
    Some(std::str::from_utf8(bytes).map_or_else(|_| lossy(bytes), Cow::Borrowed))
}

fn lossy(bytes: &[u8]) -> Cow<'static, str> {
    Cow::Owned(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::GeneralPurpose;
    use proptest::prelude::*;

    fn slowly(part: &str) -> Option<Vec<u8>> {
        GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG).decode(part.trim_end_matches('=')).ok()
    }

    proptest! {
        #[test]
        fn as_the_plain_engine_reads_it(part in "[A-Za-z0-9_-]{0,200}={0,2}|[ -~]{0,120}|[A-Za-z0-9_-]{60,90}[+/=. \n][A-Za-z0-9_-]{0,90}") {
            prop_assert_eq!(bytes(&part), slowly(&part));
        }

        #[test]
        fn the_room_changes_nothing(part in "[A-Za-z0-9_-]{0,100}={0,2}", room in 0_usize..128) {
            let expected = slowly(&part).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let mut room = vec![0; room];
            prop_assert_eq!(text(&part, &mut room).map(Cow::into_owned), expected);
        }
    }
}
