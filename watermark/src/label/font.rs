//! Letters as coverage: a part of Noto Sans CJK, drawn by `fontdue`.

use std::sync::LazyLock;

use fontdue::{Font, FontSettings};

use super::refused;
use crate::WatermarkError;

static FONT: LazyLock<Result<Font, &'static str>> = LazyLock::new(|| {
    Font::from_bytes(include_bytes!("font/labels.otf").as_slice(), FontSettings::default())
});
/// The size, in pixels for one em, at which proportions are measured.
const LARGE: f32 = 1000.0;

/// A line of text, as large as its ink.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) width: usize,
    pub(super) height: usize,
    /// How much of each pixel is ink, from 0 to 255, row by row.
    pub(super) ink: Vec<u8>,
    /// From which to which column each glyph reaches; spaces have none.
    pub(super) glyphs: Vec<std::ops::Range<usize>>,
}

fn font() -> Result<&'static Font, WatermarkError> {
    FONT.as_ref().map_err(|reason| refused(format!("the font cannot be read: {reason}")))
}

/// Checks that the font has every character.
pub(super) fn checked(text: &str) -> Result<&str, WatermarkError> {
    let font = font()?;
    if text.trim().is_empty() {
        return Err(refused("its text is empty"));
    }
    match text.chars().find(|character| !font.has_glyph(*character)) {
        Some(strange) => Err(refused(format!("the font of labels has no `{strange}`"))),
        None => Ok(text),
    }
}

/// The height of the lowest full glyph of a text for one em: capitals, digits and Chinese
/// characters are full, small letters and points are not, unless there is nothing else.
pub(super) fn glyph_height(text: &str) -> Result<f32, WatermarkError> {
    let font = font()?;
    let height = |character: char| font.metrics(character, LARGE).bounds.height / LARGE;
    let full = |c: &char| c.is_uppercase() || c.is_ascii_digit() || *c >= '\u{2e80}';
    let lowest = text.chars().filter(full).map(height).reduce(f32::min);
    let any = || text.chars().filter(|c| c.is_alphanumeric()).map(height).reduce(f32::min);
    let none = || refused("its text has neither letters nor digits");
    lowest.or_else(any).filter(|height| *height > 0.0).ok_or_else(none)
}

/// Draws a text at so many pixels for one em.
pub(super) fn line(text: &str, size: f32) -> Result<Line, WatermarkError> {
    let font = font()?;
    let mut pen = 0.0;
    let mut placed = Vec::with_capacity(text.len());
    for character in checked(text)?.chars() {
        let (metrics, ink) = font.rasterize(character, size);
        placed.push((pen as i32 + metrics.xmin, metrics, ink));
        pen += metrics.advance_width;
    }
    let inked = || placed.iter().filter(|(_, metrics, _)| metrics.width * metrics.height > 0);
    let top = inked().map(|(_, m, _)| m.ymin + m.height as i32).max().unwrap_or_default();
    let bottom = inked().map(|(_, m, _)| m.ymin).min().unwrap_or_default();
    let left = inked().map(|(x, _, _)| *x).min().unwrap_or_default();
    let right = inked().map(|(x, m, _)| x + m.width as i32).max().unwrap_or_default();
    let (width, height) = ((right - left).max(0) as usize, (top - bottom).max(0) as usize);
    let mut line = Line { width, height, ink: vec![0; width * height], glyphs: Vec::new() };
    for (x, metrics, ink) in inked() {
        let (x, y) = ((x - left) as usize, (top - metrics.ymin) as usize - metrics.height);
        line.glyphs.push(x..x + metrics.width);
        for (row, source) in ink.chunks(metrics.width).enumerate() {
            let start = (y + row) * width + x;
            let Some(target) = line.ink.get_mut(start..start + metrics.width) else { continue };
            // Neighbours may share a column of pixels.
            target.iter_mut().zip(source).for_each(|(ink, new)| *ink = (*ink).max(*new));
        }
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_large_as_its_ink() {
        for text in ["AI", "AI-generated", "AI生成", "人工智能生成"] {
            let line = line(text, 60.0).unwrap();
            assert_eq!(line.ink.len(), line.width * line.height);
            let (first, last) = (&line.ink[..line.width], &line.ink[line.ink.len() - line.width..]);
            assert!(first.iter().any(|ink| *ink > 0) && last.iter().any(|ink| *ink > 0), "{text}");
            assert_eq!(line.glyphs.len(), text.chars().count(), "{text}");
            assert_eq!(line.glyphs.last().unwrap().end, line.width, "{text}");
        }
    }

    #[test]
    fn heights_are_those_of_the_lowest_full_glyph() {
        let capital = glyph_height("AI").unwrap();
        assert!((0.72..0.76).contains(&capital), "{capital}");
        assert_eq!(glyph_height("AI-generated").unwrap(), capital);
        assert_eq!(glyph_height("AI生成").unwrap(), capital);
        assert!(glyph_height("生成").unwrap() > capital);
        assert!(glyph_height("ea").unwrap() < capital);
        assert_eq!(line("AI", 100.0).unwrap().height, (capital * 100.0).ceil() as usize);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        for text in ["", "  ", "Ж", "AI\u{200b}", "·"] {
            assert!(checked(text).and_then(glyph_height).is_err(), "{text:?}");
        }
    }
}
