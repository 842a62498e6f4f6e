//! Between pictures of bytes and maps of numbers.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::size::UNIT;
use crate::{Mask, Raster, math::Map};

/// A source as the networks see it.
#[derive(Debug)]
pub(crate) struct Canvas {
    /// The source in −1 to 1, its edge repeated up to sides that are served.
    pub(crate) picture: Map,
    /// 1 where it is made anew, for every pixel; all of it without a mask.
    pub(crate) anew: Vec<f32>,
}

impl Canvas {
    /// Widens a source and its mask.
    pub(crate) fn new(source: &Raster, mask: Option<&Mask>) -> Self {
        let size = (source.width, source.height);
        let side = |side: u32| side.next_multiple_of(UNIT) as usize;
        let (width, height) = (side(size.0), side(size.1));
        let mut data = Vec::with_capacity(3 * width * height);
        let mut anew = Vec::with_capacity(width * height);
        for row in 0..height {
            let row = row.min(size.1 as usize - 1);
            for column in 0..width {
                let place = row * size.0 as usize + column.min(size.0 as usize - 1);
                let pixel = &source.pixels[3 * place..][..3];
                data.extend(pixel.iter().map(|byte| f32::from(*byte) / 127.5 - 1.0));
                anew.push(mask.map_or(1.0, |mask| if mask.values[place] > 0 { 1.0 } else { 0.0 }));
            }
        }
        Self { picture: Map { batch: 1, height, width, channels: 3, data }, anew }
    }

    /// 1 for every latent place that touches a pixel that is made anew.
    pub(crate) fn places_anew(&self, factor: usize) -> Vec<f32> {
        let (height, width) = (self.picture.height / factor, self.picture.width / factor);
        let mut places = vec![0.0_f32; height * width];
        for (pixel, anew) in self.anew.iter().enumerate() {
            let (row, column) = (pixel / self.picture.width, pixel % self.picture.width);
            let place = &mut places[row / factor * width + column / factor];
            *place = place.max(*anew);
        }
        places
    }

    /// The source with nothing where it is made anew.
    pub(crate) fn masked(&self) -> Map {
        let pixels = self.picture.data.chunks_exact(3).zip(&self.anew);
        let data = pixels
            .flat_map(|(pixel, anew)| [pixel[0], pixel[1], pixel[2]].map(|x| x * (1.0 - anew)));
        self.picture.with(3, data.collect())
    }
}

/// RGB bytes of the upper left part of a picture in −1 to 1.
pub(crate) fn pixels(picture: &Map, (width, height): (u32, u32)) -> Vec<u8> {
    let part = picture.cut(0, 0, height as usize, width as usize);
    // Within 0 to 255 after clamping.
    part.data.iter().map(|x| ((x + 1.0) * 127.5).round().clamp(0.0, 255.0) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_survives_the_way_there_and_back() {
        let bytes: Vec<u8> = (0..3 * 11 * 3).map(|index| (index * 7 % 256) as u8).collect();
        let source = Raster { width: 11, height: 3, pixels: bytes.clone() };
        let mut values = vec![0; 33];
        values[10] = 255;
        let mask = Mask { width: 11, height: 3, values };
        let canvas = Canvas::new(&source, Some(&mask));
        assert_eq!((canvas.picture.width, canvas.picture.height), (16, 8));
        assert_eq!(pixels(&canvas.picture, (11, 3)), bytes);
        assert_eq!(canvas.places_anew(4), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let masked = canvas.masked();
        assert_eq!(masked.data[30..33], [0.0; 3]);
        assert_eq!(masked.data[..30], canvas.picture.data[..30]);
    }
}
