//! From arguments to what is asked of a model that makes pictures.

use std::{fs, path::Path};

use anyhow::{Context as _, bail, ensure};
use types::{Attachment, Drawing, MediaType, Modality, Part, Task};

use crate::{cli::args::DrawingArgs, http};

/// What to do, and the files that it works on.
///
/// # Errors
/// A file that cannot be read, or a value out of range.
pub(super) fn read(
    args: &DrawingArgs,
    modality: Modality,
    presented: bool,
) -> anyhow::Result<(Drawing, Vec<Attachment>)> {
    let task = match modality {
        Modality::Image => task(args),
        Modality::Video if presented && args.task.is_none() => Task::Anchor,
        Modality::Video => args.task.as_deref().and_then(Task::named).unwrap_or(Task::Effects),
        _ => args.task.as_deref().and_then(Task::named).unwrap_or_default(),
    };
    let fits = match modality {
        Modality::Image => task.draws(),
        Modality::Video => task.films(),
        Modality::Text | Modality::Audio => task == Task::Create,
    };
    ensure!(fits, "the task `{task}` is none of {modality}");
    let fields = http::DrawingFields {
        negative_prompt: args.negative.clone(),
        guidance_scale: args.guidance,
        num_inference_steps: args.steps,
        strength: args.strength,
        factor: args.factor,
    };
    let told = |error: http::ApiError| anyhow::anyhow!(error.body().error.message);
    let size = http::size(args.size.as_deref()).map_err(told)?;
    let drawing = Drawing { size, ..fields.read(task).map_err(told)? };
    let files = match modality {
        Modality::Video => args.input.iter().map(|path| material(path)).collect(),
        _ => attachments(args, task),
    };
    Ok((drawing, files?))
}

/// What a video is made of, by what the files are.
fn material(path: &Path) -> anyhow::Result<Attachment> {
    let file = attachment(Part::Picture, path)?;
    let part = match file.media_type.modality() {
        Modality::Audio => Part::Sound,
        Modality::Text => Part::Table,
        Modality::Image | Modality::Video => Part::Picture,
    };
    Ok(Attachment { part, ..file })
}

fn task(args: &DrawingArgs) -> Task {
    match args.task.as_deref().and_then(Task::named) {
        Some(task) => task,
        None if args.input.is_empty() => Task::Create,
        None if args.mask.is_some() => Task::Inpaint,
        None => Task::Vary,
    }
}

fn attachments(args: &DrawingArgs, task: Task) -> anyhow::Result<Vec<Attachment>> {
    let second = match task {
        Task::Style => Part::Style,
        Task::TryOn => Part::Garment,
        _ if args.input.len() > 1 => bail!("the task `{task}` works on one --input"),
        _ => Part::Source,
    };
    if args.input.len() > 2 {
        bail!("the task `{task}` works on two --input files");
    }
    let inputs = [Part::Source, second].into_iter().zip(&args.input);
    let masks = [(Part::Mask, &args.mask), (Part::GarmentMask, &args.garment_mask)];
    let masks = masks.into_iter().filter_map(|(part, path)| Some((part, path.as_ref()?)));
    inputs.chain(masks).map(|(part, path)| attachment(part, path)).collect()
}

pub(in crate::cli) fn attachment(part: Part, path: &Path) -> anyhow::Result<Attachment> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let media_type = MediaType::sniff(&bytes).unwrap_or(MediaType::Binary);
    Ok(Attachment::new(part, media_type, bytes))
}
