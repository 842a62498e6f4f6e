//! Maps of rows and of neighbourhoods.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::{
    Map,
    panels::{Dense, Panels, Rows, multiply},
};

/// A linear map of rows.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    panels: Panels,
    bias: Vec<f32>,
}

impl Linear {
    /// From a matrix with one row an output, as it is stored; without a bias that is 0.
    pub(crate) fn new(inputs: usize, outputs: usize, weight: &[f32], bias: Vec<f32>) -> Self {
        if weight.is_empty() {
            return Self { panels: Panels::default(), bias };
        }
        let panels = Panels::pack(inputs, outputs, |row, output| weight[output * inputs + row]);
        Self { panels, bias }
    }

    /// Applies it to every row of `x`.
    pub(crate) fn forward(&self, x: &[f32], length: usize) -> Vec<f32> {
        let places = x.len() / length.max(1);
        let out = vec![0.0; places * self.panels.outputs()];
        self.onto(x, length, out)
    }

    /// The same, added to `out`.
    pub(crate) fn onto(&self, x: &[f32], length: usize, mut out: Vec<f32>) -> Vec<f32> {
        add_rows(&mut out, &self.bias);
        multiply(&Dense::new(x, length), &self.panels, &mut out);
        out
    }
}

/// Adds a row to every row; no row adds nothing.
fn add_rows(out: &mut [f32], row: &[f32]) {
    if row.is_empty() {
        return;
    }
    for out in out.chunks_exact_mut(row.len()) {
        out.iter_mut().zip(row).for_each(|(x, more)| *x += more);
    }
}

/// A convolution over squares of `side` × `side` places.
#[derive(Debug, Clone)]
pub(crate) struct Convolution {
    panels: Panels,
    bias: Vec<f32>,
    inputs: usize,
    side: usize,
}

/// How a convolution walks over its map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// One place after the other, with a margin of half the square.
    Same,
    /// Every second place, with a margin of one on each side.
    Halve,
    /// Every second place, with a margin of one on the right and below.
    HalveFlush,
    /// Over the map enlarged to this height and width by repeating places.
    Enlarged(usize, usize),
}

impl Convolution {
    /// From weights by output, input, row, column.
    pub(crate) fn new(
        (inputs, outputs, side): (usize, usize, usize),
        weight: &[f32],
        bias: Vec<f32>,
    ) -> Self {
        let taps = side * side;
        let panels = if weight.is_empty() {
            Panels::default()
        } else {
            Panels::pack(taps * inputs, outputs, |row, output| {
                let (tap, input) = (row / inputs, row % inputs);
                weight[(output * inputs + input) * taps + tap]
            })
        };
        Self { panels, bias, inputs, side }
    }

    /// Applies it.
    pub(crate) fn forward(&self, x: &Map, walk: Walk) -> Map {
        let (height, width) = self.size(x, walk);
        let outputs = self.panels.outputs();
        let data = vec![0.0; x.batch * height * width * outputs];
        self.onto(x, walk, Map { batch: x.batch, height, width, channels: outputs, data })
    }

    /// The same, added to `out`, which has the size of the result.
    pub(crate) fn onto(&self, x: &Map, walk: Walk, mut out: Map) -> Map {
        let (height, width) = self.size(x, walk);
        debug_assert_eq!((out.height, out.width, x.channels), (height, width, self.inputs));
        add_rows(&mut out.data, &self.bias);
        let nothing = vec![0.0; x.channels];
        let (step, margin) = match walk {
            Walk::Halve => (2, 1),
            Walk::HalveFlush => (2, 0),
            Walk::Same | Walk::Enlarged(..) => (1, self.side / 2),
        };
        let seen = if let Walk::Enlarged(height, width) = walk {
            (height, width)
        } else {
            (x.height, x.width)
        };
        let patches = Patches {
            map: x,
            size: (height, width),
            seen,
            side: self.side,
            step,
            margin,
            nothing: &nothing,
        };
        multiply(&patches, &self.panels, &mut out.data);
        out
    }

    const fn size(&self, x: &Map, walk: Walk) -> (usize, usize) {
        match walk {
            Walk::Same => (x.height, x.width),
            Walk::Halve => (x.height.div_ceil(2), x.width.div_ceil(2)),
            Walk::HalveFlush => (x.height / 2, x.width / 2),
            Walk::Enlarged(height, width) => (height, width),
        }
    }
}

/// The neighbourhoods of all places of a result, read where they are.
struct Patches<'a> {
    map: &'a Map,
    /// Height and width of the result.
    size: (usize, usize),
    /// Height and width of the map as it is seen.
    seen: (usize, usize),
    side: usize,
    step: usize,
    margin: usize,
    /// What lies beyond the edge.
    nothing: &'a [f32],
}

impl Rows for Patches<'_> {
    fn taps(&self) -> usize {
        self.side * self.side
    }

    fn channels(&self) -> usize {
        self.map.channels
    }

    #[inline(always)]
    fn piece(&self, place: usize, tap: usize) -> &[f32] {
        let (height, width) = self.size;
        let (row, column) = (place / width, place % width);
        let (image, row) = (row / height, row % height);
        let y = row * self.step + tap / self.side;
        let x = column * self.step + tap % self.side;
        let beyond = |at: usize, end: usize| at < self.margin || at >= end + self.margin;
        if beyond(y, self.seen.0) || beyond(x, self.seen.1) {
            return self.nothing;
        }
        let (mut y, mut x) = (y - self.margin, x - self.margin);
        if self.seen != (self.map.height, self.map.width) {
            y = y * self.map.height / self.seen.0;
            x = x * self.map.width / self.seen.1;
        }
        let at = (image * self.map.height + y) * self.map.width + x;
        &self.map.data[at * self.map.channels..][..self.map.channels]
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    fn wave(count: usize, step: f32) -> Vec<f32> {
        (0..count).map(|index| (index as f32 * step).sin()).collect()
    }

    /// Candle's convolution is another implementation of the same sums.
    fn check(walk: Walk, theirs: impl Fn(&Tensor, &Tensor) -> candle_core::Result<Tensor>) {
        let (inputs, outputs) = (3, 5);
        let planes = wave(inputs * 6 * 7, 0.7);
        let weight = wave(outputs * inputs * 9, 0.3);
        let map = Map::from_planes((inputs, 6, 7), &planes).repeated(2);
        let layer = Convolution::new((inputs, outputs, 3), &weight, vec![0.5; outputs]);
        let ours = layer.forward(&map, walk).planes();
        let x = Tensor::from_vec(planes.repeat(2), (2, inputs, 6, 7), &Device::Cpu).unwrap();
        let weight = Tensor::from_vec(weight, (outputs, inputs, 3, 3), &Device::Cpu).unwrap();
        let theirs = (theirs(&x, &weight).unwrap() + 0.5).unwrap();
        let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(ours.len(), theirs.len(), "{walk:?}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-5, "{walk:?}: {ours} {theirs}");
        }
    }

    #[test]
    fn every_walk_gives_the_sums_of_its_neighbourhoods() {
        check(Walk::Same, |x, weight| x.conv2d(weight, 1, 1, 1, 1));
        check(Walk::Halve, |x, weight| x.conv2d(weight, 1, 2, 1, 1));
        check(Walk::HalveFlush, |x, weight| {
            let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?;
            x.conv2d(weight, 0, 2, 1, 1)
        });
        check(Walk::Enlarged(12, 14), |x, weight| {
            x.upsample_nearest2d(12, 14)?.conv2d(weight, 1, 1, 1, 1)
        });
    }
}
