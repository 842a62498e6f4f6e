//! Texts that carry their manifest themselves.

use provenance::{ProvenanceError, Verdict, text};
use types::MediaType;

use crate::press::{Press, request};

/// Letters that have two spellings in Unicode, and one outside the basic plane.
const TEXT: &str = "Café Zürich: 河水下降了两米 🌊\n";

fn signed(press: &Press, text: &str) -> String {
    let signed = press.credentials.sign_text(&request(), text).unwrap();
    assert_eq!(signed.sidecar, None);
    String::from_utf8(signed.bytes).unwrap()
}

#[test]
fn a_text_carries_its_manifest() {
    let press = Press::new("Test Press");
    for text in [TEXT, "", "plain"] {
        let signed = signed(&press, text);
        assert!(signed.starts_with(text));
        let report = press.read(signed.as_bytes());
        assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
        assert!(report.ai_declared_active && report.time_stamp.unwrap().trusted);
    }
}

#[test]
fn another_spelling_of_the_same_letters_is_the_same_text() {
    let press = Press::new("Test Press");
    let decomposed = TEXT.replace('é', "e\u{301}").replace('ü', "u\u{308}");
    let signed = signed(&press, &decomposed);
    assert!(signed.starts_with(TEXT));
    let respelled = signed.replace('é', "e\u{301}");
    assert_eq!(press.read(respelled.as_bytes()).verdict, Verdict::Trusted);
}

#[test]
fn a_changed_text_is_noticed_and_void_credentials_say_why() {
    let press = Press::new("Test Press");
    let signed = signed(&press, TEXT);
    let wrapper = signed.strip_prefix(TEXT).unwrap();
    let half: String = signed.chars().take(1500).collect();
    let cases = [
        (signed.replace("两", "九"), Verdict::AlteredAfterSigning, "assertion.dataHash.mismatch"),
        (format!("{signed}more"), Verdict::AlteredAfterSigning, "assertion.dataHash.mismatch"),
        (format!("{wrapper}{TEXT}"), Verdict::Invalid, "assertion.dataHash.malformed"),
        (format!("{signed}\u{fe00}"), Verdict::Invalid, "assertion.dataHash.malformed"),
        (format!("{signed}{wrapper}"), Verdict::Invalid, "manifest.text.multipleWrappers"),
        (half, Verdict::Invalid, "manifest.text.corruptedWrapper"),
    ];
    for (text, verdict, code) in cases {
        let report = press.read(text.as_bytes());
        assert_eq!(report.verdict, verdict, "{report:?}");
        assert_eq!(report.failures, [code]);
        assert!(report.verdict != Verdict::Invalid || report.signer.is_none());
    }
    // Whoever pastes only the visible letters has no credentials.
    assert_eq!(press.read(TEXT.as_bytes()).verdict, Verdict::None);
}

#[test]
fn a_manifest_of_another_text_is_not_ours() {
    let press = Press::new("Test Press");
    let store = text::unwrap(&signed(&press, TEXT)).unwrap().unwrap().store;
    let moved = text::wrap("Another text", &store).unwrap();
    assert_eq!(press.read(moved.as_bytes()).verdict, Verdict::AlteredAfterSigning);
    // A manifest that was made to lie beside its text leaves out nothing.
    let beside = press.credentials.sign(&request(), TEXT.as_bytes(), MediaType::PlainText).unwrap();
    let put_in = text::wrap(TEXT, &beside.manifest_store).unwrap();
    assert_eq!(press.read(put_in.as_bytes()).verdict, Verdict::Invalid);
}

#[test]
fn a_text_is_not_signed_over_other_credentials() {
    let press = Press::new("Test Press");
    let signed = signed(&press, TEXT);
    let refused = press.credentials.sign_text(&request(), &signed).unwrap_err();
    assert!(matches!(refused, ProvenanceError::Sign(_)), "{refused}");
}
