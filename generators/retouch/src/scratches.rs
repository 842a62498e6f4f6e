//! Scratches and dust: where they are.
//!
//! Both cover the picture with one level that is much brighter or much darker than all around, and
//! both are narrow. So narrow places of one colour are looked for that stand out from around them
//! more than other narrow places there do.

#![expect(clippy::indexing_slicing, reason = "kernels: places lie inside planes of one size")]

use crate::{
    denoise::noise,
    plane::{self, Plane},
};

/// Half the widest scratch or grain, in pixels.
const REACH: usize = 5;
/// Half the side of the window in which usual narrow places are measured.
const AROUND: usize = 20;
/// The least difference from around, in levels.
const CONTRAST_MIN: f32 = 30.0;
/// The fewest pixels of a mark.
const AREA_MIN: usize = 7;

/// 255 where a scratch or a grain of dust seems to be.
pub(crate) fn found(planes: &[Plane; 3]) -> Vec<u8> {
    let mut marks = vec![0; planes[0].data.len()];
    for zone in zones(planes) {
        if zone.traits.is_mark() {
            zone.places.iter().for_each(|place| marks[*place] = 255);
        }
    }
    grown(&marks, planes[0].width)
}

/// A narrow place of nearly one colour.
struct Zone {
    places: Vec<usize>,
    traits: Traits,
}

/// What tells marks from details.
struct Traits {
    /// By how many levels it stands out.
    height: f32,
    /// The mean of that around it.
    usual: f32,
    /// Share of its rim where the level falls at once.
    abrupt: f32,
    /// Pixels.
    area: f32,
    /// Deviation of its levels.
    spread: f32,
    /// Diagonal of the box that holds it, in pixels.
    extent: f32,
    /// Deviation of the noise.
    sigma: f32,
}

/// Traits that are judged.
const TRAITS: usize = 6;
/// Their mean and deviation over narrow places of photos, damaged and not.
const USUAL: [(f32, f32); TRAITS] = [
    (1.0922, 0.5485),
    (0.7107, 0.2756),
    (0.2053, 0.1732),
    (2.9582, 1.0034),
    (1.0246, 0.2766),
    (2.389, 0.6404),
];
/// The logarithm of the odds of a mark: a constant, each trait, and products of two. Fitted by
/// logistic regression to 330,000 places in twelve photos with nine kinds of damage.
const CONSTANT: f32 = -11.5021;
const EACH: [f32; TRAITS] = [3.4253, -0.6193, 1.9513, 6.1385, -4.9455, -3.3426];
const PAIRS: [[f32; TRAITS]; TRAITS] = [
    [-0.5884, 0.8594, 0.6536, -0.4316, 0.807, 0.3143],
    [0.0, -0.2631, -0.5435, 0.8554, -0.2033, -0.6299],
    [0.0, 0.0, -0.2885, 0.4457, 0.1755, -0.3895],
    [0.0, 0.0, 0.0, -5.9803, -0.0833, 7.0829],
    [0.0, 0.0, 0.0, 0.0, -0.5417, 0.3584],
    [0.0, 0.0, 0.0, 0.0, 0.0, -2.0273],
];
/// What is taken as a mark: filling a detail costs more than leaving a mark.
const ODDS_MIN: f32 = 1.0;

impl Traits {
    /// One level with a sharp rim, as no detail has it that came through a lens.
    fn is_plain(&self) -> bool {
        let contrast = CONTRAST_MIN + 2.0 * self.sigma + self.usual;
        self.abrupt > 0.6 && self.spread < 0.1 * self.height && self.height > contrast
    }

