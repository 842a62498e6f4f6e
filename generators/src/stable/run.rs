//! The way from noise to a latent picture.

use super::{
    networks::Read,
    scheduler::{Noise, Scheduler},
    unet::{Conditions, Context, Unet, UnetConfig, waves},
};
use crate::{GeneratorError, math::Map};

/// What is wanted, as the network is told it.
#[derive(Debug)]
pub(crate) struct Wish {
    conditions: Conditions,
    /// How much more the words count than what is not wanted; 1 where nothing is compared.
    guidance: f32,
    /// Whether the first picture of a batch is what is not wanted.
    compared: bool,
}

impl Wish {
    /// From what is wanted and, where guidance compares, what is not; `size` is height and width in
    /// pixels.
    pub(crate) fn new(
        config: &UnetConfig,
        wanted: &Read,
        unwanted: Option<&Read>,
        guidance: f32,
        (height, width): (usize, usize),
    ) -> Self {
        let read: Vec<&Read> = unwanted.into_iter().chain([wanted]).collect();
        let rows = read.iter().flat_map(|read| read.rows.rows.iter().copied()).collect();
        let mut added = Vec::new();
        if let Some(shape) = config.added {
            // Size of the original, what was cut off, and size of the result.
            let sizes = [height, width, 0, 0, height, width];
            for read in &read {
                added.extend_from_slice(&read.pooled);
                for size in sizes {
                    let shift = f64::from(config.shift);
                    added.extend(waves(size as f64, shape.size, config.flipped, shift));
                }
            }
        }
        let text = Context { width: wanted.rows.width, rows };
        Self {
            conditions: Conditions { text, added, guidance: f64::from(guidance) },
            guidance,
            compared: unwanted.is_some(),
        }
    }

    /// How many pictures the network sees at once.
    pub(crate) const fn batch(&self) -> usize {
        if self.compared { 2 } else { 1 }
    }

    /// What the network predicts of a latent picture.
    pub(crate) fn predict(&self, unet: &Unet, shown: &Map, time: f64) -> Map {
        let predicted = unet.forward(&shown.repeated(self.batch()), time, &self.conditions);
        if !self.compared {
            return predicted;
        }
        let (without, with) = predicted.data.split_at(predicted.data.len() / 2);
        let pairs = without.iter().zip(with);
        let data =
            pairs.map(|(without, with)| without + self.guidance * (with - without)).collect();
        Map { batch: 1, data, ..predicted }
    }
}

/// What stays of a picture while another part of it is made anew.
#[derive(Debug)]
pub(crate) struct Known {
    /// The latent picture.
    pub(crate) latents: Map,
    /// The noise that it is given at every step.
    pub(crate) noise: Map,
    /// 1 where it is made anew, one number a place.
    pub(crate) mask: Vec<f32>,
}

impl Known {
    /// Puts what stays back into a sample before step `step`.
    fn put_back(&self, scheduler: &Scheduler, step: usize, sample: &mut Map) {
        let kept = scheduler.noised(step, &self.latents.data, &self.noise.data);
        let places = sample.data.chunks_exact_mut(sample.channels);
        for ((x, kept), anew) in
            places.zip(kept.chunks_exact(self.latents.channels)).zip(&self.mask)
        {
            x.iter_mut().zip(kept).for_each(|(x, kept)| *x = anew * *x + (1.0 - anew) * kept);
        }
    }
}

/// How a run begins and what it is bound to.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) scheduler: Scheduler,
    pub(crate) start: Map,
    pub(crate) known: Option<Known>,
    /// Channels that a network for repair sees besides the sample.
    pub(crate) beside: Option<Map>,
}

/// Takes all steps; `tell` is told of each with the sample after it, and stops the run by an error.
///
/// # Errors
/// [`GeneratorError::Failed`] when numbers stop being finite, and what `tell` answers.
pub(crate) fn run(
    unet: &Unet,
    wish: &Wish,
    mut course: Course,
    noise: Noise<'_>,
    tell: &mut dyn FnMut(&Map) -> Result<(), GeneratorError>,
) -> Result<Map, GeneratorError> {
    let mut sample = course.start;
    for step in course.scheduler.steps() {
        let mut shown = sample.with(sample.channels, course.scheduler.shown(step, &sample.data));
        if let Some(beside) = &course.beside {
            shown = shown.beside(beside);
        }
        let predicted = wish.predict(unet, &shown, course.scheduler.time(step));
        sample.data = course.scheduler.step(step, &predicted.data, &sample.data, noise);
        if let Some(known) = &course.known {
            known.put_back(&course.scheduler, step + 1, &mut sample);
        }
        finite(&sample.data)?;
        tell(&sample)?;
    }
    Ok(sample)
}

/// Numbers that are none must not become a black picture.
///
/// # Errors
/// [`GeneratorError::Failed`].
pub(crate) fn finite(numbers: &[f32]) -> Result<(), GeneratorError> {
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    let reason = "it gave numbers that are not finite: its weights are damaged or not for this use";
    Err(GeneratorError::Failed(reason.to_owned()))
}
