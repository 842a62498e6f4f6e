//! Pictures as the networks see them: channels of a place beside each other.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

/// Pictures of one size.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Map {
    /// How many pictures.
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
    /// By picture, row, column, channel.
    pub(crate) data: Vec<f32>,
}

impl Map {
    /// Places of one picture.
    pub(crate) const fn places(&self) -> usize {
        self.height * self.width
    }

    /// Its shape with other content.
    pub(crate) fn with(&self, channels: usize, data: Vec<f32>) -> Self {
        Self { batch: self.batch, height: self.height, width: self.width, channels, data }
    }

    /// From numbers by channel, row, column.
    pub(crate) fn from_planes(
        (channels, height, width): (usize, usize, usize),
        planes: &[f32],
    ) -> Self {
        let places = height * width;
        let mut data = vec![0.0; channels * places];
        for (channel, plane) in planes.chunks_exact(places.max(1)).enumerate() {
            for (place, number) in plane.iter().enumerate() {
                data[place * channels + channel] = *number;
            }
        }
        Self { batch: 1, height, width, channels, data }
    }

    /// Numbers by picture, channel, row, column.
    pub(crate) fn planes(&self) -> Vec<f32> {
        let places = self.places();
        let mut planes = Vec::with_capacity(self.data.len());
        for image in self.data.chunks_exact((places * self.channels).max(1)) {
            for channel in 0..self.channels {
                planes.extend((0..places).map(|place| image[place * self.channels + channel]));
            }
        }
        planes
    }

    /// The channels of `self` and then those of `other`.
    pub(crate) fn beside(&self, other: &Self) -> Self {
        let mut data = Vec::with_capacity(self.data.len() + other.data.len());
        let pairs =
            self.data.chunks_exact(self.channels).zip(other.data.chunks_exact(other.channels));
        for (ours, theirs) in pairs {
            data.extend_from_slice(ours);
            data.extend_from_slice(theirs);
        }
        self.with(self.channels + other.channels, data)
    }

    /// Squares of `side` × `side` places become one place: channels by channel, row, column.
    pub(crate) fn folded(&self, side: usize) -> Self {
        let (height, width) = (self.height / side, self.width / side);
        let squares = side * side;
        let mut data = vec![0.0; self.data.len()];
        for (place, row) in self.data.chunks_exact(self.channels).enumerate() {
            let (x, y) = (place % self.width, place / self.width % self.height);
            let image = place / self.places();
            let to = ((image * height + y / side) * width + x / side) * squares * self.channels;
            for (channel, number) in row.iter().enumerate() {
                data[to + channel * squares + y % side * side + x % side] = *number;
            }
        }
        Self { batch: self.batch, height, width, channels: squares * self.channels, data }
    }

    /// What [`Map::folded`] did, undone.
    pub(crate) fn unfolded(&self, side: usize) -> Self {
        let (height, width) = (self.height * side, self.width * side);
        let (squares, channels) = (side * side, self.channels / (side * side));
        let mut data = Vec::with_capacity(self.data.len());
        for row in 0..self.batch * height {
            for x in 0..width {
                let from = (row / side * self.width + x / side) * self.channels;
                let inside = row % side * side + x % side;
                data.extend((0..channels).map(|c| self.data[from + c * squares + inside]));
            }
        }
        Self { batch: self.batch, height, width, channels, data }
    }

    /// The same picture `times` over.
    pub(crate) fn repeated(&self, times: usize) -> Self {
        Self { batch: self.batch * times, data: self.data.repeat(times), ..*self }
    }

    /// Some of its channels.
    pub(crate) fn channels(&self, range: std::ops::Range<usize>) -> Self {
        let rows = self.data.chunks_exact(self.channels);
        let data = rows.flat_map(|row| row[range.clone()].iter().copied()).collect();
        self.with(range.len(), data)
    }

    /// A part of one picture.
    pub(crate) fn cut(&self, top: usize, left: usize, height: usize, width: usize) -> Self {
        let mut data = Vec::with_capacity(height * width * self.channels);
        for row in top..top + height {
            let start = (row * self.width + left) * self.channels;
            data.extend_from_slice(&self.data[start..start + width * self.channels]);
        }
        Self { batch: 1, height, width, channels: self.channels, data }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn planes_and_places_hold_the_same() {
        let planes: Vec<f32> = (0..12).map(|index| index as f32).collect();
        let map = Map::from_planes((2, 2, 3), &planes);
        assert_eq!(map.data[..4], [0.0, 6.0, 1.0, 7.0]);
        assert_eq!(map.planes(), planes);
        assert_eq!(map.channels(1..2).data, planes[6..]);
        assert_eq!(map.beside(&map.channels(0..1)).data[..3], [0.0, 6.0, 0.0]);
        assert_eq!(map.cut(1, 1, 1, 2).data, [4.0, 10.0, 5.0, 11.0]);
        assert_eq!(map.repeated(2).batch, 2);
    }

    /// Candle folds by other code, over planes.
    #[test]
    fn folding_keeps_every_number_at_its_place() {
        let planes: Vec<f32> = (0..2 * 3 * 4 * 6).map(|index| index as f32).collect();
        let theirs = Tensor::from_vec(planes.clone(), (2, 3, 4, 6), &Device::Cpu).unwrap();
        let theirs = candle_nn::ops::pixel_unshuffle(&theirs, 2).unwrap();
        let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
        let (first, second) = planes.split_at(3 * 4 * 6);
        let mut map = Map::from_planes((3, 4, 6), first);
        map.data.extend(Map::from_planes((3, 4, 6), second).data);
        map.batch = 2;
        let folded = map.folded(2);
        assert_eq!((folded.height, folded.width, folded.channels), (2, 3, 12));
        assert_eq!(folded.planes(), theirs);
        assert_eq!(folded.unfolded(2), map);
    }
}
