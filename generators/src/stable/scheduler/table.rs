//! Times and noise levels of a run, as diffusers spreads them.

#![expect(clippy::indexing_slicing, reason = "kernels: the lengths are checked where they enter")]

use super::config::{Betas, Final, Method, SchedulerConfig, Spacing};
use crate::GeneratorError;

/// The steps of a run.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// How much of the picture is left at each time of training, squared.
    pub(crate) kept: Vec<f64>,
    /// The time of each step, latest first.
    pub(crate) times: Vec<f64>,
    /// Noise over picture before each step, and after the last.
    pub(crate) sigmas: Vec<f64>,
}

impl Table {
    /// Spreads `steps` over the times of training.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] when there are more steps than times.
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        strength: f64,
    ) -> Result<Self, GeneratorError> {
        let kept = kept(config);
        let most = match config.method {
            Method::Lcm => (config.original_steps as f64 * strength) as usize,
            _ => config.times / 2,
        };
        if steps == 0 || steps > most {
            let reason = format!("must be 1 to {most} for this model and strength");
            return Err(GeneratorError::Parameter { parameter: "steps", reason });
        }
        let levels: Vec<f64> = kept.iter().map(|kept| ((1.0 - kept) / kept).sqrt()).collect();
        let mut times = times(config, steps, strength);
        let mut sigmas: Vec<f64> = times.iter().map(|time| between(&levels, *time)).collect();
        if config.karras && matches!(config.method, Method::Euler | Method::UniPc) {
            let ends = match config.method {
                Method::Euler => (sigmas[0], sigmas[steps - 1]),
                _ => (levels[levels.len() - 1], levels[0]),
            };
            sigmas = karras(ends, steps);
            times = sigmas.iter().map(|sigma| time_of(&levels, *sigma)).collect();
            if config.method == Method::UniPc {
                times.iter_mut().for_each(|time| *time = time.round_ties_even());
            }
        }
        let ancestral = config.method == Method::EulerAncestral;
        sigmas.push(match config.last {
            Final::SigmaMin if !ancestral => levels[0],
            _ => 0.0,
        });
        Ok(Self { kept, times, sigmas })
    }

    /// What is kept of the picture at the time of a step.
    pub(crate) fn kept_at(&self, time: f64) -> f64 {
        self.kept[(time as usize).min(self.kept.len() - 1)]
    }
}

fn kept(config: &SchedulerConfig) -> Vec<f64> {
    let count = config.times;
    let (start, end) = config.beta;
    let share = |index: usize| index as f64 / (count - 1) as f64;
    let beta = |index: usize| match config.betas {
        Betas::Linear => start + (end - start) * share(index),
        Betas::ScaledLinear => {
            let root = start.sqrt() + (end.sqrt() - start.sqrt()) * share(index);
            root * root
        }
        Betas::SquaredcosCapV2 => {
            let bar = |at: f64| ((at + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2).cos().powi(2);
            let (from, to) = (index as f64 / count as f64, (index + 1) as f64 / count as f64);
            (1.0 - bar(to) / bar(from)).min(0.999)
        }
    };
    let mut product = 1.0;
    let mut kept: Vec<f64> = (0..count)
        .map(|index| {
            product *= 1.0 - beta(index);
            product
        })
        .collect();
    if config.zero_snr {
        let roots: Vec<f64> = kept.iter().map(|kept| kept.sqrt()).collect();
        let (first, last) = (roots[0], roots[count - 1]);
        kept = roots.iter().map(|root| ((root - last) * first / (first - last)).powi(2)).collect();
        if matches!(config.method, Method::Euler | Method::EulerAncestral | Method::UniPc) {
            // Nothing at all would be an infinite noise level.
            kept[count - 1] = 2.0_f64.powi(-24);
        }
    }
    kept
}

fn times(config: &SchedulerConfig, steps: usize, strength: f64) -> Vec<f64> {
    let all = config.times;
    if config.method == Method::Lcm {
        let every = all / config.original_steps;
        let count = (config.original_steps as f64 * strength) as usize;
        let at = |step: usize| step * count / steps;
        return (0..steps).map(|step| ((count - at(step)) * every - 1) as f64).collect();
    }
    // UniPC spreads one more step and leaves the last out.
    let spread = steps + usize::from(config.method == Method::UniPc);
    let whole = matches!(config.method, Method::Ddim | Method::UniPc);
    let linear = |step: usize| {
        let time = (all - 1) as f64 * (spread - 1 - step) as f64 / (spread - 1).max(1) as f64;
        if whole { time.round_ties_even() } else { time }
    };
    let leading = |step: usize| ((spread - 1 - step) * (all / spread) + config.offset) as f64;
    let trailing = |step: usize| {
        let every = all as f64 / steps as f64;
        (all as f64 - step as f64 * every).round_ties_even() - 1.0
    };
    let time = |step| match config.spacing {
        Spacing::Linspace => linear(step),
        Spacing::Leading => leading(step),
        Spacing::Trailing => trailing(step),
    };
    (0..steps).map(|step| time(step).clamp(0.0, (all - 1) as f64)).collect()
}

/// Between the levels of two times.
fn between(levels: &[f64], time: f64) -> f64 {
    let low = (time.floor() as usize).min(levels.len() - 1);
    let high = (low + 1).min(levels.len() - 1);
    let share = time - low as f64;
    levels[low] + (levels[high] - levels[low]) * share
}

/// Levels that are even in their seventh roots (Karras and others, 2022).
fn karras((most, least): (f64, f64), steps: usize) -> Vec<f64> {
    const RHO: f64 = 7.0;
    let (most, least) = (most.powf(1.0 / RHO), least.powf(1.0 / RHO));
    let share = |step: usize| step as f64 / (steps - 1).max(1) as f64;
    (0..steps).map(|step| (most + share(step) * (least - most)).powf(RHO)).collect()
}

/// The time, perhaps between two of training, that has a noise level.
fn time_of(levels: &[f64], sigma: f64) -> f64 {
    let log = sigma.max(1e-10).ln();
    let above = levels.iter().rposition(|level| level.ln() <= log).unwrap_or(0);
    let low = above.min(levels.len() - 2);
    let (from, to) = (levels[low].ln(), levels[low + 1].ln());
    low as f64 + ((from - log) / (from - to)).clamp(0.0, 1.0)
}
