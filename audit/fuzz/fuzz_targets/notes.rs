//! Any text as what logs and witnesses hand to each other. The first line is the key by which the rest is
//! read, so that a seed can carry its own.
#![cfg_attr(fuzzing, no_main)]

use audit::{AddCheckpoint, Checkpoint, Cosigner, Proof, Quorum, Rotation, Verifier, rotation};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (vkey, text) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(proof) = Proof::parse(text) {
        assert_eq!(Proof::parse(&proof.text()).ok(), Some(proof));
    }
    if let Ok(request) = AddCheckpoint::parse(text) {
        assert_eq!(AddCheckpoint::parse(&request.text()).ok(), Some(request));
    }
    if let Ok(statement) = Rotation::parse(text) {
        let known = Verifier::parse(&statement.old).ok();
        let chain = known.and_then(|known| rotation::chain(&[statement], known).ok());
        assert!(chain.is_some(), "whoever knows the old key can follow");
    }
    if let Ok(witness) = Cosigner::parse(vkey) {
        assert_eq!(Cosigner::parse(&witness.vkey()).ok().as_ref(), Some(&witness));
        let found = witness.find(text).is_ok_and(|found| found.is_some());
        let quorum = Quorum::new(vec![witness], 1).ok();
        assert!(quorum.is_some_and(|quorum| quorum.met(text) == found));
    }
    if let Ok(verifier) = Verifier::parse(vkey) {
        assert_eq!(Verifier::parse(&verifier.vkey()).ok().as_ref(), Some(&verifier));
        if let Ok(checkpoint) = Checkpoint::open(text, &verifier) {
            assert_eq!(
                (checkpoint.note.as_str(), checkpoint.origin.as_str()),
                (text, verifier.origin())
            );
            assert!(text.starts_with(checkpoint.text()), "what is signed is a part of the note");
        }
    }
}
