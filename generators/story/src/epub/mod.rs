//! EPUB 3.3 with media overlays.
//!
//! Reading order: `files` says what is in the book, `package` lists it, `navigation` leads to it,
//! `pages` are its texts, `overlay` ties sentences to sound, `archive` packs it.

mod archive;
mod files;
mod navigation;
mod overlay;
mod package;
mod pages;

pub(crate) use pages::{figure, list, paragraphs};

use crate::{Story, StoryError};
use files::Files;

/// An EPUB 3.3 of a story: cover, AI notice, contents, chapters, and the narration that lights up
/// the sentence that is heard.
///
/// Pictures may be PNG, JPEG, GIF, WebP or SVG, sound MP3, AAC in MP4 or Opus in Ogg: what every
/// reader of EPUB 3.3 knows. Detached manifests lie in `EPUB/credentials`.
///
/// # Errors
/// Says what is missing, too long, or of a media type that an EPUB may not hold.
pub fn epub(story: &Story) -> Result<Vec<u8>, StoryError> {
    story.check()?;
    let files = Files::of(story)?;
    let mut archive = archive::Archive::begin()?;
    archive.add("META-INF/container.xml", package::CONTAINER.as_bytes())?;
    archive.add("EPUB/package.opf", package::package(story, &files)?.as_bytes())?;
    archive.add("EPUB/nav.xhtml", navigation::nav(story).as_bytes())?;
    archive.add("EPUB/toc.ncx", navigation::ncx(story).as_bytes())?;
    archive.add("EPUB/style.css", include_bytes!("style.css"))?;
    archive.add("EPUB/cover.xhtml", pages::cover(story, &files).as_bytes())?;
    archive.add("EPUB/notice.xhtml", pages::notice(story).as_bytes())?;
    for (at, chapter) in files.chapters.iter().enumerate() {
        let page = pages::chapter(story, &files, at);
        archive.add(&format!("EPUB/{}", chapter.page), page.as_bytes())?;
        if let Some(overlay) = overlay::overlay(chapter) {
            archive.add(&format!("EPUB/{}", overlay.name), overlay.text.as_bytes())?;
        }
    }
    for file in files.media() {
        archive.keep(&format!("EPUB/{}", file.name), &file.part.bytes)?;
        if let (Some(name), Some(sidecar)) = (file.credential(), &file.part.sidecar) {
            archive.keep(&format!("EPUB/{name}"), sidecar)?;
        }
    }
    archive.end()
}
