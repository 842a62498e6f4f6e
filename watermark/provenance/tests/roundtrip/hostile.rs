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

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
}

/// A superbox with a label.
fn superbox(label: &str, content: &[u8]) -> Vec<u8> {
    let description = [&[0; 16][..], &[3], label.as_bytes(), &[0]].concat();
    boxed(b"jumb", &[boxed(b"jumd", &description), content.to_vec()].concat())
}

/// A manifest store whose claim is this CBOR.
fn store(claim: &[u8]) -> Vec<u8> {
    let claim = superbox("c2pa.claim", &boxed(b"cbor", claim));
    superbox("c2pa", &superbox("urn:c2pa:x", &claim))
}

fn nested(depth: usize, kind: &[u8; 4]) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inside, _| boxed(kind, &inside))
}

fn media(brand: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [boxed(b"ftyp", &[brand, &[0; 4][..], brand].concat()), content.to_vec()].concat()
}

fn riff(kind: &[u8; 4], length: u32, content: &[u8]) -> Vec<u8> {
    [b"RIFF", &length.to_le_bytes()[..], kind, content].concat()
}

/// A box that claims ten gigabytes.
fn claims_ten_gigabytes(kind: &[u8; 4]) -> Vec<u8> {
    [&1_u32.to_be_bytes()[..], kind, &(10_u64 << 30).to_be_bytes(), &[0; 64]].concat()
}

fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let tags = [vec![0xc1; 300_000], vec![0]].concat();
    let lists = (0..5_000).fold(Vec::new(), |inside: Vec<u8>, _| {
        [b"LIST", &u32::try_from(inside.len() + 4).unwrap().to_le_bytes()[..], b"INFO", &inside]
            .concat()
    });
    let frame = [&b"GEOB"[..], &[0, 0, 0, 50, 0, 0x08], &[1; 50]].concat();
    vec![
        ("c2pa", store(&tags)),
        ("c2pa", store(&[0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff])),
        ("c2pa", (0..5_000).fold(Vec::new(), |inside, _| superbox("c2pa", &inside))),
        ("mp4", media(b"isom", &nested(5_000, b"moov"))),
        ("mp4", media(b"isom", &boxed(b"free", b"").repeat(20_000))),
        ("mp4", media(b"isom", &claims_ten_gigabytes(b"mdat"))),
        ("heic", media(b"heic", &claims_ten_gigabytes(b"meta"))),
        ("mp4", media(b"isom", &claims_ten_gigabytes(b"uuid"))),
        (
            "wav",
            riff(b"WAVE", u32::MAX, &[b"C2PA", &u32::MAX.to_le_bytes()[..], &[0; 64]].concat()),
        ),
        ("webp", riff(b"WEBP", 4 + u32::try_from(lists.len()).unwrap(), &lists)),
        ("wav", riff(b"WAVE", 4 + 160_000, &b"junk\0\0\0\0".repeat(20_000))),
        ("png", [&b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xff"[..], b"caBX", &[0; 64]].concat()),
        ("jpg", [&b"\xff\xd8"[..], &b"\xff\xe1\0\x02".repeat(5_000)].concat()),
        (
            "tif",
            b"II*\0\x08\0\0\0\x01\0\x41\xcd\x07\0\xff\xff\xff\xff\x10\0\0\0\x08\0\0\0".to_vec(),
        ),
        ("gif", [&b"GIF89a\x01\0\x01\0\0\0\0"[..], &b"\x21\xfe\0".repeat(20_000)].concat()),
        ("mp3", [&b"ID3\x04\0\0\0\0\0\x3c"[..], &frame].concat()),
        ("flac", b"fLaC\x02\xff\xff\xffriff".to_vec()),
        (
            "svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'>"
                .iter()
                .copied()
                .chain(b"<g>".repeat(3_000))
                .collect(),
        ),
        ("pdf", [&b"%PDF-1.7\n1 0 obj\n"[..], &b"[".repeat(20_000)].concat()),
        ("txt", "\u{feff}\u{e0133}\u{e0122}".repeat(3_000).into_bytes()),
        ("txt", "\u{feff}".repeat(50_000).into_bytes()),
    ]
}

/// On the stack of a test's thread, which is smaller than a program's.
#[test]
fn no_bomb_ends_the_reader_or_is_trusted() {
    let press = Press::new("Test Press");
    for (format, bomb) in bombs() {
        let report = press.verifier.verify(&bomb, None, Some(format));
        assert!(
            matches!(report.verdict, Verdict::Unreadable | Verdict::None | Verdict::Invalid),
            "{format}: {report:?}"
        );
        // The same as a manifest that lies beside a text.
        let beside = press.verifier.verify(b"text", Some(&bomb), Some("txt"));
        assert_eq!(beside.verdict, Verdict::Unreadable, "{format}: {beside:?}");
    }
}

#[test]
fn a_name_that_lies_changes_no_verdict() {
    let press = Press::new("Test Press");
    for media_type in PICTURES {
        let signed = press.picture(media_type);
        for name in ["wav", "mp4", "pdf", "txt", "svg", "zip", "c2pa", "image/png", ""] {
            let report = press.verifier.verify(&signed, None, Some(name));
            assert_eq!(report.verdict, Verdict::Trusted, "{media_type} as {name}");
            assert!(report.time_stamp.unwrap().trusted, "{media_type} as {name}");
        }
    }
}

/// A signature leaves open its own unsigned header and a few names of boxes.
#[test]
fn a_changed_byte_ends_trust_or_changes_nothing_that_is_told() {
    let press = Press::new("Test Press");
    let signed = press.picture(MediaType::Jpeg);
    let told = press.read(&signed);
    let (mut still, mut tried) = (0, 0);
    for place in (0..signed.len()).step_by(61) {
        let mut changed = signed.clone();
        changed[place] ^= 0x20;
        let report = press.read(&changed);
        tried += 1;
        if report.verdict == Verdict::Trusted {
            still += 1;
            assert_eq!(report.contents, told.contents, "byte {place}");
            assert_eq!(report.signer, told.signer, "byte {place}");
            // Without its time-stamp a signature tells no time, never another one.
            assert!(report.signed_at.is_none() || report.signed_at == told.signed_at);
        }
    }
    assert!(still * 5 < tried, "{still} of {tried} changes were not noticed");
}

#[test]
fn a_strangers_markup_stays_text() {
    let press = Press::new("Test Press");
    let title = "<img src=x onerror=alert(1)>\u{202e}\n";
    let request = provenance::SigningRequest::new(title, crate::press::AI);
    let signed = press.credentials.sign_text(&request, "text").unwrap();
    let report = press.read(&signed.bytes);
    assert_eq!(report.contents.title.as_deref(), Some("<img src=x onerror=alert(1)>"));
    assert!(!report.summary.en.contains('<'));
}

#[test]
fn a_large_file_is_judged_from_disk_as_from_memory() {
    let press = Press::new("Test Press");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.jpg");
    let signed = press.picture(MediaType::Jpeg);
    std::fs::write(&file, &signed).unwrap();
    let read = |file: &std::path::Path| press.verifier.verify_file(file, None).unwrap().verdict;
    assert_eq!(read(&file), Verdict::Trusted);
    // Whatever follows the picture is part of the file.
    std::fs::write(&file, [signed, vec![0; 33 << 20]].concat()).unwrap();
    assert_eq!(read(&file), Verdict::AlteredAfterSigning);
    assert!(press.verifier.verify_file(&folder.path().join("none"), None).is_err());
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
