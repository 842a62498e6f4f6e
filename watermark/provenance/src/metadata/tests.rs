//! What all kinds of files have in common, and where they differ.

use std::io::Read as _;

use image::{DynamicImage, ImageFormat};
use serde_json::json;

use super::{boxes::at_path, *};
use crate::DigitalSourceType;

/// Files of every kind that labels have a place in.
pub(super) const SAMPLES: [(&str, &[u8]); 15] = [
    ("webp", include_bytes!("../../tests/samples/picture.webp")),
    ("gif", include_bytes!("../../tests/samples/picture.gif")),
    ("tif", include_bytes!("../../tests/samples/picture.tif")),
    ("svg", include_bytes!("../../tests/samples/picture.svg")),
    ("avif", include_bytes!("../../tests/samples/picture.avif")),
    ("heic", include_bytes!("../../tests/samples/picture.heic")),
    ("mp4", include_bytes!("../../tests/samples/video.mp4")),
    ("mp4", include_bytes!("../../tests/samples/faststart.mp4")),
    ("m4a", include_bytes!("../../tests/samples/sound.m4a")),
    ("wav", include_bytes!("../../tests/samples/sound.wav")),
    ("mp3", include_bytes!("../../tests/samples/sound.mp3")),
    ("flac", include_bytes!("../../tests/samples/sound.flac")),
    ("ogg", include_bytes!("../../tests/samples/opus.ogg")),
    ("ogg", include_bytes!("../../tests/samples/vorbis.ogg")),
    ("pdf", include_bytes!("../../tests/samples/page.pdf")),
];

const AI: DigitalSourceType = DigitalSourceType::TrainedAlgorithmicMedia;

fn system(version: Option<&str>) -> AiSystem {
    AiSystem { name: "Painter & <Sons>".into(), version: version.map(str::to_owned) }
}

fn label(id: &str) -> Aigc {
    Aigc::produced("001191110000EXAMPLE0XX10001".parse().unwrap(), id)
}

fn all(aigc: &Aigc, version: Option<&str>) -> Statements<'static> {
    let aigc = Box::leak(Box::new(aigc.clone()));
    Statements { source_type: AI.uri(), ai_system: Some(system(version)), aigc: Some(aigc) }
}

