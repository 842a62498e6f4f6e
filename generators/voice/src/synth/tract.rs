//! The tract: a cascade of resonances for what comes from the glottis, a parallel pair for noise.

use super::{
    FRAME,
    filter::{Resonator, Zero},
    frames::Frame,
    source::Glottis,
};
use crate::{lots::Lots, voices::Voice};

/// Brings a full open vowel to a root mean square of about one.
const VOICE_GAIN: f32 = 1.75;
/// Resonances above the third, for a male voice: Hz and bandwidth.
const UPPER: [(f32, f32); 9] = [
    (3400.0, 250.0),
    (4300.0, 300.0),
    (5300.0, 400.0),
    (6300.0, 500.0),
    (7300.0, 600.0),
    (8300.0, 700.0),
    (9300.0, 800.0),
    (10_300.0, 900.0),
    (11_200.0, 1000.0),
];
const NASAL_POLE_HZ: f32 = 950.0;

struct Tract {
    lower: [Resonator; 3],
    upper: Vec<Resonator>,
    pole: Resonator,
    zero: Zero,
    peaks: [Resonator; 2],
}

pub(crate) fn render(frames: &[Frame], voice: &Voice) -> Vec<f32> {
    let mut lots = Lots::new(voice.seed);
    let mut glottis = Glottis::new(voice);
    let mut tract = Tract::new(voice);
    let mut samples = Vec::with_capacity(frames.len() * FRAME);
    for pair in frames.windows(2) {
        let [now, next] = pair else { break };
        tract.tune(now, voice);
        for step in 0..FRAME {
            let x = step as f32 / FRAME as f32;
            let between = |a: f32, b: f32| a + (b - a) * x;
            let hz = between(now.pitch_hz, next.pitch_hz);
            let flow = glottis.next(hz, &mut lots);
            let voiced = flow.voiced * between(now.voice, next.voice) * VOICE_GAIN;
            let breath = flow.breath * between(now.breath, next.breath);
            let mut noise = lots.noise();
            if now.voice > 0.02 && !flow.open {
                noise *= 0.5;
            }
            let levels = [0, 1, 2].map(|part| {
                between(
                    now.noise.get(part).copied().unwrap_or(0.0),
                    next.noise.get(part).copied().unwrap_or(0.0),
                )
            });
            samples.push(tract.cascade(voiced + breath * 0.35) + tract.beside(noise, levels));
        }
    }
    samples
}

impl Tract {
    fn new(voice: &Voice) -> Self {
        let upper = UPPER
            .iter()
            .map(|(hz, width)| (hz * (1.0 + (voice.size - 1.0) * 0.8), width))
            .filter(|(hz, _)| *hz < 11_500.0)
            .map(|(hz, width)| {
                let mut resonator = Resonator::default();
                resonator.tune(hz, *width);
                resonator
            })
            .collect();
        Self {
            lower: [Resonator::default(); 3],
            upper,
            pole: Resonator::default(),
            zero: Zero::default(),
            peaks: [Resonator::default(); 2],
        }
    }

    fn tune(&mut self, frame: &Frame, voice: &Voice) {
        // An open glottis damps the first formant.
        let damped = if frame.voice < 0.05 && frame.breath > 0.02 { 180.0 } else { 0.0 };
        let widths = [frame.widths[0] + damped, frame.widths[1], frame.widths[2]];
        for ((resonator, hz), width) in self.lower.iter_mut().zip(frame.formants).zip(widths) {
            resonator.tune(hz.max(150.0), width * (0.5 + 0.5 * voice.size));
        }
        let pole = NASAL_POLE_HZ * voice.size;
        self.pole.tune(pole, 120.0);
        self.zero.tune(pole + (frame.zero_hz - pole) * frame.nasal, 120.0);
        for (resonator, (hz, width)) in self.peaks.iter_mut().zip(frame.peaks) {
            resonator.tune_for_noise(hz.min(11_000.0), width);
        }
    }

    fn cascade(&mut self, source: f32) -> f32 {
        let mut y = self.pole.pass(self.zero.pass(source));
        for resonator in self.upper.iter_mut().rev() {
            y = resonator.pass(y);
        }
        for resonator in self.lower.iter_mut().rev() {
            y = resonator.pass(y);
        }
        y
    }

    fn beside(&mut self, noise: f32, [first, second, flat]: [f32; 3]) -> f32 {
        let [one, two] = &mut self.peaks;
        one.pass(noise * first) + two.pass(noise * second) + noise * flat
    }
}
