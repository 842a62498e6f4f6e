//! The few forms of DER (X.690) that a time-stamp token needs.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;

/// Tag, length, contents.
pub(crate) fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = contents.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match (significant.as_slice(), u8::try_from(significant.len())) {
        ([], _) => bytes.push(0),
        ([short], _) if *short < 0x80 => bytes.push(*short),
        (long, count) => {
            // A length has at most eight bytes.
            bytes.push(0x80 | count.unwrap_or(8));
            bytes.extend(long);
        }
    }
    bytes.extend(contents);
    bytes
}

/// A constructed value of several parts.
pub(crate) fn all(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A SET OF: its elements in ascending order of their encodings.
pub(crate) fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    tlv(tag, &elements.concat())
}

/// An INTEGER that is not negative, from big-endian bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let trimmed: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    match trimmed.first() {
        None => tlv(INTEGER, &[0]),
        Some(first) if *first >= 0x80 => all(INTEGER, &[&[0], &trimmed]),
        Some(_) => tlv(INTEGER, &trimmed),
    }
}

/// A value as it stands in longer bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    /// With tag and length.
    pub(crate) whole: &'a [u8],
    /// What follows it.
    pub(crate) rest: &'a [u8],
}

/// The first value of `bytes`.
pub(crate) fn first(bytes: &[u8]) -> Option<Value<'_>> {
    let (tag, after) = bytes.split_first()?;
    let (first, after) = after.split_first()?;
    let (length, header) = if *first < 0x80 {
        (usize::from(*first), 2)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = after.get(..count).filter(|digits| !digits.is_empty() && digits.len() <= 4)?;
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), 2 + count)
    };
    let (whole, rest) = bytes.split_at_checked(header.checked_add(length)?)?;
    Some(Value { tag: *tag, contents: whole.get(header..)?, whole, rest })
}

/// The first value of `bytes`, if it has this tag.
pub(crate) fn tagged(bytes: &[u8], tag: u8) -> Option<Value<'_>> {
    first(bytes).filter(|value| value.tag == tag)
}

/// All values of `bytes`, up to what is not one.
pub(crate) fn values(mut bytes: &[u8]) -> impl Iterator<Item = Value<'_>> {
    std::iter::from_fn(move || {
        let value = first(bytes)?;
        bytes = value.rest;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_minimal_and_positive() {
        let cases: [(&[u8], &[u8]); 3] =
            [(&[0], &[2, 1, 0]), (&[0, 1], &[2, 1, 1]), (&[0x80], &[2, 2, 0, 0x80])];
        for (bytes, expected) in cases {
            assert_eq!(unsigned(bytes), expected);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

        #[test]
        fn a_value_survives_its_encoding(contents in proptest::collection::vec(0_u8.., 0..70_000)) {
            let bytes = tlv(OCTET_STRING, &contents);
            let value = Value { tag: OCTET_STRING, contents: &contents, whole: &bytes, rest: &[] };
            proptest::prop_assert_eq!(first(&bytes), Some(value));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = first(&bytes);
        }
    }
}
