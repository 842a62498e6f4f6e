//! Names and contents of tiles and entry bundles (<https://c2sp.org/tlog-tiles>).

use crate::merkle::Tree;

/// Nodes in a tile, entries in a bundle.
pub(crate) const WIDTH: u64 = 256;

/// A tile's name: hashes of a level, or the entries themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Level(u8),
    Entries,
}

/// The object's name; `width` is less than 256 for a partial one.
pub(crate) fn name(kind: Kind, number: u64, width: u64) -> String {
    let level = match kind {
        Kind::Level(level) => level.to_string(),
        Kind::Entries => "entries".to_owned(),
    };
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{path}{partial}")
}

/// Tiles of one level that a tree of `size` leaves has and one of `from` leaves had not: their
/// numbers and widths.
pub(crate) fn grown(level: u8, from: u64, size: u64) -> impl Iterator<Item = (u64, u64)> {
    let nodes = |leaves: u64| leaves.checked_shr(u32::from(level) * 8).unwrap_or(0);
    let (before, now) = (nodes(from), nodes(size));
    let tiles = if before == now { 0..0 } else { before / WIDTH..now.div_ceil(WIDTH) };
    tiles.map(move |number| (number, (now - number * WIDTH).min(WIDTH)))
}

/// The highest level of tiles that a tree of `size` leaves has, and those below it.
pub(crate) fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0..8).take_while(move |level| size >> (level * 8) > 0)
}

/// The hashes of a tile.
pub(crate) fn tile(tree: &Tree, level: u8, number: u64, width: u64) -> Option<Vec<u8>> {
    let nodes = (number * WIDTH..number * WIDTH + width)
        .map(|index| tree.node(usize::from(level) * 8, index));
    let mut bytes = Vec::new();
    for node in nodes {
        bytes.extend(node?.as_bytes());
    }
    Some(bytes)
}

/// Entries one after the other, each after its length in two bytes.
pub(crate) fn bundle(entries: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

/// The entries of a bundle; `None` when it is not one.
pub(crate) fn unbundle(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_name(kind: Kind, number: u64, width: u64, expected: &str) {
        assert_eq!(name(kind, number, width), expected);
    }

    #[test]
    fn names_are_those_of_the_specification() {
        check_name(Kind::Level(0), 0, 256, "tile/0/000");
        check_name(Kind::Level(1), 273, 17, "tile/1/273.p/17");
        check_name(Kind::Entries, 1_234_067, 256, "tile/entries/x001/x234/067");
        check_name(Kind::Entries, 5, 1, "tile/entries/005.p/1");
    }

    fn check_grown(level: u8, from: u64, size: u64, expected: &[(u64, u64)]) {
        assert_eq!(grown(level, from, size).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_what_has_grown_is_written_again() {
        check_grown(0, 0, 0, &[]);
        check_grown(0, 0, 3, &[(0, 3)]);
        check_grown(0, 3, 256, &[(0, 256)]);
        check_grown(0, 256, 256, &[]);
        check_grown(0, 255, 600, &[(0, 256), (1, 256), (2, 88)]);
        check_grown(1, 255, 600, &[(0, 2)]);
        check_grown(1, 512, 600, &[]);
        assert_eq!(levels(255).collect::<Vec<_>>(), [0]);
        assert_eq!(levels(256).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(levels(u64::MAX).count(), 8);
    }

    proptest::proptest! {
        #[test]
        fn entries_survive_their_bundle(entries: Vec<Vec<u8>>) {
            proptest::prop_assert_eq!(unbundle(&bundle(&entries).unwrap()), Some(entries));
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
            let entries = unbundle(&bytes);
            proptest::prop_assert!(entries.is_none_or(|entries| entries.len() <= bytes.len() / 2));
        }
    }
}