    fn is_mark(&self) -> bool {
        let traits = [
            (self.height / (10.0 + 2.0 * self.sigma)).ln(),
            ((self.usual + 5.0) / (10.0 + self.sigma)).ln(),
            self.abrupt,
            self.area.ln(),
            self.spread / (3.0 + self.sigma),
            self.extent.ln(),
        ];
        let mut scaled = [0.0; TRAITS];
        for ((place, value), (mean, deviation)) in scaled.iter_mut().zip(traits).zip(USUAL) {
            // Far beyond what was seen, products would say anything.
            *place = ((value - mean) / deviation).clamp(-2.0, 2.5);
        }
        let mut odds = CONSTANT;
        for i in 0..TRAITS {
            odds += EACH[i] * scaled[i];
            odds += (i..TRAITS).map(|j| PAIRS[i][j] * scaled[i] * scaled[j]).sum::<f32>();
        }
        odds > ODDS_MIN || self.is_plain()
    }
}

fn zones(planes: &[Plane; 3]) -> Vec<Zone> {
    let luma = plane::luma(planes);
    let mut zones = Vec::new();
    if luma.width <= 4 * REACH || luma.height <= 4 * REACH {
        return zones;
    }
    let sigma = noise::sigma(&luma);
    for sign in [1.0, -1.0] {
        let signed = luma.map(|value| sign * value);
        let height = narrow(&signed);
        let usual = boxed(&height.map(|value| value.min(40.0)), AROUND);
        Search { planes, signed: &signed, sigma, height: &height, usual: &usual }.zones(&mut zones);
    }
    zones
}

/// By how much a place is brighter than the brightest square that would hold it: top-hat.
fn narrow(plane: &Plane) -> Plane {
    let opened = extreme(&extreme(plane, REACH, f32::min), REACH, f32::max);
    plane.zip(&opened, |value, opened| value - opened)
}

/// The extreme over a square.
fn extreme(plane: &Plane, reach: usize, of: fn(f32, f32) -> f32) -> Plane {
    let along = |plane: &Plane| {
        Plane::from_fn(plane.width, plane.height, |x, y| {
            let row = &plane.data[y * plane.width..(y + 1) * plane.width];
            let near = &row[x.saturating_sub(reach)..(x + reach + 1).min(row.len())];
            near.iter().copied().fold(row[x], of)
        })
        .transposed()
    };
    along(&along(plane))
}

/// The mean over a square.
fn boxed(plane: &Plane, reach: usize) -> Plane {
    let along = |plane: &Plane| {
        let mut result = plane.clone();
        for (row, out) in plane.data.chunks(plane.width).zip(result.data.chunks_mut(plane.width)) {
            let mut sums = vec![0.0f64];
            sums.extend(row.iter().scan(0.0f64, |sum, value| {
                *sum += f64::from(*value);
                Some(*sum)
            }));
            for (x, place) in out.iter_mut().enumerate() {
                let (low, high) = (x.saturating_sub(reach), (x + reach + 1).min(row.len()));
                *place = ((sums[high] - sums[low]) / (high - low) as f64) as f32;
            }
        }
        result.transposed()
    };
    along(&along(plane))
}

/// Narrow places of one polarity.
struct Search<'a> {
    planes: &'a [Plane; 3],
    signed: &'a Plane,
    sigma: f32,
    height: &'a Plane,
    usual: &'a Plane,
}

