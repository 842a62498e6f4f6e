//! Any text as a list of known pictures: read or refused, and each picture on it is found.
#![cfg_attr(fuzzing, no_main)]

use policy::PictureList;
use types::{Action, Category, ImageFingerprint, Language};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let list = PictureList::parse("known", Category::Violence, Action::Review, text);
    let Ok(list) = list else { return };
    assert!(list.len() <= text.lines().count());
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    let known: Vec<ImageFingerprint> =
        words.filter_map(|word| ImageFingerprint::try_from(word.to_owned()).ok()).collect();
    assert_eq!(list.len(), known.len());
    for picture in known {
        assert!(list.judge(&picture, Language::En).is_some(), "it is on the list");
    }
}
