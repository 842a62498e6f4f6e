//! What signing promises, and when it refuses.

use std::sync::{Arc, OnceLock};

use p256::pkcs8::DecodePrivateKey as _;
use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, Ingredient, Model, ProvenanceError,
    SigningRequest, SoftBinding, TimeStampAuthority, Verdict, timestamp::Development,
};
use types::{MediaType, Sha256};

use crate::press::{AI, PICTURES, Press, authority, picture, request};

/// Answers every request with the same, or not at all.
#[derive(Debug)]
struct Answers(Result<Vec<u8>, &'static str>);

impl TimeStampAuthority for Answers {
    fn stamp(&self, _: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        self.0.clone().map_err(|reason| ProvenanceError::TimeStamp(reason.to_owned()))
    }
}

/// A response that refuses: `status` is `rejection`.
const REJECTION: [u8; 7] = [0x30, 5, 0x30, 3, 2, 1, 2];

#[test]
fn without_a_time_stamp_nothing_is_signed() {
    let cases: [(Result<Vec<u8>, &str>, &str); 4] = [
        (Err("the authority is down"), "the authority is down"),
        (Ok(REJECTION.to_vec()), "did not grant"),
        (Ok(b"not a response".to_vec()), "did not grant"),
        (Ok(Vec::new()), "did not grant"),
    ];
    for (answer, reason) in cases {
        let answers = Arc::new(Answers(answer));
        let credentials = Credentials::with_time_stamps(authority("Test Press"), answers).unwrap();
        for media_type in [MediaType::Png, MediaType::Jpeg, MediaType::PlainText] {
            let bytes = if media_type == MediaType::PlainText {
                b"text".to_vec()
            } else {
                picture(media_type)
            };
            let error = credentials.sign(&request(), &bytes, media_type).unwrap_err();
            assert!(matches!(error, ProvenanceError::TimeStamp(_)), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}

/// Keeps the first answer of another authority and gives it again.
#[derive(Debug)]
struct Replays(Development, OnceLock<Vec<u8>>);

impl TimeStampAuthority for Replays {
    fn stamp(&self, request: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let answer = self.0.stamp(request)?;
        Ok(self.1.get_or_init(|| answer).clone())
    }
}

#[test]
fn a_time_stamp_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path(), "Test Press").unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let key = p256::ecdsa::SigningKey::from_pkcs8_pem(&read("tsa.key.pem")).unwrap();
    let pem = read("tsa.pem").into_bytes();
    let chain = x509_parser::pem::Pem::iter_from_buffer(&pem)
        .map(|block| block.unwrap().contents)
        .collect();
    let replays = Replays(Development::new(&key, chain).unwrap(), OnceLock::new());
    let credentials = Credentials::with_time_stamps(authority, Arc::new(replays)).unwrap();
    credentials.sign(&request(), b"first", MediaType::PlainText).unwrap();
    let refused = credentials.sign(&request(), b"second", MediaType::PlainText);
    assert!(matches!(refused, Err(ProvenanceError::TimeStamp(_))), "{refused:?}");
}

#[test]
fn bytes_of_another_type_are_refused() {
    let press = Press::new("Test Press");
    for (bytes, media_type) in
        [(&b"text"[..], MediaType::Png), (b"", MediaType::Png), (b"text", MediaType::Jpeg)]
    {
        let refused = press.credentials.sign(&request(), bytes, media_type);
        assert!(matches!(refused, Err(ProvenanceError::Sign(_))), "{refused:?}");
    }
}

fn mark(value: Vec<u8>) -> SoftBinding {
    SoftBinding { algorithm: "org.imprimatur.image.1".into(), value, kind: BindingKind::Watermark }
}

#[test]
fn a_contradiction_is_refused() {
    let press = Press::new("Test Press");
    let soft_bindings = vec![mark(vec![1])];
    let request =
        SigningRequest { soft_bindings, not_marked: Some("too small".into()), ..request() };
    let refused = press.credentials.sign(&request, &picture(MediaType::Png), MediaType::Png);
    assert!(matches!(refused, Err(ProvenanceError::Manifest(_))), "{refused:?}");
}

#[test]
fn everything_that_can_be_stated_is_accepted() {
    let press = Press::new("Test Press");
    let model = Model { name: "m".into(), version: "1".into(), sha256: Sha256::of(b"weights") };
    let fingerprint = SoftBinding { kind: BindingKind::Fingerprint, ..mark(vec![9; 32]) };
    let soft_bindings = vec![mark(vec![7; 8]), fingerprint];
    let full = SigningRequest { model: Some(model), soft_bindings, ..request() };
    let unmarked = SigningRequest { not_marked: Some("too small".into()), ..request() };
    let unstated = SigningRequest::new("photo", DigitalSourceType::Unstated);
    for (request, ai) in [(full, true), (unmarked, true), (unstated, false)] {
        for media_type in PICTURES {
            let signed =
                press.credentials.sign(&request, &picture(media_type), media_type).unwrap();
            let report = press.read(&signed.bytes);
            assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
            assert_eq!(report.manifest_label.as_deref(), Some(signed.manifest_label.as_str()));
            assert_eq!((report.ai_declared_active, report.ai_declared_anywhere), (ai, ai));
            assert_eq!(report.labels.source_type, request.source.uri());
            assert_eq!(signed.sidecar, None);
        }
    }
}

#[test]
fn what_was_brought_in_keeps_its_history() {
    let agency = Press::new("Agency");
    let press = Press::new("Test Press");
    for media_type in PICTURES {
        let brought = agency.picture(media_type);
        let ingredient = Ingredient::new("original", brought.clone(), media_type);
        let opened = SigningRequest {
            ingredients: vec![ingredient.clone()],
            ..SigningRequest::new("photo", DigitalSourceType::Unstated)
        };
        let signed = press.credentials.sign(&opened, &brought, media_type).unwrap();
        let report = press.read(&signed.bytes);
        assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
        assert_eq!((report.ai_declared_active, report.ai_declared_anywhere), (false, true));
        // The agency is on no list of the press, and the manifest says so.
        assert!(report.ingredient_warning, "{report:?}");

        let made = SigningRequest {
            ingredients: vec![ingredient],
            ..SigningRequest::new("variation", AI)
        };
        let signed = press.credentials.sign(&made, &picture(media_type), media_type).unwrap();
        let report = press.read(&signed.bytes);
        assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
        assert!(report.ai_declared_active);
    }
}

#[test]
fn reserved_room_suffices_every_time() {
    let press = Press::new("A press with a name that nearly fills the field of a certificate");
    for _ in 0..40 {
        press.credentials.sign(&request(), b"text", MediaType::PlainText).unwrap();
    }
}
