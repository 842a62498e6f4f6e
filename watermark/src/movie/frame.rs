//! One picture of a movie.

use openh264::formats::{RgbSliceU8, YUVBuffer, YUVSource};

use crate::label::stamp::Stamp;

/// Luma of limited range: black, and from black to white.
const BLACK: f32 = 16.0;
const REACH: f32 = 219.0;
/// Chroma of greys.
const GREY: f32 = 128.0;

/// A picture in planar YUV 4:2:0, 8 bits a sample, without gaps between its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

impl Frame {
    /// A frame of even sides from its three planes one after the other; `None` when their length
    /// is not that of the size.
    pub(crate) fn planar((width, height): (usize, usize), planes: &[u8]) -> Option<Self> {
        let (luma, chroma) = planes.split_at_checked(width * height)?;
        let (blue, red) = chroma.split_at_checked(width / 2 * (height / 2))?;
        let even = width.is_multiple_of(2) && height.is_multiple_of(2);
        (even && blue.len() == red.len()).then(|| Self {
            width,
            height,
            luma: luma.to_vec(),
            chroma: [blue.to_vec(), red.to_vec()],
        })
    }

    /// A frame of even sides from its pixels, as BT.601 of limited range.
    pub(crate) fn of_rgb(size: (usize, usize), pixels: &[u8]) -> Self {
        Self::copied(&YUVBuffer::from_rgb8_source(RgbSliceU8::new(pixels, size)))
    }

    /// A copy of what a decoder shows.
    pub(super) fn copied(source: &impl YUVSource) -> Self {
        let (width, height) = source.dimensions();
        let (luma, blue, red) = source.strides();
        Self {
            width,
            height,
            luma: packed(source.y(), luma, width, height),
            chroma: [
                packed(source.u(), blue, width / 2, height / 2),
                packed(source.v(), red, width / 2, height / 2),
            ],
        }
    }

    pub(crate) const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The luma, row by row.
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    pub(crate) fn luma_mut(&mut self) -> &mut [u8] {
        &mut self.luma
    }

    /// Lays a stamp over the frame, in greys of limited range.
    pub(crate) fn cover(&mut self, stamp: &Stamp) {
        let blend = |below: &mut u8, above: f32, alpha: f32| {
            *below = (f32::from(*below) * (1.0 - alpha) + above * alpha).round() as u8;
        };
        for (y, row) in stamp.rows() {
            let start = y * self.width + stamp.left;
            let target = self.luma.get_mut(start..start + row.len()).unwrap_or_default();
            for (luma, covered) in target.iter_mut().zip(row) {
                blend(luma, BLACK + covered.luma / 255.0 * REACH, covered.alpha);
            }
            // One sample of chroma stands for two by two pixels.
            for (x, covered) in (stamp.left..).zip(row).filter(|(x, _)| (x | y) % 2 == 0) {
                let at = y / 2 * (self.width / 2) + x / 2;
                for chroma in &mut self.chroma {
                    chroma.get_mut(at).into_iter().for_each(|c| blend(c, GREY, covered.alpha));
                }
            }
        }
    }
}

fn packed(plane: &[u8], stride: usize, width: usize, height: usize) -> Vec<u8> {
    let mut samples = Vec::with_capacity(width * height);
    for row in plane.chunks(stride.max(1)).take(height) {
        samples.extend_from_slice(row.get(..width).unwrap_or(row));
    }
    samples.resize(width * height, 0);
    samples
}

impl YUVSource for Frame {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.luma
    }

    fn u(&self) -> &[u8] {
        &self.chroma[0]
    }

    fn v(&self) -> &[u8] {
        &self.chroma[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_must_have_the_length_of_their_size() {
        assert!(Frame::planar((4, 2), &[0; 12]).is_some());
        for (size, length) in [((4, 2), 11), ((4, 2), 13), ((3, 2), 9), ((4, 3), 18), ((4, 4), 3)] {
            assert_eq!(Frame::planar(size, &vec![0; length]), None, "{size:?} {length}");
        }
    }

    #[test]
    fn gaps_between_rows_are_left_out() {
        let plane = [1, 2, 0, 0, 3, 4, 0, 0];
        assert_eq!(packed(&plane, 4, 2, 2), [1, 2, 3, 4]);
    }
}
