//! Any bytes as a file that is to be signed: refused, or signed so well that it is trusted. The first byte says
//! what it is said to be.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use provenance::{
    Authority, Credentials, DigitalSourceType, SigningRequest, TrustLists, Verdict, Verifier,
};
use types::MediaType;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(
    // A panic of a parser is caught: the hook of the fuzzer, which would end it, is taken out.
    init: drop(std::panic::take_hook()),
    |data: &[u8]| run(data)
);

/// The media types that are signed.
pub(crate) const KINDS: [MediaType; 18] = [
    MediaType::Png,
    MediaType::Jpeg,
    MediaType::Webp,
    MediaType::Gif,
    MediaType::Tiff,
    MediaType::Svg,
    MediaType::Avif,
    MediaType::Heic,
    MediaType::Mp4,
    MediaType::M4a,
    MediaType::Wav,
    MediaType::Mp3,
    MediaType::Flac,
    MediaType::Ogg,
    MediaType::Pdf,
    MediaType::Markdown,
    MediaType::PlainText,
    MediaType::Binary,
];

/// One press, and a reader who trusts it.
static PRESS: LazyLock<Option<(Credentials, Verifier)>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().ok()?;
    let authority = Authority::create(folder.path(), "Test Press").ok()?;
    let verifier = Verifier::new(TrustLists::own(&authority).ok()?).ok()?;
    Some((Credentials::new(authority).ok()?, verifier))
});

pub(crate) fn run(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let Some((credentials, verifier)) = PRESS.as_ref() else { return };
    let Some(kind) = KINDS.get(usize::from(*first) % KINDS.len()).copied() else { return };
    let request = SigningRequest::new("asset", DigitalSourceType::TrainedAlgorithmicMedia);
    let Ok(signed) = credentials.sign(&request, bytes, kind) else { return };
    let report = verifier.verify(&signed.bytes, signed.sidecar.as_deref(), Some(kind.extension()));
    assert_eq!(report.verdict, Verdict::Trusted, "{kind}: {report:?}");
}
