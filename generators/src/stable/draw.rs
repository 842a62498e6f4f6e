//! From a job to a picture.

use chacha20::{ChaCha8Rng, rand_core::SeedableRng as _};
use types::Task;

use super::{
    canvas::{self, Canvas},
    memory,
    networks::{Networks, Read},
    opened::Opened,
    run::{self, Course, Known, Wish},
    scheduler::Scheduler,
    size,
    words::Words,
};
use crate::{
    Event, EventSender, GeneratorError, ImageOutput, Job, Warning, diffusion::noise, math::Map,
    picture::needed,
};

/// How far a source may be left where nobody says.
const VARY: f32 = 0.8;

/// A job that was looked over: what it asks for is served.
#[derive(Debug)]
pub(crate) struct Order {
    wanted: Vec<Vec<u32>>,
    unwanted: Option<Unwanted>,
    guidance: f32,
    scheduler: Scheduler,
    /// Width and height.
    size: (u32, u32),
    task: Task,
    strength: f32,
    warnings: Vec<Warning>,
}

/// What guidance compares with.
#[derive(Debug)]
enum Unwanted {
    Tokens(Vec<Vec<u32>>),
    /// Rows of zeros.
    Zeros,
}

impl Order {
    /// Looks a job over.
    ///
    /// # Errors
    /// [`GeneratorError`] saying what must be asked for instead.
    pub(crate) fn new(opened: &Opened, words: &[Words], job: &Job) -> Result<Self, GeneratorError> {
        let drawing = &job.drawing;
        let task = drawing.task;
        if !opened.card.tasks.contains(&task) {
            let reason =
                format!("`{task}` is not served by this model; create, inpaint and vary are");
            return Err(GeneratorError::Parameter { parameter: "task", reason });
        }
        if job.prompt().is_empty() && task.needs_words() {
            return Err(GeneratorError::PromptEmpty);
        }
        let strength = match task {
            Task::Create => 1.0,
            Task::Vary => drawing.strength.unwrap_or(VARY),
            _ => drawing.strength.unwrap_or(1.0),
        };
        within("strength", strength, 0.0..=1.0)?;
        let size = size_of(opened, job)?;
        let distilled = opened.unet.0.guidance.is_some();
        let guidance = drawing
            .guidance
            .unwrap_or_else(|| opened.manual.guidance(&opened.scheduler, distilled));
        within("guidance", guidance, 0.0..=30.0)?;
        let steps = drawing.steps.unwrap_or_else(|| opened.manual.steps(&opened.scheduler));
        let scheduler = Scheduler::new(&opened.scheduler, steps as usize, f64::from(strength))?;
        let mut warnings = Vec::new();
        let wanted = tokens(words, job.prompt(), &mut warnings)?;
        let negative = drawing.negative_prompt.as_deref().map(str::trim);
        let compares = guidance > 1.0 && !distilled;
        if !compares && negative.is_some_and(|text| !text.is_empty()) {
            let text = "what must not be seen is not read: this model runs without guidance";
            warnings.push(Warning::Limit(text.to_owned()));
        }
        let unwanted = match negative {
            _ if !compares => None,
            None if opened.zeros => Some(Unwanted::Zeros),
            text => Some(Unwanted::Tokens(tokens(words, text.unwrap_or_default(), &mut warnings)?)),
        };
        let order = Self { wanted, unwanted, guidance, scheduler, size, task, strength, warnings };
        memory::check(order.bytes(opened))?;
        Ok(order)
    }

    /// About how much memory it takes, with the weights if they are still to be read.
    fn bytes(&self, opened: &Opened) -> u64 {
        let factor = opened.vae.0.factor();
        let side = |side: u32| side.next_multiple_of(size::UNIT) as usize / factor;
        let batch = if self.unwanted.is_some() { 2 } else { 1 };
        let latent = (side(self.size.1), side(self.size.0));
        let run = memory::of_run(&opened.unet.0, &opened.vae.0, batch, latent);
        let weights = if opened.is_loaded() { 0 } else { opened.card.parameters };
        run + memory::of_weights(weights)
    }
}

fn within(
    parameter: &'static str,
    value: f32,
    range: std::ops::RangeInclusive<f32>,
) -> Result<(), GeneratorError> {
    if range.contains(&value) {
        return Ok(());
    }
    let reason = format!("must be {} to {}", range.start(), range.end());
    Err(GeneratorError::Parameter { parameter, reason })
}

fn size_of(opened: &Opened, job: &Job) -> Result<(u32, u32), GeneratorError> {
    let drawing = &job.drawing;
    if drawing.task == Task::Create {
        let usual = opened.unet.0.side * opened.vae.0.factor();
        return size::of_new(drawing.size, (usual as u32).next_multiple_of(size::UNIT));
    }
    let source = needed("image", job.pictures.source.as_ref())?;
    size::of_source(drawing.task, (source.width, source.height), drawing.size)?;
    if drawing.task == Task::Inpaint {
        let mask = needed("mask", job.pictures.mask.as_ref())?;
        if (mask.width, mask.height) != (source.width, source.height) {
            let reason = format!(
                "is {}x{}; it must have the size of the picture, {}x{}",
                mask.width, mask.height, source.width, source.height
            );
            return Err(GeneratorError::Parameter { parameter: "mask", reason });
        }
    }
    Ok((source.width, source.height))
}

