//! Damage as scans have it.

use retouch::{Mask, Picture};

use crate::lots::Lots;

/// Marks of one sort, and the level each pixel of them has.
pub(crate) struct Marks {
    width: usize,
    height: usize,
    levels: Vec<Option<f32>>,
}

impl Marks {
    pub(crate) fn none(picture: &Picture) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self { width, height, levels: vec![None; width * height] }
    }

    /// Long scratches, mostly upright, and hairs.
    pub(crate) fn scratches(mut self, lots: &mut Lots) -> Self {
        for number in 0..14 {
            let hair = number % 3 == 2;
            let level = if lots.unit() < 0.7 {
                lots.between(215.0, 255.0)
            } else {
                lots.between(0.0, 35.0)
            };
            let thick = lots.between(0.5, if hair { 1.0 } else { 1.9 });
            let (mut x, mut y) =
                (lots.unit() * self.width as f32, lots.unit() * self.height as f32);
            let mut angle = if hair { lots.between(0.0, 6.3) } else { lots.between(1.35, 1.8) };
            let length = lots.between(0.15, if hair { 0.3 } else { 0.9 }) * self.height as f32;
            for _ in 0..(2.0 * length) as usize {
                self.dot(x, y, thick, level);
                angle += lots.normal() * if hair { 0.06 } else { 0.006 };
                (x, y) = (x + 0.5 * angle.cos(), y + 0.5 * angle.sin());
            }
        }
        self
    }

    /// Grains of dust.
    pub(crate) fn dust(mut self, lots: &mut Lots) -> Self {
        for _ in 0..160 {
            let level = if lots.unit() < 0.6 {
                lots.between(220.0, 255.0)
            } else {
                lots.between(0.0, 30.0)
            };
            let (x, y) = (lots.unit() * self.width as f32, lots.unit() * self.height as f32);
            let radius = lots.between(0.8, 3.5);
            for _ in 0..3 {
                let (dx, dy) = (lots.normal() * 0.5 * radius, lots.normal() * 0.5 * radius);
                self.dot(x + dx, y + dy, radius * lots.between(0.5, 1.0), level);
            }
        }
        self
    }

    /// Places where the picture has come off.
    pub(crate) fn holes(mut self, lots: &mut Lots) -> Self {
        for _ in 0..8 {
            let level = lots.between(200.0, 250.0);
            let (x, y) = (lots.unit() * self.width as f32, lots.unit() * self.height as f32);
            let radius = lots.between(6.0, 20.0);
            for _ in 0..6 {
                let (dx, dy) = (lots.normal() * 0.5 * radius, lots.normal() * 0.5 * radius);
                self.dot(x + dx, y + dy, radius * lots.between(0.3, 0.8), level);
            }
        }
        self
    }

    fn dot(&mut self, x: f32, y: f32, radius: f32, level: f32) {
        let reach = radius.ceil() as i32 + 1;
        for py in y as i32 - reach..=y as i32 + reach {
            for px in x as i32 - reach..=x as i32 + reach {
                let inside = (px as f32 - x).hypot(py as f32 - y) <= radius;
                let on =
                    (0..self.width as i32).contains(&px) && (0..self.height as i32).contains(&py);
                if inside && on {
                    self.levels[py as usize * self.width + px as usize] = Some(level);
                }
            }
        }
    }

    pub(crate) fn mask(&self) -> Mask {
        let values =
            self.levels.iter().map(|level| if level.is_some() { 255 } else { 0 }).collect();
        Mask::new(self.width as u32, self.height as u32, values).unwrap()
    }

    pub(crate) fn on(&self, picture: &Picture, lots: &mut Lots) -> Picture {
        let mut pixels = picture.pixels().to_vec();
        for (pixel, level) in pixels.chunks_mut(3).zip(&self.levels) {
            if let Some(level) = level {
                let level = (level + 3.0 * lots.normal()).clamp(0.0, 255.0);
                pixel.fill(level.round() as u8);
            }
        }
        Picture::new(picture.width(), picture.height(), pixels).unwrap()
    }
}

pub(crate) fn noisy(picture: &Picture, sigma: f32, lots: &mut Lots) -> Picture {
    mapped(picture, |value, _| value + sigma * lots.normal())
}

/// Paler, with lifted blacks, and yellowed.
pub(crate) fn faded(picture: &Picture, lots: &mut Lots) -> Picture {
    let contrast = lots.between(0.5, 0.7);
    let lift = lots.between(45.0, 70.0);
    let tint = [lots.between(1.0, 1.1), lots.between(0.95, 1.0), lots.between(0.75, 0.9)];
    mapped(picture, |value, channel| tint[channel] * (contrast * value + lift))
}

pub(crate) fn blurred(picture: &Picture, sigma: f32) -> Picture {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let reach = (4.0 * sigma).ceil() as i32;
    let taps: Vec<f32> =
        (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let sum: f32 = taps.iter().sum();
    let once = |values: &[f32], down: bool| -> Vec<f32> {
        (0..width * height * 3)
            .map(|i| {
                let (x, y, c) = (i / 3 % width, i / 3 / width, i % 3);
                let value: f32 = taps
                    .iter()
                    .zip(-reach..)
                    .map(|(tap, d)| {
                        let fold =
                            |p: usize, n: usize| (p as i32 + d).clamp(0, n as i32 - 1) as usize;
                        let (x, y) = if down { (x, fold(y, height)) } else { (fold(x, width), y) };
                        tap * values[(y * width + x) * 3 + c]
                    })
                    .sum();
                value / sum
            })
            .collect()
    };
    let values: Vec<f32> = picture.pixels().iter().map(|v| f32::from(*v)).collect();
    let result = once(&once(&values, false), true);
    let mut result = result.into_iter();
    mapped(picture, |_, _| result.next().unwrap())
}

fn mapped(picture: &Picture, mut value: impl FnMut(f32, usize) -> f32) -> Picture {
    let pixels = picture.pixels().iter().enumerate();
    let pixels = pixels.map(|(i, v)| value(f32::from(*v), i % 3).round().clamp(0.0, 255.0) as u8);
    Picture::new(picture.width(), picture.height(), pixels.collect()).unwrap()
}
