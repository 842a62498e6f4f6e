//! Verdicts on files that were left alone, and on files that were not.

use provenance::{Authority, Credentials, TrustLists, Verdict, Verifier};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use types::{MediaType, Sha256};

use crate::press::{PICTURES, Press, picture, request};

/// Changes one bit inside the pixel data, which ends both formats.
fn with_changed_pixel(mut bytes: Vec<u8>) -> Vec<u8> {
    let place = bytes.len() - 40;
    bytes[place] ^= 1;
    bytes
}

#[test]
fn a_signed_picture_is_trusted_and_a_changed_pixel_is_noticed() {
    let press = Press::new("Test Press");
    for media_type in PICTURES {
        let signed = press.picture(media_type);
        let report = press.read(&signed);
        assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
        assert_eq!(report.intact, Some(true));
        let signer = report.signer.unwrap();
        assert_eq!((signer.name.as_str(), signer.list.as_deref()), ("Test Press", Some("own")));
        let stamp = report.time_stamp.unwrap();
        assert!(stamp.trusted, "{stamp:?}");
        assert_eq!(stamp.authority.as_deref(), Some("Test Press Time-Stamp Authority"));
        assert!(report.signed_at.is_some());
        assert_eq!((report.failures, report.warnings), (Vec::new(), Vec::new()));

        let report = press.read(&with_changed_pixel(signed));
        assert_eq!(report.verdict, Verdict::AlteredAfterSigning, "{report:?}");
        assert_eq!(report.intact, Some(false));
        assert_eq!(report.failures, ["assertion.dataHash.mismatch"]);
    }
}

#[test]
fn text_is_judged_with_the_manifest_beside_it() {
    let press = Press::new("Test Press");
    let sign = |text: &str| {
        press.credentials.sign(&request(), text.as_bytes(), MediaType::PlainText).unwrap()
    };
    let (first, second) = (sign("The river fell by two metres.\n"), sign("河水下降了两米。"));
    let verdict = |bytes: &[u8], sidecar: Option<&[u8]>| {
        press.verifier.verify(bytes, sidecar, Some("txt")).verdict
    };
    let beside = first.sidecar.as_deref();
    assert_eq!(first.bytes, b"The river fell by two metres.\n");
    assert_eq!(beside, Some(first.manifest_store.as_slice()));
    assert_eq!(verdict(&first.bytes, beside), Verdict::Trusted);
    assert_eq!(verdict(&second.bytes, second.sidecar.as_deref()), Verdict::Trusted);
    assert_eq!(verdict(&second.bytes, beside), Verdict::AlteredAfterSigning);
    assert_eq!(verdict(b"The river fell by nine metres.\n", beside), Verdict::AlteredAfterSigning);
    assert_eq!(verdict(&first.bytes, None), Verdict::None);
    assert_eq!(verdict(&first.bytes, Some(b"not a manifest")), Verdict::Unreadable);
}

#[test]
fn a_signer_is_known_only_through_a_list() {
    let (ours, theirs) = (Press::new("Test Press"), Press::new("Test Press"));
    let signed = theirs.picture(MediaType::Png);
    let report = ours.read(&signed);
    assert_eq!(report.verdict, Verdict::UntrustedSigner, "{report:?}");
    assert_eq!(report.signer.unwrap().list, None);
    assert!(!report.time_stamp.unwrap().trusted);
    assert!(report.warnings.contains(&"time not from a listed authority".to_owned()));

    let listed = |name: &str, pem: &str| {
        let mut lists = TrustLists::default();
        lists.add_pem("nobody", &ours.root).unwrap();
        lists.add_pem(name, pem).unwrap();
        Verifier::new(lists).unwrap().verify(&signed, None, None)
    };
    let report = listed("friends", &theirs.root);
    assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
    assert_eq!(report.signer.unwrap().list.as_deref(), Some("friends"));
    // An authority for time-stamps vouches for no signer.
    let report = listed("friends-tsa", &theirs.root);
    assert_eq!(report.verdict, Verdict::UntrustedSigner, "{report:?}");
    assert!(report.time_stamp.unwrap().trusted);
}

/// `expired/` was signed half a minute before its signer's certificate ended.
#[test]
fn an_expired_certificate_counts_only_with_a_time_from_a_listed_authority() {
    let text = include_bytes!("expired/note.txt");
    let sidecar = include_bytes!("expired/note.txt.c2pa");
    let read = |lists: TrustLists| Verifier::new(lists).unwrap().verify(text, Some(sidecar), None);

    let mut with_root = TrustLists::default();
    with_root.add_pem("old", include_str!("expired/root.pem")).unwrap();
    let report = read(with_root);
    assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");

    let pin = || {
        let mut pinned = TrustLists::default();
        pinned.allow(include_str!("expired/signer.pem")).unwrap();
        pinned
    };
    let pinned = pin();
    assert_eq!(pinned.about().map(|list| list.expired).sum::<usize>(), 1);
    let mut stamped = pin();
    stamped.add_pem("old-tsa", include_str!("expired/root.pem")).unwrap();
    let report = read(stamped);
    assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
    assert_eq!(report.signer.unwrap().list.as_deref(), Some("allowed"));
    for lists in [pinned, TrustLists::default()] {
        let report = read(lists);
        assert_eq!(report.verdict, Verdict::ExpiredSigner, "{report:?}");
        assert_eq!(report.intact, Some(true));
    }
}

