//! What placeholders stand for.

use serde_json::{Value, json};

use super::template::Template;
use crate::{
    GeneratorError,
    picture::needed,
    server::{
        Wanted,
        encode::{self, MaskForm},
    },
};

/// What holds when neither the request nor the graph says.
const SIDE_USUAL: u32 = 1024;
const STEPS_USUAL: u32 = 20;
const GUIDANCE_USUAL: f32 = 7.0;
const STRENGTH_USUAL: f32 = 0.75;
const FACTOR_USUAL: u32 = 2;

/// A placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Prompt,
    NegativePrompt,
    Seed,
    Width,
    Height,
    Steps,
    Guidance,
    Strength,
    Factor,
    Source,
    Mask,
    Style,
    Garment,
    GarmentMask,
}

/// What a placeholder becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Number,
    /// The name of a file that the server was given.
    Picture,
}

impl Name {
    const ALL: [(Self, &'static str, Kind); 14] = [
        (Self::Prompt, "prompt", Kind::Words),
        (Self::NegativePrompt, "negative_prompt", Kind::Words),
        (Self::Seed, "seed", Kind::Number),
        (Self::Width, "width", Kind::Number),
        (Self::Height, "height", Kind::Number),
        (Self::Steps, "steps", Kind::Number),
        (Self::Guidance, "guidance", Kind::Number),
        (Self::Strength, "strength", Kind::Number),
        (Self::Factor, "factor", Kind::Number),
        (Self::Source, "source", Kind::Picture),
        (Self::Mask, "mask", Kind::Picture),
        (Self::Style, "style", Kind::Picture),
        (Self::Garment, "garment", Kind::Picture),
        (Self::GarmentMask, "garment_mask", Kind::Picture),
    ];

    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(name, ..)| *name)
    }

    pub(super) fn known() -> String {
        Self::ALL.map(|(_, word, _)| word).join(", ")
    }

    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(name, ..)| *name == self).map_or("", |(_, word, _)| word)
    }

    pub(super) fn kind(self) -> Kind {
        let found = Self::ALL.iter().find(|(name, ..)| *name == self);
        found.map_or(Kind::Words, |(.., kind)| *kind)
    }
}

/// The pictures that a graph wants, as PNG files by their placeholders.
///
/// # Errors
/// [`GeneratorError::Parameter`] when one is missing.
pub(super) async fn pictures(
    template: &Template,
    wanted: &Wanted,
) -> Result<Vec<(Name, Vec<u8>)>, GeneratorError> {
    let given = &wanted.pictures;
    let rasters = [
        (Name::Source, "image", &given.source),
        (Name::Style, "style", &given.style),
        (Name::Garment, "garment", &given.garment),
    ];
    let masks = [
        (Name::Mask, "mask", &given.mask),
        (Name::GarmentMask, "garment_mask", &given.garment_mask),
    ];
    let mut files = Vec::new();
    for (name, parameter, raster) in rasters {
        if template.uses(name) {
            needed(parameter, raster.as_ref())?;
            if let Some(raster) = raster {
                files.push((name, encode::picture(raster).await?));
            }
        }
    }
    for (name, parameter, mask) in masks {
        if template.uses(name) {
            needed(parameter, mask.as_ref())?;
            if let Some(mask) = mask {
                files.push((name, encode::mask(mask, MaskForm::Transparent).await?));
            }
        }
    }
    Ok(files)
}

/// What a placeholder becomes; `files` are the names that the server has given to the pictures.
pub(super) fn value(
    wanted: &Wanted,
    files: &[(Name, String)],
    name: Name,
    usual: Option<&str>,
) -> Value {
    let drawing = &wanted.drawing;
    // Read when the graph was opened.
    let usual_number = || usual.and_then(|usual| serde_json::from_str(usual).ok());
    let number = |given: Option<Value>, last: Value| given.or_else(usual_number).unwrap_or(last);
    let source = wanted.pictures.source.as_ref();
    match name {
        Name::Prompt if wanted.prompt.is_empty() => json!(usual.unwrap_or_default()),
        Name::Prompt => json!(wanted.prompt),
        Name::NegativePrompt => {
            json!(drawing.negative_prompt.as_deref().or(usual).unwrap_or_default())
        }
        Name::Seed => json!(wanted.seed),
        Name::Width => {
            let last = json!(source.map_or(SIDE_USUAL, |source| source.width));
            number(drawing.size.map(|(width, _)| json!(width)), last)
        }
        Name::Height => {
            let last = json!(source.map_or(SIDE_USUAL, |source| source.height));
            number(drawing.size.map(|(_, height)| json!(height)), last)
        }
        Name::Steps => number(drawing.steps.map(Value::from), json!(STEPS_USUAL)),
        Name::Guidance => number(drawing.guidance.map(decimal), decimal(GUIDANCE_USUAL)),
        Name::Strength => number(drawing.strength.map(decimal), decimal(STRENGTH_USUAL)),
        Name::Factor => number(drawing.factor.map(Value::from), json!(FACTOR_USUAL)),
        Name::Source | Name::Mask | Name::Style | Name::Garment | Name::GarmentMask => {
            let file = files.iter().find(|(known, _)| *known == name);
            json!(file.map(|(_, file)| file.as_str()).unwrap_or_default())
        }
    }
}

/// 0.7 stays 0.7, which as a 64-bit number it would not.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}