impl Search<'_> {
    fn zones(&self, zones: &mut Vec<Zone>) {
        let mut seen = vec![false; self.height.data.len()];
        let least = CONTRAST_MIN + 1.5 * self.sigma;
        let mut starts: Vec<usize> =
            (0..seen.len()).filter(|i| self.height.data[*i] >= least).collect();
        starts.sort_by(|a, b| self.height.data[*b].total_cmp(&self.height.data[*a]).then(a.cmp(b)));
        for start in starts {
            if seen[start] {
                continue;
            }
            let places = self.zone(start, &mut seen);
            if places.len() >= AREA_MIN {
                let traits = self.traits(&places);
                zones.push(Zone { places, traits });
            }
        }
    }

    /// The places around `start` that have nearly one colour.
    fn zone(&self, start: usize, seen: &mut [bool]) -> Vec<usize> {
        let width = self.height.width;
        let limit = 8.0 + 3.0 * self.sigma;
        let mut zone = vec![start];
        let mut sums = [0.0f32; 3];
        seen[start] = true;
        let mut next = 0;
        while let Some(&place) = zone.get(next) {
            next += 1;
            for (sum, plane) in sums.iter_mut().zip(self.planes) {
                *sum += plane.data[place];
            }
            let mean = sums.map(|sum| sum / next as f32);
            for beside in around(place, width, seen.len()) {
                if seen[beside] || self.height.data[beside] < 0.6 * CONTRAST_MIN {
                    continue;
                }
                let pairs = self.planes.iter().zip(mean);
                if pairs.clone().all(|(plane, mean)| (plane.data[beside] - mean).abs() <= limit) {
                    seen[beside] = true;
                    zone.push(beside);
                }
            }
        }
        zone
    }

    fn traits(&self, zone: &[usize]) -> Traits {
        let count = zone.len() as f32;
        let width = self.height.width;
        let mean = |plane: &Plane| zone.iter().map(|i| plane.data[*i]).sum::<f32>() / count;
        let (height, level) = (mean(self.height), mean(self.signed));
        let spread = zone.iter().map(|i| (self.signed.data[*i] - level).powi(2)).sum::<f32>();
        let inside: std::collections::HashSet<usize> = zone.iter().copied().collect();
        let (mut rim, mut steep) = (0.0f32, 0.0);
        for place in zone {
            for beside in around(*place, width, self.height.data.len()) {
                if !inside.contains(&beside) {
                    rim += 1.0;
                    steep += f32::from(u8::from(level - self.signed.data[beside] > 0.7 * height));
                }
            }
        }
        let side = |of: fn(usize, usize) -> usize| {
            let (low, high) = zone.iter().fold((usize::MAX, 0), |(low, high), place| {
                (low.min(of(*place, width)), high.max(of(*place, width)))
            });
            (high - low) as f32 + 1.0
        };
        Traits {
            height,
            usual: mean(self.usual),
            abrupt: steep / rim.max(1.0),
            area: count,
            spread: (spread / count).sqrt(),
            extent: side(|p, w| p % w).hypot(side(|p, w| p / w)),
            sigma: self.sigma,
        }
    }
}

fn around(place: usize, width: usize, length: usize) -> impl Iterator<Item = usize> {
    let x = place % width;
    let rows = [place.checked_sub(width), Some(place), Some(place + width)];
    rows.into_iter().flatten().filter(move |row| *row < length).flat_map(move |row| {
        let left = (x > 0).then(|| row - 1);
        let right = (x + 1 < width).then_some(row + 1);
        [left, Some(row), right].into_iter().flatten()
    })
}

/// The marks and the pixels beside them, which are partly covered.
fn grown(marks: &[u8], width: usize) -> Vec<u8> {
    let near = |place| around(place, width, marks.len()).any(|beside| marks[beside] > 0);
    (0..marks.len()).map(|place| if near(place) { 255 } else { 0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_and_a_grain_are_found_and_an_edge_is_not() {
        let mut plane = Plane::from_fn(120, 90, |x, y| {
            if x < 60 { 70.0 + 0.2 * y as f32 } else { 140.0 + (x % 5) as f32 }
        });
        for y in 5..80 {
            plane.data[y * 120 + 30 + y / 20] = 245.0;
        }
        for (x, y) in [(90, 40), (91, 40), (92, 40), (90, 41), (91, 41), (92, 41), (91, 42)] {
            plane.data[y * 120 + x] = 10.0;
        }
        let marks = found(&[plane.clone(), plane.clone(), plane]);
        assert_eq!(marks[40 * 120 + 32], 255);
        assert_eq!(marks[41 * 120 + 91], 255);
        assert_eq!(marks[60 * 120 + 59], 0);
        let count = marks.iter().filter(|mark| **mark > 0).count();
        assert!(count < 75 * 4 + 30, "{count}");
    }
}
