//! What a report says about the inside of a manifest.

use provenance::{
    BindingKind, DigitalSourceType, Ingredient, Model, Report, SigningRequest, SoftBinding, Verdict,
};
use types::{MediaType, Sha256};

use crate::press::{AI, Press, picture, request};

fn from(ingredients: Vec<(&str, Vec<u8>)>, source: DigitalSourceType) -> SigningRequest {
    let ingredient =
        |(title, bytes): (&str, Vec<u8>)| Ingredient::new(title, bytes, MediaType::Png);
    let ingredients = ingredients.into_iter().map(ingredient).collect();
    SigningRequest { ingredients, ..SigningRequest::new("story.png", source) }
}

fn read_signed(press: &Press, request: &SigningRequest) -> (Vec<u8>, Report) {
    let signed = press.credentials.sign(request, &picture(MediaType::Png), MediaType::Png).unwrap();
    let report = press.read(&signed.bytes);
    (signed.bytes, report)
}

#[test]
fn what_was_done_with_what_and_how_it_is_found_again_is_told() {
    let press = Press::new("Test Press");
    let made = SigningRequest {
        model: Some(Model {
            name: "Painter".into(),
            version: "2".into(),
            sha256: Sha256::of(b"w"),
        }),
        soft_bindings: vec![
            SoftBinding {
                algorithm: "org.example.1".into(),
                value: vec![0xab, 0xff],
                kind: BindingKind::Watermark,
            },
            SoftBinding {
                algorithm: "org.example.2".into(),
                value: vec![7],
                kind: BindingKind::Fingerprint,
            },
        ],
        ..request()
    };
    let (_, report) = read_signed(&press, &made);
    let contents = report.contents;
    assert_eq!(contents.title.as_deref(), Some("asset"));
    assert!(contents.generator.unwrap().starts_with("Imprimatur"));
    let created = &contents.actions[0];
    assert_eq!(created.action, "c2pa.created");
    assert_eq!(created.agent.as_deref(), Some("Painter"));
    assert!(created.when.as_deref().unwrap().ends_with('Z'));
    assert!(created.source_type.as_deref().unwrap().ends_with("/trainedAlgorithmicMedia"));
    let bindings = contents.soft_bindings.iter();
    let bindings: Vec<_> =
        bindings.map(|one| (one.algorithm.as_str(), one.value.as_str())).collect();
    assert_eq!(bindings, [("org.example.1", "abff"), ("org.example.2", "07")]);
    assert!(contents.ingredients.is_empty() && contents.identities.is_empty());
}

#[test]
fn the_tree_says_of_each_ingredient_who_signed_it_and_whether_that_holds() {
    let (agency, press) = (Press::new("Agency"), Press::new("Test Press"));
    let photo = agency.picture(MediaType::Png);
    let (edited, _) = read_signed(&press, &from(vec![("photo.png", photo.clone())], AI));
    let mut spoilt = photo;
    let place = spoilt.len() - 40;
    spoilt[place] ^= 1;
    let ingredients =
        vec![("edited.png", edited), ("bare.png", picture(MediaType::Png)), ("spoilt.png", spoilt)];
    let (_, report) = read_signed(&press, &from(ingredients, DigitalSourceType::Composite));
    let tree = &report.contents.ingredients;
    let told: Vec<_> = tree
        .iter()
        .map(|node| (node.title.as_deref().unwrap(), node.relationship, node.verdict))
        .collect();
    let expected = [
        ("edited.png", "parentOf", Verdict::Trusted),
        ("bare.png", "componentOf", Verdict::None),
        ("spoilt.png", "componentOf", Verdict::AlteredAfterSigning),
    ];
    assert_eq!(told, expected, "{report:?}");
    let edited = &tree[0];
    assert_eq!(edited.signer.as_ref().unwrap().list.as_deref(), Some("own"));
    assert!(edited.ai_declared && edited.signed_at.is_some());
    let photo = &edited.ingredients[0];
    assert_eq!((photo.relationship, photo.verdict), ("inputTo", Verdict::UntrustedSigner));
    assert_eq!(photo.signer.as_ref().unwrap().name, "Agency");
    assert_eq!(tree[1].signer, None);
    assert!(!report.contents.ingredients_left_out);
}

#[test]
fn a_thumbnail_is_handed_out_by_its_digest_and_only_while_credentials_hold() {
    let press = Press::new("Test Press");
    let (mut signed, report) =
        read_signed(&press, &from(vec![("a.png", press.picture(MediaType::Png))], AI));
    let own = report.contents.thumbnail.unwrap();
    let below = report.contents.ingredients[0].thumbnail.clone().unwrap();
    for thumbnail in [&own, &below] {
        let shown = press.verifier.thumbnail(&signed, None, None, &thumbnail.sha256).unwrap();
        assert_eq!(shown.media_type, thumbnail.media_type);
        assert_eq!(MediaType::sniff(&shown.bytes), Some(thumbnail.media_type));
    }
    let unknown = Sha256::of(b"another");
    assert_eq!(press.verifier.thumbnail(&signed, None, None, &unknown), None);
    // A title inside the signed manifest.
    let place = signed.windows(9).position(|part| part == b"story.png").unwrap();
    signed[place] ^= 1;
    assert_eq!(press.read(&signed).verdict, Verdict::Invalid);
    assert_eq!(press.verifier.thumbnail(&signed, None, None, &own.sha256), None);
}

#[test]
fn nothing_is_told_of_void_credentials() {
    let press = Press::new("Test Press");
    let mut signed = press.picture(MediaType::Jpeg);
    let place = signed.windows(10).position(|part| part == b"Imprimatur").unwrap();
    signed[place] ^= 1;
    let report = press.read(&signed);
    assert_eq!(report.verdict, Verdict::Invalid, "{report:?}");
    assert_eq!(report.contents, provenance::Contents::default());
}
