//! Any text as a rule pack: read or refused, and what is read can be told apart, signed over and asked.
#![cfg_attr(fuzzing, no_main)]

use policy::{Engine, Hook, NEWSROOM_PACK, Scope};
use types::{Language, Modality, Role};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

/// The public key of RFC 8410, 10.1.
const SIGNER: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

pub(crate) fn run(data: &[u8]) {
    let Ok(pack) = std::str::from_utf8(data) else { return };
    let (tested, advice) = (policy::test(pack), policy::lint(pack));
    assert_eq!(tested.is_ok(), advice.is_ok(), "both compile the pack");
    let Ok(signer) = policy::Signer::from_pem(SIGNER) else { unreachable!("the key is sound") };
    assert!(policy::verify(pack, &[7; 64], &[signer]).is_err(), "nobody signed it");
    if let Ok(changes) = policy::diff(pack, pack) {
        assert!(changes.is_empty(), "a pack is like itself: {changes:?}");
    }
    drop(policy::diff(NEWSROOM_PACK, pack));
    let Ok(engine) = Engine::from_toml(pack) else { return };
    assert!(
        tested.is_ok_and(|report| report.failed.is_empty()),
        "what fails its tests is not loaded"
    );
    let scope = Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook: Hook::Output,
        language: Language::Zh,
        now: 0,
        overridden: Vec::new(),
    };
    // What the pack looks for stands in the pack.
    let judgement = engine.judge(&scope, pack);
    let points = pack.chars().count();
    let mut spans = judgement.decision.findings.iter().flat_map(|finding| &finding.spans);
    assert!(spans.all(|span| span.start <= span.end && span.end <= points));
}
