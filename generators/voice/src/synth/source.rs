//! The glottis: pulses of the KLGLOTT88 shape, and breath.

use super::RATE_HZ;
use crate::{lots::Lots, voices::Voice};

/// Makes the derivative of the flow through the glottis, sample by sample.
#[derive(Debug)]
pub(crate) struct Glottis {
    phase: f32,
    open_share: f32,
    tilt: f32,
    tilted: f32,
    jitter: f32,
    shimmer: f32,
    factor_hz: f32,
    factor: f32,
    breath_last: f32,
}

/// What comes out of the glottis at one sample.
pub(crate) struct Flow {
    pub(crate) voiced: f32,
    pub(crate) breath: f32,
    /// Whether the folds are apart.
    pub(crate) open: bool,
}

impl Glottis {
    pub(crate) fn new(voice: &Voice) -> Self {
        Self {
            phase: 0.0,
            open_share: voice.open_share,
            tilt: 1.0 - (-std::f32::consts::TAU * voice.tilt_hz / RATE_HZ).exp(),
            tilted: 0.0,
            jitter: voice.jitter,
            shimmer: voice.jitter * 3.0,
            factor_hz: 1.0,
            factor: 1.0,
            breath_last: 0.0,
        }
    }

    /// The next sample at a pitch.
    pub(crate) fn next(&mut self, hz: f32, lots: &mut Lots) -> Flow {
        let step = (hz * self.factor_hz / RATE_HZ).clamp(1e-4, 0.2);
        self.phase += step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
            self.factor_hz = 1.0 + self.jitter * lots.between();
            self.factor = 1.0 + self.shimmer * lots.between();
        }
        let open = self.phase < self.open_share;
        let mut pulse = 0.0;
        if open {
            let x = self.phase / self.open_share;
            pulse = x * (2.0 - 3.0 * x);
        }
        // The folds close at once; the jump is spread over two samples, lest it alias.
        pulse += step_smoothing((self.phase - self.open_share) / step);
        let noise = lots.noise();
        let breath = noise - 0.6 * self.breath_last;
        self.breath_last = noise;
        self.tilted += self.tilt * (pulse * self.factor - self.tilted);
        Flow { voiced: self.tilted, breath: breath * if open { 1.0 } else { 0.5 }, open }
    }
}

/// What a jump from −1 to 0 at `distance` samples adds to the naive samples around it.
fn step_smoothing(distance: f32) -> f32 {
    if (-1.0..0.0).contains(&distance) {
        0.5 * (distance + 1.0) * (distance + 1.0)
    } else if (0.0..1.0).contains(&distance) {
        -0.5 * (1.0 - distance) * (1.0 - distance)
    } else {
        0.0
    }
}
