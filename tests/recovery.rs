//! What is left when a picture has lost its metadata and its shape.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::newsroom::Newsroom;

/// JPEG quality 60, half the size, the middle 75 % of the area; metadata does not survive.
fn batter(png: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(png).unwrap();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut jpeg), 60)
        .encode_image(&picture.to_rgb8())
        .unwrap();
    let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
    let half =
        picture.resize_exact(picture.width() / 2, picture.height() / 2, FilterType::Triangle);
    let (w, h) = (half.width() * 866 / 1000, half.height() * 866 / 1000);
    encode(&half.crop_imm((half.width() - w) / 2, (half.height() - h) / 2, w, h))
}

fn encode(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut bytes), 90)
        .encode_image(&picture.to_rgb8())
        .unwrap();
    bytes
}

#[test]
fn a_battered_picture_is_recovered_to_its_manifest() {
    let newsroom = Newsroom::new();
    let made = newsroom.json(
        &["generate", "image", "a lighthouse on a clear day", "-o", "a.png", "--seed", "5"],
        0,
    );
    let png = std::fs::read(newsroom.path("a.png")).unwrap();
    std::fs::write(newsroom.path("b.jpg"), batter(&png)).unwrap();

    let report = newsroom.json(&["verify", "b.jpg"], 3);
    assert_eq!(report["verdict"], "none");
    assert_eq!(report["mark"]["id"], made["asset"]["mark"]["id"]);
    assert_eq!(report["recovered"]["asset_id"], made["asset"]["id"]);
    assert_eq!(report["recovered"]["manifest_label"], made["asset"]["manifest_label"]);
}

#[test]
fn one_changed_pixel_is_altered_after_signing() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a lighthouse on a clear day", "-o", "a.png"], 0);
    let mut png = std::fs::read(newsroom.path("a.png")).unwrap();
    let last_idat = png.windows(4).rposition(|window| window == b"IDAT").unwrap();
    png[last_idat + 40] ^= 1;
    std::fs::write(newsroom.path("c.png"), png).unwrap();
    let report = newsroom.json(&["verify", "c.png"], 1);
    assert_eq!(report["verdict"], "altered_after_signing");
}

#[test]
fn a_text_without_its_sidecar_is_still_ours_and_after_an_edit_possibly() {
    let newsroom = Newsroom::new();
    let prompt = crate::newsroom::RIVER;
    let made = newsroom.json(&["generate", "text", prompt, "-o", "brief.txt"], 0);
    assert_eq!(newsroom.json(&["verify", "brief.txt"], 0)["verdict"], "trusted");

    let text = std::fs::read_to_string(newsroom.path("brief.txt")).unwrap();
    std::fs::write(newsroom.path("edited.txt"), format!("{text} More soon.")).unwrap();
    let report = newsroom.json(&["verify", "edited.txt"], 3);
    assert_eq!(report["recovered"]["asset_id"], made["asset"]["id"]);
    std::fs::write(
        newsroom.path("other.txt"),
        "The town council met on Tuesday to discuss the new library and its opening hours.",
    )
    .unwrap();
    assert!(newsroom.json(&["verify", "other.txt"], 3)["recovered"].is_null());
}
