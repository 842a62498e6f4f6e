//! The label in a corner of a picture: its words, place, height and contrast.

use super::{
    holds,
    matching::{Drawing, Field, Fit},
};
use crate::{
    WatermarkError,
    label::Corner,
    picture::{self as files, Plane},
};

/// The shorter side of the plane in which a label is looked for, in samples.
const SHORT_SIDE: f64 = 160.0;
/// The heights of glyphs that are looked for, in samples of that plane, and the ratio of one to the
/// next.
const HEIGHTS: std::ops::RangeInclusive<f32> = 4.5..=26.0;
const RATIO: f32 = 1.07;
/// The share of the picture at its top and at its bottom in which labels stand.
const BAND: f64 = 0.25;
/// The height of a glyph at which a candidate is looked at closely.
const CLOSE: f32 = 32.0;
/// By how many per cent that height may be wrong, at first and then around the best.
const COARSE: [i16; 9] = [-12, -9, -6, -3, 0, 3, 6, 9, 12];
const FINE: [i16; 4] = [-2, -1, 1, 2];
/// The least likeness of the plane to a whole text at the first look, and, looked at closely, of
/// each glyph and of all together.
const ROUGH: f32 = 0.5;
const EACH: f32 = 0.6;
const ALL: f32 = 0.75;
/// How many places are looked at closely, for every text.
const CANDIDATES: usize = 4;
/// The shares of letters, and of what surrounds them, that may have less contrast: the edges of
/// small letters are blurred, and do not count (WCAG 2.2 judges colours as they are chosen).
const BLURRED_LETTERS: f64 = 0.5;
const BLURRED_SURROUND: f64 = 0.2;

/// A label that was found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureFound {
    /// What it says.
    pub text: String,
    /// The quarter of the picture in which it stands.
    pub corner: Corner,
    /// The letters' box in pixels: left, top, width, height.
    pub letters: (u32, u32, u32, u32),
    /// The height of the lowest full glyph in per cent of the shorter side, to about a fiftieth.
    pub height_percent: f64,
    /// From the letters to the nearest edge, in per cent of the shorter side.
    pub edge_percent: f64,
    /// The contrast of the letters with what surrounds them (WCAG 2.2), blurred edges left out.
    pub contrast: f64,
    /// The likeness to the known glyphs, up to 1.
    pub likeness: f64,
}

/// What a label in a picture must reach.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureLimits<'a> {
    /// Of each list, one word must be in it.
    pub elements: &'a [Vec<String>],
    /// The least height of a glyph in per cent of the shorter side.
    pub height_percent_min: f64,
    /// The least contrast; WCAG 2.2 asks for 4.5 of text.
    pub contrast_min: f64,
    /// The greatest distance from an edge in per cent of the shorter side.
    pub edge_percent_max: f64,
}

impl PictureFound {
    /// What of `limits` is missed, in words; empty when nothing is.
    #[must_use]
    pub fn shortfalls(&self, limits: &PictureLimits<'_>) -> Vec<String> {
        let mut missed = Vec::new();
        if !holds(&self.text, limits.elements) {
            missed.push(format!("`{}` lacks a word that is asked for", self.text));
        }
        if self.height_percent < limits.height_percent_min {
            let (found, asked) = (self.height_percent, limits.height_percent_min);
            missed.push(format!(
                "glyphs of {found:.1} % of the shorter side: {asked:.1} % are asked"
            ));
        }
        if self.contrast < limits.contrast_min {
            let (found, asked) = (self.contrast, limits.contrast_min);
            missed.push(format!("a contrast of {found:.1} to 1: {asked:.1} to 1 is asked"));
        }
        if self.edge_percent > limits.edge_percent_max {
            missed.push(format!("{:.1} % away from the nearest edge", self.edge_percent));
        }
        missed
    }
}

/// Looks in a picture file for a label that says one of `texts`; the longest that is found counts.
///
/// # Errors
/// [`WatermarkError::Label`] when a text cannot be drawn; [`WatermarkError::TooLarge`],
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by the file's bytes.
pub fn picture(file: &[u8], texts: &[&str]) -> Result<Option<PictureFound>, WatermarkError> {
    in_luma(&files::luma(&files::decode(file)?), texts)
}

