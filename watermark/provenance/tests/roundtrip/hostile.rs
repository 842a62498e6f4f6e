//! Files that nobody made in good faith.

use proptest::prelude::*;
use provenance::Verdict;
use types::MediaType;

use crate::press::{PICTURES, Press, request, samples};

#[test]
fn a_file_that_ends_early_is_never_trusted() {
    let press = Press::new("Test Press");
    for media_type in PICTURES {
        let signed = press.picture(media_type);
        for cut in (0..signed.len()).step_by(211) {
            let verdict = press.read(&signed[..cut]).verdict;
            assert_ne!(verdict, Verdict::Trusted, "{media_type} cut at {cut}");
        }
    }
    let signed = press.credentials.sign(&request(), b"text", MediaType::PlainText).unwrap();
    for cut in (0..signed.manifest_store.len()).step_by(211) {
        let report = press.verifier.verify(b"text", Some(&signed.manifest_store[..cut]), None);
        assert_ne!(report.verdict, Verdict::Trusted, "sidecar cut at {cut}");
    }
}

/// Starts of formats whose parsers differ.
const STARTS: [(&[u8], &str); 9] = [
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff\xe1", "jpg"),
    (b"GIF89a", "gif"),
    (b"II*\0\x08\0\0\0", "tiff"),
    (b"RIFF\x20\0\0\0WAVE", "wav"),
    (b"\0\0\0\x20ftypisom", "mp4"),
    (b"ID3\x04\0\0", "mp3"),
    (b"%PDF-1.7\n", "pdf"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'>", "svg"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_end_the_reader(bytes: Vec<u8>, which in 0..STARTS.len()) {
        let verifier = provenance::Verifier::new(provenance::TrustLists::default()).unwrap();
        let (start, format) = STARTS[which];
        for bytes in [[start, &bytes].concat(), bytes] {
            for sidecar in [None, Some(&bytes[..])] {
                let report = verifier.verify(&bytes, sidecar, Some(format));
                prop_assert_ne!(report.verdict, Verdict::Trusted);
                prop_assert!(report.summary.en.ends_with('.'));
            }
        }
    }
}

#[test]
fn changed_bytes_of_a_manifest_end_no_reader() {
    let press = Press::new("Test Press");
    let signed = press.picture(MediaType::Jpeg);
    for place in (0..signed.len()).step_by(211) {
        let mut changed = signed.clone();
        changed[place] = changed[place].wrapping_add(101);
        assert!(!press.read(&changed).summary.en.is_empty());
    }
}

/// What is signed all the same can be read again.
#[test]
fn broken_files_are_refused_or_signed_well() {
    let press = Press::new("Test Press");
    for (media_type, plain) in samples() {
        let mut changed = plain.clone();
        for place in (5..changed.len()).step_by(61) {
            changed[place] ^= 0x55;
        }
        for bytes in [&plain[..plain.len() / 3], &plain[..plain.len() - 1], &changed] {
            let Ok(signed) = press.credentials.sign(&request(), bytes, media_type) else {
                continue;
            };
            let sidecar = signed.sidecar.as_deref();
            let report =
                press.verifier.verify(&signed.bytes, sidecar, Some(media_type.extension()));
            assert_eq!(report.verdict, Verdict::Trusted, "{media_type}: {report:?}");
        }
    }
}
