//! Any text: ids come back, stripping gives the text back, nothing is found in strangers' texts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::MarkId;
use watermark::{WatermarkKey, text::characters};

fuzz_target!(|data: (u64, &str)| {
    let (id, text) = (MarkId::from(data.0), data.1);
    let keys = [WatermarkKey::new([1; 32]), WatermarkKey::new([2; 32])];
    let _found = characters::detect(&keys, text);
    assert!(characters::strip(text).len() <= text.len());
    // A short text carries nothing: its repetition may.
    for text in [text.to_owned(), text.repeat(1 + 200 / text.len().max(1))] {
        if let Ok(marked) = characters::embed(&keys[1], &text, id) {
            let found = characters::detect(&keys, &marked).expect("what was written is read");
            assert_eq!((found.id, found.key), (id, 1));
            assert_eq!(characters::strip(&marked), text);
        }
    }
});
