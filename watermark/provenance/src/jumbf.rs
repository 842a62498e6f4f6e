//! Just enough of JUMBF (ISO 19566-5) to find one box in a manifest store by its labels.
//!
//! `c2pa` reads manifests; this finds what it does not hand out: the label of the manifest that it
//! has just made, and the raw signature with the time-stamp token in it.

const SUPERBOX: &[u8] = b"jumb";
const DESCRIPTION: &[u8] = b"jumd";
/// Superboxes within superboxes; `c2pa` stops at fewer.
const DEPTH_MAX: usize = 64;
/// In a description: a label follows.
const HAS_LABEL: u8 = 2;

/// The label of the active manifest: the last one in the store (C2PA 2.4, section 11.1.4).
pub(crate) fn active_label(store: &[u8]) -> Option<&str> {
    let (_, manifests) = superboxes(store).next()?;
    superboxes(manifests).last().map(|(label, _)| label)
}

/// Whether a store goes on from another one: its active manifest is new, and the other's active
/// manifest is among those that it holds.
pub(crate) fn goes_on(newer: &[u8], older: &[u8]) -> bool {
    let labels = |store| superboxes(store).next().map(|(_, manifests)| superboxes(manifests));
    let holds = |store, label| labels(store).is_some_and(|mut all| all.any(|(l, _)| l == label));
    let (Some(new), Some(old)) = (active_label(newer), active_label(older)) else { return false };
    holds(newer, old) && !holds(older, new)
}

/// The contents of the first plain box at a path of labels, such as
/// `[manifest, "c2pa.assertions", "c2pa.soft-binding"]`.
pub(crate) fn content<'a>(store: &'a [u8], path: &[&str]) -> Option<&'a [u8]> {
    let (_, mut inside) = superboxes(store).next()?;
    for step in path {
        inside = superboxes(inside).find(|(label, _)| label == step)?.1;
    }
    boxes(inside).map(|(_, content)| content).next()
}

/// Type and contents of every box that is no superbox, at any depth that `c2pa` follows.
pub(crate) fn leaves(store: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut open = vec![(0, store)];
    std::iter::from_fn(move || {
        while let Some((depth, bytes)) = open.pop() {
            let Some((kind, content, rest)) = first(bytes) else { continue };
            open.push((depth, rest));
            if kind != SUPERBOX {
                return Some((kind, content));
            }
            if depth < DEPTH_MAX {
                open.push((depth + 1, content));
            }
        }
        None
    })
}

/// Labelled superboxes directly inside `bytes`, each with what follows its description.
fn superboxes(bytes: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    boxes(bytes).filter(|(kind, _)| *kind == SUPERBOX).filter_map(|(_, inside)| {
        let (kind, description, rest) = first(inside)?;
        let (toggles, label) = description.get(16..)?.split_first()?;
        let end = label.iter().position(|byte| *byte == 0)?;
        let label = std::str::from_utf8(label.get(..end)?).ok()?;
        (kind == DESCRIPTION && toggles & HAS_LABEL != 0).then_some((label, rest))
    })
}

fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let (kind, content, rest) = first(bytes)?;
        bytes = rest;
        Some((kind, content))
    })
}

/// Type and contents of the first box, and what follows it (ISO 14496-12, section 4.2).
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (short, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (length, rest) = match u32::from_be_bytes(*short) {
        // To the end.
        0 => (rest.len(), rest),
        1 => {
            let (long, rest) = rest.split_first_chunk::<8>()?;
            (usize::try_from(u64::from_be_bytes(*long)).ok()?.checked_sub(16)?, rest)
        }
        short => (usize::try_from(short).ok()?.checked_sub(8)?, rest),
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((kind, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, content].concat()
    }

    fn labelled(label: &str, inside: &[u8]) -> Vec<u8> {
        let description = [&[0; 16][..], &[3], label.as_bytes(), &[0]].concat();
        plain(b"jumb", &[plain(b"jumd", &description), inside.to_vec()].concat())
    }

    #[test]
    fn a_box_is_found_by_its_labels() {
        let older = labelled("a", &labelled("c2pa.signature", &plain(b"cbor", b"old")));
        let newer = labelled("b", &labelled("c2pa.signature", &plain(b"cbor", b"new")));
        let store = labelled("c2pa", &[older, newer].concat());
        assert_eq!(active_label(&store), Some("b"));
        assert_eq!(content(&store, &["a", "c2pa.signature"]), Some(&b"old"[..]));
        assert_eq!(content(&store, &["b", "c2pa.signature"]), Some(&b"new"[..]));
        assert_eq!(content(&store, &["c", "c2pa.signature"]), None);
    }

    #[test]
    fn a_store_goes_on_from_one_whose_manifest_it_holds() {
        let manifest = |label: &str| labelled(label, &plain(b"cbor", b"x"));
        let store = |labels: &[&str]| {
            let manifests: Vec<Vec<u8>> = labels.iter().map(|label| manifest(label)).collect();
            labelled("c2pa", &manifests.concat())
        };
        let older = store(&["a", "b"]);
        for (newer, expected) in [
            (store(&["a", "b", "c"]), true),
            (store(&["b", "c"]), true),
            (older.clone(), false),
            (store(&["b", "a"]), false),
            (store(&["c"]), false),
            (store(&["a", "c"]), false),
            (Vec::new(), false),
        ] {
            assert_eq!(goes_on(&newer, &older), expected);
        }
    }

    #[test]
    fn leaves_are_found_at_any_depth() {
        let inner = labelled("b", &plain(b"cbor", b"deep"));
        let store = labelled("a", &[inner, plain(b"json", b"{}")].concat());
        let found: Vec<_> = leaves(&store).filter(|(kind, _)| *kind != DESCRIPTION).collect();
        assert_eq!(found, [(&b"cbor"[..], &b"deep"[..]), (b"json", b"{}")]);
    }

    #[test]
    fn a_box_may_have_a_long_length_or_reach_to_the_end() {
        let long = [&[0, 0, 0, 1][..], b"cbor", &18_u64.to_be_bytes(), b"xyz"].concat();
        assert_eq!(first(&long), Some((&b"cbor"[..], &b"xy"[..], &b"z"[..])));
        assert_eq!(first(b"\0\0\0\0cborxyz"), Some((&b"cbor"[..], &b"xyz"[..], &[][..])));
        assert_eq!(first(b"\0\0\0\x07cborxyz"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = (active_label(&bytes), content(&bytes, &["a"]), leaves(&bytes).count());
        }
    }
}
