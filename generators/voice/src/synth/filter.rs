//! Resonances and their opposites, two poles or two zeros each.

use std::f32::consts::{PI, TAU};

use super::{FRAME, RATE_HZ};

/// A second-order section of Klatt's kind: unit gain at 0 Hz.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Resonator {
    a: f32,
    b: f32,
    c: f32,
    last: [f32; 2],
}

fn coefficients(hz: f32, width: f32) -> (f32, f32, f32) {
    let r = (-PI * width / RATE_HZ).exp();
    let c = -r * r;
    let b = 2.0 * r * (TAU * hz / RATE_HZ).cos();
    (1.0 - b - c, b, c)
}

impl Resonator {
    pub(crate) fn tune(&mut self, hz: f32, width: f32) {
        (self.a, self.b, self.c) = coefficients(hz, width);
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        let y = self.a * x + self.b * self.last[0] + self.c * self.last[1];
        self.last = [y, self.last[0]];
        y
    }
}

/// Coefficients that move evenly from one point of the grid to the next: steps would click.
#[derive(Debug, Clone, Copy, Default)]
struct Moving {
    b: f32,
    c: f32,
    step: [f32; 2],
    tuned: bool,
}

impl Moving {
    fn aim(&mut self, hz: f32, width: f32) {
        let (_, b, c) = coefficients(hz, width);
        if !self.tuned {
            (self.b, self.c, self.tuned) = (b, c, true);
        }
        self.step = [(b - self.b) / FRAME as f32, (c - self.c) / FRAME as f32];
    }

    fn walk(&mut self) {
        self.b += self.step[0];
        self.c += self.step[1];
    }
}

/// A [`Resonator`] that is retuned at every point of the grid.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Formant {
    now: Moving,
    last: [f32; 2],
}

impl Formant {
    pub(crate) fn aim(&mut self, hz: f32, width: f32) {
        self.now.aim(hz, width);
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        self.now.walk();
        let Moving { b, c, .. } = self.now;
        let y = (1.0 - b - c) * x + b * self.last[0] + c * self.last[1];
        self.last = [y, self.last[0]];
        y
    }
}

/// The inverse of a [`Formant`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Zero {
    now: Moving,
    last: [f32; 2],
}

impl Zero {
    pub(crate) fn aim(&mut self, hz: f32, width: f32) {
        self.now.aim(hz, width);
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        self.now.walk();
        let Moving { b, c, .. } = self.now;
        let y = (x - b * self.last[0] - c * self.last[1]) / (1.0 - b - c);
        self.last = [x, self.last[0]];
        y
    }
}

/// A band of noise, scaled so that white noise keeps its root mean square.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Band {
    ring: Resonator,
    gain: f32,
}

impl Band {
    pub(crate) fn tune(&mut self, hz: f32, width: f32) {
        self.ring.tune(hz, width);
        // The power gain of a / (1 − b z⁻¹ − c z⁻²).
        let Resonator { a, b, c, .. } = self.ring;
        let power = a * a * (1.0 - c) / ((1.0 + c) * ((1.0 - c) * (1.0 - c) - b * b));
        self.gain = 1.0 / power.max(1e-9).sqrt();
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        self.ring.pass(x * self.gain)
    }
}
