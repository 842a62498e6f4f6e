//! Parts of pictures at any size: halved copies, then the mean of the nearest pixels.

use std::sync::OnceLock;

use tiny_skia::Pixmap;

use crate::storyboard::{Area, Picture};

/// How often a picture is halved at most.
const HALVINGS: usize = 6;

/// A picture with its halved copies, which are made when they are needed.
#[derive(Debug)]
pub(crate) struct Levels<'a> {
    picture: &'a Picture,
    halved: [OnceLock<Picture>; HALVINGS],
}

/// A rectangle of a picture in its pixels: left, top, width, height.
pub(crate) type Window = (f32, f32, f32, f32);

impl<'a> Levels<'a> {
    pub(crate) fn of(picture: &'a Picture) -> Self {
        Self { picture, halved: std::array::from_fn(|_| OnceLock::new()) }
    }

    fn level(&self, number: usize) -> &Picture {
        match number.checked_sub(1).and_then(|at| self.halved.get(at)) {
            Some(kept) => kept.get_or_init(|| halved(self.level(number - 1))),
            None => self.picture,
        }
    }

    /// The largest part of `area` that has the proportions of `width` to `height`.
    pub(crate) fn window(&self, area: Area, (width, height): (f32, f32)) -> Window {
        let (pw, ph) = (self.picture.width as f32, self.picture.height as f32);
        let (w, h) = ((area.width * pw).max(1.0), (area.height * ph).max(1.0));
        let scale = (w / width).min(h / height);
        let (nw, nh) = (width * scale, height * scale);
        (area.left * pw + (w - nw) / 2.0, area.top * ph + (h - nh) / 2.0, nw, nh)
    }

    /// The size that the whole picture has inside of `width` and `height`.
    pub(crate) fn inside(&self, (width, height): (f32, f32)) -> (f32, f32) {
        let (pw, ph) = (self.picture.width as f32, self.picture.height as f32);
        let scale = (width / pw).min(height / ph);
        (pw * scale, ph * scale)
    }

    pub(crate) fn whole(&self) -> Window {
        (0.0, 0.0, self.picture.width as f32, self.picture.height as f32)
    }

    /// Fills `target` with a window of the picture; `light` is 256 for as it is, 0 for black.
    pub(crate) fn fill(&self, window: Window, target: &mut Pixmap, light: u32) {
        let (width, height) = (target.width() as usize, target.height() as usize);
        let (mut x, mut y, mut w, mut h) = window;
        let mut number = 0;
        while number < HALVINGS && (w / width as f32).max(h / height as f32) > 1.5 {
            (x, y, w, h) = (x / 2.0, y / 2.0, w / 2.0, h / 2.0);
            number += 1;
        }
        let source = self.level(number);
        let across = taps((x, w), width, source.width as usize);
        let down = taps((y, h), height, source.height as usize);
        let stride = source.width as usize * 3;
        let mut row = vec![[0_u16; 3]; source.width as usize];
        for (line, (from, to, share)) in target.data_mut().chunks_exact_mut(width * 4).zip(down) {
            let above = source.rgb.get(from * stride..(from + 1) * stride).unwrap_or_default();
            let below = source.rgb.get(to * stride..(to + 1) * stride).unwrap_or_default();
            let (share, rest) =
                (((share * light) >> 8) as u16, (((256 - share) * light) >> 8) as u16);
            let pairs = above.iter().zip(below);
            for (mixed, (a, b)) in row.as_flattened_mut().iter_mut().zip(pairs) {
                *mixed = u16::from(*a) * rest + u16::from(*b) * share;
            }
            for (pixel, (left, right, share)) in line.as_chunks_mut::<4>().0.iter_mut().zip(&across)
            {
                let (Some(a), Some(b)) = (row.get(*left), row.get(*right)) else { continue };
                let mix = |a: u16, b: u16| {
                    ((u32::from(a) * (256 - share) + u32::from(b) * share) >> 16) as u8
                };
                *pixel = [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2]), 255];
            }
        }
    }
}

/// For each target pixel the two nearest source pixels, and how much the second counts of 256.
fn taps((start, length): (f32, f32), count: usize, side: usize) -> Vec<(usize, usize, u32)> {
    let last = side.saturating_sub(1);
    let step = length / count as f32;
    let taps = (0..count).map(|at| {
        let place = (start + (at as f32 + 0.5) * step - 0.5).clamp(0.0, last as f32);
        let whole = place.floor();
        let first = (whole as usize).min(last);
        (first, (first + 1).min(last), ((place - whole) * 256.0) as u32)
    });
    taps.collect()
}

fn halved(source: &Picture) -> Picture {
    let (width, height) = (source.width.div_ceil(2).max(1), source.height.div_ceil(2).max(1));
    let stride = source.width as usize * 3;
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    let last = (source.width as usize - 1, source.height as usize - 1);
    for y in 0..height as usize {
        let rows = [(y * 2).min(last.1), (y * 2 + 1).min(last.1)];
        let rows =
            rows.map(|row| source.rgb.get(row * stride..(row + 1) * stride).unwrap_or_default());
        for x in 0..width as usize {
            let columns = [(x * 2).min(last.0), (x * 2 + 1).min(last.0)];
            for channel in 0..3 {
                let sum: u32 = rows
                    .iter()
                    .flat_map(|row| columns.map(|column| row.get(column * 3 + channel)))
                    .map(|byte| u32::from(byte.copied().unwrap_or(0)))
                    .sum();
                rgb.push(((sum + 2) / 4) as u8);
            }
        }
    }
    Picture { width, height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Picture {
        let rgb = (0..width * height).flat_map(|at| {
            [(at % width * 255 / width) as u8, (at / width * 255 / height) as u8, 7]
        });
        Picture { width, height, rgb: rgb.collect() }
    }

    #[test]
    fn a_picture_at_its_own_size_stays_as_it_is() {
        let picture = ramp(64, 32);
        let mut target = Pixmap::new(64, 32).unwrap();
        let levels = Levels::of(&picture);
        levels.fill(levels.whole(), &mut target, 256);
        let same = target.pixels().iter().zip(picture.rgb.chunks(3));
        assert!(same.clone().all(|(pixel, rgb)| {
            [pixel.red(), pixel.green(), pixel.blue()] == [rgb[0], rgb[1], rgb[2]]
        }));
    }

    #[test]
    fn any_size_and_window_is_filled() {
        for (width, height) in [(1, 1), (3, 500), (2000, 2)] {
            let picture = ramp(width, height);
            let levels = Levels::of(&picture);
            let mut target = Pixmap::new(37, 21).unwrap();
            levels.fill(levels.window(Area::ALL, (37.0, 21.0)), &mut target, 256);
            levels.fill((-5.0, 0.4, 9000.0, 0.1), &mut target, 128);
            assert!(target.pixels().iter().all(|pixel| pixel.alpha() == 255));
        }
    }
}