fn tokens(
    words: &[Words],
    prompt: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Vec<u32>>, GeneratorError> {
    let mut all = Vec::new();
    for (index, words) in words.iter().enumerate() {
        let (ids, warning) = words.encode(prompt)?;
        all.push(ids);
        // Encoders cut at the same place: it is told once.
        if index == 0 {
            warnings.extend(warning);
        }
    }
    Ok(all)
}

/// Draws what was ordered.
///
/// # Errors
/// [`GeneratorError`]; nothing half-made is given out.
pub(crate) fn draw(
    opened: &Opened,
    job: &Job,
    order: Order,
    events: &EventSender,
) -> Result<ImageOutput, GeneratorError> {
    let networks = opened.networks(Some(events))?;
    let mut rng = ChaCha8Rng::seed_from_u64(job.sampling.seed);
    let mut noise = |count| noise::normal(&mut rng, count);
    let wanted = networks.read(&order.wanted)?;
    let unwanted = match &order.unwanted {
        None => None,
        Some(Unwanted::Zeros) => Some(zeros(&wanted)),
        Some(Unwanted::Tokens(ids)) => Some(networks.read(ids)?),
    };
    events.wanted()?;
    let side = |side: u32| side.next_multiple_of(size::UNIT) as usize;
    let full = (side(order.size.1), side(order.size.0));
    let wish = Wish::new(&opened.unet.0, &wanted, unwanted.as_ref(), order.guidance, full);
    let Order { scheduler, size, task, strength, warnings, .. } = order;
    let total = scheduler.steps().len() as u32;
    let course = match task {
        Task::Create => {
            let start = fresh(opened, full, &scheduler, &mut noise);
            Course { scheduler, start, known: None, beside: None }
        }
        _ => from_source(opened, &networks, job, (scheduler, strength), &mut noise)?,
    };
    let mut done = 0;
    let mut tell = |_: &Map| {
        done += 1;
        events.send_blocking(Event::Step { done, total })
    };
    let latents = run::run(&networks.unet, &wish, course, &mut noise, &mut tell)?;
    events.wanted()?;
    let picture = networks.vae.decode(&networks.vae.unscaled(&latents));
    run::finite(&picture.data)?;
    let (width, height) = size;
    Ok(ImageOutput { width, height, pixels: canvas::pixels(&picture, size), warnings })
}

fn zeros(like: &Read) -> Read {
    let mut zeros = like.clone();
    zeros.rows.rows.fill(0.0);
    zeros.pooled.fill(0.0);
    zeros
}

/// Noise to begin with.
fn fresh(
    opened: &Opened,
    (height, width): (usize, usize),
    scheduler: &Scheduler,
    noise: &mut dyn FnMut(usize) -> Vec<f32>,
) -> Map {
    let (factor, channels) = (opened.vae.0.factor(), opened.vae.0.latent_channels);
    let (height, width) = (height / factor, width / factor);
    let start = scheduler.start() as f32;
    let data = noise(height * width * channels).into_iter().map(|x| x * start).collect();
    Map { batch: 1, height, width, channels, data }
}

/// Begins with a source and its noise.
fn from_source(
    opened: &Opened,
    networks: &Networks,
    job: &Job,
    (scheduler, strength): (Scheduler, f32),
    noise: &mut dyn FnMut(usize) -> Vec<f32>,
) -> Result<Course, GeneratorError> {
    let source = needed("image", job.pictures.source.as_ref())?;
    let inpaints = job.drawing.task == Task::Inpaint;
    let mask = match inpaints {
        true => Some(needed("mask", job.pictures.mask.as_ref())?),
        false => None,
    };
    let canvas = Canvas::new(source, mask);
    let encode = |picture: &Map, noise: &mut dyn FnMut(usize) -> Vec<f32>| {
        let moments = networks.vae.encode(picture);
        networks.vae.scaled(&drawn(&moments, noise))
    };
    let latents = encode(&canvas.picture, noise);
    run::finite(&latents.data)?;
    let added = latents.with(latents.channels, noise(latents.data.len()));
    let first = scheduler.steps().start;
    let data = if inpaints && strength >= 1.0 {
        // All of the masked part is made anew, so nothing of it need shine through.
        let start = scheduler.start() as f32;
        added.data.iter().map(|x| x * start).collect()
    } else {
        scheduler.noised(first, &latents.data, &added.data)
    };
    let start = latents.with(latents.channels, data);
    let repairs = opened.unet.0.inputs > latents.channels;
    let mask = canvas.places_anew(opened.vae.0.factor());
    let beside = repairs.then(|| {
        let masked = encode(&canvas.masked(), noise);
        latents.with(1, mask.clone()).beside(&masked)
    });
    let known = (inpaints && !repairs).then_some(Known { latents, noise: added, mask });
    Ok(Course { scheduler, start, known, beside })
}

/// One of the latent pictures that an encoder leaves open.
pub(crate) fn drawn(moments: &Map, noise: &mut dyn FnMut(usize) -> Vec<f32>) -> Map {
    let channels = moments.channels / 2;
    let (means, logs) = (moments.channels(0..channels), moments.channels(channels..2 * channels));
    let noise = noise(means.data.len());
    let pairs = means.data.iter().zip(&logs.data).zip(noise);
    let spread = |log: f32| (0.5 * log.clamp(-30.0, 20.0)).exp();
    let data = pairs.map(|((mean, log), noise)| mean + spread(*log) * noise).collect();
    means.with(channels, data)
}
