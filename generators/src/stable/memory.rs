//! Whether a run fits into memory, before it begins.

use std::fs;

use super::{unet::UnetConfig, vae::VaeConfig};
use crate::GeneratorError;

/// Bytes of a number.
const FLOAT: u64 = 4;

/// Refuses what would not fit: a program that the system ends takes all other work with it.
///
/// # Errors
/// [`GeneratorError::Parameter`] with what is needed and what there is.
pub(crate) fn check(needed: u64) -> Result<(), GeneratorError> {
    match available() {
        Some(available) if needed > available => Err(GeneratorError::Parameter {
            parameter: "size",
            reason: format!(
                "needs about {} MiB of memory and {} MiB are free: ask for a smaller picture or \
                 use a smaller model",
                needed >> 20,
                available >> 20
            ),
        }),
        _ => Ok(()),
    }
}

/// About how many bytes a run takes besides the weights, for a latent picture of this size.
pub(crate) fn of_run(
    unet: &UnetConfig,
    vae: &VaeConfig,
    batch: usize,
    (height, width): (usize, usize),
) -> u64 {
    let places = (height * width) as u64;
    // Kept maps of every level, and the widest map of its finest level several times over.
    let levels = unet.levels.iter().enumerate();
    let kept: u64 = levels
        .map(|(index, level)| {
            let places = places >> (2 * index as u64).min(63);
            places * level.channels as u64 * (level.layers as u64 + 2)
        })
        .sum();
    let widest = unet.levels.iter().map(|level| level.channels as u64).max().unwrap_or(0);
    let step = batch as u64 * (kept + 14 * places * unet.first() as u64) + places * widest;
    // The autoencoder works on pieces of bounded size, at most three maps at once.
    let factor = vae.factor() as u64;
    let piece = places.min(128 * 128) * factor * factor;
    let finest = vae.block_out_channels.iter().take(2).max().copied().unwrap_or(0) as u64;
    let picture = 4 * piece * finest + 8 * places * factor * factor;
    FLOAT * step.max(picture)
}

/// Bytes of a model's weights in memory.
pub(crate) const fn of_weights(parameters: u64) -> u64 {
    // Packed in panels, whose last columns are filled up.
    FLOAT * (parameters + parameters / 16)
}

/// Bytes that may be taken, where the system says so: what is free, within the limit of the group
/// that the program runs in.
fn available() -> Option<u64> {
    let free = fs::read_to_string("/proc/meminfo").ok().and_then(|text| free_of(&text));
    let number = |name: &str| -> Option<u64> {
        fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?.trim().parse().ok()
    };
    let group = number("memory.max").zip(number("memory.current"));
    let group = group.map(|(most, current)| most.saturating_sub(current));
    [free, group].into_iter().flatten().min()
}

fn free_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_read_in_bytes() {
        let text = "MemTotal:       24000 kB\nMemAvailable:   16384 kB\n";
        assert_eq!(free_of(text), Some(16 << 20));
        assert_eq!(free_of("MemTotal: 1 kB"), None);
    }

    #[test]
    fn what_cannot_fit_is_refused_with_figures() {
        let error = check(1 << 60).map_err(|error| error.to_string());
        if available().is_some() {
            assert!(error.unwrap_err().contains("MiB are free"));
        }
        check(1).unwrap();
    }
}
