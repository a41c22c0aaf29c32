//! The active organization of a session, from claims of version 1 or 2 (§1.4 to §1.6, D-1, D-4).

use super::claims::Claims;
use super::json;
use super::scope::{Entry, Scoped, trimmed};
use std::borrow::Cow;

/// The active organization. Whatever is of a wrong type grants nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Organization {
    /// `org_…`.
    pub id: Option<String>,
    /// Its slug.
    pub slug: Option<String>,
    /// The member's role, such as `org:admin`.
    pub role: Option<String>,
    /// The member's permissions, such as `org:invoices:read`. `None` where the token says nothing of permissions.
    pub permissions: Option<Vec<String>>,
}

impl Organization {
    /// The organization that a session token names; all fields `None` if it names none.
    #[must_use]
    pub fn of(claims: &Claims) -> Self {
        Self { permissions: permissions(claims), ..Self::named(claims) }
    }

    /// The same without the permissions, which are more to read than all the rest.
    pub(crate) fn named(claims: &Claims) -> Self {
        if is_version_2(claims) { Self::of_version_2(claims) } else { Self::of_version_1(claims) }
    }

    ///
    fn of_version_1(claims: &Claims) -> Self {
        Self {
            id: claims.string("org_id"),
            slug: claims.string("org_slug"),
            role: claims.string("org_role"),
            permissions: None,
        }
    }

    ///
    fn of_version_2(claims: &Claims) -> Self {
        let Some(organization) = object_of(claims) else {
            return Self::default();
        };
        let [id, slug, role] = json::members(organization, ["id", "slg", "rol"]).map(|text| text.and_then(json::text));
        let role = role.filter(|role| !role.is_empty()).map(|role| ["org:", &role].concat());
        Self { id: id.map(Cow::into_owned), slug: slug.map(Cow::into_owned), role, permissions: None }
    }
}

/// The permissions in the organization that a session token names.
pub(crate) fn permissions(claims: &Claims) -> Option<Vec<String>> {
    if !is_version_2(claims) {
        let items = claims.raw("org_permissions").and_then(json::items)?;
        return Some(items.into_iter().filter_map(json::string).collect());
    }
    let [names, masks] =
        json::members(object_of(claims)?, ["per", "fpm"]).map(|text| text.and_then(json::text).unwrap_or_default());
    let listed = claims.raw("fea").map(json::text);
    let features = match &listed {
        None => Some(Scoped::default()),
        Some(list) => list.as_deref().and_then(Scoped::read),
    };
    Some(granted(&features.unwrap_or_default(), &names, &masks))
}

fn is_version_2(claims: &Claims) -> bool {
    claims.raw("v").and_then(json::float) == Some(2.0)
}

/// What a token of version 2 says of the organization.
fn object_of(claims: &Claims) -> Option<&str> {
    claims.raw("o").filter(|text| text.starts_with('{'))
}

/// which permission of which feature, from one bit mask a feature.
///
/// D-1: as many masks as entries in `fea` means that a mask belongs to an entry; else to an entry of the organization.
fn granted(features: &Scoped<'_>, per: &str, fpm: &str) -> Vec<String> {
    if per.is_empty() || fpm.is_empty() {
        return Vec::new();
    }
    let names = || per.split(',').map(trimmed);
    let masks = || fpm.split(',').map(trimmed);
    let whole = masks().count() == features.entries().len();
    let of_mask = features.entries().iter().filter(|entry| whole || entry.organization);
    let mut granted = Vec::new();
    for (Entry { value, organization, .. }, mask) in of_mask.zip(masks()) {
        // A mask on an entry that is the user's alone grants nothing in the organization.
        if *organization {
            let bits = Bits::read(mask, names().count());
            let set = names().enumerate().filter(|(bit, _)| bits.has(*bit));
            granted.extend(set.map(|(_, name)| ["org:", value, ":", name].concat()));
        }
    }
    granted
}

/// The lowest bits of a decimal number of any length; none if it is not all digits.
enum Bits {
    Few(u64),
    Many(Vec<u32>),
}

