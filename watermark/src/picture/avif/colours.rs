//! Decoded frames to rasters: from luma and chroma to red, green and blue (ITU-T H.273, 8.3).

use image::{ColorType, DynamicImage, ImageBuffer};
use re_rav1d::dav1d::{
    Picture, PixelLayout, PlanarImageComponent as Component, Plane as Samples, pixel::YUVRange,
};

use super::{other_kind, properties::Colours, unsupported};
use crate::WatermarkError;

/// How the three numbers of a pixel become red, green and blue.
#[derive(Clone, Copy)]
enum Matrix {
    /// They are green, blue and red already.
    Identity,
    /// Luma and two differences of colour; the shares of red and blue in luma.
    Differences { red: f32, blue: f32 },
    /// Luma, a green and an orange difference.
    GreenOrange,
}

impl Matrix {
    fn of(number: u16) -> Result<Self, WatermarkError> {
        let (red, blue) = match number {
            0 => return Ok(Self::Identity),
            8 => return Ok(Self::GreenOrange),
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            // What is unspecified is taken as other readers do: as BT.601.
            2 | 5 | 6 => (0.299, 0.114),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            _ => return Err(unsupported("its colours are coded in a rare way")),
        };
        Ok(Self::Differences { red, blue })
    }

    /// From luma in 0 to 1 and differences in −½ to ½.
    fn rgb(self, [y, first, second]: [f32; 3]) -> [f32; 3] {
        match self {
            Self::Identity => [second, y, first],
            Self::GreenOrange => [y - first + second, y + first, y - first - second],
            Self::Differences { red, blue } => {
                let r = y + 2.0 * (1.0 - red) * second;
                let b = y + 2.0 * (1.0 - blue) * first;
                [r, (y - red * r - blue * b) / (1.0 - red - blue), b]
            }
        }
    }
}

/// One plane of a frame.
struct Channel {
    samples: Samples,
    stride: usize,
    size: (usize, usize),
    is_wide: bool,
    /// The number that means nothing, and one over the range.
    zero: f32,
    scale: f32,
}

impl Channel {
    fn new(frame: &Picture, component: Component, chroma: bool, full_range: bool) -> Self {
        let layout = frame.pixel_layout();
        let half = |length: u32, halved: bool| if halved { length.div_ceil(2) } else { length };
        let of_chroma = !matches!(component, Component::Y);
        let size = (
            half(
                frame.width(),
                of_chroma && matches!(layout, PixelLayout::I420 | PixelLayout::I422),
            ),
            half(frame.height(), of_chroma && matches!(layout, PixelLayout::I420)),
        );
        let bits = frame.bits_per_component().map_or(8, |bits| bits.0);
        let step = (1_u32 << bits.saturating_sub(8)) as f32;
        let all = ((1_u32 << bits) - 1) as f32;
        let (zero, range) = match (chroma, full_range) {
            (false, true) => (0.0, all),
            (false, false) => (16.0 * step, 219.0 * step),
            (true, true) => (128.0 * step, all),
            (true, false) => (128.0 * step, 224.0 * step),
        };
        Self {
            samples: frame.plane(component),
            stride: frame.stride(component) as usize,
            size: (size.0 as usize, size.1 as usize),
            is_wide: frame.bit_depth() > 8,
            zero,
            scale: 1.0 / range,
        }
    }

    /// Writes a row of the whole picture: a plane of fewer samples is spread evenly.
    fn row(&self, y: usize, height: usize, into: &mut [f32]) {
        let (above, below, share) = between(y, height, self.size.1);
        let (first, second) = (self.line(above), self.line(below));
        let width = into.len();
        for (x, value) in into.iter_mut().enumerate() {
            let (left, right, along) = between(x, width, self.size.0);
            let blend = |line: &[u8]| {
                let (a, b) = (self.sample(line, left), self.sample(line, right));
                a + (b - a) * along
            };
            let top = blend(first);
            // Most pictures need one line only.
            let sample = if share == 0.0 { top } else { top + (blend(second) - top) * share };
            *value = (sample - self.zero) * self.scale;
        }
    }

    fn line(&self, y: usize) -> &[u8] {
        self.samples.get(y * self.stride..).unwrap_or_default()
    }

    fn sample(&self, line: &[u8], x: usize) -> f32 {
        if self.is_wide {
            let pair = line.get(2 * x..).and_then(|rest| rest.first_chunk());
            f32::from(pair.map_or(0, |pair| u16::from_ne_bytes(*pair)))
        } else {
            f32::from(line.get(x).copied().unwrap_or_default())
        }
    }
}

