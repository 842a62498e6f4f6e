//! From noise to picture: DDIM, Euler, Euler ancestral, UniPC and LCM, as diffusers steps them.
//!
//! Candle has three of these, without the spacings, end values and rescaled betas that folders ask
//! for, and with noise that has no seed.

mod config;
#[cfg(test)]
mod golden;
mod table;
mod unipc;

pub(crate) use self::config::{Method, NAME, SchedulerConfig, Spacing};
use self::{config::Prediction, table::Table, unipc::History};
use crate::GeneratorError;

/// A run from noise to picture.
#[derive(Debug)]
pub(crate) struct Scheduler {
    config: SchedulerConfig,
    table: Table,
    /// The first step that is taken; later ones leave more of a source.
    first: usize,
    history: History,
}

/// Draws as many normal numbers as are asked for.
pub(crate) type Noise<'a> = &'a mut dyn FnMut(usize) -> Vec<f32>;

impl Scheduler {
    /// Plans `steps` steps, of which the last `strength` are taken.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] when the model has no times for so many steps.
    pub(crate) fn new(
        config: &SchedulerConfig,
        steps: usize,
        strength: f64,
    ) -> Result<Self, GeneratorError> {
        let table = Table::new(config, steps, strength)?;
        // A consistency model spreads all its steps over the part that is taken.
        let taken = match config.method {
            Method::Lcm => steps,
            _ => ((steps as f64 * strength) as usize).clamp(1, steps),
        };
        let first = steps - taken;
        Ok(Self { config: config.clone(), table, first, history: History::default() })
    }

    /// The steps that are taken, by their places in the plan.
    pub(crate) fn steps(&self) -> std::ops::Range<usize> {
        self.first..self.table.times.len()
    }

    /// The time of a step, as the network is told it.
    pub(crate) fn time(&self, step: usize) -> f64 {
        self.table.times.get(step).copied().unwrap_or(0.0)
    }

    fn sigma(&self, step: usize) -> f64 {
        self.table.sigmas.get(step).copied().unwrap_or(0.0)
    }

    const fn by_sigma(&self) -> bool {
        matches!(self.config.method, Method::Euler | Method::EulerAncestral)
    }

    /// What pure noise is multiplied by at the beginning.
    pub(crate) fn start(&self) -> f64 {
        let most = self.table.sigmas.iter().copied().fold(0.0, f64::max);
        match (self.by_sigma(), self.config.spacing) {
            (false, _) => 1.0,
            (true, Spacing::Leading) => (most * most + 1.0).sqrt(),
            (true, _) => most,
        }
    }

    /// What the network is shown of a sample.
    pub(crate) fn shown(&self, step: usize, sample: &[f32]) -> Vec<f32> {
        if !self.by_sigma() {
            return sample.to_vec();
        }
        let sigma = self.sigma(step);
        let factor = (1.0 / (sigma * sigma + 1.0).sqrt()) as f32;
        sample.iter().map(|x| x * factor).collect()
    }

    /// A picture with the noise that it has before a step; after the last it has none.
    pub(crate) fn noised(&self, step: usize, picture: &[f32], noise: &[f32]) -> Vec<f32> {
        let (keep, add) = if step >= self.table.times.len() {
            (1.0, 0.0)
        } else {
            match self.config.method {
                Method::Euler | Method::EulerAncestral => (1.0, self.sigma(step)),
                Method::UniPc => unipc::shares(self.sigma(step)),
                Method::Ddim | Method::Lcm => {
                    let kept = self.table.kept_at(self.time(step));
                    (kept.sqrt(), (1.0 - kept).sqrt())
                }
            }
        };
        let pairs = picture.iter().zip(noise);
        pairs.map(|(x, noise)| keep as f32 * x + add as f32 * noise).collect()
    }

    /// The sample after a step, from the sample before it and what the network predicts of it.
    pub(crate) fn step(
        &mut self,
        step: usize,
        predicted: &[f32],
        sample: &[f32],
        noise: Noise<'_>,
    ) -> Vec<f32> {
        match self.config.method {
            Method::Ddim => self.ddim(step, predicted, sample),
            Method::Euler => self.euler(step, predicted, sample),
            Method::EulerAncestral => self.ancestral(step, predicted, sample, noise),
            Method::UniPc => {
                let (picture, add) = unipc::shares(self.sigma(step));
                let predicted = self.picture(picture, add, predicted, sample);
                self.history.step((&self.table.sigmas, step), predicted, sample)
            }
            Method::Lcm => self.consistent(step, predicted, sample, noise),
        }
    }