/// The same in a plane of luma.
pub(crate) fn in_luma(
    plane: &Plane,
    texts: &[&str],
) -> Result<Option<PictureFound>, WatermarkError> {
    let shorter = plane.width().min(plane.height()) as f64;
    let shrink = (SHORT_SIDE / shorter.max(1.0)).min(1.0);
    let scaled = |side: usize| ((side as f64 * shrink).round() as usize).max(1);
    let small = plane.resized(scaled(plane.width()), scaled(plane.height()));
    let mut texts: Vec<&str> = texts.to_vec();
    // What a longer text says, a shorter one would be found in.
    texts.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    let field = Field::new(&small);
    for text in texts {
        for (drawing, fit) in candidates(&field, text)? {
            let found = Closeup::new(plane, shrink as f32, &drawing, fit).label(text)?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// The likeliest places and sizes of a text.
fn candidates(field: &Field<'_>, text: &str) -> Result<Vec<(Drawing, Fit)>, WatermarkError> {
    let small = field.plane;
    let band = (small.height() as f64 * BAND).ceil() as usize;
    let mut found: Vec<(Drawing, Fit)> = Vec::new();
    let mut height = *HEIGHTS.start();
    while height <= *HEIGHTS.end() {
        let drawing = Drawing::new(text, height)?;
        let step = (height / 8.0) as usize;
        let bottom = small.height().saturating_sub(band).max(band);
        let lowest = small.height().saturating_sub(drawing.height);
        let (top, below) = (0..band, bottom.saturating_sub(drawing.height).max(band)..lowest + 1);
        for rows in [top, below] {
            let fit = drawing.best(field, 0..small.width(), rows, step);
            found.extend(fit.filter(|fit| fit.likeness > ROUGH).map(|fit| (drawing.clone(), fit)));
        }
        height *= RATIO;
    }
    found.sort_by(|a, b| b.1.likeness.total_cmp(&a.1.likeness));
    found.truncate(CANDIDATES);
    Ok(found)
}

/// The part of a plane around a candidate, at a size at which glyphs are about [`CLOSE`] high.
struct Closeup<'a> {
    whole: &'a Plane,
    part: Plane,
    left: usize,
    top: usize,
    /// Samples of the part for one of the whole.
    zoom: f32,
}

impl<'a> Closeup<'a> {
    /// `shrink` is the size of the plane in which the candidate was found.
    fn new(whole: &'a Plane, shrink: f32, drawing: &Drawing, fit: Fit) -> Self {
        // Room for the candidate's error.
        let room = (drawing.glyph_height / shrink * 0.5).ceil() as usize;
        let pixels = |samples: usize| (samples as f32 / shrink) as usize;
        let left = pixels(fit.left).saturating_sub(room);
        let top = pixels(fit.top).saturating_sub(room);
        let right = (pixels(fit.left + drawing.width) + room).min(whole.width());
        let bottom = (pixels(fit.top + drawing.height) + room).min(whole.height());
        let size = (right.saturating_sub(left), bottom.saturating_sub(top));
        let part = Plane::by_rows(size, |y, row| {
            let source = whole.row((top + y) as isize).get(left..right).unwrap_or_default();
            row.iter_mut().zip(source).for_each(|(sample, source)| *sample = *source);
        });
        let zoom = CLOSE * shrink / drawing.glyph_height;
        let zoomed = |side: usize| ((side as f32 * zoom).round() as usize).max(1);
        let part = part.resized(zoomed(part.width()), zoomed(part.height()));
        Self { whole, part, left, top, zoom }
    }

    /// Where and at which size the text fits best.
    fn fitted(&self, text: &str) -> Result<Option<(Drawing, Fit)>, WatermarkError> {
        let field = Field::new(&self.part);
        let mut best: Option<(Drawing, Fit)> = None;
        let mut percent = 0;
        for steps in [COARSE.as_slice(), &FINE] {
            let centre = percent;
            for step in steps {
                let size = CLOSE * (1.0 + f32::from(centre + step) * 0.01);
                let drawing = Drawing::new(text, size)?;
                let Some(fit) = drawing.best_near(&field) else { continue };
                if best.as_ref().is_none_or(|(_, found)| found.likeness < fit.likeness) {
                    best = Some((drawing, fit));
                    percent = centre + step;
                }
            }
        }
        Ok(best)
    }

    /// The label, if the text is like enough to the pixels.
    fn label(&self, text: &str) -> Result<Option<PictureFound>, WatermarkError> {
        let Some((drawing, fit)) = self.fitted(text)? else { return Ok(None) };
        let each = drawing.worst_glyph(&Field::new(&self.part), fit.left, fit.top);
        if fit.likeness < ALL || each < EACH {
            return Ok(None);
        }
        let (width, height) = (self.whole.width() as f64, self.whole.height() as f64);
        let shorter = width.min(height);
        let pixels = |samples: usize| samples as f64 / f64::from(self.zoom);
        let x = self.left as f64 + pixels(fit.left + drawing.border);
        let y = self.top as f64 + pixels(fit.top + drawing.border);
        let across = pixels(drawing.width - 2 * drawing.border);
        let down = pixels(drawing.height - 2 * drawing.border);
        let nearest = [x, y, width - x - across, height - y - down].into_iter().fold(x, f64::min);
        let corner = match (x + across / 2.0 > width / 2.0, y + down / 2.0 > height / 2.0) {
            (false, false) => Corner::TopLeft,
            (true, false) => Corner::TopRight,
            (false, true) => Corner::BottomLeft,
            (true, true) => Corner::BottomRight,
        };
        Ok(Some(PictureFound {
            text: text.to_owned(),
            corner,
            letters: (x as u32, y as u32, across as u32, down as u32),
            height_percent: f64::from(drawing.glyph_height / self.zoom) / shorter * 100.0,
            edge_percent: nearest.max(0.0) / shorter * 100.0,
            contrast: contrast(&self.part, &drawing, fit),
            likeness: f64::from(fit.likeness),
        }))
    }
}

/// The contrast of letters and surroundings (WCAG 2.2, 1.4.3). Luma stands for colour, which is right for greys and errs little for others.
fn contrast(close: &Plane, drawing: &Drawing, fit: Fit) -> f64 {
    let (mut letters, mut around) = (Vec::new(), Vec::new());
    for (row, ink) in drawing.ink.chunks(drawing.width.max(1)).enumerate() {
        let samples = close.row((fit.top + row) as isize).get(fit.left..).unwrap_or_default();
        for (sample, ink) in samples.iter().zip(ink) {
            match *ink {
                ink if ink > 0.95 => letters.push(*sample),
                ink if ink <= 0.0 => around.push(*sample),
                _ => {}
            }
        }
    }
    let mean = |samples: &[f32]| samples.iter().sum::<f32>() / samples.len().max(1) as f32;
    let is_light = mean(&letters) > mean(&around);
    let surround = if is_light { 1.0 - BLURRED_SURROUND } else { BLURRED_SURROUND };
    let letters = luminance(percentile(letters, BLURRED_LETTERS));
    let around = luminance(percentile(around, surround));
    (letters.max(around) + 0.05) / (letters.min(around) + 0.05)
}

fn percentile(mut samples: Vec<f32>, share: f64) -> f32 {
    samples.sort_by(f32::total_cmp);
    let at = (samples.len().saturating_sub(1) as f64 * share).round() as usize;
    samples.get(at).copied().unwrap_or_default()
}

/// Relative luminance of a grey of sRGB (IEC 61966-2-1).
fn luminance(luma: f32) -> f64 {
    let value = f64::from(luma.clamp(0.0, 255.0)) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luminance_is_that_of_srgb() {
        assert!((luminance(255.0) - 1.0).abs() < 1e-9 && luminance(0.0) == 0.0);
        // The grey that has a contrast of 4.5 with white is about #767676.
        let ratio = 1.05 / (luminance(118.0) + 0.05);
        assert!((4.5..4.6).contains(&ratio), "{ratio}");
    }

    #[test]
    fn what_is_missed_is_said() {
        let elements = vec![vec!["AI".to_owned()]];
        let found = PictureFound {
            text: "生成".to_owned(),
            corner: Corner::TopRight,
            letters: (1, 1, 5, 5),
            height_percent: 4.9,
            edge_percent: 12.0,
            contrast: 4.4,
            likeness: 0.9,
        };
        let limits = PictureLimits {
            elements: &elements,
            height_percent_min: 5.0,
            contrast_min: 4.5,
            edge_percent_max: 10.0,
        };
        assert_eq!(found.shortfalls(&limits).len(), 4);
        let good = PictureFound {
            text: "AI".to_owned(),
            height_percent: 5.1,
            contrast: 5.0,
            edge_percent: 3.0,
            ..found
        };
        assert_eq!(good.shortfalls(&limits), Vec::<String>::new());
    }
}
