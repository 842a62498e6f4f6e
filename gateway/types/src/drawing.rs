//! What is asked of a model beyond plain words, and the files that come with it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::MediaType;

/// What a model is to do.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// New content from words.
    #[default]
    Create,
    /// What the mask covers is made anew, after the words where the model reads any.
    Inpaint,
    /// Damage is taken away: noise, blur, scratches, faded colour, and what a mask covers.
    Restore,
    /// The picture in the manner of another one.
    Style,
    /// A garment on a person, where the mask says.
    TryOn,
    /// The same picture with more pixels.
    Upscale,
    /// The picture otherwise, after the words where there are any.
    Vary,
    /// A video of titles, pictures, charts and captions.
    Effects,
    /// A video in which a drawn presenter says the words.
    Anchor,
    /// What is said in a sound, as text in its language or in English.
    Transcribe,
    /// A text in another language.
    Translate,
}

impl Task {
    /// All of them, with their names in interfaces and records.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Create, "create"),
        (Self::Inpaint, "inpaint"),
        (Self::Restore, "restore"),
        (Self::Style, "style"),
        (Self::TryOn, "try-on"),
        (Self::Upscale, "upscale"),
        (Self::Vary, "vary"),
        (Self::Effects, "effects"),
        (Self::Anchor, "anchor"),
        (Self::Transcribe, "transcribe"),
        (Self::Translate, "translate"),
    ];

    /// Its name in interfaces and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(task, _)| *task == self).map_or("create", |(_, name)| name)
    }

    /// The task of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(task, _)| *task)
    }

    /// Whether it makes a video.
    #[must_use]
    pub const fn films(self) -> bool {
        matches!(self, Self::Effects | Self::Anchor)
    }

    /// Whether it makes a picture.
    #[must_use]
    pub const fn draws(self) -> bool {
        !self.films() && !matches!(self, Self::Transcribe | Self::Translate)
    }

    /// Whether nothing can be done without words.
    #[must_use]
    pub const fn needs_words(self) -> bool {
        matches!(self, Self::Create | Self::Anchor)
    }

    /// The files that must come with it, and those that may.
    #[must_use]
    pub const fn takes(self) -> (&'static [Part], &'static [Part]) {
        match self {
            // Words that are said may be an asset already.
            Self::Create => (&[], &[Part::Script]),
            Self::Inpaint => (&[Part::Source, Part::Mask], &[]),
            Self::Restore => (&[Part::Source], &[Part::Mask]),
            Self::Style => (&[Part::Source, Part::Style], &[]),
            Self::TryOn => (&[Part::Source, Part::Mask, Part::Garment], &[Part::GarmentMask]),
            Self::Upscale | Self::Vary => (&[Part::Source], &[]),
            Self::Effects => (&[], &[Part::Picture, Part::Table, Part::Sound]),
            Self::Anchor => (&[], &[Part::Picture, Part::Table]),
            Self::Transcribe => (&[Part::Sound], &[]),
            Self::Translate => (&[], &[Part::Script]),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a picture is to be made; what is `None` is left to the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drawing {
    /// What to do.
    pub task: Task,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// What the picture must not show.
    pub negative_prompt: Option<String>,
    /// How much more the words count than without guidance, 1.0–30.0; 1 is none.
    pub guidance: Option<f32>,
    /// Steps from noise to picture, 1–200.
    pub steps: Option<u32>,
    /// How far the source may be left, above 0.0, at most 1.0.
    pub strength: Option<f32>,
    /// How many times the sides of the source, for [`Task::Upscale`], 2–4.
    pub factor: Option<u32>,
}

/// What a file of a request is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The picture to work on; for [`Task::TryOn`] the person.
    Source,
    /// Where the source may be changed.
    Mask,
    /// The picture whose manner is taken.
    Style,
    /// The picture of a garment.
    Garment,
    /// Where the garment is in its picture.
    GarmentMask,
    /// A picture that a video shows; there may be several, in their order.
    Picture,
    /// A table (CSV) that a video draws.
    Table,
    /// A sound that is heard in a video, or that holds what is to be written down.
    Sound,
    /// The text that a translation is made of, as the asset that it is.
    Script,
}

impl Part {
    /// Its name in interfaces and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Mask => "mask",
            Self::Style => "style",
            Self::Garment => "garment",
            Self::GarmentMask => "garment-mask",
            Self::Picture => "picture",
            Self::Table => "table",
            Self::Sound => "sound",
            Self::Script => "script",
        }
    }

    /// Whether a request may have several of it.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Picture | Self::Table)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A file that came with a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is there for.
    pub part: Part,
    /// What it is.
    pub media_type: MediaType,
    /// The file.
    pub bytes: Arc<[u8]>,
    /// Its credentials, where they lie beside it.
    pub manifest: Option<Arc<[u8]>>,
}

impl Attachment {
    /// A file that brings its credentials in itself, if any.
    #[must_use]
    pub fn new(part: Part, media_type: MediaType, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { part, media_type, bytes: bytes.into(), manifest: None }
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {}, {} bytes)", self.part, self.media_type, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_survives_its_name() {
        for (task, name) in Task::ALL {
            assert_eq!((task.name(), Task::named(name)), (name, Some(task)));
            assert_eq!(serde_json::to_string(&task).unwrap(), format!("\"{name}\""));
        }
        assert_eq!(Task::named("paint"), None);
    }

    #[test]
    fn a_file_is_shown_without_its_bytes() {
        let file = Attachment::new(Part::GarmentMask, MediaType::Png, vec![7; 5]);
        assert_eq!(format!("{file:?}"), "Attachment(garment-mask, image/png, 5 bytes)");
    }
}