impl Bits {
    /// At least so many.
    fn read(decimal: &str, count: usize) -> Self {
        if decimal.is_empty() || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Few(0);
        }
        match decimal.parse() {
            Ok(bits) => Self::Few(bits),
            Err(_) => Self::Many(limbs(decimal.as_bytes(), count.div_ceil(32))),
        }
    }

    fn has(&self, bit: usize) -> bool {
        match self {
            Self::Few(bits) => bit < 64 && bits >> bit & 1 == 1,
            Self::Many(limbs) => limbs.get(bit / 32).is_some_and(|limb| limb >> (bit % 32) & 1 == 1),
        }
    }
}

/// So many limbs of a number, the least significant first, which is the number modulo 2^(32 · limbs): what overflows them
/// would be ignored anyway.
fn limbs(mut digits: &[u8], count: usize) -> Vec<u32> {
    let mut limbs = vec![0_u32; count];
    // Nine digits at a time.
    let mut take = match digits.len() % 9 {
        0 => 9.min(digits.len()),
        rest => rest,
    };
    while !digits.is_empty() {
        let (chunk, rest) = digits.split_at(take);
        let scale = 10_u64.pow(u32::try_from(take).unwrap_or(9));
        let mut carry = chunk.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        for limb in &mut limbs {
            let value = u64::from(*limb) * scale + carry;
            #[allow(clippy::cast_possible_truncation)] // the low half; the high half is the carry
            {
                *limb = value as u32;
            }
            carry = value >> 32;
        }
        digits = rest;
        take = 9.min(digits.len());
    }
    limbs
}

#[cfg(test)]
mod tests {
    use super::{Bits, Scoped};

    fn set(decimal: &str, count: usize) -> Vec<usize> {
        let bits = Bits::read(decimal, count);
        (0..count).filter(|bit| bits.has(*bit)).collect()
    }

    #[test]
    fn masks_of_any_length() {
        assert_eq!(set("0", 4), [0_usize; 0]);
        assert_eq!(set("3", 4), [0, 1]);
        assert_eq!(set("9007199254740993", 64), [0, 53]);
        assert_eq!(set("18446744073709551616", 70), [64]);
        assert_eq!(set("340282366920938463463374607431768211457", 130), [0, 128]);
        assert_eq!(set("18446744073709551617", 8), [0], "bits beyond the permissions are ignored");
        assert_eq!(set("000000000000000000005", 8), [0, 2]);
        for bad in ["-1", "1.5", "1x", "", "+1", " 1", "0x1", "1e3"] {
            assert_eq!(set(bad, 8), [0_usize; 0], "{bad}");
        }
    }

    fn granted(fea: &str, per: &str, fpm: &str) -> Vec<String> {
        super::granted(&Scoped::read(fea).unwrap_or_default(), per, fpm)
    }

    #[test]
    fn masks_over_the_whole_list_if_there_is_one_for_each() {
        assert_eq!(granted("u:a,o:b,o:c", "read,manage", "0,3,1"), ["org:b:read", "org:b:manage", "org:c:read"]);
        assert_eq!(granted("u:a,o:b", "read", "1,1"), ["org:b:read"], "never for the user's own feature");
    }

    #[test]
    fn masks_over_the_organization_alone_otherwise() {
        assert_eq!(
            granted("o:reservations,u:dashboard,uo:support-chat,o:impersonation", "read,manage", "2,3"),
            ["org:reservations:manage", "org:support-chat:read", "org:support-chat:manage"]
        );
    }

    #[test]
    fn lists_are_trimmed_and_bad_masks_keep_their_place() {
        assert_eq!(granted(" o:a , ou:b ", " read , manage ", " 1x , 2 "), ["org:b:manage"]);
        assert_eq!(granted("o:a", "", "1"), [""; 0]);
        assert_eq!(granted("o:a", "read", ""), [""; 0]);
        assert_eq!(granted("nocolon,o:a", "read", "1,1"), [""; 0]);
        assert_eq!(granted("x:a,o:b", "read", "1,1"), ["org:b:read"]);
    }
}
