//! Where a drawing of known shape lies in a plane, by normalised correlation.

use crate::{WatermarkError, label::font, picture::Plane};

/// Room around the letters that belongs to a drawing, in heights of a glyph: what surrounds letters
/// must differ from them.
const SURROUND: f32 = 0.2;
/// Windows that vary less, as the mean square of luma, show no letters.
const POWER_MIN: f32 = 60.0;

/// Letters of one size.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    pub(super) width: usize,
    pub(super) height: usize,
    /// The height of its lowest full glyph in samples.
    pub(super) glyph_height: f32,
    /// Room on each side.
    pub(super) border: usize,
    /// From 0 to 1, row by row.
    pub(super) ink: Vec<f32>,
    whole: Shape,
    each: Vec<Shape>,
}

/// A part of a drawing: its ink with mean 0 and norm 1.
#[derive(Debug, Clone)]
struct Shape {
    left: usize,
    width: usize,
    weights: Vec<f32>,
}

/// Where a drawing fits best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) left: usize,
    pub(super) top: usize,
    /// The correlation, from 0 to 1; light letters on dark and dark ones on light count alike.
    pub(super) likeness: f32,
}

impl Drawing {
    /// A text whose full glyphs are so many samples high.
    pub(super) fn new(text: &str, glyph_height: f32) -> Result<Self, WatermarkError> {
        let line = font::line(text, glyph_height / font::glyph_height(text)?)?;
        let border = (glyph_height * SURROUND).round().max(1.0) as usize;
        let (width, height) = (line.width + 2 * border, line.height + 2 * border);
        let mut ink = vec![0.0; width * height];
        for (row, source) in line.ink.chunks(line.width.max(1)).enumerate() {
            let start = (row + border) * width + border;
            let Some(target) = ink.get_mut(start..start + source.len()) else { continue };
            target.iter_mut().zip(source).for_each(|(ink, byte)| *ink = f32::from(*byte) / 255.0);
        }
        let whole = Shape::cut(&ink, width, 0..width);
        // A glyph's columns with room to either side.
        let reach = |glyph: &std::ops::Range<usize>| glyph.start..glyph.end + 2 * border;
        let glyphs = line.glyphs.iter().map(|glyph| Shape::cut(&ink, width, reach(glyph)));
        let each = glyphs.collect();
        Ok(Self { width, height, glyph_height, border, ink, whole, each })
    }

    /// The likeness of the plane at a place to the drawing.
    pub(super) fn likeness(&self, plane: &Plane, left: usize, top: usize) -> f32 {
        self.whole.likeness(plane, left, top)
    }

    /// The likeness of the glyph that is least like its drawing: another word shares some glyphs.
    pub(super) fn worst_glyph(&self, plane: &Plane, left: usize, top: usize) -> f32 {
        self.each.iter().map(|shape| shape.likeness(plane, left, top)).fold(1.0, f32::min)
    }

    /// The best place in all of a small plane, to the sample.
    pub(super) fn best_near(&self, plane: &Plane) -> Option<Fit> {
        let rough = self.best(plane, 0..plane.width(), 0..plane.height(), 3)?;
        let near = |at: usize| at.saturating_sub(2)..at + 3;
        self.best(plane, near(rough.left), near(rough.top), 1)
    }

    /// The best place with its corner in `across` and `down`, at every `step`-th sample.
    pub(super) fn best(
        &self,
        plane: &Plane,
        across: std::ops::Range<usize>,
        down: std::ops::Range<usize>,
        step: usize,
    ) -> Option<Fit> {
        let right = (plane.width() + 1).saturating_sub(self.width).min(across.end);
        let bottom = (plane.height() + 1).saturating_sub(self.height).min(down.end);
        let places = (down.start..bottom).step_by(step.max(1)).flat_map(move |top| {
            (across.start..right).step_by(step.max(1)).map(move |left| (left, top))
        });
        places
            .map(|(left, top)| Fit { left, top, likeness: self.likeness(plane, left, top) })
            .max_by(|a, b| a.likeness.total_cmp(&b.likeness))
    }
}