#[test]
fn a_file_can_be_judged_as_of_another_time() {
    let text = include_bytes!("expired/note.txt");
    let sidecar = include_bytes!("expired/note.txt.c2pa");
    let signed_at = |minutes: i64, revoked: Option<i64>| {
        let mut lists = TrustLists::default();
        lists.allow(include_str!("expired/signer.pem")).unwrap();
        let bare = Verifier::new(TrustLists::default()).unwrap().verify(text, Some(sidecar), None);
        let at = OffsetDateTime::parse(&bare.signed_at.unwrap(), &Rfc3339).unwrap();
        if let Some(minutes) = revoked {
            let pem = include_bytes!("expired/signer.pem");
            let (_, signer) = x509_parser::pem::parse_x509_pem(pem).unwrap();
            lists.revoke(Sha256::of(&signer.contents), at + Duration::minutes(minutes));
        }
        lists.judge_at(at + Duration::minutes(minutes));
        Verifier::new(lists).unwrap().verify(text, Some(sidecar), None)
    };
    assert_eq!(signed_at(0, None).verdict, Verdict::Trusted);
    assert_eq!(signed_at(60 * 24, None).verdict, Verdict::ExpiredSigner);
    assert_eq!(signed_at(0, Some(1)).verdict, Verdict::Trusted, "not revoked yet");
    assert_eq!(signed_at(0, Some(-1)).verdict, Verdict::UntrustedSigner);
    let before = signed_at(-60 * 24 * 400, None);
    assert_eq!(before.verdict, Verdict::ExpiredSigner, "not valid yet");
    assert!(before.warnings.iter().any(|said| said.contains("after the time")), "{before:?}");

    // A listed authority's stamp shows nothing about a time before it.
    let press = Press::new("Test Press");
    let signed = press.picture(MediaType::Png);
    let mut lists = TrustLists::default();
    lists.add_pem("press", &press.root).unwrap();
    lists.judge_at(OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 50));
    let report = Verifier::new(lists).unwrap().verify(&signed, None, None);
    assert_eq!(report.verdict, Verdict::ExpiredSigner, "{report:?}");
}

#[test]
fn a_pinned_signer_counts_without_its_issuer() {
    let press = Press::new("Test Press");
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path(), "Pinned Press").unwrap();
    let chain = std::fs::read_to_string(folder.path().join("chain.pem")).unwrap();
    let signed = Credentials::new(authority).unwrap();
    let signed = signed.sign(&request(), &picture(MediaType::Png), MediaType::Png).unwrap();
    assert_eq!(press.read(&signed.bytes).verdict, Verdict::UntrustedSigner);
    let mut lists = TrustLists::default();
    lists.allow(chain.split_inclusive("-----END CERTIFICATE-----\n").next().unwrap()).unwrap();
    let report = Verifier::new(lists).unwrap().verify(&signed.bytes, None, None);
    assert_eq!(report.verdict, Verdict::Trusted, "{report:?}");
    assert_eq!(report.signer.unwrap().list.as_deref(), Some("allowed"));
}

#[test]
fn lists_that_hold_nothing_usable_are_refused() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let mut lists = TrustLists::default();
        assert!(lists.add_pem("broken", pem).unwrap_err().to_string().contains("broken"));
        assert!(lists.allow(pem).is_err());
    }
}

#[test]
fn files_without_a_manifest_say_so() {
    let press = Press::new("Test Press");
    let remote = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
        <rdf:Description rdf:about=\"\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
        dcterms:provenance=\"http://user@localhost:9/store.c2pa\"/></rdf:RDF></x:xmpmeta>";
    let body = [b"http://ns.adobe.com/xap/1.0/\0", remote.as_bytes()].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let jpeg = picture(MediaType::Jpeg);
    let remote = [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat();
    let report = press.read(&remote);
    assert_eq!(report.verdict, Verdict::RemoteOnly, "{report:?}");
    assert!(report.summary.en.contains("localhost:9") && !report.summary.en.contains("user"));

    let cases: [(&[u8], Option<&str>, Verdict); 6] = [
        (&jpeg, None, Verdict::None),
        (&picture(MediaType::Png), Some("jpg"), Verdict::None),
        (b"plain text", None, Verdict::None),
        (b"", None, Verdict::Unreadable),
        (b"\0\x01\x02", Some("xyz"), Verdict::Unsupported),
        (b"\xff\xd8\xff\xff\xff", None, Verdict::Unreadable),
    ];
    for (bytes, format, expected) in cases {
        let report = press.verifier.verify(bytes, None, format);
        assert_eq!(report.verdict, expected, "{report:?}");
    }
}
