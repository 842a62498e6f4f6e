//! Pictures that are drawn here: flat scenes, icons and charts, soft enlargements, and textures.

use image::{Rgb, RgbImage, imageops};

/// A drawn picture is the same for the same number.
pub(crate) struct Painter(u64);

/// Kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A landscape of flat shapes under a plain gradient.
    Scene,
    /// One simple sign on white.
    Icon,
    /// Bars and lines on white.
    Chart,
    /// A scene drawn at 64 pixels and enlarged smoothly.
    Soft,
    /// Clouds of noise of all scales, like a photograph's textures.
    Texture,
}

impl Kind {
    pub(crate) const FLAT: [Self; 4] = [Self::Scene, Self::Icon, Self::Chart, Self::Soft];
}

impl Painter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ 0x1234_5678)
    }

    pub(crate) fn paint(&mut self, kind: Kind, width: u32, height: u32) -> RgbImage {
        match kind {
            Kind::Scene => self.scene(width, height),
            Kind::Icon => self.icon(width, height),
            Kind::Chart => self.chart(width, height),
            Kind::Soft => {
                let small = self.scene(64, 64);
                imageops::resize(&small, width, height, imageops::FilterType::CatmullRom)
            }
            Kind::Texture => self.texture(width, height),
        }
    }

    /// SplitMix64 as a number in `0.0..1.0`.
    fn fraction(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn within(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.fraction()
    }

    fn colour(&mut self) -> Rgb<u8> {
        Rgb([0; 3].map(|_| (self.fraction() * 256.0) as u8))
    }

    fn scene(&mut self, width: u32, height: u32) -> RgbImage {
        let (top, bottom) = (self.colour(), self.colour());
        let mut picture = RgbImage::from_fn(width, height, |_, y| {
            let t = y as f32 / height as f32;
            Rgb(std::array::from_fn(|i| {
                (f32::from(top.0[i]) * (1.0 - t) + f32::from(bottom.0[i]) * t) as u8
            }))
        });
        let sun = (self.within(0.1, 0.9), self.within(0.1, 0.3), self.within(0.05, 0.1));
        fill(&mut picture, Rgb([255, 225, 110]), |x, y| (x - sun.0).hypot(y - sun.1) < sun.2);
        for _ in 0..4 {
            let (cx, r, c) = (self.fraction(), self.within(0.2, 0.4), self.colour());
            fill(&mut picture, c, |x, y| (x - cx).hypot((y - 0.65) * 2.0) < r);
        }
        let ground = self.colour();
        fill(&mut picture, ground, |_, y| y > 0.62);
        for _ in 0..5 {
            let (left, base, side) =
                (self.fraction(), self.within(0.7, 0.95), self.within(0.06, 0.15));
            let (wall, roof) = (self.colour(), self.colour());
            fill(&mut picture, wall, |x, y| {
                (left..left + side).contains(&x) && (base - side..base).contains(&y)
            });
            fill(&mut picture, roof, |x, y| {
                let height = base - side - y;
                (0.0..side / 2.0).contains(&height)
                    && (x - left - side / 2.0).abs() < side / 2.0 - height
            });
        }
        picture
    }

    fn icon(&mut self, width: u32, height: u32) -> RgbImage {
        let mut picture = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        let (outer, inner) = (self.colour(), self.colour());
        let (r, bar) = (self.within(0.25, 0.42), self.within(0.04, 0.1));
        fill(&mut picture, outer, |x, y| (x - 0.5).hypot(y - 0.5) < r);
        fill(&mut picture, inner, |x, y| (x - 0.5).abs() < bar && (y - 0.5).abs() < r * 0.6);
        fill(&mut picture, inner, |x, y| (y - 0.5).abs() < bar && (x - 0.5).abs() < r * 0.6);
        picture
    }

    fn chart(&mut self, width: u32, height: u32) -> RgbImage {
        let mut picture = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        for line in 1_u8..10 {
            let at = f32::from(line) / 10.0;
            fill(&mut picture, Rgb([225; 3]), |x, y| (y - at).abs() < 0.002 && x > 0.08);
        }
        for bar in 0_u8..8 {
            let (left, top, colour) =
                (0.1 + f32::from(bar) * 0.11, self.within(0.15, 0.8), self.colour());
            fill(&mut picture, colour, |x, y| {
                (left..left + 0.07).contains(&x) && (top..0.9).contains(&y)
            });
        }
        fill(&mut picture, Rgb([0; 3]), |x, y| (y - 0.9).abs() < 0.004 || (x - 0.08).abs() < 0.004);
        picture
    }

    fn texture(&mut self, width: u32, height: u32) -> RgbImage {
        let mut sum = vec![[128.0_f32; 3]; (width * height) as usize];
        let mut cells = 3_u32;
        while cells < width {
            let coarse = RgbImage::from_fn(cells, cells, |_, _| self.colour());
            let fine = imageops::resize(&coarse, width, height, imageops::FilterType::CatmullRom);
            let strength = 1.2 / (cells as f32).sqrt();
            for (sum, pixel) in sum.iter_mut().zip(fine.pixels()) {
                (0..3).for_each(|i| sum[i] += (f32::from(pixel.0[i]) - 128.0) * strength);
            }
            cells *= 2;
        }
        RgbImage::from_fn(width, height, |x, y| {
            Rgb(sum[(y * width + x) as usize].map(|value| value as u8))
        })
    }
}

/// Fills where `inside` is true of a pixel's position as a fraction of the picture.
fn fill(picture: &mut RgbImage, colour: Rgb<u8>, inside: impl Fn(f32, f32) -> bool) {
    let (width, height) = picture.dimensions();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        if inside(x as f32 / width as f32, y as f32 / height as f32) {
            *pixel = colour;
        }
    }
}
