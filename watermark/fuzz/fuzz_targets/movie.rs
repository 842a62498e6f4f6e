//! Any bytes as a video: taken apart and searched for a mark, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::MarkId;
use watermark::{WatermarkKey, audio, video};

fuzz_target!(|data: &[u8]| {
    let key = WatermarkKey::new([1; 32]);
    let found = video::detect(std::slice::from_ref(&key), data);
    assert!(!matches!(found, Ok(Some(found)) if found.p_value > 1e-6));
    let heard = audio::detect_soundtrack(std::slice::from_ref(&key), data);
    assert!(!matches!(heard, Ok(Some(heard)) if heard.p_value > 1e-6));
    let _refused = video::embed(&key, data, MarkId::from(1));
});
