//! Resonances and their opposites, two poles or two zeros each.

use std::f32::consts::{PI, TAU};

use super::RATE_HZ;

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

    /// Tuned so that white noise of unit root mean square stays so.
    pub(crate) fn tune_for_noise(&mut self, hz: f32, width: f32) {
        self.tune(hz, width);
        // The power gain of 1 / (1 − b z⁻¹ − c z⁻²).
        let (b, c) = (self.b, self.c);
        let power = (1.0 - c) / ((1.0 + c) * ((1.0 - c) * (1.0 - c) - b * b));
        self.a = 1.0 / power.max(1e-6).sqrt();
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        let y = self.a * x + self.b * self.last[0] + self.c * self.last[1];
        self.last = [y, self.last[0]];
        y
    }
}

/// The inverse of a [`Resonator`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Zero {
    a: f32,
    b: f32,
    c: f32,
    last: [f32; 2],
}

impl Zero {
    pub(crate) fn tune(&mut self, hz: f32, width: f32) {
        let (a, b, c) = coefficients(hz, width);
        (self.a, self.b, self.c) = (1.0 / a, -b / a, -c / a);
    }

    pub(crate) fn pass(&mut self, x: f32) -> f32 {
        let y = self.a * x + self.b * self.last[0] + self.c * self.last[1];
        self.last = [x, self.last[0]];
        y
    }
}
