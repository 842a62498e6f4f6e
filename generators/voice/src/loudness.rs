//! Loudness after EBU R128, and a true peak of at most −1 dBTP.

use ebur128::{EbuR128, Mode};

use crate::{RATE, error::VoiceError};

/// The highest true peak, as a factor: −1 dBTP with a little room.
const PEAK_MAX: f32 = 0.885;
/// How long before a peak the gain goes down, in samples, and how fast it comes back.
const AHEAD: usize = 120;

fn measure(samples: &[f32], mode: Mode) -> Result<EbuR128, VoiceError> {
    let failed = |error: ebur128::Error| VoiceError::Loudness(error.to_string());
    let mut meter = EbuR128::new(1, RATE, mode).map_err(failed)?;
    for part in samples.chunks(RATE as usize) {
        meter.add_frames_f32(part).map_err(failed)?;
    }
    Ok(meter)
}

/// The integrated loudness in LUFS. Sounds shorter than a block of 400 ms are measured as if they
/// were repeated.
fn integrated(samples: &[f32]) -> Result<f64, VoiceError> {
    let short = samples.len() < RATE as usize;
    let repeated: Vec<f32>;
    let samples = if short && !samples.is_empty() {
        let times = RATE as usize / samples.len() + 1;
        repeated = samples.repeat(times);
        &repeated
    } else {
        samples
    };
    let loudness = measure(samples, Mode::I)?.loudness_global();
    Ok(loudness.unwrap_or(f64::NEG_INFINITY))
}

/// Brings samples to a loudness; where a peak would stand out the gain gives way for a moment.
pub(crate) fn normalise(samples: &mut [f32], wanted: f64) -> Result<(), VoiceError> {
    for _ in 0..2 {
        let loudness = integrated(samples)?;
        if !loudness.is_finite() {
            return Ok(());
        }
        let gain = 10f64.powf((wanted - loudness) / 20.0) as f32;
        for sample in samples.iter_mut() {
            *sample *= gain;
        }
        limit(samples);
    }
    let failed = |error: ebur128::Error| VoiceError::Loudness(error.to_string());
    let peak = measure(samples, Mode::TRUE_PEAK)?.true_peak(0).map_err(failed)? as f32;
    if peak > PEAK_MAX {
        for sample in samples.iter_mut() {
            *sample *= PEAK_MAX / peak;
        }
    }
    Ok(())
}

/// A limiter that looks ahead: the least gain of the samples to come, smoothed.
pub(crate) fn limit(samples: &mut [f32]) {
    const CEILING: f32 = 0.8;
    if samples.iter().all(|sample| sample.abs() <= CEILING) {
        return;
    }
    let mut gains: Vec<f32> =
        samples.iter().map(|sample| (CEILING / sample.abs().max(CEILING)).min(1.0)).collect();
    // Backwards: the gain comes down in time; forwards: it goes up slowly.
    let (down, up) = (1.0 / AHEAD as f32, 1.0 / (AHEAD as f32 * 20.0));
    let mut last = 1.0f32;
    for gain in gains.iter_mut().rev() {
        last = gain.min(last + down);
        *gain = last;
    }
    last = 1.0;
    for gain in &mut gains {
        last = gain.min(last + up);
        *gain = last;
    }
    for (sample, gain) in samples.iter_mut().zip(gains) {
        *sample *= gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_and_peak_come_out_as_wanted() {
        let tone = |n: usize| (n as f32 * 0.1).sin() * if n % 6000 < 200 { 1.0 } else { 0.1 };
        let mut samples: Vec<f32> = (0..96_000).map(tone).collect();
        normalise(&mut samples, -23.0).unwrap();
        assert!((integrated(&samples).unwrap() + 23.0).abs() < 0.3);
        let peak = measure(&samples, Mode::TRUE_PEAK).unwrap().true_peak(0).unwrap();
        assert!(peak <= 0.891, "{peak}");
    }

    #[test]
    fn silence_stays_silent() {
        let mut samples = vec![0.0; 1000];
        normalise(&mut samples, -23.0).unwrap();
        assert!(samples.iter().all(|sample| *sample == 0.0));
        normalise(&mut [], -23.0).unwrap();
    }
}
