//! How deep the CBOR in a manifest store nests (RFC 8949).
//!
//! `c2pa` bounds arrays and maps; tags within tags it follows until the stack ends, which ends the
//! program. This counts all three, without recursion.

use crate::jumbf;

/// Deeper nesting is not read. Nothing in C2PA or CAWG comes near it.
const DEPTH_MAX: usize = 64;
const TAG: u8 = 6;

/// Whether CBOR anywhere in a store nests too deeply.
pub(crate) fn is_deep(store: &[u8]) -> bool {
    jumbf::leaves(store).any(|(kind, content)| kind == b"cbor" && nests_deeply(content))
}

/// Follows items as far as they are well-formed: what is not, `c2pa` refuses.
fn nests_deeply(cbor: &[u8]) -> bool {
    let mut rest = cbor;
    // How many items are still to come at each level; `None` until a break.
    let mut open: Vec<Option<u64>> = Vec::new();
    while let Some((major, argument, after)) = head(rest) {
        rest = after;
        let inside = match (major, argument) {
            (2 | 3, Some(length)) => match usize::try_from(length).ok().and_then(|n| rest.get(n..))
            {
                Some(after) => {
                    rest = after;
                    Some(0)
                }
                None => return false,
            },
            (2..=4, length) => length,
            (5, length) => length.map(|pairs| pairs.saturating_mul(2)),
            (TAG, _) => Some(1),
            // A break ends the level.
            (7, None) => {
                open.pop();
                Some(0)
            }
            _ => Some(0),
        };
        if inside != Some(0) {
            open.push(inside);
            if open.len() > DEPTH_MAX {
                return true;
            }
            continue;
        }
        if !close(&mut open) {
            return false;
        }
    }
    false
}

/// One item is complete, and with it all levels that waited for it; `false` at the end.
fn close(open: &mut Vec<Option<u64>>) -> bool {
    while let Some(level) = open.last_mut() {
        match level {
            None => return true,
            Some(left) if *left > 1 => {
                *left -= 1;
                return true;
            }
            Some(_) => open.pop(),
        };
    }
    false
}

/// Major type and argument of an item (`None`: indefinite, or a break), and what follows them.
fn head(bytes: &[u8]) -> Option<(u8, Option<u64>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (major, short) = (first >> 5, first & 31);
    let (argument, rest) = match short {
        0..=23 => (Some(u64::from(short)), rest),
        24..=27 => {
            let (long, rest) = rest.split_at_checked(1 << (short - 24))?;
            (Some(long.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))), rest)
        }
        31 => (None, rest),
        _ => return None,
    };
    Some((major, argument, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn depth_is_counted_through_arrays_maps_and_tags() {
        let nested = |head: &[u8], depth: usize| [head.repeat(depth), vec![0]].concat();
        for head in [&[0x81][..], &[0xa1, 0x00], &[0xc1], &[0x9f], &[0xd8, 0x20]] {
            assert!(!nests_deeply(&nested(head, DEPTH_MAX)), "{head:?}");
            assert!(nests_deeply(&nested(head, DEPTH_MAX + 1)), "{head:?}");
        }
        // Many items beside each other are not deep.
        let wide = [vec![0x9f], [0x81, 0x00].repeat(10_000), vec![0xff]].concat();
        assert!(!nests_deeply(&wide));
        // Nor is a string that claims more than there is.
        assert!(!nests_deeply(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc1]));
        // What comes after the first item is no part of it.
        assert!(!nests_deeply(&[vec![0x00], nested(&[0xc1], 200)].concat()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (nests_deeply(&bytes), is_deep(&bytes));
        }
    }
}
