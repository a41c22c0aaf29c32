//! The little DER that RSA keys need: integers in a sequence.

/// A sequence of unsigned big-endian integers: with modulus and exponent an `RSAPublicKey` (PKCS#1), with a zero before
/// and the private parts behind them an `RSAPrivateKey`.
pub(crate) fn sequence_of_integers(integers: &[&[u8]]) -> Vec<u8> {
    let body: Vec<u8> = integers.iter().flat_map(|integer| unsigned(integer)).collect();
    tagged(0x30, &body)
}

fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let mut value = Vec::with_capacity(bytes.len() + 1);
    // A first bit that is set would make it negative, and zero is one byte.
    if bytes.get(start).is_none_or(|first| first & 0x80 != 0) {
        value.push(0);
    }
    value.extend_from_slice(bytes.get(start..).unwrap_or_default());
    tagged(0x02, &value)
}

fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = value.len().to_be_bytes();
    let digits = length.iter().position(|byte| *byte != 0).map_or(&[][..], |start| &length[start..]);
    match u8::try_from(value.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            // At most eight digits.
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(value);
    out
}

#[cfg(test)]
mod tests {
    use super::sequence_of_integers;

    #[test]
    fn integers_are_unsigned_and_lengths_are_short_or_long() {
        assert_eq!(sequence_of_integers(&[&[], &[0, 0]]), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        assert_eq!(sequence_of_integers(&[&[0x7f], &[0x80]]), [0x30, 7, 2, 1, 0x7f, 2, 2, 0, 0x80]);
        assert_eq!(sequence_of_integers(&[&[1, 0, 1]]), [0x30, 5, 2, 3, 1, 0, 1]);
        let long = sequence_of_integers(&[&[1; 200]]);
        assert_eq!(&long[..6], [0x30, 0x81, 203, 2, 0x81, 200]);
        let longer = sequence_of_integers(&[&[1; 300]]);
        assert_eq!(&longer[..8], [0x30, 0x82, 1, 0x30, 2, 0x82, 1, 0x2c]);
    }
}
