//! Media overlays: which sentence is heard when (SMIL).

use super::{files::ChapterFiles, package::clock};

pub(super) struct Overlay {
    pub(super) name: String,
    pub(super) text: String,
}

/// The overlay of a chapter that is read aloud.
pub(super) fn overlay(chapter: &ChapterFiles<'_>) -> Option<Overlay> {
    let sound = chapter.sound.as_ref().filter(|_| chapter.is_heard())?;
    let mut body = String::new();
    let mut number = 0;
    for (at, paragraph) in chapter.paragraphs.iter().enumerate() {
        let mut lines = String::new();
        for sentence in paragraph {
            number += 1;
            let Some((from, to)) = sentence.heard else { continue };
            lines.push_str(&format!(
                "      <par id=\"par-{number}\"><text src=\"{}#s{number}\"/><audio src=\"{}\" clipBegin=\"{}\" clipEnd=\"{}\"/></par>\n",
                chapter.page, sound.name, clock(from), clock(to)
            ));
        }
        if !lines.is_empty() {
            let id = at + 1;
            body.push_str(&format!(
                "    <seq id=\"seq-{id}\" epub:textref=\"{}#p{id}\">\n{lines}    </seq>\n",
                chapter.page
            ));
        }
    }
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">
  <body>
{body}  </body>
</smil>
"#
    );
    Some(Overlay { name: format!("chapter-{:02}.smil", chapter.number), text })
}