fn labelled(
    bytes: &[u8],
    media_type: MediaType,
    statements: &Statements<'_>,
) -> Result<(Vec<u8>, Found), ProvenanceError> {
    let plan = plan(&mut Cursor::new(bytes), media_type, statements)?;
    let mut made = Vec::new();
    // As signing does: a damaged file whose boxes claim the same bytes is an error, not the end.
    let failed = |error: std::io::Error| ProvenanceError::Sign(error.to_string());
    let mut edited = Edited::new(Cursor::new(bytes), plan.edits).map_err(failed)?;
    edited.read_to_end(&mut made).map_err(failed)?;
    Ok((made, plan.expected))
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(8, 8).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn samples() -> Vec<(MediaType, Vec<u8>)> {
    let kind = |(extension, bytes): (&str, &[u8])| {
        (MediaType::from_extension(extension).unwrap(), bytes.to_vec())
    };
    let mut samples: Vec<_> = SAMPLES.into_iter().map(kind).collect();
    samples.push((MediaType::Png, picture(ImageFormat::Png)));
    samples.push((MediaType::Jpeg, picture(ImageFormat::Jpeg)));
    samples.push((MediaType::Markdown, b"# Title\n".to_vec()));
    samples
}

#[test]
fn labels_are_set_kept_and_changed_in_every_kind() {
    for (media_type, plain) in samples() {
        assert_eq!(read(&plain), Found::default(), "{media_type}");
        let xmp = container(media_type).unwrap().xmp;
        let (first, expected) = labelled(&plain, media_type, &all(&label("1"), Some("2"))).unwrap();
        let found = read(&first);
        assert_eq!(found, expected, "{media_type}");
        assert_eq!(found.source_type, AI.uri().filter(|_| xmp), "{media_type}");
        assert_eq!(found.ai_system, Some(system(Some("2"))).filter(|_| xmp), "{media_type}");
        assert_eq!(found.aigc.unwrap()["ProduceID"], "1", "{media_type}");

        let nothing = labelled(&first, media_type, &Statements::default()).unwrap();
        assert_eq!(read(&nothing.0), expected, "{media_type}");
        let (second, expected) = labelled(&first, media_type, &all(&label("3"), None)).unwrap();
        let found = read(&second);
        assert_eq!(found, expected, "{media_type}");
        assert_eq!(found.ai_system, Some(system(None)).filter(|_| xmp), "{media_type}");
        let aigc = found.aigc.unwrap();
        assert_eq!(aigc["ProduceID"], "1", "{media_type}: the producer stays");
        assert_eq!(aigc["PropagateID"], "3", "{media_type}");
        let needle = b"AIGC".as_slice();
        let times = second.windows(9).filter(|part| part == b"ProduceID").count();
        // An update of a PDF leaves the version before it in the file.
        let versions = if media_type == MediaType::Pdf { 2 } else { 1 };
        assert_eq!(times, versions, "{media_type}: one object");
        assert!(second.windows(4).any(|part| part == needle), "{media_type}");
    }
}

#[test]
fn pictures_keep_their_pixels() {
    for (media_type, plain) in samples() {
        let Ok(old) = image::load_from_memory(&plain) else { continue };
        let (made, _) = labelled(&plain, media_type, &all(&label("1"), Some("2"))).unwrap();
        let new = image::load_from_memory(&made).unwrap();
        assert_eq!(new.to_rgba8(), old.to_rgba8(), "{media_type}");
    }
}

/// The first bytes at every place that the table of chunks names.
fn chunks(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut source = Cursor::new(bytes);
    let mut scan = Scan::new(&mut source).unwrap();
    let path: [&[u8; 4]; 6] = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco"];
    let table = at_path(&mut scan, &path)[0];
    let count = u64::from(scan.be32(table.content + 4).unwrap());
    let places = (0..count).map(|index| table.content + 8 + 4 * index);
    let places: Vec<u64> = places.map(|at| u64::from(scan.be32(at).unwrap())).collect();
    places.into_iter().map(|at| scan.bytes(at, 16).unwrap()).collect()
}

#[test]
fn films_are_found_where_their_tables_say() {
    for (media_type, plain) in samples() {
        if matches!(media_type, MediaType::Mp4 | MediaType::M4a) {
            let (made, _) = labelled(&plain, media_type, &all(&label("1"), Some("2"))).unwrap();
            assert_ne!(made.len(), plain.len());
            assert_eq!(chunks(&made), chunks(&plain), "{media_type}");
        }
    }
}

#[test]
fn the_items_of_a_picture_are_found_where_its_table_says() {
    for (media_type, plain) in samples() {
        if !matches!(media_type, MediaType::Avif | MediaType::Heic) {
            continue;
        }
        let item = |bytes: &[u8]| {
            let mut source = Cursor::new(bytes);
            let mut scan = Scan::new(&mut source).unwrap();
            let table = at_path(&mut scan, &[b"meta"])[0];
            let inside = boxes::boxes(&mut scan, table.content + 4, table.end).unwrap();
            let table = inside.iter().find(|found| &found.kind == b"iloc").unwrap();
            let locations = items::Locations::read(&mut scan, table).unwrap();
            let extent = locations.single_extent(1).unwrap();
            scan.bytes(extent.at, extent.length).unwrap()
        };
        let (made, _) = labelled(&plain, media_type, &all(&label("1"), Some("2"))).unwrap();
        assert_eq!(item(&made), item(&plain), "{media_type}");
        let (again, _) = labelled(&made, media_type, &all(&label("2"), None)).unwrap();
        assert_eq!(item(&again), item(&plain), "{media_type}");
    }
}

#[test]
fn a_packet_that_fills_its_segment_is_split_and_nothing_is_lost() {
    let filling = "x".repeat(65_300);
    let full = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF><rdf:Description dc:title=\"{filling}\"/>\
         </rdf:RDF></x:xmpmeta>"
    );
    let segment = |identifier: &[u8], text: &[u8]| {
        let length = u16::try_from(2 + identifier.len() + text.len()).unwrap();
        [b"\xff\xe1", &length.to_be_bytes()[..], identifier, text].concat()
    };
    let identifier = b"http://ns.adobe.com/xap/1.0/\0";
    let jpeg = picture(ImageFormat::Jpeg);
    let bytes = [&jpeg[..2], &segment(identifier, full.as_bytes()), &jpeg[2..]].concat();
    let (made, expected) = labelled(&bytes, MediaType::Jpeg, &all(&label("1"), None)).unwrap();
    assert_eq!(read(&made), expected);
    assert_eq!(read(&made).source_type, AI.uri());
    let kept = String::from_utf8_lossy(&made).matches(&filling).count();
    assert_eq!(kept, 1);
    assert!(String::from_utf8_lossy(&made).contains("HasExtendedXMP"));
    image::load_from_memory(&made).unwrap();
    // The first part is short now, and takes more.
    let (again, _) = labelled(&made, MediaType::Jpeg, &all(&label("2"), None)).unwrap();
    assert_eq!(read(&again).aigc.unwrap()["PropagateID"], "2");
}

