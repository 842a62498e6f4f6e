//! Pixels to planes: BT.709 of limited range, one sample of chroma for two by two pixels.

use openh264::formats::YUVSource;
use tiny_skia::Pixmap;

/// Parts of red, green and blue in luma and chroma, in 65,536ths.
const LUMA: [i32; 3] = [11_966, 40_254, 4_064];
const BLUE: [i32; 3] = [-6_596, -22_189, 28_785];
const RED: [i32; 3] = [28_785, -26_145, -2_640];

/// A frame in planar YUV 4:2:0.
#[derive(Debug)]
pub(crate) struct Frame {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Frame {
    /// The planes of opaque pixels; sides are even.
    pub(crate) fn of(map: &Pixmap) -> Self {
        let (width, height) = (map.width() as usize, map.height() as usize);
        let mut luma = vec![0; width * height];
        let mut blue = vec![0; width * height / 4];
        let mut red = vec![0; width * height / 4];
        let rows = map.data().chunks_exact(width * 8);
        let chroma = blue.chunks_exact_mut(width / 2).zip(red.chunks_exact_mut(width / 2));
        for ((pixels, luma), (blue, red)) in rows.zip(luma.chunks_exact_mut(width * 2)).zip(chroma)
        {
            for (luma, pixel) in luma.iter_mut().zip(pixels.as_chunks::<4>().0) {
                *luma = (weighed(LUMA, pixel.map(i32::from), 16 << 16 | 1 << 15) >> 16) as u8;
            }
            let (above, below) = pixels.split_at(width * 4);
            let pairs = above.as_chunks::<8>().0.iter().zip(below.as_chunks::<8>().0);
            for ((a, b), (blue, red)) in pairs.zip(blue.iter_mut().zip(red.iter_mut())) {
                let [r0, g0, b0, _, r1, g1, b1, _] = a.map(i32::from);
                let [r2, g2, b2, _, r3, g3, b3, _] = b.map(i32::from);
                let sum = [r0 + r1 + r2 + r3, g0 + g1 + g2 + g3, b0 + b1 + b2 + b3, 0];
                *blue = (weighed(BLUE, sum, 128 << 18 | 1 << 17) >> 18) as u8;
                *red = (weighed(RED, sum, 128 << 18 | 1 << 17) >> 18) as u8;
            }
        }
        Self { width, height, luma, blue, red }
    }
}

const fn weighed(parts: [i32; 3], [red, green, blue, _]: [i32; 4], start: i32) -> i32 {
    let [a, b, c] = parts;
    start + a * red + b * green + c * blue
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
        &self.blue
    }

    fn v(&self) -> &[u8] {
        &self.red
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rgb: [u8; 3], expected: [u8; 3]) {
        let mut map = Pixmap::new(2, 2).unwrap();
        map.data_mut().as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| {
            *pixel = [rgb[0], rgb[1], rgb[2], 255];
        });
        let frame = Frame::of(&map);
        assert_eq!([frame.y()[3], frame.u()[0], frame.v()[0]], expected, "{rgb:?}");
    }

    /// The values of ITU-R BT.709 bars.
    #[test]
    fn colours_are_those_of_bt_709() {
        check([0, 0, 0], [16, 128, 128]);
        check([255, 255, 255], [235, 128, 128]);
        check([255, 0, 0], [63, 102, 240]);
        check([0, 255, 0], [173, 42, 26]);
        check([0, 0, 255], [32, 240, 118]);
    }
}
