//! What became of an asset after it was signed.

use provenance::{ProvenanceError, Signed, SigningRequest, UpdateKind, UpdateRequest, Verdict};
use serde_json::Value;
use types::MediaType;

use crate::press::{Press, request, samples};

/// The kinds whose updates lie beside them, because lengths are part of what was signed.
const BESIDE: [MediaType; 9] = [
    MediaType::Webp,
    MediaType::Svg,
    MediaType::Wav,
    MediaType::Mp3,
    MediaType::Flac,
    MediaType::Ogg,
    MediaType::Pdf,
    MediaType::Markdown,
    MediaType::Binary,
];

/// The manifest store as a reader without our code sees it, with the state of its checks.
fn seen(signed: &Signed, media_type: MediaType) -> Value {
    let reader = c2pa::Reader::from_context(c2pa::Context::new());
    let bytes = std::io::Cursor::new(&signed.bytes);
    let store = &signed.manifest_store;
    let reader = reader.with_manifest_data_and_stream(store, media_type.name(), bytes).unwrap();
    serde_json::from_str(&reader.json()).unwrap()
}

fn assertion<'a>(store: &'a Value, label: &str) -> Option<&'a Value> {
    let active = &store["manifests"][store["active_manifest"].as_str().unwrap()];
    let assertions = active["assertions"].as_array().unwrap();
    assertions.iter().find(|found| found["label"] == label).map(|found| &found["data"])
}

fn update(
    press: &Press,
    kind: UpdateKind,
    before: &Signed,
    media_type: MediaType,
) -> Result<Signed, ProvenanceError> {
    let request = UpdateRequest::new("asset", kind);
    press.credentials.update(&request, &before.bytes, before.sidecar.as_deref(), media_type)
}

#[test]
fn every_kind_can_say_that_it_was_reviewed_and_published() {
    let press = Press::new("Test Press");
    for (media_type, plain) in samples() {
        let made = press.credentials.sign(&request(), &plain, media_type).unwrap();
        let reviewed = update(&press, UpdateKind::Reviewed, &made, media_type).unwrap();
        let published = update(&press, UpdateKind::Published, &reviewed, media_type).unwrap();
        for (signed, what) in [(&reviewed, "reviewed"), (&published, "published")] {
            assert_eq!(signed.sidecar.is_some(), BESIDE.contains(&media_type), "{media_type}");
            if signed.sidecar.is_some() {
                assert_eq!(signed.bytes, made.bytes, "{media_type}");
            }
            let store = seen(signed, media_type);
            assert_eq!(store["active_manifest"], signed.manifest_label.as_str(), "{media_type}");
            assert_eq!(store["validation_state"], "Valid", "{media_type} {what}");
            let actions = &assertion(&store, "c2pa.actions.v2").unwrap()["actions"];
            assert_eq!(actions[0]["action"], "c2pa.opened", "{media_type}");
            assert_eq!(actions[1]["parameters"]["org.imprimatur.update"], what, "{media_type}");
            let disclosed = assertion(&store, "c2pa.ai-disclosure").unwrap();
            let level = &disclosed["contentProfile"]["humanOversightLevel"];
            assert_eq!(level, "human_validated", "{media_type}");
        }
        assert_eq!(seen(&published, media_type)["manifests"].as_object().unwrap().len(), 3);
        let report = press.verifier.verify(
            &published.bytes,
            published.sidecar.as_deref(),
            Some(media_type.extension()),
        );
        assert_eq!(report.verdict, Verdict::Trusted, "{media_type}: {report:?}");
        assert_eq!(report.manifest_label, Some(published.manifest_label), "{media_type}");
    }
}

