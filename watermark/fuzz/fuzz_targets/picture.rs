//! Any bytes as a picture: searched for a mark, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::{MarkId, MediaType};
use watermark::{WatermarkKey, image};

fuzz_target!(|data: &[u8]| {
    let key = WatermarkKey::new([1; 32]);
    let found = image::detect(std::slice::from_ref(&key), data);
    assert!(!matches!(found, Ok(Some(found)) if found.p_value > 1e-6));
    if let Some((first, rest)) = data.split_first() {
        let media_type = if first & 1 == 0 { MediaType::Png } else { MediaType::Jpeg };
        let _refused = image::embed(&key, rest, media_type, MarkId::from(1));
    }
});
