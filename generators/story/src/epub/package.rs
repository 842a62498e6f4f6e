//! `package.opf`: metadata, files and their order.

use super::files::{File, Files};
use crate::{Story, StoryError, xml::escape};

pub(super) const CONTAINER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"#;

/// The package document.
pub(super) fn package(story: &Story, files: &Files<'_>) -> Result<String, StoryError> {
    let language = escape(&story.language);
    let metadata = metadata(story, files)?;
    let manifest = manifest(files);
    let spine: String = files
        .chapters
        .iter()
        .map(|chapter| format!("    <itemref idref=\"chapter-{:02}\"/>\n", chapter.number))
        .collect();
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{metadata}  </metadata>
  <manifest>
{manifest}  </manifest>
  <spine toc="ncx">
    <itemref idref="cover"/>
    <itemref idref="notice"/>
    <itemref idref="nav"/>
{spine}  </spine>
</package>
"#
    ))
}

fn metadata(story: &Story, files: &Files<'_>) -> Result<String, StoryError> {
    let mut lines = vec![
        format!("<dc:identifier id=\"id\">{}</dc:identifier>", escape(&story.identifier)),
        format!("<dc:title>{}</dc:title>", escape(&story.title)),
        format!("<dc:language>{}</dc:language>", escape(&story.language)),
        format!("<dc:publisher>{}</dc:publisher>", escape(&story.publisher)),
        format!("<dc:rights>{}</dc:rights>", escape(&story.notice)),
        meta("dcterms:modified", &story.modified_utc()?),
    ];
    if story.summary.chars().any(|c| crate::xml::allowed(c) && !c.is_whitespace()) {
        lines.push(format!("<dc:description>{}</dc:description>", escape(&story.summary)));
    }
    let mut sources: Vec<&str> = Vec::new();
    for source in story.chapters.iter().flat_map(|chapter| &chapter.sources) {
        let named = if source.url.is_empty() { &source.title } else { &source.url };
        if escape(named).trim().is_empty() || sources.contains(&named.as_str()) {
            continue;
        }
        sources.push(named);
        lines.push(format!("<dc:source>{}</dc:source>", escape(named)));
    }
    lines.extend(accessibility(story, files));
    lines.extend(narration(story, files));
    if let Some(face) = files.face() {
        // Readers of EPUB 2 find the cover by this.
        lines.push(format!("<meta name=\"cover\" content=\"{}\"/>", face.id));
    }
    Ok(lines.iter().map(|line| format!("    {line}\n")).collect())
}

fn meta(property: &str, value: &str) -> String {
    format!("<meta property=\"{property}\">{}</meta>", escape(value))
}

/// What a reader with a disability may expect (EPUB Accessibility 1.1, schema.org).
fn accessibility(story: &Story, files: &Files<'_>) -> Vec<String> {
    let pictures = files.media().any(|file| file.media_type.starts_with("image"));
    let heard = files.chapters.iter().any(super::files::ChapterFiles::is_heard);
    let chinese = crate::brief::is_chinese(&story.language);
    let mut lines = vec![meta("schema:accessMode", "textual")];
    if pictures {
        lines.push(meta("schema:accessMode", "visual"));
    }
    if heard {
        lines.push(meta("schema:accessMode", "auditory"));
    }
    lines.push(meta("schema:accessModeSufficient", "textual"));
    for feature in
        ["structuralNavigation", "tableOfContents", "readingOrder", "displayTransformability"]
    {
        lines.push(meta("schema:accessibilityFeature", feature));
    }
    if pictures {
        lines.push(meta("schema:accessibilityFeature", "alternativeText"));
    }
    if heard {
        lines.push(meta("schema:accessibilityFeature", "synchronizedAudioText"));
    }
    lines.push(meta("schema:accessibilityHazard", "none"));
    let mut summary = if chinese {
        "本书可完全以文字阅读，有目录和标题。".to_owned()
    } else {
        "All of this book can be read as text; it has a table of contents and headings.".to_owned()
    };
    if pictures {
        summary.push_str(if chinese {
            "每幅图片都有文字说明。"
        } else {
            " Pictures have descriptions."
        });
    }
    if heard {
        let sound = " The text is read aloud, and the sentence that is heard is marked.";
        summary.push_str(if chinese {
            "全文配有朗读，并标出正在朗读的句子。"
        } else {
            sound
        });
    }
    lines.push(meta("schema:accessibilitySummary", &summary));
    lines
}

fn narration(story: &Story, files: &Files<'_>) -> Vec<String> {
    let heard: Vec<_> = files.chapters.iter().filter(|chapter| chapter.is_heard()).collect();
    if heard.is_empty() {
        return Vec::new();
    }
    let whole: u64 = heard.iter().map(|chapter| chapter.length_ms()).sum();
    let mut lines = vec![meta("media:duration", &clock(whole))];
    for chapter in heard {
        let id = format!("chapter-{:02}-overlay", chapter.number);
        let length = clock(chapter.length_ms());
        lines.push(format!("<meta property=\"media:duration\" refines=\"#{id}\">{length}</meta>"));
    }
    lines.push(meta("media:active-class", "-epub-media-overlay-active"));
    lines.push(meta("media:playback-active-class", "-epub-media-overlay-playing"));
    let voice = if crate::brief::is_chinese(&story.language) {
        "人工智能合成语音"
    } else {
        "AI-generated voice"
    };
    lines.push(meta("media:narrator", voice));
    lines
}

fn manifest(files: &Files<'_>) -> String {
    let mut items = vec![
        item("nav", "nav.xhtml", "application/xhtml+xml", " properties=\"nav\""),
        item("ncx", "toc.ncx", "application/x-dtbncx+xml", ""),
        item("style", "style.css", "text/css", ""),
        item("cover", "cover.xhtml", "application/xhtml+xml", ""),
        item("notice", "notice.xhtml", "application/xhtml+xml", ""),
    ];
    for chapter in &files.chapters {
        let id = format!("chapter-{:02}", chapter.number);
        let heard = chapter.is_heard();
        let overlay =
            if heard { format!(" media-overlay=\"{id}-overlay\"") } else { String::new() };
        items.push(item(&id, &chapter.page, "application/xhtml+xml", &overlay));
        if heard {
            let (overlay, name) = (format!("{id}-overlay"), format!("{id}.smil"));
            items.push(item(&overlay, &name, "application/smil+xml", ""));
        }
    }
    let face = files.face().map(|face| face.id.clone());
    for file in files.media() {
        let is_face = face.as_ref() == Some(&file.id);
        items.push(media(file, is_face));
        if let Some(name) = file.credential() {
            items.push(item(&format!("{}-credential", file.id), &name, "application/c2pa", ""));
        }
    }
    items.concat()
}

fn media(file: &File<'_>, is_face: bool) -> String {
    let properties = if is_face { " properties=\"cover-image\"" } else { "" };
    item(&file.id, &file.name, file.media_type, properties)
}

fn item(id: &str, name: &str, media_type: &str, more: &str) -> String {
    format!("    <item id=\"{id}\" href=\"{name}\" media-type=\"{media_type}\"{more}/>\n")
}

/// A length as SMIL writes it: `0:01:02.345`.
pub(super) fn clock(ms: u64) -> String {
    let (seconds, rest) = (ms / 1_000, ms % 1_000);
    format!("{}:{:02}:{:02}.{rest:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