/// The two samples of a plane between which place `at` of `whole` lies, and how near the second is.
fn between(at: usize, whole: usize, samples: usize) -> (usize, usize, f32) {
    if samples == whole {
        return (at, at, 0.0);
    }
    // Half as many samples, each in the middle of two places.
    let first = at.saturating_sub(1) / 2;
    let second = (first + 1).min(samples.saturating_sub(1));
    match at {
        0 => (0, 0, 0.0),
        _ if at % 2 == 1 => (first, second, 0.25),
        _ => (first, second, 0.75),
    }
}

/// A frame, with its opacity, about to become a raster.
pub(super) struct Converter {
    luma: Channel,
    chroma: Option<(Channel, Channel)>,
    alpha: Option<Channel>,
    matrix: Matrix,
}

impl Converter {
    /// `stated` prevails over what the frame says of its colours.
    pub(super) fn new(
        frame: &Picture,
        alpha: Option<&Picture>,
        stated: Option<Colours>,
    ) -> Result<Self, WatermarkError> {
        let is_full = |frame: &Picture| matches!(frame.color_range(), YUVRange::Full);
        // A frame is only asked where the file says nothing: it may name what the standard reserves.
        let of_frame = || frame.matrix_coefficients() as u16;
        let matrix = Matrix::of(stated.map_or_else(of_frame, |colours| colours.matrix))?;
        let full_range = stated.map_or_else(|| is_full(frame), |colours| colours.full_range);
        let differs = !matches!(matrix, Matrix::Identity);
        let channel = |component| Channel::new(frame, component, differs, full_range);
        let chroma = match frame.pixel_layout() {
            PixelLayout::I400 => None,
            _ => Some((channel(Component::U), channel(Component::V))),
        };
        Ok(Self {
            luma: Channel::new(frame, Component::Y, false, full_range),
            chroma,
            alpha: alpha.map(|alpha| Channel::new(alpha, Component::Y, false, is_full(alpha))),
            matrix,
        })
    }

    pub(super) fn picture(&self, kind: ColorType) -> Result<DynamicImage, WatermarkError> {
        let (width, height) = (self.luma.size.0 as u32, self.luma.size.1 as u32);
        let narrow = || self.samples::<u8>(|value| (value * 255.0 + 0.5) as u8);
        let wide = || self.samples::<u16>(|value| (value * 65535.0 + 0.5) as u16);
        let picture = match kind {
            ColorType::L8 => buffer(width, height, narrow()).map(DynamicImage::ImageLuma8),
            ColorType::La8 => buffer(width, height, narrow()).map(DynamicImage::ImageLumaA8),
            ColorType::Rgb8 => buffer(width, height, narrow()).map(DynamicImage::ImageRgb8),
            ColorType::Rgba8 => buffer(width, height, narrow()).map(DynamicImage::ImageRgba8),
            ColorType::L16 => buffer(width, height, wide()).map(DynamicImage::ImageLuma16),
            ColorType::La16 => buffer(width, height, wide()).map(DynamicImage::ImageLumaA16),
            ColorType::Rgb16 => buffer(width, height, wide()).map(DynamicImage::ImageRgb16),
            _ => buffer(width, height, wide()).map(DynamicImage::ImageRgba16),
        };
        picture.ok_or_else(other_kind)
    }

    /// All samples of the picture; `of` cuts off what lies outside 0 to 1.
    fn samples<S: Copy>(&self, of: impl Fn(f32) -> S) -> Vec<S> {
        let (width, height) = self.luma.size;
        let mut rows = [vec![0.0; width], vec![0.0; width], vec![0.0; width], vec![1.0; width]];
        let channels = if self.chroma.is_some() { 3 } else { 1 };
        let per_pixel = channels + usize::from(self.alpha.is_some());
        let mut samples = Vec::with_capacity(width * height * per_pixel);
        for at in 0..height {
            let [y, first, second, alpha] = &mut rows;
            self.luma.row(at, height, y);
            if let Some((blue, red)) = &self.chroma {
                blue.row(at, height, first);
                red.row(at, height, second);
            }
            if let Some(opacity) = &self.alpha {
                opacity.row(at, height, alpha);
            }
            for (((y, first), second), alpha) in
                y.iter().zip(first.iter()).zip(second.iter()).zip(alpha.iter())
            {
                match self.chroma {
                    Some(_) => samples.extend(self.matrix.rgb([*y, *first, *second]).map(&of)),
                    None => samples.push(of(*y)),
                }
                if self.alpha.is_some() {
                    samples.push(of(*alpha));
                }
            }
        }
        samples
    }
}

fn buffer<P: image::Pixel>(
    width: u32,
    height: u32,
    samples: Vec<P::Subpixel>,
) -> Option<ImageBuffer<P, Vec<P::Subpixel>>> {
    ImageBuffer::from_raw(width, height, samples)
}
