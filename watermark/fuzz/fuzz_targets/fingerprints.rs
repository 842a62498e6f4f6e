//! Any bytes as a picture and as a text: fingerprints without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watermark::fingerprint;

fuzz_target!(|data: &[u8]| {
    let _unreadable = fingerprint::image(data);
    let text = String::from_utf8_lossy(data);
    let print = fingerprint::text(&text);
    assert_eq!(print, fingerprint::text(&format!("\n{text} ")));
});
