//! A press that signs, and pictures for it.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use provenance::{
    Authority, Credentials, DigitalSourceType, Report, SigningRequest, TrustLists, Verifier,
};
use types::MediaType;

/// The kinds that carry their manifest.
pub(crate) const PICTURES: [MediaType; 2] = [MediaType::Png, MediaType::Jpeg];
pub(crate) const AI: DigitalSourceType = DigitalSourceType::TrainedAlgorithmicMedia;

/// Signer and reader of one installation.
pub(crate) struct Press {
    pub(crate) credentials: Credentials,
    pub(crate) verifier: Verifier,
    pub(crate) root: String,
}

impl Press {
    pub(crate) fn new(publisher: &str) -> Self {
        let authority = authority(publisher);
        let root = authority.root_pem().to_owned();
        let verifier = Verifier::new(TrustLists::own(&authority).unwrap()).unwrap();
        Self { credentials: Credentials::new(authority).unwrap(), verifier, root }
    }

    pub(crate) fn read(&self, bytes: &[u8]) -> Report {
        self.verifier.verify(bytes, None, None)
    }

    /// A picture that a model made.
    pub(crate) fn picture(&self, media_type: MediaType) -> Vec<u8> {
        self.credentials.sign(&request(), &picture(media_type), media_type).unwrap().bytes
    }
}

pub(crate) fn authority(publisher: &str) -> Authority {
    let folder = tempfile::tempdir().unwrap();
    Authority::create(folder.path(), publisher).unwrap()
}

pub(crate) fn request() -> SigningRequest {
    SigningRequest::new("asset", AI)
}

/// A picture with something in it, 64 by 48 pixels.
pub(crate) fn picture(media_type: MediaType) -> Vec<u8> {
    let shade = |place: u32| u8::try_from(place * 37 % 256).unwrap();
    let pixels = RgbImage::from_fn(64, 48, |x, y| Rgb([shade(x), shade(y), shade(x * y)]));
    let format = if media_type == MediaType::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Files of every kind but those that [`picture`] makes.
pub(crate) const SAMPLES: [(MediaType, &[u8]); 18] = [
    (MediaType::Webp, include_bytes!("../samples/picture.webp")),
    (MediaType::Gif, include_bytes!("../samples/picture.gif")),
    (MediaType::Tiff, include_bytes!("../samples/picture.tif")),
    (MediaType::Svg, include_bytes!("../samples/picture.svg")),
    (MediaType::Avif, include_bytes!("../samples/picture.avif")),
    (MediaType::Heic, include_bytes!("../samples/picture.heic")),
    (MediaType::Mp4, include_bytes!("../samples/video.mp4")),
    (MediaType::Mp4, include_bytes!("../samples/faststart.mp4")),
    (MediaType::Mp4, include_bytes!("../samples/fragmented.mp4")),
    (MediaType::M4a, include_bytes!("../samples/sound.m4a")),
    (MediaType::Wav, include_bytes!("../samples/sound.wav")),
    (MediaType::Mp3, include_bytes!("../samples/sound.mp3")),
    (MediaType::Flac, include_bytes!("../samples/sound.flac")),
    (MediaType::Ogg, include_bytes!("../samples/opus.ogg")),
    (MediaType::Ogg, include_bytes!("../samples/vorbis.ogg")),
    (MediaType::Pdf, include_bytes!("../samples/page.pdf")),
    (MediaType::Markdown, b"# River\n\nThe river fell.\n"),
    (MediaType::Binary, b"\0\x01\x02 anything"),
];

/// One file of every kind.
pub(crate) fn samples() -> Vec<(MediaType, Vec<u8>)> {
    let mut samples: Vec<_> = SAMPLES.map(|(kind, bytes)| (kind, bytes.to_vec())).to_vec();
    samples.extend(PICTURES.map(|kind| (kind, picture(kind))));
    samples
}
