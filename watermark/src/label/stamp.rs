//! White letters on a dark plate, for one size of picture.

use super::{Corner, PictureStyle, font, refused};
use crate::WatermarkError;

/// The luma of plate and letters, from 0 to 255: a contrast of 18 to 1.
pub(super) const PLATE: u8 = 20;
pub(super) const INK: u8 = 255;
/// How much higher than asked glyphs are drawn: coding blurs their edges.
const MARGIN: f64 = 1.1;
/// Below this height in pixels nobody can read a glyph.
const GLYPH_MIN: f64 = 9.0;
/// The most of the picture that a plate may take, across and down.
const SHARE_MAX: f64 = 0.9;
/// Room between letters and plate, and between plate and edges, in heights of a glyph.
const PADDING: f64 = 0.45;
const DISTANCE: f64 = 0.4;

/// A plate with letters and its place in a picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stamp {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// How much of each pixel is covered, and how light the cover is, row by row.
    pub(crate) pixels: Vec<Covered>,
}

/// A pixel of a plate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Covered {
    /// From 0 to 1.
    pub(crate) alpha: f32,
    /// From 0 to 255.
    pub(crate) luma: f32,
}

impl Stamp {
    /// The stamp for a picture of `width` and `height` pixels.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] when the picture is too small for letters that can be read.
    pub(crate) fn new(
        (width, height): (usize, usize),
        style: &PictureStyle,
    ) -> Result<Self, WatermarkError> {
        if !(1.0..=30.0).contains(&style.height_percent) {
            let given = style.height_percent;
            return Err(refused(format!("glyphs of {given} % are not drawn: give 1 to 30")));
        }
        let shorter = width.min(height) as f64;
        let asked = shorter * style.height_percent / 100.0;
        let proportion = f64::from(font::glyph_height(font::checked(&style.text)?)?);
        let glyph =
            (asked * MARGIN).max(GLYPH_MIN).min(Self::widest(&style.text, proportion, width)?);
        if glyph < asked.max(GLYPH_MIN) {
            return Err(refused(format!(
                "{width}×{height} pixels have no room for `{}`: give a wider picture",
                style.text
            )));
        }
        let line = font::line(&style.text, (glyph / proportion).ceil() as f32)?;
        let padding = (glyph * PADDING).round() as usize;
        let (plate_width, plate_height) = (line.width + 2 * padding, line.height + 2 * padding);
        let free = (width.saturating_sub(plate_width), height.saturating_sub(plate_height));
        if plate_height as f64 > height as f64 * SHARE_MAX {
            return Err(refused(format!(
                "{width}×{height} pixels have no room for `{}`: give a higher picture",
                style.text
            )));
        }
        let distance = (glyph * DISTANCE).round() as usize;
        let (left, top) = place(style.corner, free, distance);
        let pixels = pixels(&line, padding, glyph * PADDING);
        Ok(Self { left, top, width: plate_width, height: plate_height, pixels })
    }

    /// The height of glyphs at which the plate takes as much of the width as it may.
    fn widest(text: &str, proportion: f64, width: usize) -> Result<f64, WatermarkError> {
        let line = font::line(text, 100.0)?;
        let plate = line.width as f64 + 2.0 * PADDING * proportion * 100.0;
        Ok(width as f64 * SHARE_MAX / plate * proportion * 100.0)
    }

    /// The rows of the stamp, each with its place from the top.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &[Covered])> {
        (self.top..).zip(self.pixels.chunks(self.width.max(1)))
    }
}

fn place(corner: Corner, free: (usize, usize), distance: usize) -> (usize, usize) {
    let near = |free: usize| distance.min(free / 2);
    let left = if corner.is_right() { free.0 - near(free.0) } else { near(free.0) };
    let top = if corner.is_bottom() { free.1 - near(free.1) } else { near(free.1) };
    (left, top)
}

fn pixels(line: &font::Line, padding: usize, radius: f64) -> Vec<Covered> {
    let (width, height) = (line.width + 2 * padding, line.height + 2 * padding);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let inside = x.checked_sub(padding).zip(y.checked_sub(padding));
            let ink = inside
                .filter(|(x, _)| *x < line.width)
                .and_then(|(x, y)| line.ink.get(y * line.width + x).copied())
                .unwrap_or_default();
            let ink = f32::from(ink) / 255.0;
            pixels.push(Covered {
                alpha: rounded((x, y), (width, height), radius),
                luma: f32::from(PLATE) + ink * (f32::from(INK) - f32::from(PLATE)),
            });
        }
    }
    pixels
}

/// How much of a pixel lies in a rectangle with round corners.
fn rounded((x, y): (usize, usize), (width, height): (usize, usize), radius: f64) -> f32 {
    let beyond = |at: usize, side: usize| {
        let centre = at as f64 + 0.5;
        (radius - centre).max(centre - (side as f64 - radius)).max(0.0)
    };
    let distance = beyond(x, width).hypot(beyond(y, height));
    (radius + 0.5 - distance).clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(text: &str, corner: Corner) -> PictureStyle {
        PictureStyle { text: text.to_owned(), corner, height_percent: 5.0 }
    }

    #[test]
    fn a_stamp_lies_in_its_corner_inside_the_picture() {
        for size in [(640, 480), (480, 640), (3000, 400), (130, 700), (64, 64)] {
            for corner in Corner::ALL {
                let stamp = Stamp::new(size, &style("AI", corner)).unwrap();
                let (right, bottom) = (stamp.left + stamp.width, stamp.top + stamp.height);
                assert!(right <= size.0 && bottom <= size.1, "{size:?}: {right} {bottom}");
                let middle = (stamp.left + right, stamp.top + bottom);
                assert_eq!(middle.0 > size.0, corner.is_right(), "{size:?} {corner:?}");
                assert_eq!(middle.1 > size.1, corner.is_bottom(), "{size:?} {corner:?}");
                assert_eq!(stamp.pixels.len(), stamp.width * stamp.height);
            }
        }
    }

    #[test]
    fn too_small_pictures_are_refused_not_labelled_illegibly() {
        for (size, text) in [((20, 20), "AI"), ((60, 600), "AI-generated"), ((600, 12), "AI")] {
            let refused = Stamp::new(size, &style(text, Corner::TopRight));
            assert!(matches!(refused, Err(WatermarkError::Label { .. })), "{size:?} {text}");
        }
    }

    #[test]
    fn letters_keep_away_from_the_round_corners() {
        let stamp = Stamp::new((400, 400), &style("AI生成", Corner::TopLeft)).unwrap();
        for pixel in &stamp.pixels {
            assert!(pixel.luma <= f32::from(PLATE) || pixel.alpha >= 1.0);
        }
        assert!(stamp.pixels.iter().any(|pixel| pixel.alpha < 1.0));
    }
}
