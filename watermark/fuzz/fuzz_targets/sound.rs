//! Any bytes as a sound: read and searched for a mark, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::{MarkId, MediaType};
use watermark::{WatermarkKey, audio};

fuzz_target!(|data: &[u8]| {
    let key = WatermarkKey::new([1; 32]);
    let found = audio::detect(std::slice::from_ref(&key), data);
    assert!(!matches!(found, Ok(Some(found)) if found.p_value > 1e-6));
    for media_type in [MediaType::Wav, MediaType::Flac] {
        let _refused = audio::embed(&key, data, media_type, MarkId::from(1));
    }
});
