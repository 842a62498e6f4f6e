//! Signing through [`Credentials`] against the same call of `c2pa`, kind by kind, and the memory that
//! signing takes. Prints the rows of the README's table.
//!
//! The direct call signs with the same key, chain, thumbnail and time-stamp authority, but with a
//! manifest of one action and without labels: the difference is what this crate adds. The two take
//! turns, and only the time that this process computes counts: what else the machine does matters
//! little. Linux only: it reads counters of the kernel.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start has nothing to say")]

mod shared;

use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
    sync::Arc,
};

use c2pa::{Builder, Context, SigningAlg};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::DecodePrivateKey as _};
use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, ProvenanceError, SigningRequest,
    SoftBinding, TimeStampAuthority,
    metadata::{Aigc, Labels},
    timestamp::Development,
};
use serde_json::json;
use shared::{LARGE_BYTES, peak, wav, with_media};
use types::MediaType;

struct Direct {
    key: SigningKey,
    chain: Vec<Vec<u8>>,
    time_stamps: Arc<dyn TimeStampAuthority>,
    context: Arc<Context>,
}

impl c2pa::Signer for Direct {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        Ok(self.key.sign(data).to_vec())
    }

    fn alg(&self) -> SigningAlg {
        SigningAlg::Ed25519
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        Ok(self.chain.clone())
    }

    fn reserve_size(&self) -> usize {
        10_240
    }

    fn send_timestamp_request(&self, message: &[u8]) -> Option<c2pa::Result<Vec<u8>>> {
        let other = |error: ProvenanceError| c2pa::Error::OtherError(error.into());
        let request = self.timestamp_request_body(message);
        Some(request.and_then(|request| self.time_stamps.stamp(&request).map_err(other)))
    }
}

impl Direct {
    fn new(folder: &Path) -> Self {
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let key = SigningKey::from_pkcs8_pem(&read("signing.key.pem")).unwrap();
        let stamp_key = <p256::ecdsa::SigningKey as p256::pkcs8::DecodePrivateKey>::from_pkcs8_pem(
            &read("tsa.key.pem"),
        );
        let time_stamps =
            Arc::new(Development::new(&stamp_key.unwrap(), der(folder, "tsa.pem")).unwrap());
        Self { key, chain: der(folder, "chain.pem"), time_stamps, context: context() }
    }

    fn sign(&self, bytes: &[u8], media_type: MediaType) -> Vec<u8> {
        let definition = json!({ "claim_version": 2, "title": "a", "assertions": [{
            "label": "c2pa.actions.v2", "created": true, "data": { "actions": [{
                "action": "c2pa.created",
                "digitalSourceType": DigitalSourceType::TrainedAlgorithmicMedia.uri(),
            }] } }] });
        let builder = Builder::from_shared_context(&self.context).with_definition(definition);
        let mut signed = Cursor::new(Vec::new());
        let mut source = Cursor::new(bytes);
        builder.unwrap().sign(self, media_type.name(), &mut source, &mut signed).unwrap();
        signed.into_inner()
    }
}

fn der(folder: &Path, name: &str) -> Vec<Vec<u8>> {
    let pem = fs::read(folder.join(name)).unwrap();
    x509_parser::pem::Pem::iter_from_buffer(&pem).map(|block| block.unwrap().contents).collect()
}

fn context() -> Arc<Context> {
    let settings = json!({
        "version": 1,
        "verify": { "verify_after_sign": false, "remote_manifest_fetch": false, "ocsp_fetch": false },
        "builder": { "thumbnail": {
            "enabled": true, "ignore_errors": true, "long_edge": 256, "format": "jpeg", "quality": "low",
        } },
    });
    Context::new().with_settings(settings).unwrap().into_shared()
}

fn request() -> SigningRequest {
    let soft_binding = SoftBinding {
        algorithm: "org.example.1".into(),
        value: vec![1; 8],
        kind: BindingKind::Watermark,
    };
    let producer = "001191110000EXAMPLE0XX10001".parse().unwrap();
    let aigc = Some(Aigc::produced(producer, "example-1"));
    SigningRequest {
        soft_bindings: vec![soft_binding],
        labels: Labels { aigc, ..Labels::default() },
        ..SigningRequest::new("a", DigitalSourceType::TrainedAlgorithmicMedia)
    }
}

fn main() {
    let mut out = std::io::stdout();
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path(), "Bench Press").unwrap();
    let (credentials, direct) = (Credentials::new(authority).unwrap(), Direct::new(folder.path()));
    let request = request();
    let sign = |bytes: &[u8], kind| credentials.sign(&request, bytes, kind).unwrap();
    writeln!(out, "| Kind | MB | ms | c2pa directly, ms | ratio |\n|---|---|---|---|---|").unwrap();
    for (kind, bytes) in shared::files() {
        let (ours, theirs) = (|| sign(&bytes, kind), || direct.sign(&bytes, kind));
        writeln!(out, "{}", shared::row(kind, bytes.len(), ours, theirs)).unwrap();
    }
    writeln!(out, "\n| File | Signed | Peak, MB | of its length |\n|---|---|---|---|").unwrap();
    let (source, destination) = (folder.path().join("in"), folder.path().join("out"));
    for (kind, bytes) in [
        (MediaType::Mp4, with_media(include_bytes!("../tests/samples/video.mp4"), LARGE_BYTES)),
        (MediaType::Wav, wav(LARGE_BYTES)),
        (MediaType::Binary, vec![7; LARGE_BYTES]),
    ] {
        fs::write(&source, &bytes).unwrap();
        let length = bytes.len();
        let mut row = |how: &str, peak: usize| {
            let (peak, part) = (peak as f64 / 1e6, peak as f64 / length as f64);
            writeln!(out, "| {kind}, {} MB | {how} | {peak:.0} | {part:.2} |", length >> 20)
                .unwrap();
        };
        // The caller's bytes count, too.
        row("in memory", length + peak(|| sign(&bytes, kind)));
        drop(bytes);
        row("disk to disk", peak(|| credentials.sign_file(&request, &source, &destination, kind)));
    }
}
