//! Any text with or without credentials spelled in it: what is wrapped is found again, and reading ends well.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use provenance::{
    ProvenanceError, TrustLists, Verdict, Verifier, single,
    text::{unwrap, wrap},
};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(
    // A panic of a parser is caught, and the text is unreadable: the hook of the fuzzer, which would end it, is taken out.
    init: drop(std::panic::take_hook()),
    |data: &[u8]| run(data)
);

static VERIFIER: LazyLock<Result<Verifier, ProvenanceError>> =
    LazyLock::new(|| Verifier::new(TrustLists::default()));

pub(crate) fn run(data: &[u8]) {
    let (Ok(text), Ok(verifier)) = (std::str::from_utf8(data), VERIFIER.as_ref()) else { return };
    assert_ne!(verifier.verify(data, None, Some("txt")).verdict, Verdict::Trusted);
    match unwrap(text) {
        Ok(Some(found)) => {
            let end = found.start + found.length;
            assert!(text.get(found.start..end).is_some(), "the wrapper is a part of the text");
            drop(single(&found.store, "urn:c2pa:x"));
        }
        Ok(None) => {
            let store = text.as_bytes().get(..64.min(text.len())).unwrap_or_default();
            let wrapped = wrap(text, store).ok().map(|wrapped| unwrap(&wrapped));
            let found = wrapped.and_then(Result::ok).flatten().map(|found| found.store);
            assert_eq!(found.as_deref(), Some(store), "what is wrapped is found again");
        }
        Err(_) => {}
    }
}
