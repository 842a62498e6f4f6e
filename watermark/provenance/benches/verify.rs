//! Checking through [`Verifier`] against the same call of `c2pa`, kind by kind, and the memory that
//! it takes. Prints the rows of the README's table.
//!
//! The direct call reads the same file by the same trust list. The difference is what this crate adds:
//! a look at what would stop the parser, the verdict, the tree of ingredients and the labels.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start has nothing to say")]

mod shared;

use std::{
    fs,
    io::{Cursor, Write as _},
};

use c2pa::{Context, Reader};
use provenance::{
    Authority, Credentials, DigitalSourceType, SigningRequest, TrustLists, Verdict, Verifier,
};
use serde_json::json;
use shared::{LARGE_BYTES, peak, wav, with_media};
use types::MediaType;

fn main() {
    let mut out = std::io::stdout();
    let folder = tempfile::tempdir().unwrap();
    let credentials = Credentials::new(Authority::create(folder.path(), "Bench Press").unwrap());
    let credentials = credentials.unwrap();
    let root = fs::read_to_string(folder.path().join("root.pem")).unwrap();
    let mut lists = TrustLists::default();
    lists.add_pem("bench", &root).unwrap();
    let verifier = Verifier::new(lists).unwrap();
    let settings = json!({
        "version": 1,
        "trust": { "user_anchors": root },
        "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
    });
    let context = Context::new().with_settings(settings).unwrap().into_shared();
    let direct = |bytes: &[u8], kind: MediaType| {
        Reader::from_shared_context(&context).with_stream(kind.name(), Cursor::new(bytes)).unwrap()
    };
    let request = SigningRequest::new("a", DigitalSourceType::TrainedAlgorithmicMedia);
    writeln!(out, "| Kind | MB | ms | c2pa directly, ms | ratio |\n|---|---|---|---|---|").unwrap();
    for (kind, bytes) in shared::files() {
        let signed = credentials.sign(&request, &bytes, kind).unwrap().bytes;
        let ours = || {
            let report = verifier.verify(&signed, None, Some(kind.name()));
            assert_eq!(report.verdict, Verdict::Trusted, "{kind}");
        };
        let theirs = || direct(&signed, kind);
        writeln!(out, "{}", shared::row(kind, signed.len(), ours, theirs)).unwrap();
    }
    writeln!(out, "\n| File | Checked | Peak, MB | of its length |\n|---|---|---|---|").unwrap();
    let (source, signed) = (folder.path().join("in"), folder.path().join("out"));
    for (kind, bytes) in [
        (MediaType::Mp4, with_media(include_bytes!("../tests/samples/video.mp4"), LARGE_BYTES)),
        (MediaType::Wav, wav(LARGE_BYTES)),
    ] {
        fs::write(&source, &bytes).unwrap();
        let length = bytes.len();
        drop(bytes);
        credentials.sign_file(&request, &source, &signed, kind).unwrap();
        let named = signed.with_extension(kind.extension());
        fs::rename(&signed, &named).unwrap();
        let peak = peak(|| {
            let report = verifier.verify_file(&named, None).unwrap();
            assert_eq!(report.verdict, Verdict::Trusted, "{kind}");
        });
        let (megabytes, part) = (peak as f64 / 1e6, peak as f64 / length as f64);
        writeln!(out, "| {kind}, {} MB | from disk | {megabytes:.0} | {part:.2} |", length >> 20)
            .unwrap();
    }
}
