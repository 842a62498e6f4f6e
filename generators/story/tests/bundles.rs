//! From stories to files.

use std::io::{Cursor, Read as _};

use proptest::prelude::*;
use quick_xml::{Reader, events::Event};
use story::{
    Chapter, Credit, Links, Narration, Part, Picture, Story, StoryError, Timing, epub, html, ninjs,
};

fn part(bytes: &[u8], media_type: &str) -> Part {
    Part { bytes: bytes.to_vec(), media_type: media_type.to_owned(), sidecar: None }
}

fn story(text: &str) -> Story {
    let picture = Picture {
        part: Part { sidecar: Some(b"manifest".to_vec()), ..part(b"png", "image/png") },
        alt: "A boat".to_owned(),
        caption: Some("The harbour".to_owned()),
    };
    let narration =
        Narration { part: part(b"mp3", "audio/mpeg"), length_ms: 65_000, timings: Vec::new() };
    let chapter = Chapter {
        heading: "One".to_owned(),
        text: text.to_owned(),
        picture: Some(picture),
        narration: Some(narration),
        sources: vec![Credit { title: "Gauge".into(), url: "https://example.org/a?b&c".into() }],
    };
    Story {
        title: "River".to_owned(),
        language: "en".to_owned(),
        identifier: "urn:uuid:0190b7a2-0000-7000-8000-000000000001".to_owned(),
        modified: "2026-11-29T12:00:00.5+02:00".to_owned(),
        publisher: "The Courier".to_owned(),
        notice: "AI-generated: text, pictures and voice.".to_owned(),
        summary: "Of a river.".to_owned(),
        chapters: vec![chapter],
        ..Story::default()
    }
}

fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn entry(bytes: &[u8], name: &str) -> String {
    let found = entries(bytes).into_iter().find(|(other, _)| other == name);
    String::from_utf8(found.unwrap_or_else(|| panic!("no {name}")).1).unwrap()
}

/// Reads XML to its end with another reader; returns what stands between tags.
fn well_formed(text: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut said) = (0_i64, String::new());
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                for attribute in tag.attributes() {
                    attribute.map_err(|error| error.to_string())?;
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => said.push_str(&text.decode().map_err(|e| e.to_string())?),
            Event::Eof if depth == 0 => return Ok(said),
            Event::Eof => return Err("not closed".to_owned()),
            _ => {}
        }
    }
}

