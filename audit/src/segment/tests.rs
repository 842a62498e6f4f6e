use std::{fs, path::Path};

use super::*;
use crate::LogError;

fn batch(first: u64, entries: &[&[u8]]) -> Vec<u8> {
    let entries: Vec<Vec<u8>> = entries.iter().map(|entry| entry.to_vec()).collect();
    let mut bytes = Vec::new();
    encode(&mut bytes, first, &entries);
    bytes
}

fn read_all(folder: &Path) -> Result<(Vec<Vec<u8>>, End), LogError> {
    let mut entries = Vec::new();
    let end = read(folder, |_, entry| {
        entries.push(entry);
        Ok(())
    })?;
    Ok((entries, end))
}

fn segment(data: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name(0)), data).unwrap();
    folder
}

#[test]
fn every_cut_leaves_whole_batches() {
    let (one, two) = (batch(0, &[b"a", b"bb"]), batch(2, &[b"ccc"]));
    for cut in 0..=one.len() + two.len() {
        let mut data = [one.clone(), two.clone()].concat();
        data.truncate(cut);
        data.resize(500, 0);
        let (entries, end) = read_all(segment(&data).path()).unwrap();
        let whole = match cut {
            cut if cut == one.len() + two.len() => 3,
            cut if cut >= one.len() => 2,
            _ => 0,
        };
        assert_eq!((entries.len(), end.next), (whole, whole as u64), "cut at {cut}");
    }
}

#[test]
fn every_flip_is_damage_with_its_index_also_in_the_last_batch() {
    let long = vec![b'x'; 1500];
    let (one, two) = (batch(0, &[b"a", b"bb"]), batch(2, &[b"ccc", &long, b"d"]));
    let places =
        [(0..HEADER_BYTES + FRAME_BYTES + 1, 0), (HEADER_BYTES + FRAME_BYTES + 1..one.len(), 1)];
    let at = one.len() + HEADER_BYTES;
    let last = [
        (one.len()..at + FRAME_BYTES + 3, 2),
        (at + FRAME_BYTES + 3..at + 2 * FRAME_BYTES + 3 + 1500, 3),
        (at + 2 * FRAME_BYTES + 3 + 1500..one.len() + two.len(), 4),
    ];
    for bit in [1, 0x80] {
        for (flips, index) in places.iter().chain(&last) {
            for flip in flips.clone() {
                let mut data = [one.clone(), two.clone()].concat();
                data.resize(4096, 0);
                data[flip] ^= bit;
                let found = read_all(segment(&data).path());
                // A header that was changed leads astray: then some entry of its batch is named.
                let in_header = flip < HEADER_BYTES || (one.len()..at).contains(&flip);
                let named = |found: u64| found == *index || (in_header && found > *index);
                assert!(
                    matches!(found, Err(LogError::Damaged { index, .. }) if named(index)),
                    "flip at {flip}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn a_flip_in_an_entrys_bytes_names_that_entry() {
    let long = vec![b'x'; 1500];
    let data = batch(0, &[b"aaaa", &long, b"bbbb"]);
    let starts = [0, 4, 1504].map(|at: usize| HEADER_BYTES + FRAME_BYTES + at);
    for (index, (start, bytes)) in (0..).zip(starts.into_iter().zip([4, 1500, 4])) {
        for flip in start..start + bytes {
            let mut data = data.clone();
            data[flip + FRAME_BYTES * index] ^= 4;
            data.resize(4096, 0);
            let found = read_all(segment(&data).path());
            assert!(
                matches!(found, Err(LogError::Damaged { index: at, .. }) if at == index as u64),
                "flip at {flip}: {found:?}"
            );
        }
    }
}

#[test]
fn lost_sectors_of_the_last_batch_are_a_torn_write() {
    let long = vec![b'x'; 3000];
    let (one, two) = (batch(0, &[b"a"]), batch(1, &[&long, &long]));
    let end = one.len() + two.len();
    for lost in 0..end.div_ceil(SECTOR_BYTES) {
        let mut data = [one.clone(), two.clone()].concat();
        let from = (lost * SECTOR_BYTES).max(one.len());
        data[from..((lost + 1) * SECTOR_BYTES).min(end)].fill(0);
        data.resize(16 << 10, 0);
        let (entries, end) = read_all(segment(&data).path()).unwrap();
        assert!(entries.len() == 1 && end.torn, "sector {lost}");
    }
}

#[test]
fn segments_out_of_order_or_missing_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    for first in 0..4 {
        fs::write(folder.path().join(name(first)), batch(first, &[b"entry"])).unwrap();
    }
    assert_eq!(read_all(folder.path()).unwrap().1.next, 4);
    fs::rename(folder.path().join(name(2)), folder.path().join("aside")).unwrap();
    assert!(matches!(read_all(folder.path()), Err(LogError::Damaged { index: 2, .. })));
    fs::rename(folder.path().join(name(1)), folder.path().join(name(2))).unwrap();
    assert!(matches!(read_all(folder.path()), Err(LogError::Damaged { index: 1, .. })));
}

proptest::proptest! {
    #[test]
    fn a_batch_survives_its_bytes(first: u64, entries: Vec<Vec<u8>>) {
        let mut bytes = Vec::new();
        encode(&mut bytes, first, &entries);
        let found = decode(&bytes).unwrap();
        let entries = entries.iter().map(Vec::as_slice).collect();
        proptest::prop_assert_eq!(found, Batch { first, entries, bytes: bytes.len() });
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(data: Vec<u8>, offset in 0_usize..64, magic: bool) {
        let data = if magic { [MAGIC.as_slice(), &data].concat() } else { data };
        decode(&data);
        holds_batch(&data);
        is_torn(&data, offset);
        first_wrong(&data, 7);
    }
}
