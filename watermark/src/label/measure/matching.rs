//! Where a drawing of known shape lies in a plane, by normalised correlation.

use crate::{WatermarkError, label::font, picture::Plane};

/// Room around the letters that belongs to a drawing, in heights of a glyph: what surrounds letters
/// must differ from them.
const SURROUND: f32 = 0.2;
/// Windows that vary less, as the mean square of luma, show no letters.
const POWER_MIN: f32 = 60.0;

/// A plane, and sums over it that say at once how much any window varies.
#[derive(Debug)]
pub(super) struct Field<'a> {
    pub(super) plane: &'a Plane,
    /// Sums of samples and of their squares, left of and above each place.
    sums: Vec<[f64; 2]>,
}

impl<'a> Field<'a> {
    pub(super) fn new(plane: &'a Plane) -> Self {
        let across = plane.width() + 1;
        let mut sums = vec![[0.0; 2]; across];
        for row in plane.rows() {
            let start = sums.len() - across;
            let mut own = [0.0; 2];
            sums.push([0.0; 2]);
            for (at, sample) in row.iter().enumerate() {
                own = [own[0] + f64::from(*sample), own[1] + f64::from(*sample).powi(2)];
                let above = sums.get(start + at + 1).copied().unwrap_or_default();
                sums.push([above[0] + own[0], above[1] + own[1]]);
            }
        }
        Self { plane, sums }
    }

    /// The sum of the squared differences of a window from its mean; 0 where it leaves the plane.
    fn power(&self, (left, top): (usize, usize), (width, height): (usize, usize)) -> f32 {
        if left + width > self.plane.width() || top + height > self.plane.height() {
            return 0.0;
        }
        let at = |x: usize, y: usize| {
            self.sums.get(y * (self.plane.width() + 1) + x).copied().unwrap_or_default()
        };
        let (right, bottom) = (left + width, top + height);
        let [a, b, c, d] = [at(right, bottom), at(left, bottom), at(right, top), at(left, top)];
        let [sum, squares] = [a[0] - b[0] - c[0] + d[0], a[1] - b[1] - c[1] + d[1]];
        (squares - sum * sum / (width * height).max(1) as f64).max(0.0) as f32
    }
}

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
    pub(super) fn likeness(&self, field: &Field<'_>, left: usize, top: usize) -> f32 {
        self.whole.likeness(field, left, top)
    }

    /// The likeness of the glyph that is least like its drawing: another word shares some glyphs.
    pub(super) fn worst_glyph(&self, field: &Field<'_>, left: usize, top: usize) -> f32 {
        self.each.iter().map(|shape| shape.likeness(field, left, top)).fold(1.0, f32::min)
    }

    /// The best place in all of a small plane, to the sample.
    pub(super) fn best_near(&self, field: &Field<'_>) -> Option<Fit> {
        let rough = self.best(field, 0..field.plane.width(), 0..field.plane.height(), 3)?;
        let near = |at: usize| at.saturating_sub(2)..at + 3;
        self.best(field, near(rough.left), near(rough.top), 1)
    }

    /// The best place with its corner in `across` and `down`, at every `step`-th sample.
    pub(super) fn best(
        &self,
        field: &Field<'_>,
        across: std::ops::Range<usize>,
        down: std::ops::Range<usize>,
        step: usize,
    ) -> Option<Fit> {
        let right = (field.plane.width() + 1).saturating_sub(self.width).min(across.end);
        let bottom = (field.plane.height() + 1).saturating_sub(self.height).min(down.end);
        let places = (down.start..bottom).step_by(step.max(1)).flat_map(move |top| {
            (across.start..right).step_by(step.max(1)).map(move |left| (left, top))
        });
        places
            .map(|(left, top)| Fit { left, top, likeness: self.likeness(field, left, top) })
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

    fn likeness(&self, field: &Field<'_>, left: usize, top: usize) -> f32 {
        let left = left + self.left;
        let height = self.weights.len() / self.width.max(1);
        let power = field.power((left, top), (self.width, height));
        if power < POWER_MIN * self.weights.len().max(1) as f32 {
            return 0.0;
        }
        let rows = self.weights.chunks(self.width.max(1)).enumerate();
        let product: f32 = rows
            .map(|(row, weights)| {
                let samples = field.plane.row((top + row) as isize).get(left..).unwrap_or_default();
                product(samples, weights)
            })
            .sum();
        (product / power.sqrt()).abs().min(1.0)
    }
}

/// Samples a processor multiplies at once.
const LANES: usize = 8;

/// The sum of sample times weight.
fn product(samples: &[f32], weights: &[f32]) -> f32 {
    let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
    let (blocks, rest) = samples.split_at(samples.len().min(weight_blocks.len() * LANES));
    let mut lanes = [0.0_f32; LANES];
    for (block, weights) in blocks.as_chunks::<LANES>().0.iter().zip(weight_blocks) {
        for ((lane, sample), weight) in lanes.iter_mut().zip(block).zip(weights) {
            *lane += sample * weight;
        }
    }
    let rest: f32 = rest.iter().zip(weight_rest).map(|(sample, weight)| sample * weight).sum();
    lanes.iter().sum::<f32>() + rest
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
            let field = Field::new(&plane);
            let fit = drawing.best(&field, 0..90, 0..60, 1).unwrap();
            assert_eq!((fit.left, fit.top), (33, 21));
            assert!(fit.likeness > 0.999 && drawing.worst_glyph(&field, 33, 21) > 0.99);
            assert!(drawing.likeness(&field, 10, 21) < 0.5);
        }
    }

    #[test]
    fn plain_planes_are_like_nothing() {
        let drawing = Drawing::new("AI", 12.0).unwrap();
        let plane = Plane::by_rows((60, 40), |_, row| row.fill(90.0));
        let field = Field::new(&plane);
        assert_eq!(drawing.best(&field, 0..60, 0..40, 1).unwrap().likeness, 0.0);
        assert_eq!(drawing.best(&field, 0..60, 30..40, 1), None);
    }
}