#[test]
fn a_book_has_its_notice_first_its_sound_and_its_credentials() {
    let book = epub(&story("It rose. It fell.\n\nThen quiet.")).unwrap();
    let all = entries(&book);
    assert_eq!(all[0], ("mimetype".to_owned(), b"application/epub+zip".to_vec()));
    assert_eq!(&book[30..38], b"mimetype", "stored first and uncompressed");
    let package = entry(&book, "EPUB/package.opf");
    let spine = package.split("<spine").nth(1).unwrap();
    assert!(spine.find("\"notice\"") < spine.find("\"chapter-01\""));
    assert!(package.contains("2026-11-29T10:00:00Z"), "{package}");
    assert!(package.contains("properties=\"cover-image\""));
    assert!(package.contains("credentials/chapter-01.png.c2pa"));
    assert!(entry(&book, "EPUB/cover.xhtml").contains("AI-generated"));
    let overlay = entry(&book, "EPUB/chapter-01.smil");
    assert_eq!(overlay.matches("<par ").count(), 3);
    assert!(overlay.contains("clipEnd=\"0:01:05.000\""), "{overlay}");
    let page = entry(&book, "EPUB/chapter-01.xhtml");
    for target in overlay.split("chapter-01.xhtml#").skip(1) {
        let id = target.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    for (name, content) in
        all.iter().filter(|(name, _)| name.ends_with("ml") || name.ends_with("opf"))
    {
        well_formed(std::str::from_utf8(content).unwrap())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    let story = story("Once.");
    assert_eq!(epub(&story).unwrap(), epub(&story).unwrap());
    assert_eq!(html(&story), html(&story));
}

#[test]
fn what_an_epub_may_not_hold_is_refused_by_chapter() {
    let mut wave = story("One.");
    wave.chapters[0].narration.as_mut().unwrap().part.media_type = "audio/wav".to_owned();
    assert!(matches!(epub(&wave), Err(StoryError::MediaType { chapter: 1, .. })));
    assert!(html(&wave).contains("data:audio/wav;base64,"));
    let mut empty = story("One.");
    empty.notice = "\u{0} ".to_owned();
    assert_eq!(epub(&empty), Err(StoryError::Empty("notice")));
    let mut late = story("One.");
    late.modified = "yesterday".to_owned();
    assert!(matches!(epub(&late), Err(StoryError::Time(_))));
    let mut outside = story("Ää.");
    outside.chapters[0].narration.as_mut().unwrap().timings =
        vec![Timing { start: 0, end: 1, from_ms: 0, to_ms: 1 }];
    assert!(matches!(epub(&outside), Err(StoryError::Timing { chapter: 1, timing: 0, .. })));
}

#[test]
fn one_html_file_holds_everything() {
    let page = html(&story("It rose.\nIt fell."));
    let body = page.split("<body>").nth(1).unwrap().trim_start();
    assert!(body.starts_with("<aside class=\"label\" role=\"note\">AI-generated"));
    assert!(page.contains("data:image/png;base64,cG5n"));
    assert!(page.contains("data-from=\"0\""));
    assert!(page.contains("https://example.org/a?b&amp;c"));
    let mut script = story("One.");
    script.chapters[0].picture.as_mut().unwrap().part.media_type = "text/html\" onload=\"x".into();
    assert!(!html(&script).contains("onload"));
}

#[test]
fn ninjs_says_that_a_model_made_it() {
    let links = Links {
        html: Some("https://example.org/story.html".into()),
        epub: Some("javascript:alert(1)".into()),
        pictures: vec![Some("https://example.org/1.png".into())],
        ..Links::default()
    };
    let item = ninjs(&story("It rose."), &links);
    let uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    assert_eq!(item["digitalSourceType"]["uri"], uri);
    assert_eq!(item["associations"][0]["digitalSourceType"]["uri"], uri);
    assert_eq!(item["renditions"].as_array().unwrap().len(), 1);
    assert_eq!(item["associations"][0]["descriptions"][0]["value"], "A boat");
    assert_eq!(item["pubStatus"], "withheld");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_text_makes_well_formed_pages(
        text in "(\\PC|[\\x00-\\x1f<>&\"'.。\\u{fffe}\\u{202e}]){0,200}", heading in "(\\PC|[<>&\\x00]){0,40}",
    ) {
        let mut story = story(&text);
        story.chapters[0].heading = heading.clone();
        story.chapters[0].sources[0] = Credit { title: heading.clone(), url: text.clone() };
        story.chapters[0].picture.as_mut().unwrap().alt = heading;
        let book = epub(&story).unwrap();
        for (name, content) in entries(&book) {
            if name.ends_with("ml") || name.ends_with("opf") || name.ends_with("ncx") {
                let text = String::from_utf8(content).unwrap();
                prop_assert_eq!(well_formed(&text).err(), None, "{}: {}", name, text);
            }
        }
        let page = html(&story);
        let main = page.split("<main>").nth(1).unwrap().split("</main>").next().unwrap();
        prop_assert_eq!(well_formed(&format!("<main>{}</main>", main.replace(" controls ", " "))).err(), None);
        let _ = ninjs(&story, &Links::default());
    }

    #[test]
    fn no_letter_of_a_text_is_lost(text in "[a-zA-Z .!?\\n中文。，]{1,300}") {
        let book = epub(&story(&format!("x{text}"))).unwrap();
        let page = entry(&book, "EPUB/chapter-01.xhtml");
        let body = page.split("</figure>").nth(1).unwrap().split("<section").next().unwrap();
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let said = well_formed(&format!("<x>{body}</x>").replace("  </section>", "")).unwrap_or_default();
        prop_assert_eq!(letters(&said), letters(&format!("x{text}")));
    }
}
