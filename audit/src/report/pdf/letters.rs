//! The fonts that come with the program, and how wide their letters are.

use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
};

use crate::report::RenderError;

const REGULAR: &[u8] = include_bytes!("../../../fonts/NotoSans-Regular-subset.ttf");
const BOLD: &[u8] = include_bytes!("../../../fonts/NotoSans-Bold-subset.ttf");
const CHINESE: &[u8] = include_bytes!("../../../fonts/DroidSansFallback-subset.ttf");
/// Stands for a letter that no font has.
const UNKNOWN: char = '□';

/// Latin letters in two weights, Chinese in one.
pub(super) struct Letters {
    latin: Face,
    bold: Face,
    chinese: Face,
}

struct Face {
    font: Font,
    table: FontRef<'static>,
}

/// A stretch of letters of one font.
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
}

impl Run {
    /// In points at this size.
    pub(super) fn width(&self, size: f32) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance * size).sum()
    }
}

impl Letters {
    pub(super) fn load() -> Result<Self, RenderError> {
        Ok(Self {
            latin: Face::new(REGULAR)?,
            bold: Face::new(BOLD)?,
            chinese: Face::new(CHINESE)?,
        })
    }

    /// The width of one letter at a size of one point.
    pub(super) fn width(&self, letter: char, bold: bool) -> f32 {
        self.glyph(letter, bold, 0..0).1.x_advance
    }

    /// A line's runs, each in one font.
    pub(super) fn runs(&self, line: &str, bold: bool) -> Vec<Run> {
        let mut runs: Vec<(u8, Run)> = Vec::new();
        for letter in line.chars() {
            let start = match runs.last() {
                Some((_, run)) => run.text.len(),
                None => 0,
            };
            let (face, glyph) = self.glyph(letter, bold, start..start + letter.len_utf8());
            match runs.last_mut() {
                Some((last, run)) if *last == face => {
                    run.text.push(letter);
                    run.glyphs.push(glyph);
                }
                _ => {
                    let glyph = KrillaGlyph { text_range: 0..letter.len_utf8(), ..glyph };
                    let font = self.face(face).font.clone();
                    runs.push((face, Run { font, text: letter.to_string(), glyphs: vec![glyph] }));
                }
            }
        }
        runs.into_iter().map(|(_, run)| run).collect()
    }

    fn glyph(&self, letter: char, bold: bool, range: Range<usize>) -> (u8, KrillaGlyph) {
        let latin = u8::from(bold);
        [latin, 2]
            .into_iter()
            .find_map(|face| Some((face, self.face(face).glyph(letter, range.clone())?)))
            .or_else(|| Some((2, self.chinese.glyph(UNKNOWN, range.clone())?)))
            .unwrap_or_else(|| {
                (latin, KrillaGlyph::new(GlyphId::new(0), 0.5, 0.0, 0.0, 0.0, range, None))
            })
    }

    const fn face(&self, face: u8) -> &Face {
        match face {
            0 => &self.latin,
            1 => &self.bold,
            _ => &self.chinese,
        }
    }
}

impl Face {
    fn new(data: &'static [u8]) -> Result<Self, RenderError> {
        let broken = || RenderError::new("PDF", "a font that comes with the program is broken");
        let font = Font::new(data.to_vec().into(), 0).ok_or_else(broken)?;
        Ok(Self { font, table: FontRef::new(data).map_err(|_| broken())? })
    }

    fn glyph(&self, letter: char, range: Range<usize>) -> Option<KrillaGlyph> {
        let id = self.table.charmap().map(letter)?;
        let metrics = self.table.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advance = metrics.advance_width(id)? / self.font.units_per_em();
        Some(KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, range, None))
    }
}
