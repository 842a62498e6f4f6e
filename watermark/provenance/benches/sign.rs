//! Signing through [`Credentials`] against the same call of `c2pa`, kind by kind, and the memory that
//! signing takes. Prints the rows of the README's table.
//!
//! The direct call signs with the same key, chain, thumbnail and time-stamp authority, but with a
//! manifest of one action and without labels: the difference is what this crate adds. The two take
//! turns, and only the time that this thread computes counts: what else the machine does matters
//! little. Linux only: it reads counters of the kernel.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start has nothing to say")]

use std::{
    fs,
    hint::black_box,
    io::{Cursor, Write as _},
    path::Path,
    sync::Arc,
};

use c2pa::{Builder, Context, SigningAlg};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::DecodePrivateKey as _};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use provenance::{
    Authority, BindingKind, Credentials, DigitalSourceType, ProvenanceError, SigningRequest,
    SoftBinding, TimeStampAuthority,
    metadata::{Aigc, Labels},
    timestamp::Development,
};
use serde_json::json;
use types::MediaType;

/// One megapixel.
const EDGE: u32 = 1000;
/// Turns that each takes, unless an argument says otherwise: `cargo bench -p provenance -- 5`.
const ROUNDS: usize = 9;
/// A turn is so long that the kernel's clock, which ticks, measures it well.
const TURN_MS: f64 = 150.0;
const SOUND_BYTES: usize = 3 << 20;
const FILM_BYTES: usize = 12 << 20;
/// A file that nobody wants to hold twice.
const LARGE_BYTES: usize = 200 << 20;

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

fn picture(format: ImageFormat) -> Vec<u8> {
    let shade = |place: u32| u8::try_from(place / 3 % 256).unwrap();
    let pixels = RgbImage::from_fn(EDGE, EDGE, |x, y| Rgb([shade(x), shade(y), shade(x + y)]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A film, sound or picture with a box at the end that nobody plays.
fn with_free_box(sample: &[u8], length: usize) -> Vec<u8> {
    let size = u32::try_from(length).unwrap().to_be_bytes();
    [sample, &size, b"free", &vec![7; length - 8]].concat()
}

fn wav(length: usize) -> Vec<u8> {
    let sample = include_bytes!("../tests/samples/sound.wav");
    let data = u32::try_from(length).unwrap();
    let head = [b"RIFF", &(data + 36).to_le_bytes()[..], &sample[8..36]].concat();
    [&head, &b"data"[..], &data.to_le_bytes(), &vec![7; length]].concat()
}

fn svg() -> Vec<u8> {
    let shape = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\"/>\n";
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n{}</svg>", shape.repeat(5000)).into_bytes()
}

fn files() -> Vec<(MediaType, Vec<u8>)> {
    let mp3 = include_bytes!("../tests/samples/sound.mp3");
    let flac = include_bytes!("../tests/samples/sound.flac");
    vec![
        (MediaType::Png, picture(ImageFormat::Png)),
        (MediaType::Jpeg, picture(ImageFormat::Jpeg)),
        (MediaType::Webp, picture(ImageFormat::WebP)),
        (MediaType::Gif, picture(ImageFormat::Gif)),
        (MediaType::Tiff, picture(ImageFormat::Tiff)),
        (MediaType::Svg, svg()),
        (MediaType::Avif, with_free_box(include_bytes!("../tests/samples/picture.avif"), 1 << 20)),
        (MediaType::Heic, with_free_box(include_bytes!("../tests/samples/picture.heic"), 1 << 20)),
        (MediaType::Wav, wav(SOUND_BYTES)),
        (MediaType::Mp3, mp3.repeat(SOUND_BYTES / mp3.len())),
        // Sound after the first frames is bytes to those who sign.
        (MediaType::Flac, [&flac[..], &vec![7; SOUND_BYTES]].concat()),
        (MediaType::M4a, with_free_box(include_bytes!("../tests/samples/sound.m4a"), SOUND_BYTES)),
        (MediaType::Mp4, with_free_box(include_bytes!("../tests/samples/video.mp4"), FILM_BYTES)),
    ]
}

/// Milliseconds that this thread has computed.
fn computed_ms() -> f64 {
    let counters = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: f64 = counters.split_whitespace().next().unwrap().parse().unwrap();
    nanoseconds / 1e6
}

/// Milliseconds for one of `times` that are done.
fn timed<T>(times: usize, mut work: impl FnMut() -> T) -> f64 {
    let start = computed_ms();
    for _ in 0..times {
        black_box(work());
    }
    (computed_ms() - start) / times as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A counter of memory in `/proc/self/status`, in bytes.
fn memory(counter: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(counter)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
}

/// How many bytes more than before some work held at most.
fn peak<T>(work: impl FnOnce() -> T) -> usize {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS");
    black_box(work());
    memory("VmHWM").saturating_sub(before)
}

fn main() {
    let mut out = std::io::stdout();
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path(), "Bench Press").unwrap();
    let (credentials, direct) = (Credentials::new(authority).unwrap(), Direct::new(folder.path()));
    let request = request();
    let sign = |bytes: &[u8], kind| credentials.sign(&request, bytes, kind).unwrap();
    writeln!(out, "| Kind | MB | ms | c2pa directly, ms | ratio |\n|---|---|---|---|---|").unwrap();
    for (kind, bytes) in files() {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let once = timed(3, || direct.sign(&bytes, kind)).max(0.5);
        let times = (TURN_MS / once).ceil() as usize;
        for _ in 0..rounds {
            ours.push(timed(times, || sign(&bytes, kind)));
            theirs.push(timed(times, || direct.sign(&bytes, kind)));
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let megabytes = bytes.len() as f64 / 1e6;
        let ratio = ours / theirs;
        writeln!(out, "| {kind} | {megabytes:.2} | {ours:.1} | {theirs:.1} | {ratio:.2} |")
            .unwrap();
    }
    writeln!(out, "\n| File | Signed | Peak, MB | of its length |\n|---|---|---|---|").unwrap();
    let (source, destination) = (folder.path().join("in"), folder.path().join("out"));
    for (kind, bytes) in [
        (MediaType::Mp4, with_free_box(include_bytes!("../tests/samples/video.mp4"), LARGE_BYTES)),
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
