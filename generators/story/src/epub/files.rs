//! Which files are in a book, and what they are called.

use crate::{
    Part, Picture, Story, StoryError,
    sentences::{Sentence, of_chapter},
};

const PICTURES: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/svg+xml", "svg"),
];
const SOUNDS: [(&str, &str, &str); 4] = [
    ("audio/mpeg", "mp3", "audio/mpeg"),
    ("audio/mp4", "m4a", "audio/mp4"),
    ("audio/ogg; codecs=opus", "opus", "audio/ogg; codecs=opus"),
    ("audio/ogg", "opus", "audio/ogg; codecs=opus"),
];

/// A picture or a sound in a book.
pub(super) struct File<'a> {
    pub(super) id: String,
    /// Its path from the package.
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) part: &'a Part,
}

impl File<'_> {
    /// The path of its detached manifest, if it has one.
    pub(super) fn credential(&self) -> Option<String> {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        self.part.sidecar.as_ref().map(|_| format!("credentials/{name}.c2pa"))
    }
}

/// What a chapter consists of.
pub(super) struct ChapterFiles<'a> {
    /// From 1.
    pub(super) number: usize,
    pub(super) page: String,
    pub(super) picture: Option<File<'a>>,
    pub(super) sound: Option<File<'a>>,
    pub(super) paragraphs: Vec<Vec<Sentence>>,
}

impl ChapterFiles<'_> {
    /// When its first sentence begins and its last ends, in milliseconds, if any is heard.
    pub(super) fn is_heard(&self) -> bool {
        self.sound.is_some() && self.paragraphs.iter().flatten().any(|s| s.heard.is_some())
    }

    /// How long its sentences sound, in milliseconds.
    pub(super) fn length_ms(&self) -> u64 {
        let heard = self.paragraphs.iter().flatten().filter_map(|sentence| sentence.heard);
        heard.map(|(from, to)| to - from).sum()
    }
}

/// All files of a book beside its fixed ones.
pub(super) struct Files<'a> {
    pub(super) cover: Option<File<'a>>,
    pub(super) chapters: Vec<ChapterFiles<'a>>,
}

impl<'a> Files<'a> {
    pub(super) fn of(story: &'a Story) -> Result<Self, StoryError> {
        let cover = story.cover.as_ref().map(|cover| picture(cover, 0, "cover")).transpose()?;
        let chapters = story.chapters.iter().enumerate().map(|(at, chapter)| {
            let number = at + 1;
            let stem = format!("chapter-{number:02}");
            let found = chapter.picture.as_ref();
            let sound = chapter.narration.as_ref();
            Ok(ChapterFiles {
                number,
                page: format!("{stem}.xhtml"),
                picture: found.map(|found| picture(found, number, &stem)).transpose()?,
                sound: sound.map(|sound| heard(&sound.part, number, &stem)).transpose()?,
                paragraphs: of_chapter(chapter),
            })
        });
        Ok(Self { cover, chapters: chapters.collect::<Result<_, StoryError>>()? })
    }

    /// Every picture and sound.
    pub(super) fn media(&self) -> impl Iterator<Item = &File<'a>> {
        let chapters = self.chapters.iter();
        self.cover.iter().chain(chapters.flat_map(|c| c.picture.iter().chain(&c.sound)))
    }

    /// The picture that stands for the book: the cover's, or a chapter's.
    pub(super) fn face(&self) -> Option<&File<'a>> {
        self.cover.as_ref().or_else(|| self.chapters.iter().find_map(|c| c.picture.as_ref()))
    }
}

fn picture<'a>(picture: &'a Picture, chapter: usize, stem: &str) -> Result<File<'a>, StoryError> {
    let asked = essence(&picture.part.media_type);
    let known = PICTURES.iter().find(|(media_type, _)| *media_type == asked);
    let (media_type, extension) = known.ok_or_else(|| refused(chapter, &picture.part))?;
    let name = format!("media/{stem}.{extension}");
    Ok(File { id: format!("{stem}-picture"), name, media_type, part: &picture.part })
}

fn heard<'a>(part: &'a Part, chapter: usize, stem: &str) -> Result<File<'a>, StoryError> {
    let (asked, whole) = (essence(&part.media_type), part.media_type.to_ascii_lowercase());
    let other_codec = asked == "audio/ogg" && whole.contains("codecs") && !whole.contains("opus");
    let known = SOUNDS.iter().find(|row| row.0 == asked).filter(|_| !other_codec);
    let (_, extension, media_type) = known.ok_or_else(|| refused(chapter, part))?;
    let name = format!("media/{stem}.{extension}");
    Ok(File { id: format!("{stem}-sound"), name, media_type, part })
}

/// A media type without its parameters.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn refused(chapter: usize, part: &Part) -> StoryError {
    StoryError::MediaType { chapter, media_type: part.media_type.chars().take(80).collect() }
}
