//! Every kind of file: signed, labelled, and read again.

use provenance::{
    Credentials, Ingredient, Model, Report, Signed, SigningRequest, Verdict,
    metadata::{self, AiSystem, Aigc, AigcLabel, Labels, ProviderCode},
};
use types::{MediaType, Sha256};

use crate::press::{AI, Press, authority, request, samples};

/// Kinds that have no place for XMP, and kinds that have none for a label either.
const WITHOUT_XMP: [MediaType; 5] =
    [MediaType::Flac, MediaType::Ogg, MediaType::Pdf, MediaType::Markdown, MediaType::Binary];
/// Kinds that carry no manifest.
const BESIDE: [MediaType; 4] =
    [MediaType::Ogg, MediaType::Pdf, MediaType::Markdown, MediaType::Binary];

fn code(last: char) -> ProviderCode {
    format!("001191110000EXAMPLE0XX1000{last}").parse().unwrap()
}

fn made() -> SigningRequest {
    let model = Model { name: "Painter".into(), version: "2".into(), sha256: Sha256::of(b"w") };
    let aigc = Some(Aigc::produced(code('1'), "made-1"));
    SigningRequest { model: Some(model), labels: Labels { ai_system: None, aigc }, ..request() }
}

fn read(press: &Press, signed: &Signed, media_type: MediaType) -> Report {
    let extension = media_type.extension();
    press.verifier.verify(&signed.bytes, signed.sidecar.as_deref(), Some(extension))
}

#[test]
fn every_kind_is_trusted_and_says_how_it_was_made() {
    let press = Press::new("Test Press");
    for (media_type, plain) in samples() {
        let signed = press.credentials.sign(&made(), &plain, media_type).unwrap();
        assert_eq!(signed.sidecar.is_some(), BESIDE.contains(&media_type), "{media_type}");
        let report = read(&press, &signed, media_type);
        assert_eq!(report.verdict, Verdict::Trusted, "{media_type}: {report:?}");
        assert_eq!(report.manifest_label.as_ref(), Some(&signed.manifest_label), "{media_type}");
        assert!(report.ai_declared_active, "{media_type}");
        let xmp = !WITHOUT_XMP.contains(&media_type);
        let found = metadata::read(&signed.bytes);
        assert_eq!(found.source_type, AI.uri().filter(|_| xmp), "{media_type}");
        let system = AiSystem { name: "Painter".into(), version: Some("2".into()) };
        assert_eq!(found.ai_system, Some(system).filter(|_| xmp), "{media_type}");
        if media_type != MediaType::Binary {
            let aigc = found.aigc.unwrap();
            assert_eq!((&aigc["Label"], &aigc["ProduceID"]), (&"1".into(), &"made-1".into()));
            assert_eq!(report.labels.aigc, Some(aigc), "{media_type}");
        }
    }
}

#[test]
fn what_comes_in_keeps_its_producer_and_its_history() {
    let (agency, press) = (Press::new("Agency"), Press::new("Test Press"));
    for (media_type, plain) in samples() {
        let brought = agency.credentials.sign(&made(), &plain, media_type).unwrap();
        let ingredient = Ingredient {
            sidecar: brought.sidecar.clone(),
            ..Ingredient::new("original", brought.bytes.clone(), media_type)
        };
        let passed_on = Aigc::passed_on(AigcLabel::Suspected, code('2'), "passed-1");
        let opened = SigningRequest {
            ingredients: vec![ingredient],
            labels: Labels { ai_system: None, aigc: Some(passed_on) },
            ..SigningRequest::new("asset", provenance::DigitalSourceType::Unstated)
        };
        let signed = press.credentials.sign(&opened, &brought.bytes, media_type).unwrap();
        let report = read(&press, &signed, media_type);
        assert_eq!(report.verdict, Verdict::Trusted, "{media_type}: {report:?}");
        assert_eq!((report.ai_declared_active, report.ai_declared_anywhere), (false, true));
        let found = metadata::read(&signed.bytes);
        assert_eq!(found.source_type, metadata::read(&brought.bytes).source_type, "{media_type}");
        if media_type != MediaType::Binary {
            let aigc = found.aigc.unwrap();
            assert_eq!((&aigc["Label"], &aigc["ProduceID"]), (&"1".into(), &"made-1".into()));
            assert_eq!(aigc["ContentPropagator"], code('2').as_str(), "{media_type}");
            assert_eq!(aigc["PropagateID"], "passed-1", "{media_type}");
        }
    }
}

#[test]
fn from_disk_to_disk_is_the_same_as_in_memory() {
    let press = Press::new("Test Press");
    let folder = tempfile::tempdir().unwrap();
    for (media_type, plain) in samples() {
        let (source, destination) = (folder.path().join("in"), folder.path().join("out"));
        std::fs::write(&source, &plain).unwrap();
        let streamed =
            press.credentials.sign_file(&made(), &source, &destination, media_type).unwrap();
        let bytes = std::fs::read(&destination).unwrap();
        let report = read(&press, &Signed { bytes: bytes.clone(), ..streamed }, media_type);
        assert_eq!(report.verdict, Verdict::Trusted, "{media_type}: {report:?}");
        let held = press.credentials.sign(&made(), &plain, media_type).unwrap();
        assert_eq!(bytes.len(), held.bytes.len(), "{media_type}");
        assert_eq!(metadata::read(&bytes), metadata::read(&held.bytes), "{media_type}");
    }
}

#[test]
fn a_file_that_cannot_be_signed_leaves_nothing_behind() {
    let credentials = Credentials::new(authority("Test Press")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (source, destination) = (folder.path().join("in"), folder.path().join("out.png"));
    std::fs::write(&source, b"no picture").unwrap();
    let refused = credentials.sign_file(&made(), &source, &destination, MediaType::Png);
    assert!(refused.is_err(), "{refused:?}");
    let refused = credentials.sign_file(&made(), &folder.path().join("none"), &source, AI_PICTURE);
    assert!(refused.is_err(), "{refused:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(std::fs::read(&source).unwrap(), b"no picture");
}

const AI_PICTURE: MediaType = MediaType::Png;
