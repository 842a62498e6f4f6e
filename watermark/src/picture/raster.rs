//! Luma of rasters, and adding a pattern to them.

use image::DynamicImage;
use rayon::prelude::*;

use super::Plane;

/// A sample of a raster: 8 or 16 bits.
trait Sample: Copy + Send + Sync {
    /// The sample on the scale of 0 to 255.
    fn value(self) -> f32;
    /// The nearest sample.
    fn of(value: f32) -> Self;
}

impl Sample for u8 {
    fn value(self) -> f32 {
        f32::from(self)
    }

    fn of(value: f32) -> Self {
        // `as` saturates.
        value.round() as Self
    }
}

impl Sample for u16 {
    fn value(self) -> f32 {
        f32::from(self) / 257.0
    }

    fn of(value: f32) -> Self {
        (value * 257.0).round() as Self
    }
}

/// The luma of a picture (ITU-R BT.601), as it looks on white where it is transparent.
pub(crate) fn luma(picture: &DynamicImage) -> Plane {
    let size = (picture.width() as usize, picture.height() as usize);
    match picture {
        DynamicImage::ImageLuma8(buffer) => plane::<_, 1>(size, buffer),
        DynamicImage::ImageLumaA8(buffer) => plane::<_, 2>(size, buffer),
        DynamicImage::ImageRgb8(buffer) => plane::<_, 3>(size, buffer),
        DynamicImage::ImageRgba8(buffer) => plane::<_, 4>(size, buffer),
        DynamicImage::ImageLuma16(buffer) => plane::<_, 1>(size, buffer),
        DynamicImage::ImageLumaA16(buffer) => plane::<_, 2>(size, buffer),
        DynamicImage::ImageRgb16(buffer) => plane::<_, 3>(size, buffer),
        DynamicImage::ImageRgba16(buffer) => plane::<_, 4>(size, buffer),
        other => plane::<_, 4>(size, &other.to_rgba16()),
    }
}

/// Adds `pattern`, which has the picture's size, to every colour; transparency stays.
pub(crate) fn add(picture: &mut DynamicImage, pattern: &Plane) {
    match picture {
        DynamicImage::ImageLuma8(buffer) => shift::<_, 1>(buffer, pattern),
        DynamicImage::ImageLumaA8(buffer) => shift::<_, 2>(buffer, pattern),
        DynamicImage::ImageRgb8(buffer) => shift::<_, 3>(buffer, pattern),
        DynamicImage::ImageRgba8(buffer) => shift::<_, 4>(buffer, pattern),
        DynamicImage::ImageLuma16(buffer) => shift::<_, 1>(buffer, pattern),
        DynamicImage::ImageLumaA16(buffer) => shift::<_, 2>(buffer, pattern),
        DynamicImage::ImageRgb16(buffer) => shift::<_, 3>(buffer, pattern),
        DynamicImage::ImageRgba16(buffer) => shift::<_, 4>(buffer, pattern),
        other => {
            *other = DynamicImage::ImageRgba16(other.to_rgba16());
            add(other, pattern);
        }
    }
}

fn plane<S: Sample, const CHANNELS: usize>(size: (usize, usize), samples: &[S]) -> Plane {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    Plane::by_rows(size, |y, row| {
        let source = pixels.get(y * size.0..).unwrap_or_default();
        row.iter_mut().zip(source).for_each(|(luma, pixel)| *luma = brightness(pixel));
    })
}

fn brightness<S: Sample>(pixel: &[S]) -> f32 {
    let on_white = |luma: f32, alpha: S| 255.0 + (luma - 255.0) * alpha.value() / 255.0;
    let luma = |r: S, g: S, b: S| 0.299 * r.value() + 0.587 * g.value() + 0.114 * b.value();
    match *pixel {
        [grey] => grey.value(),
        [grey, alpha] => on_white(grey.value(), alpha),
        [r, g, b] => luma(r, g, b),
        [r, g, b, alpha] => on_white(luma(r, g, b), alpha),
        _ => 0.0,
    }
}

fn shift<S: Sample, const CHANNELS: usize>(samples: &mut [S], pattern: &Plane) {
    let (pixels, _) = samples.as_chunks_mut::<CHANNELS>();
    let colours = if CHANNELS.is_multiple_of(2) { CHANNELS - 1 } else { CHANNELS };
    let pairs = pixels.par_iter_mut().with_min_len(1 << 14).zip(pattern.samples());
    pairs.for_each(|(pixel, shift)| {
        pixel.iter_mut().take(colours).for_each(|sample| *sample = S::of(sample.value() + shift));
    });
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    #[test]
    fn every_kind_of_raster_has_the_same_luma() {
        let mut rgba = RgbaImage::from_pixel(4, 3, Rgba([90, 90, 90, 255]));
        rgba.put_pixel(1, 2, Rgba([10, 10, 10, 255]));
        let rgba = DynamicImage::ImageRgba8(rgba);
        let expected = luma(&rgba);
        assert!((expected.row(2)[1] - 10.0).abs() < 1e-3);
        let kinds: [DynamicImage; 8] = [
            rgba.to_luma8().into(),
            rgba.to_luma_alpha8().into(),
            rgba.to_rgb8().into(),
            rgba.to_luma16().into(),
            rgba.to_luma_alpha16().into(),
            rgba.to_rgb16().into(),
            rgba.to_rgba16().into(),
            rgba.to_rgb32f().into(),
        ];
        for kind in kinds {
            let found = luma(&kind);
            for (a, b) in found.samples().iter().zip(expected.samples()) {
                assert!((a - b).abs() < 0.6, "{:?}: {a} is not {b}", kind.color());
            }
        }
    }

    #[test]
    fn transparent_pixels_look_white_and_stay_transparent() {
        let clear = Rgba([0, 0, 0, 0]);
        let mut picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(2, 2, clear));
        assert!(luma(&picture).samples().iter().all(|luma| *luma == 255.0));
        add(&mut picture, &Plane::by_rows((2, 2), |_, row| row.fill(3.4)));
        assert_eq!(picture.to_rgba8().get_pixel(1, 1), &Rgba([3, 3, 3, 0]));
    }

    #[test]
    fn sums_stop_at_black_and_white() {
        let mut picture: DynamicImage =
            image::RgbImage::from_pixel(1, 1, image::Rgb([250, 3, 100])).into();
        add(&mut picture, &Plane::by_rows((1, 1), |_, row| row.fill(9.0)));
        assert_eq!(picture.to_rgb8().get_pixel(0, 0).0, [255, 12, 109]);
        add(&mut picture, &Plane::by_rows((1, 1), |_, row| row.fill(-20.0)));
        assert_eq!(picture.to_rgb8().get_pixel(0, 0).0, [235, 0, 89]);
    }
}