#[test]
fn a_sidecar_counts_only_where_it_goes_on_from_what_is_in_the_file() {
    let press = Press::new("Test Press");
    let (media_type, plain) =
        samples().into_iter().find(|(kind, _)| *kind == MediaType::Wav).unwrap();
    let sign = || press.credentials.sign(&request(), &plain, media_type).unwrap();
    let (made, other) = (sign(), sign());
    let beside = press.verifier.verify(&made.bytes, Some(&other.manifest_store), None);
    assert_eq!(beside.manifest_label.as_ref(), Some(&made.manifest_label));
    let foreign = update(&press, UpdateKind::Published, &other, media_type).unwrap();
    let beside = press.verifier.verify(&made.bytes, foreign.sidecar.as_deref(), None);
    assert_eq!(beside.manifest_label.as_ref(), Some(&made.manifest_label));
    let own = update(&press, UpdateKind::Published, &made, media_type).unwrap();
    let beside = press.verifier.verify(&made.bytes, own.sidecar.as_deref(), None);
    assert_eq!(beside.manifest_label, Some(own.manifest_label));
    // An update of other sound does not hold for this; the manifest stands at the end of the file.
    let mut altered = made.bytes.clone();
    let sound = altered.windows(4).position(|name| name == b"data").unwrap() + 9;
    altered[sound] ^= 1;
    let beside = press.verifier.verify(&altered, own.sidecar.as_deref(), None);
    assert_eq!(beside.verdict, Verdict::AlteredAfterSigning, "{beside:?}");
}

#[test]
fn a_photo_that_nobody_calls_ai_is_not_called_so_by_an_update() {
    let press = Press::new("Test Press");
    let capture = SigningRequest::new("photo", provenance::DigitalSourceType::DigitalCapture);
    let (media_type, plain) = samples().pop().unwrap();
    let made = press.credentials.sign(&capture, &plain, media_type).unwrap();
    let reviewed = update(&press, UpdateKind::Reviewed, &made, media_type).unwrap();
    assert_eq!(assertion(&seen(&reviewed, media_type), "c2pa.ai-disclosure"), None);
}

#[test]
fn what_is_taken_out_is_gone() {
    const TAKEN: &str = "org.imprimatur.not-marked";
    let press = Press::new("Test Press");
    let secret = "a reason that should not have been told";
    let told = SigningRequest { not_marked: Some(secret.into()), ..request() };
    for (media_type, plain) in samples() {
        let made = press.credentials.sign(&told, &plain, media_type).unwrap();
        let redacting = |label: &str| UpdateRequest {
            redactions: vec![label.to_owned()],
            ..UpdateRequest::new("asset", UpdateKind::Corrected)
        };
        let redact = |label: &str| {
            let sidecar = made.sidecar.as_deref();
            press.credentials.update(&redacting(label), &made.bytes, sidecar, media_type)
        };
        for kept in ["c2pa.actions.v2", "c2pa.hash.data", "c2pa.hash.bmff.v3", "no.such.assertion"]
        {
            assert!(
                matches!(redact(kept), Err(ProvenanceError::Manifest(_))),
                "{media_type} {kept}"
            );
        }
        let replaced = [MediaType::Png, MediaType::Jpeg, MediaType::Gif, MediaType::Tiff];
        if made.sidecar.is_none() && !replaced.contains(&media_type) {
            assert!(matches!(redact(TAKEN), Err(ProvenanceError::Manifest(_))), "{media_type}");
            continue;
        }
        let address = format!("self#jumbf=/c2pa/{}/c2pa.assertions/{TAKEN}", made.manifest_label);
        for label in [TAKEN, &address] {
            let signed = redact(label).unwrap();
            let store = seen(&signed, media_type);
            assert_eq!(store["validation_state"], "Valid", "{media_type}");
            let holds =
                |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(holds(&made.manifest_store) && !holds(&signed.manifest_store), "{media_type}");
            assert!(!holds(&signed.bytes), "{media_type}");
        }
    }
}

#[test]
fn without_credentials_that_hold_nothing_is_updated() {
    let press = Press::new("Test Press");
    for (media_type, plain) in samples() {
        let bare = Signed {
            bytes: plain.clone(),
            manifest_store: Vec::new(),
            sidecar: None,
            manifest_label: String::new(),
            unstamped: None,
        };
        let refused = update(&press, UpdateKind::Published, &bare, media_type);
        assert!(matches!(refused, Err(ProvenanceError::Sign(_))), "{media_type}: {refused:?}");
    }
    let made = press.credentials.sign(&request(), b"text", MediaType::PlainText).unwrap();
    let changed = Signed { bytes: b"test".to_vec(), ..made };
    let refused = update(&press, UpdateKind::Published, &changed, MediaType::PlainText);
    assert!(matches!(refused, Err(ProvenanceError::Sign(_))), "{refused:?}");
}
