//! One number a pixel.

use rayon::prelude::*;

/// A picture of numbers, row by row. Luma runs from 0 to 255.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    width: usize,
    samples: Vec<f32>,
}

impl Plane {
    /// A plane whose rows are filled in parallel.
    pub(crate) fn by_rows(
        (width, height): (usize, usize),
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Self {
        let mut samples = vec![0.0; width * height];
        // `max` because a picture may have no width; there is nothing to fill then.
        samples.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| fill(y, row));
        Self { width, samples }
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.samples.len() / self.width.max(1)
    }

    pub(crate) fn samples(&self) -> &[f32] {
        &self.samples
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.samples.chunks_exact(self.width.max(1))
    }

    /// A row; those beyond the edge repeat it.
    pub(crate) fn row(&self, y: isize) -> &[f32] {
        let last = self.height().saturating_sub(1);
        let y = usize::try_from(y).unwrap_or(0).min(last);
        self.samples
            .get(y * self.width..)
            .and_then(|rest| rest.get(..self.width))
            .unwrap_or_default()
    }

    /// The plane of `f(sample)`.
    pub(crate) fn map(mut self, f: impl Fn(f32) -> f32 + Sync) -> Self {
        self.samples.par_iter_mut().with_min_len(1 << 14).for_each(|sample| *sample = f(*sample));
        self
    }

    /// The plane of `f(sample, other sample)`; both have the same size.
    pub(crate) fn zip(mut self, other: &Self, f: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let pairs = self.samples.par_iter_mut().with_min_len(1 << 14).zip(&other.samples);
        pairs.for_each(|(sample, other)| *sample = f(*sample, *other));
        self
    }

    /// The means of `f(sample)` over square cells, `per_sample` of which fit into a sample.
    pub(crate) fn binned(
        &self,
        size: (usize, usize),
        per_sample: f32,
        f: impl Fn(f32) -> f32 + Sync,
    ) -> Self {
        let first =
            |cell: usize, most: usize| ((cell as f32 / per_sample).round() as usize).min(most);
        let (width, height) = (self.width, self.height());
        let edges: Vec<usize> = (0..=size.0).map(|cell| first(cell, width)).collect();
        Self::by_rows(size, |cell, row| {
            // At least one sample, where cells are smaller than samples.
            let top = first(cell, height.saturating_sub(1));
            let bottom = first(cell + 1, height).max(top + 1);
            let mut sums = vec![0.0; width];
            for y in top..bottom {
                let source = self.row(y as isize);
                sums.iter_mut().zip(source).for_each(|(sum, sample)| *sum += f(*sample));
            }
            for (mean, edges) in row.iter_mut().zip(edges.windows(2)) {
                let &[left, right] = edges else { continue };
                let left = left.min(width.saturating_sub(1));
                let samples = sums.get(left..right.max(left + 1)).unwrap_or_default();
                let count = samples.len() * (bottom - top);
                *mean = samples.iter().sum::<f32>() / count.max(1) as f32;
            }
        })
    }

    /// The mean of `f(sample)`.
    pub(crate) fn mean(&self, f: impl Fn(f32) -> f64 + Sync) -> f64 {
        let sum: f64 = self.samples.iter().map(|sample| f(*sample)).sum();
        sum / self.samples.len().max(1) as f64
    }
}
