//! The brief form of a fuzz target: its seeds, and its seeds changed at random.
//!
//! Each room's tests take this file in by its path, and beside it the targets of its folder `fuzz`.
//! `.ci/fuzz` sets `IMPRIMATUR_CORPUS`: then the seeds are also written there, and the fuzzer goes on from them.

use std::{env, fs, path::PathBuf};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

/// Lengths, counts and ends that parsers trip over.
const NUMBERS: [&[u8]; 10] = [
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\x80",
    b"\x01\0\0\0\0\0\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"-1",
    b"99999999999999999999",
    b"1e400",
];
/// What begins, ends or nests something in a text.
const SIGNS: [&[u8]; 10] =
    [b"\"", b"\\", b"{", b"[", b"]", b"\n", b"\n\n", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"null"];

/// One change, at a place that is a share of the length.
#[derive(Debug, Clone)]
enum Edit {
    Flip(Index, u8),
    Write(Index, Vec<u8>),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let room = bytes.len() + 1;
        match self {
            Self::Flip(at, bit) => {
                let at = at.index(room);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            Self::Write(at, new) => {
                let at = at.index(room);
                let end = bytes.len().min(at + new.len());
                bytes.splice(at..end, new.iter().copied());
            }
            Self::Insert(at, new) => {
                let at = at.index(room);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Remove(at, length) => {
                let at = at.index(room);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Self::Repeat(at, length) => {
                let at = at.index(room);
                let end = bytes.len().min(at + length);
                bytes.extend_from_within(at..end);
            }
            Self::Cut(at) => bytes.truncate(at.index(room)),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let new = || {
        prop_oneof![
            select(&NUMBERS[..]).prop_map(<[u8]>::to_vec),
            select(&SIGNS[..]).prop_map(<[u8]>::to_vec),
            vec(any::<u8>(), 1..5),
        ]
    };
    prop_oneof![
        4 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        3 => (any::<Index>(), new()).prop_map(|(at, new)| Edit::Write(at, new)),
        2 => (any::<Index>(), new()).prop_map(|(at, new)| Edit::Insert(at, new)),
        2 => (any::<Index>(), 1..64_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        1 => (any::<Index>(), 1..64_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        1 => any::<Index>().prop_map(Edit::Cut),
    ]
}

/// Runs the target on every seed, then on `cases` seeds with up to six changes.
pub(crate) fn check(target: &str, seeds: &[Vec<u8>], cases: u32, run: fn(&[u8])) {
    if let Some(corpus) = env::var_os("IMPRIMATUR_CORPUS") {
        let folder = PathBuf::from(corpus).join(env!("CARGO_PKG_NAME")).join(target);
        fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed).unwrap();
        }
        return;
    }
    seeds.iter().for_each(|seed| run(seed));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let changed = (select(seeds.to_vec()), vec(edit(), 1..7)).prop_map(|(mut bytes, edits)| {
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        bytes
    });
    // The same changes every time: chance is for the long run.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let ran = TestRunner::new_with_rng(config, rng).run(&changed, |bytes| {
        run(&bytes);
        Ok(())
    });
    assert_eq!(ran.map_err(|error| error.to_string()), Ok(()), "{target}");
}