impl Shape {
    fn cut(ink: &[f32], width: usize, columns: std::ops::Range<usize>) -> Self {
        let rows = ink.chunks(width.max(1));
        let cut: Vec<f32> =
            rows.flat_map(|row| row.get(columns.clone()).unwrap_or_default().to_vec()).collect();
        let mean = cut.iter().sum::<f32>() / cut.len().max(1) as f32;
        let norm = cut.iter().map(|ink| (ink - mean).powi(2)).sum::<f32>().sqrt().max(1e-6);
        let weights = cut.into_iter().map(|ink| (ink - mean) / norm).collect();
        Self { left: columns.start, width: columns.len(), weights }
    }

    fn likeness(&self, plane: &Plane, left: usize, top: usize) -> f32 {
        let (mut product, mut sum, mut squares) = (0.0, 0.0, 0.0);
        let left = left + self.left;
        for (row, weights) in self.weights.chunks(self.width.max(1)).enumerate() {
            let samples = plane.row((top + row) as isize);
            let Some(samples) = samples.get(left..left + self.width) else { return 0.0 };
            let sums = sums(samples, weights);
            product += sums[0];
            sum += sums[1];
            squares += sums[2];
        }
        let count = self.weights.len().max(1) as f32;
        let power = (squares - sum * sum / count).max(0.0);
        if power < POWER_MIN * count { 0.0 } else { (product / power.sqrt()).abs() }
    }
}

/// Samples a processor adds at once.
const LANES: usize = 8;

/// The sums of sample times weight, of samples, and of their squares.
fn sums(samples: &[f32], weights: &[f32]) -> [f32; 3] {
    let (blocks, rest) = samples.as_chunks::<LANES>();
    let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
    let mut lanes = [[0.0_f32; LANES]; 3];
    for (block, weights) in blocks.iter().zip(weight_blocks) {
        let [products, sums, squares] = &mut lanes;
        for ((((sample, weight), product), sum), square) in
            block.iter().zip(weights).zip(products).zip(sums).zip(squares)
        {
            *product += sample * weight;
            *sum += sample;
            *square += sample * sample;
        }
    }
    let mut totals = lanes.map(|lanes| lanes.iter().sum::<f32>());
    for (sample, weight) in rest.iter().zip(weight_rest) {
        let [product, sum, square] = &mut totals;
        *product += sample * weight;
        *sum += sample;
        *square += sample * sample;
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_found_where_it_lies_light_or_dark() {
        for sign in [1.0_f32, -1.0] {
            let drawing = Drawing::new("AI", 12.0).unwrap();
            let plane = Plane::by_rows((90, 60), |y, row| {
                row.iter_mut().for_each(|sample| *sample = 120.0);
                let Some(ink) =
                    y.checked_sub(21).and_then(|y| drawing.ink.chunks(drawing.width).nth(y))
                else {
                    return;
                };
                row[33..33 + drawing.width].iter_mut().zip(ink).for_each(|(sample, ink)| {
                    *sample += sign * 100.0 * ink;
                });
            });
            let fit = drawing.best(&plane, 0..90, 0..60, 1).unwrap();
            assert_eq!((fit.left, fit.top), (33, 21));
            assert!(fit.likeness > 0.999 && drawing.worst_glyph(&plane, 33, 21) > 0.99);
            assert!(drawing.likeness(&plane, 10, 21) < 0.5);
        }
    }

    #[test]
    fn plain_planes_are_like_nothing() {
        let drawing = Drawing::new("AI", 12.0).unwrap();
        let plane = Plane::by_rows((60, 40), |_, row| row.fill(90.0));
        assert_eq!(drawing.best(&plane, 0..60, 0..40, 1).unwrap().likeness, 0.0);
        assert_eq!(drawing.best(&plane, 0..60, 30..40, 1), None);
    }
}
