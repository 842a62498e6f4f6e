//! Any bytes as a file with credentials, or as the credentials beside one: read, and never trusted, because no
//! authority is. The first byte says what the file is called.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use provenance::{ProvenanceError, TrustLists, Verdict, Verifier, metadata};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(
    // A panic of a parser is caught, and the file is unreadable: the hook of the fuzzer, which would end it, is taken out.
    init: drop(std::panic::take_hook()),
    |data: &[u8]| run(data)
);

static VERIFIER: LazyLock<Result<Verifier, ProvenanceError>> =
    LazyLock::new(|| Verifier::new(TrustLists::default()));

/// Names of parsers that differ.
pub(crate) const NAMES: [&str; 16] = [
    "png", "jpg", "webp", "gif", "tif", "svg", "avif", "heic", "mp4", "m4a", "wav", "mp3", "flac",
    "ogg", "pdf", "c2pa",
];

pub(crate) fn run(data: &[u8]) {
    let (Some((first, bytes)), Ok(verifier)) = (data.split_first(), VERIFIER.as_ref()) else {
        return;
    };
    let name = NAMES.get(usize::from(*first) % NAMES.len()).copied();
    let read =
        [verifier.verify(bytes, None, name), verifier.verify(b"text", Some(bytes), Some("txt"))];
    for report in read {
        assert_ne!(report.verdict, Verdict::Trusted);
        assert!(
            report.summary.en.ends_with('.') && report.summary.zh.ends_with('。'),
            "{:?}",
            report.summary
        );
    }
    let found = metadata::read(bytes);
    assert_eq!(
        found.aigc.is_some(),
        metadata::read(bytes).aigc.is_some(),
        "reading changes nothing"
    );
}
