//! From one rate to another, with less than a sample of delay.

use rubato::{
    Fft, FixedSync, Resampler as _, WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

use crate::WatermarkError;

/// Samples that are converted at once; longer chunks make a steeper filter.
const CHUNK: usize = 2048;

/// One channel at another rate, both in samples per second; its length is that of the same time.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn resampled(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, WatermarkError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let unsupported = |error: &dyn std::fmt::Display| WatermarkError::Unsupported {
        reason: format!("its rate of {from} samples per second cannot be converted: {error}"),
    };
    let window = WindowFunction::BlackmanHarris2;
    let mut converter =
        Fft::<f32>::new_custom(from as usize, to as usize, CHUNK, 1, 1, window, FixedSync::Input)
            .map_err(|error| unsupported(&error))?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).map_err(|e| unsupported(&e))?;
    let output = converter.process_all(&input, samples.len(), None).map_err(|e| unsupported(&e))?;
    Ok(output.take_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: u32) -> Vec<f32> {
        let turn = std::f64::consts::TAU * 440.0 / f64::from(rate);
        (0..rate * seconds).map(|at| (turn * f64::from(at)).sin() as f32).collect()
    }

    #[test]
    fn tones_stay_tones_within_a_sample() {
        for (from, to) in [(44_100, 16_000), (16_000, 44_100), (48_000, 16_000), (8_000, 16_000)] {
            let found = resampled(&tone(from, 1), from, to).unwrap();
            let expected = tone(to, 1);
            assert_eq!(found.len(), expected.len());
            let wrong = found.iter().zip(&expected).skip(2000).take(to as usize - 4000);
            let most = wrong.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // The tone's steepest change in one sample of the higher rate.
            let sample = std::f32::consts::TAU * 440.0 / from.max(to) as f32;
            assert!(most < 1.1 * sample, "{from} to {to}: {most}");
        }
    }

    #[test]
    fn odd_rates_and_short_sounds_are_converted() {
        for (from, length) in [(44_101, 1), (11_025, 100), (96_000, 5), (4_000, 0)] {
            let found = resampled(&vec![0.1; length], from, 16_000).unwrap();
            let expected = (length as f64 * 16_000.0 / f64::from(from)).ceil() as usize;
            assert_eq!(found.len(), expected, "{from}");
        }
    }
}
