//! Labels in finished files: drawn, marked, coded again, and measured as a check would.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use types::{MarkId, MediaType};
use watermark::{
    TextMark, WatermarkError, WatermarkKey, audio,
    label::{
        self, Asked, Corner, MovieStyle, PictureStyle, Plan, Span,
        measure::{self, PictureFound, PictureLimits},
    },
    video,
};

use crate::{
    language::{Language, Writer},
    scenes::{Kind, Painter},
    tunes::tune,
};

const KINDS: [Kind; 5] = [Kind::Scene, Kind::Icon, Kind::Chart, Kind::Soft, Kind::Texture];
const TEXTS: [&str; 4] = ["AI", "AI-generated", "AI生成", "人工智能生成"];

fn style(text: &str, corner: Corner) -> PictureStyle {
    PictureStyle { text: text.to_owned(), corner, height_percent: 5.0 }
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn plan(names: &[&str]) -> Plan {
    let asked = Asked::built_in().unwrap().only(names.iter().copied()).unwrap();
    Plan::of(&asked, types::Language::Zh).unwrap()
}

fn shortfalls(found: &PictureFound, elements: &[Vec<String>]) -> Vec<String> {
    found.shortfalls(&PictureLimits {
        elements,
        height_percent_min: 5.0,
        contrast_min: 4.5,
        edge_percent_max: 10.0,
    })
}

#[test]
fn labels_are_measured_on_any_background_in_any_corner() {
    let elements = plan(&["eu-art50"]).elements;
    let china = plan(&["cn-gb45438"]).elements;
    let sizes = [(640, 480), (400, 900), (1200, 500), (320, 320), (512, 512)];
    let mut corners = Corner::ALL.iter().cycle();
    let mut texts = TEXTS.iter().cycle();
    for (seed, kind) in KINDS.iter().cycle().take(10).enumerate() {
        let (width, height) = sizes[seed % sizes.len()];
        let (corner, text) = (*corners.next().unwrap(), *texts.next().unwrap());
        let mut picture = Painter::new(seed as u64).paint(*kind, width, height).into();
        label::draw(&mut picture, &style(text, corner)).unwrap();
        let name = format!("{kind:?} {width}×{height} {text} {corner:?}");
        let found = measure::picture(&file(&picture, ImageFormat::Png), &TEXTS).unwrap();
        let found = found.unwrap_or_else(|| panic!("{name}: not found"));
        assert_eq!((found.text.as_str(), found.corner), (text, corner), "{name}");
        assert!((5.3..6.0).contains(&found.height_percent), "{name}: {found:?}");
        assert!(found.contrast > 10.0 && found.likeness > 0.9, "{name}: {found:?}");
        let asked = if text.contains("AI") { &elements } else { &china };
        assert_eq!(shortfalls(&found, asked), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn labels_survive_every_format_and_the_invisible_mark() {
    let picture = DynamicImage::ImageRgb8(Painter::new(3).paint(Kind::Texture, 480, 400));
    let plan = plan(&["eu-art50", "cn-gb45438"]);
    let formats = [
        (MediaType::Png, ImageFormat::Png),
        (MediaType::Jpeg, ImageFormat::Jpeg),
        (MediaType::Webp, ImageFormat::WebP),
        (MediaType::Tiff, ImageFormat::Tiff),
        (MediaType::Gif, ImageFormat::Gif),
    ];
    for (media_type, format) in formats {
        let labelled = label::picture(&file(&picture, format), media_type, &plan.picture).unwrap();
        assert_eq!(MediaType::sniff(&labelled), Some(media_type));
        let (key, id) = (WatermarkKey::new([5; 32]), MarkId::from(77));
        // A palette of 256 colours has no room for this mark.
        let marked = (media_type != MediaType::Gif)
            .then(|| watermark::image::embed(&key, &labelled, media_type, id).unwrap());
        for file in [Some(labelled), marked].into_iter().flatten() {
            let found = measure::picture(&file, &TEXTS).unwrap().unwrap();
            assert_eq!((found.text.as_str(), found.corner), ("AI生成", Corner::TopRight));
            assert_eq!(shortfalls(&found, &plan.elements), Vec::<String>::new(), "{media_type}");
        }
    }
    let wide = DynamicImage::ImageRgb16(picture.to_rgb16());
    let labelled =
        label::picture(&file(&wide, ImageFormat::Png), MediaType::Png, &plan.picture).unwrap();
    let back = image::load_from_memory(&labelled).unwrap();
    assert_eq!(back.color(), image::ColorType::Rgb16);
    assert_eq!(back.to_rgb16().get_pixel(9, 390), wide.to_rgb16().get_pixel(9, 390));
}

#[test]
fn labels_survive_a_smaller_rendition_in_jpeg() {
    let mut picture = Painter::new(9).paint(Kind::Scene, 1200, 900).into();
    label::draw(&mut picture, &style("AI生成", Corner::BottomLeft)).unwrap();
    let small = picture.resize_exact(500, 375, image::imageops::FilterType::Triangle);
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 60)
        .encode_image(&small.to_rgb8())
        .unwrap();
    let found = measure::picture(&bytes, &TEXTS).unwrap().unwrap();
    assert_eq!((found.text.as_str(), found.corner), ("AI生成", Corner::BottomLeft));
    assert_eq!(shortfalls(&found, &plan(&["cn-gb45438"]).elements), Vec::<String>::new());
}

#[test]
fn pictures_without_a_label_have_none() {
    for (seed, kind) in KINDS.iter().cycle().take(10).enumerate() {
        let picture = Painter::new(100 + seed as u64).paint(*kind, 400, 300).into();
        let found = measure::picture(&file(&picture, ImageFormat::Png), &TEXTS).unwrap();
        assert_eq!(found, None, "{kind:?} {seed}");
    }
}

#[test]
fn small_faint_and_other_labels_fail() {
    let elements = plan(&["cn-gb45438"]).elements;
    let scene: DynamicImage = Painter::new(4).paint(Kind::Scene, 800, 600).into();
    let mut small = scene.clone();
    let style = PictureStyle { height_percent: 3.5, ..style("AI生成", Corner::TopRight) };
    label::draw(&mut small, &style).unwrap();
    let found = measure::picture(&file(&small, ImageFormat::Png), &TEXTS).unwrap().unwrap();
    assert!((3.4..4.2).contains(&found.height_percent), "{found:?}");
    assert!(shortfalls(&found, &elements)[0].contains("5.0 % are asked"), "{found:?}");

    // Words that are not Chinese for "generated".
    let mut english = scene.clone();
    label::draw(&mut english, &self::style("AI-generated", Corner::TopRight)).unwrap();
    let found = measure::picture(&file(&english, ImageFormat::Png), &TEXTS).unwrap().unwrap();
    assert!(shortfalls(&found, &elements)[0].contains("lacks a word"), "{found:?}");

    // A label that was faded until it has almost no contrast.
    let mut faded = scene.clone();
    label::draw(&mut faded, &self::style("AI生成", Corner::TopRight)).unwrap();
    let grey = |value: u8| 110 + value / 8;
    let faded = RgbImage::from_fn(800, 600, |x, y| {
        Rgb(faded.as_rgb8().unwrap().get_pixel(x, y).0.map(grey))
    });
    let found = measure::picture(&file(&faded.into(), ImageFormat::Png), &TEXTS).unwrap().unwrap();
    assert!(shortfalls(&found, &elements)[0].contains("contrast"), "{found:?}");
}

#[test]
fn videos_show_their_label_from_the_opening_frame_on() {
    let plan = plan(&["cn-gb45438"]);
    let frames: Vec<Vec<u8>> =
        (0..16).map(|at| Painter::new(at / 4).paint(Kind::Scene, 320, 192).into_raw()).collect();
    let (key, id) = (WatermarkKey::new([5; 32]), MarkId::from(9));
    // Four frames a second: the label is asked for in the first nine.
    let mut writer = video::Writer::new(&key, id, 320, 192, 4.0).unwrap();
    frames.iter().for_each(|frame| writer.push(frame).unwrap());
    let bare = writer.finish().unwrap();
    let written = video::Writer::new(&key, id, 320, 192, 4.0).unwrap();
    let mut written = written.labelled(&plan.movie).unwrap();
    frames.iter().for_each(|frame| written.push(frame).unwrap());
    let labelled = video::embed_labelled(&key, &bare, id, &plan.movie).unwrap().file;
    for file in [written.finish().unwrap(), labelled] {
        let found = measure::movie(&file, &TEXTS).unwrap().unwrap();
        assert_eq!(shortfalls(&found.opening, &plan.elements), Vec::<String>::new());
        assert!((2.0..3.0).contains(&found.seconds), "{found:?}");
        assert_eq!(
            video::detect(std::slice::from_ref(&key), &file).unwrap().map(|found| found.id),
            Some(id)
        );
    }
    assert_eq!(measure::movie(&bare, &TEXTS).unwrap(), None);
    let always = MovieStyle { span: Span::Whole, ..plan.movie };
    let labelled = label::movie(&bare, &always).unwrap();
    assert!(measure::movie(&labelled, &TEXTS).unwrap().unwrap().seconds >= 3.0);
}

#[test]
fn sounds_begin_with_the_rhythm_and_still_carry_the_mark() {
    let tune = audio::Sound::new(16_000, audio::Depth::Int16, vec![tune(3, 16_000, 8)]).unwrap();
    let plan = plan(&["cn-gb45438"]);
    let (key, id) = (WatermarkKey::new([5; 32]), MarkId::from(9));
    for media_type in [MediaType::Wav, MediaType::Flac] {
        let bare = audio::write(&tune, media_type).unwrap();
        assert_eq!(measure::rhythm(&bare).unwrap(), []);
        let labelled = label::sound(&bare, media_type, &plan.sound).unwrap();
        let marked = audio::embed(&key, &labelled, media_type, id).unwrap();
        for file in [&labelled, &marked] {
            let found = measure::rhythm(file).unwrap();
            assert_eq!(found.len(), 1, "{media_type}");
            assert!(!found[0].at_end && found[0].level_db.abs() < 4.0, "{found:?}");
        }
        assert_eq!(
            audio::detect(std::slice::from_ref(&key), &marked).unwrap().map(|f| f.id),
            Some(id)
        );
    }
}

#[test]
fn the_mark_of_a_text_is_found_behind_a_label_line() {
    let key = WatermarkKey::new([5; 32]);
    let mut mark = TextMark::new(&key);
    let mut writer = Writer::new(Language::LIVELY, 4);
    let tokens = writer.write(120, |previous, candidates| mark.reweigh(previous, candidates));
    // What a tokenizer makes of the label's line is not from the sampler.
    let labelled = [&[11, 4001, 17, 902, 5, 3333][..], &tokens].concat();
    for text in [&tokens, &labelled] {
        let found = watermark::text::detect(std::slice::from_ref(&key), text);
        assert!(found.p_value < 1e-6, "{found:?}");
    }
}

#[test]
fn what_is_no_picture_or_has_no_room_is_refused() {
    let tiny = file(&RgbImage::new(24, 24).into(), ImageFormat::Png);
    let refused = label::picture(&tiny, MediaType::Png, &style("AI生成", Corner::TopRight));
    assert!(matches!(refused, Err(WatermarkError::Label { .. })), "{refused:?}");
    assert!(measure::picture(b"no picture", &TEXTS).is_err());
    assert_eq!(measure::picture(&tiny, &TEXTS).unwrap(), None);
}