#[test]
fn what_cannot_be_labelled_is_refused() {
    for (media_type, plain) in samples() {
        // Text ends anywhere, a JPEG is not followed beyond its head, and an MP3 needs none.
        if matches!(media_type, MediaType::Markdown | MediaType::Jpeg | MediaType::Mp3) {
            continue;
        }
        let refused = labelled(&plain[..plain.len() / 8], media_type, &all(&label("1"), None));
        assert!(refused.is_err(), "{media_type}");
    }
    let nobody = Aigc { content_producer: None, ..label("1") };
    let statements = Statements { aigc: Some(&nobody), ..Statements::default() };
    let refused = labelled(b"---\n---\n", MediaType::Markdown, &statements);
    assert!(matches!(refused, Err(ProvenanceError::Labels(_))), "{refused:?}");
}

#[test]
fn a_kind_without_a_place_is_left_alone() {
    for media_type in [MediaType::PlainText, MediaType::Binary] {
        let (made, expected) = labelled(b"text", media_type, &all(&label("1"), None)).unwrap();
        assert_eq!((made.as_slice(), expected), (&b"text"[..], Found::default()));
    }
}

#[test]
fn a_label_is_read_as_another_wrote_it() {
    for value in ["{'Label':'2'}", "{'AIGC':{'Label':'2'}}"] {
        let value = value.replace('\'', "&quot;");
        let svg = format!(
            "<svg><metadata><x:xmpmeta><rdf:RDF><rdf:Description TC260:AIGC='{value}'/></rdf:RDF>\
             </x:xmpmeta></metadata></svg>"
        );
        assert_eq!(read(svg.as_bytes()).aigc, Some(json!({ "Label": "2" })));
    }
}

#[test]
fn a_sound_that_was_streamed_gets_its_length() {
    let (_, plain) = samples().into_iter().find(|(kind, _)| *kind == MediaType::Wav).unwrap();
    let (mut open, data) = (plain.clone(), plain.windows(4).position(|id| id == b"data").unwrap());
    open[4..8].fill(0xff);
    open[data + 4..data + 8].fill(0xff);
    let (made, expected) = labelled(&open, MediaType::Wav, &all(&label("1"), None)).unwrap();
    assert_eq!(
        (read(&made), made),
        (expected, labelled(&plain, MediaType::Wav, &all(&label("1"), None)).unwrap().0)
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn no_bytes_end_reader_or_writer(
        which in 0..17_usize,
        cut in 0..2000_usize,
        at in 0..2000_usize,
        byte: u8,
        bytes: Vec<u8>,
    ) {
        let (media_type, plain) = samples().swap_remove(which);
        let (made, _) = labelled(&plain, media_type, &all(&label("1"), Some("2"))).unwrap();
        let cut = made[..cut.min(made.len())].to_vec();
        let mut changed = made.clone();
        let place = at % changed.len();
        changed[place] = byte;
        let grown = [&made[..made.len().min(16)], &bytes[..]].concat();
        for hostile in [cut, changed, grown, bytes] {
            let _ = read_as(&mut Cursor::new(&hostile), media_type);
            let _ = read(&hostile);
            let _ = labelled(&hostile, media_type, &all(&label("2"), None));
        }
    }
}
