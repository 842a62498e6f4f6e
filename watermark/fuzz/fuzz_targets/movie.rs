//! Any bytes as a video: taken apart and searched for a mark, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::MarkId;
use watermark::{WatermarkKey, video};

fuzz_target!(|data: &[u8]| {
    let key = WatermarkKey::new([1; 32]);
    let found = video::detect(std::slice::from_ref(&key), data);
    assert!(!matches!(found, Ok(Some(found)) if found.p_value > 1e-6));
    let _refused = video::embed(&key, data, MarkId::from(1));
});
