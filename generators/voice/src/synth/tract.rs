//! The tract: a cascade of resonances for what comes from the glottis, a parallel pair for noise.

use super::{
    FRAME,
    filter::{Band, Formant, Resonator, Zero},
    frames::Frame,
    source::Glottis,
};
use crate::{lots::Lots, voices::Voice};

/// Brings a full open vowel to a root mean square of about one.
const VOICE_GAIN: f32 = 1.75;
/// Resonances above the third, for a male voice: Hz and bandwidth.
const UPPER: [(f32, f32); 8] = [
    (3400.0, 250.0),
    (4350.0, 300.0),
    (5400.0, 450.0),
    (6450.0, 550.0),
    (7500.0, 650.0),
    (8500.0, 750.0),
    (9500.0, 850.0),
    (10_500.0, 950.0),
];
const NASAL_POLE_HZ: f32 = 950.0;

struct Tract {
    lower: [Formant; 3],
    upper: Vec<Resonator>,
    pole: Formant,
    zero: Zero,
    peaks: [Band; 2],
}

pub(crate) fn render(frames: &[Frame], voice: &Voice) -> Vec<f32> {
    let mut lots = Lots::new(voice.seed);
    let mut glottis = Glottis::new(voice);
    let mut tract = Tract::new(voice);
    let mut samples = Vec::with_capacity(frames.len() * FRAME);
    for pair in frames.windows(2) {
        let [now, next] = pair else { break };
        tract.tune(next, voice);
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
            lower: [Formant::default(); 3],
            upper,
            pole: Formant::default(),
            zero: Zero::default(),
            peaks: [Band::default(); 2],
        }
    }

    fn tune(&mut self, frame: &Frame, voice: &Voice) {
        // An open glottis damps the first formant.
        let damped = if frame.voice < 0.05 && frame.breath > 0.02 { 180.0 } else { 0.0 };
        let widths = [frame.widths[0] + damped, frame.widths[1], frame.widths[2]];
        for ((resonator, hz), width) in self.lower.iter_mut().zip(frame.formants).zip(widths) {
            resonator.aim(hz.max(150.0), width * (0.5 + 0.5 * voice.size));
        }
        let pole = NASAL_POLE_HZ * voice.size;
        self.pole.aim(pole, 120.0);
        self.zero.aim(pole + (frame.zero_hz - pole) * frame.nasal, 120.0);
        for (band, (hz, width)) in self.peaks.iter_mut().zip(frame.peaks) {
            band.tune(hz.min(11_000.0), width);
        }
    }

    fn cascade(&mut self, source: f32) -> f32 {
        let mut y = self.pole.pass(self.zero.pass(source));
        for resonator in &mut self.lower {
            y = resonator.pass(y);
        }
        for resonator in &mut self.upper {
            y = resonator.pass(y);
        }
        y
    }

    fn beside(&mut self, noise: f32, [first, second, flat]: [f32; 3]) -> f32 {
        let [one, two] = &mut self.peaks;
        one.pass(noise * first) + two.pass(noise * second) + noise * flat
    }
}
