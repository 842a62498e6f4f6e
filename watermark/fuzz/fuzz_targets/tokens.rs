//! Any tokens and probabilities: the sampler's hook and the detector.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watermark::{TextMark, WatermarkKey, text};

fuzz_target!(|data: (Vec<u32>, Vec<(u32, f32)>)| {
    let (tokens, candidates) = data;
    let key = WatermarkKey::new([1; 32]);
    let found = text::detect(&[key.clone(), WatermarkKey::new([2; 32])], &tokens);
    assert!((0.0..=1.0).contains(&found.p_value) && found.z.is_finite());
    assert!(found.passages.iter().all(|passage| passage.tokens.end <= tokens.len()));
    let mut mark = TextMark::new(&key);
    for token in tokens {
        mark.reweigh(token, &mut candidates.clone());
    }
    let _outcome = mark.outcome();
});