    /// The picture behind a sample that is `keep` · picture + `add` · noise.
    fn picture(&self, keep: f64, add: f64, predicted: &[f32], sample: &[f32]) -> Vec<f32> {
        let (a, b) = match self.config.prediction {
            Prediction::Epsilon => (1.0 / keep, -add / keep),
            Prediction::Velocity => (keep, -add),
            Prediction::Sample => (0.0, 1.0),
        };
        let pairs = sample.iter().zip(predicted);
        pairs.map(|(x, predicted)| a as f32 * x + b as f32 * predicted).collect()
    }

    fn clipped(&self, mut picture: Vec<f32>) -> Vec<f32> {
        if let Some(range) = self.config.clip {
            let range = range as f32;
            picture.iter_mut().for_each(|x| *x = x.clamp(-range, range));
        }
        picture
    }

    fn ddim(&self, step: usize, predicted: &[f32], sample: &[f32]) -> Vec<f32> {
        let time = self.time(step);
        let kept = self.table.kept_at(time);
        let before = time - (self.config.times / self.table.times.len()) as f64;
        let then = match (before >= 0.0, self.config.alpha_to_one) {
            (true, _) => self.table.kept_at(before),
            (false, true) => 1.0,
            (false, false) => self.table.kept_at(0.0),
        };
        let (keep, add) = (kept.sqrt(), (1.0 - kept).sqrt());
        let picture = self.picture(keep, add, predicted, sample);
        // The noise is that of the picture before it is clipped.
        let (a, b) = match self.config.prediction {
            Prediction::Epsilon => (0.0, 1.0),
            Prediction::Velocity => (add, keep),
            Prediction::Sample => (1.0 / add, -keep / add),
        };
        let noise = sample.iter().zip(predicted).map(|(x, p)| a as f32 * x + b as f32 * p);
        let (keep, add) = (then.sqrt() as f32, (1.0 - then).sqrt() as f32);
        self.clipped(picture).iter().zip(noise).map(|(x, noise)| keep * x + add * noise).collect()
    }

    /// The picture behind a sample that is picture + `sigma` · noise.
    fn behind(&self, sigma: f64, predicted: &[f32], sample: &[f32]) -> Vec<f32> {
        let square = sigma * sigma + 1.0;
        let (a, b) = match self.config.prediction {
            Prediction::Epsilon => (1.0, -sigma),
            Prediction::Velocity => (1.0 / square, -sigma / square.sqrt()),
            Prediction::Sample => (0.0, 1.0),
        };
        sample.iter().zip(predicted).map(|(x, p)| a as f32 * x + b as f32 * p).collect()
    }

    /// From `sigma` towards the picture, down to `to`.
    fn towards(&self, step: usize, to: f64, predicted: &[f32], sample: &[f32]) -> Vec<f32> {
        let sigma = self.sigma(step);
        let picture = self.behind(sigma, predicted, sample);
        let share = (to / sigma) as f32;
        sample.iter().zip(picture).map(|(x, picture)| picture + share * (x - picture)).collect()
    }

    fn euler(&self, step: usize, predicted: &[f32], sample: &[f32]) -> Vec<f32> {
        self.towards(step, self.sigma(step + 1), predicted, sample)
    }

    fn ancestral(
        &self,
        step: usize,
        predicted: &[f32],
        sample: &[f32],
        noise: Noise<'_>,
    ) -> Vec<f32> {
        let (from, to) = (self.sigma(step), self.sigma(step + 1));
        let up = (to * to * (from * from - to * to) / (from * from)).max(0.0).sqrt();
        let down = (to * to - up * up).max(0.0).sqrt();
        let mut next = self.towards(step, down, predicted, sample);
        if up > 0.0 {
            let noise = noise(next.len());
            next.iter_mut().zip(noise).for_each(|(x, noise)| *x += up as f32 * noise);
        }
        next
    }

    fn consistent(
        &self,
        step: usize,
        predicted: &[f32],
        sample: &[f32],
        noise: Noise<'_>,
    ) -> Vec<f32> {
        const DATA: f64 = 0.5;
        let time = self.time(step);
        let kept = self.table.kept_at(time);
        let picture = self.picture(kept.sqrt(), (1.0 - kept).sqrt(), predicted, sample);
        let scaled = time * self.config.time_scaling;
        let square = scaled * scaled + DATA * DATA;
        let (skip, out) = ((DATA * DATA / square) as f32, (scaled / square.sqrt()) as f32);
        let picture = self.clipped(picture);
        let clean = picture.iter().zip(sample).map(|(picture, x)| out * picture + skip * x);
        if step + 1 >= self.table.times.len() {
            return clean.collect();
        }
        let then = self.table.kept_at(self.time(step + 1));
        let (keep, add) = (then.sqrt() as f32, (1.0 - then).sqrt() as f32);
        clean.zip(noise(sample.len())).map(|(x, noise)| keep * x + add * noise).collect()
    }
}
