//! Luma of rasters, and adding a pattern to them.

use image::DynamicImage;
use rayon::prelude::*;

use super::Plane;

/// A sample of a raster: 8 or 16 bits.
pub(crate) trait Sample: Copy + Send + Sync {
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
        // `as` cuts off fractions and saturates; `round` would be a call on common processors.
        (value + 0.5) as Self
    }
}

impl Sample for u16 {
    fn value(self) -> f32 {
        f32::from(self) / 257.0
    }

    fn of(value: f32) -> Self {
        (value * 257.0 + 0.5) as Self
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

/// Adds a pattern to the luma of a picture; transparency stays. `fill` writes a row of the pattern.
pub(crate) fn add(picture: &mut DynamicImage, fill: impl Fn(usize, &mut [f32]) + Sync) {
    let width = picture.width() as usize;
    let pattern = &fill;
    match picture {
        DynamicImage::ImageLuma8(buffer) => shift::<_, 1>(buffer, width, pattern),
        DynamicImage::ImageLumaA8(buffer) => shift::<_, 2>(buffer, width, pattern),
        DynamicImage::ImageRgb8(buffer) => shift::<_, 3>(buffer, width, pattern),
        DynamicImage::ImageRgba8(buffer) => shift::<_, 4>(buffer, width, pattern),
        DynamicImage::ImageLuma16(buffer) => shift::<_, 1>(buffer, width, pattern),
        DynamicImage::ImageLumaA16(buffer) => shift::<_, 2>(buffer, width, pattern),
        DynamicImage::ImageRgb16(buffer) => shift::<_, 3>(buffer, width, pattern),
        DynamicImage::ImageRgba16(buffer) => shift::<_, 4>(buffer, width, pattern),
        other => {
            *other = DynamicImage::ImageRgba16(other.to_rgba16());
            add(other, fill);
        }
    }
}

/// The mean square of what [`add`] would change at samples of these rows, each with its pattern.
pub(crate) fn shift_power(picture: &DynamicImage, rows: &[(usize, Vec<f32>)], gain: f32) -> f64 {
    let width = picture.width() as usize;
    match picture {
        DynamicImage::ImageLuma8(buffer) => power::<_, 1>(buffer, width, rows, gain),
        DynamicImage::ImageLumaA8(buffer) => power::<_, 2>(buffer, width, rows, gain),
        DynamicImage::ImageRgb8(buffer) => power::<_, 3>(buffer, width, rows, gain),
        DynamicImage::ImageRgba8(buffer) => power::<_, 4>(buffer, width, rows, gain),
        DynamicImage::ImageLuma16(buffer) => power::<_, 1>(buffer, width, rows, gain),
        DynamicImage::ImageLumaA16(buffer) => power::<_, 2>(buffer, width, rows, gain),
        DynamicImage::ImageRgb16(buffer) => power::<_, 3>(buffer, width, rows, gain),
        DynamicImage::ImageRgba16(buffer) => power::<_, 4>(buffer, width, rows, gain),
        other => power::<_, 4>(&other.to_rgba16(), width, rows, gain),
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

/// What a change of luma by one means for red, green and blue: the least change of all three.
/// Each is changed as much as it counts.
const SHARES: [f32; 3] = {
    let square = 0.299 * 0.299 + 0.587 * 0.587 + 0.114 * 0.114;
    [0.299 / square, 0.587 / square, 0.114 / square]
};

const fn shares<const CHANNELS: usize>() -> &'static [f32] {
    if CHANNELS < 3 { &[1.0] } else { &SHARES }
}

fn shift<S: Sample, const CHANNELS: usize>(
    samples: &mut [S],
    width: usize,
    fill: &(impl Fn(usize, &mut [f32]) + Sync),
) {
    let (pixels, _) = samples.as_chunks_mut::<CHANNELS>();
    let rows = pixels.par_chunks_mut(width.max(1)).with_min_len(16).enumerate();
    rows.for_each_init(
        || vec![0.0; width],
        |pattern, (y, row)| {
            fill(y, pattern);
            for (pixel, shift) in row.iter_mut().zip(pattern.iter()) {
                for (sample, share) in pixel.iter_mut().zip(shares::<CHANNELS>()) {
                    *sample = S::of(sample.value() + shift * share);
                }
            }
        },
    );
}

fn power<S: Sample, const CHANNELS: usize>(
    samples: &[S],
    width: usize,
    rows: &[(usize, Vec<f32>)],
    gain: f32,
) -> f64 {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    let (mut sum, mut count) = (0.0, 0);
    for (y, pattern) in rows {
        let row = pixels.get(y * width..).unwrap_or_default();
        // Rows are short enough for single precision.
        let mut of_row = 0.0_f32;
        for (pixel, shift) in row.iter().zip(pattern) {
            for (sample, share) in pixel.iter().zip(shares::<CHANNELS>()) {
                let value = sample.value();
                let change = (value + shift * gain * share).clamp(0.0, 255.0) - value;
                of_row += change * change;
            }
        }
        sum += f64::from(of_row);
        count += pattern.len() * shares::<CHANNELS>().len();
    }
    sum / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX))
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
        add(&mut picture, |_, row| row.fill(3.4));
        assert_eq!(picture.to_rgba8().get_pixel(1, 1), &Rgba([2, 4, 1, 0]));
    }

    #[test]
    fn sums_stop_at_black_and_white() {
        let mut picture: DynamicImage =
            image::RgbImage::from_pixel(1, 1, image::Rgb([250, 3, 100])).into();
        add(&mut picture, |_, row| row.fill(9.0));
        assert_eq!(picture.to_rgb8().get_pixel(0, 0).0, [255, 15, 102]);
        add(&mut picture, |_, row| row.fill(-20.0));
        assert_eq!(picture.to_rgb8().get_pixel(0, 0).0, [242, 0, 97]);
    }
}
