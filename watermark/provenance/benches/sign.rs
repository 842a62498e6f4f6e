//! Signing through [`Credentials`] against the same call of `c2pa`, in one run.
//!
//! The direct call signs with the same key, chain, thumbnail and time-stamp authority, but with a
//! manifest of one action and without XMP: the difference is what this crate adds.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start has nothing to say")]

use std::{hint::black_box, io::Cursor, sync::Arc};

use c2pa::{Builder, Context, SigningAlg};
use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::DecodePrivateKey as _};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, ProvenanceError, SigningRequest,
    SoftBinding, TimeStampAuthority, timestamp::Development,
};
use serde_json::json;
use types::MediaType;

/// One megapixel.
const EDGE: u32 = 1000;

struct Direct {
    key: SigningKey,
    chain: Vec<Vec<u8>>,
    time_stamps: Arc<dyn TimeStampAuthority>,
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

fn der(folder: &std::path::Path, name: &str) -> Vec<Vec<u8>> {
    let pem = std::fs::read(folder.join(name)).unwrap();
    x509_parser::pem::Pem::iter_from_buffer(&pem).map(|block| block.unwrap().contents).collect()
}

fn direct(folder: &std::path::Path) -> Direct {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let key = SigningKey::from_pkcs8_pem(&read("signing.key.pem")).unwrap();
    let stamp_key = <p256::ecdsa::SigningKey as p256::pkcs8::DecodePrivateKey>::from_pkcs8_pem(
        &read("tsa.key.pem"),
    );
    let time_stamps =
        Arc::new(Development::new(stamp_key.unwrap(), der(folder, "tsa.pem")).unwrap());
    Direct { key, chain: der(folder, "chain.pem"), time_stamps }
}

fn context() -> Arc<Context> {
    let settings = json!({
        "version": 1,
        "builder": { "thumbnail": { "enabled": true, "long_edge": 256, "format": "jpeg", "quality": "low" } },
    });
    Context::new().with_settings(settings).unwrap().into_shared()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let shade = |place: u32| u8::try_from(place / 3 % 256).unwrap();
    let pixels = RgbImage::from_fn(EDGE, EDGE, |x, y| Rgb([shade(x), shade(y), shade(x + y)]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn signing(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path(), "Bench Press").unwrap();
    let (credentials, direct) = (Credentials::new(authority).unwrap(), direct(folder.path()));
    let context = context();
    let definition = json!({ "claim_version": 2, "title": "a", "assertions": [{ "label": "c2pa.actions.v2", "created": true,
        "data": { "actions": [{ "action": "c2pa.created",
            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia" }] } }] });
    let soft_binding = SoftBinding {
        algorithm: "org.example.1".into(),
        value: vec![1; 8],
        kind: BindingKind::Watermark,
    };
    let request = SigningRequest {
        soft_bindings: vec![soft_binding],
        ..SigningRequest::new("a", DigitalSourceType::TrainedAlgorithmicMedia)
    };
    for (format, media_type) in
        [(ImageFormat::Png, MediaType::Png), (ImageFormat::Jpeg, MediaType::Jpeg)]
    {
        let bytes = picture(format);
        let mut group = criterion.benchmark_group(media_type.name());
        group.bench_function("credentials", |bencher| {
            bencher.iter(|| credentials.sign(black_box(&request), &bytes, media_type).unwrap());
        });
        group.bench_function("c2pa directly", |bencher| {
            bencher.iter(|| {
                let builder = Builder::from_shared_context(&context)
                    .with_definition(black_box(definition.clone()));
                let mut signed = Cursor::new(Vec::new());
                builder
                    .unwrap()
                    .sign(&direct, media_type.name(), &mut Cursor::new(&bytes), &mut signed)
                    .unwrap();
                signed
            });
        });
        group.finish();
    }
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = signing }
criterion_main!(benches);
