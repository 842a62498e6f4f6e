//! The networks of a model in memory.

use super::{
    clip::Clip,
    memory,
    opened::Opened,
    parts::Component,
    unet::{Context, Unet},
    vae::Vae,
};
use crate::{Event, EventSender, GeneratorError, weights::Weights};

/// All networks of a model.
#[derive(Debug)]
pub(crate) struct Networks {
    pub(crate) unet: Unet,
    pub(crate) vae: Vae,
    texts: Vec<Clip>,
    /// Whether the rows of texts are taken before the last layer: with two encoders.
    early: bool,
}

/// What the text encoders make of one prompt.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// One row a token, the encoders beside each other.
    pub(crate) rows: Context,
    /// The pooled text of the last encoder, where it has one.
    pub(crate) pooled: Vec<f32>,
}

impl Networks {
    /// Reads all weights and tells of it.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is not what it was, or nobody listens any more.
    pub(crate) fn load(
        opened: &Opened,
        events: Option<&EventSender>,
    ) -> Result<Self, GeneratorError> {
        let shards = |component: &Component| component.shards.clone();
        let mut names = [shards(&opened.unet.1), shards(&opened.vae.1)].concat();
        names.extend(opened.texts.iter().flat_map(|text| shards(&text.component)));
        let sizes = opened.listing.files().iter().filter(|file| names.contains(&file.name));
        let mut reading =
            Reading { opened, events, done: 0, total: sizes.map(|file| file.bytes).sum() };
        memory::check(memory::of_weights(opened.card.parameters))?;
        let mut deltas = opened.loras.read(&opened.files, &opened.listing)?;
        let mut filled = |component: &Component| -> Result<Weights, GeneratorError> {
            let mut weights = reading.weights(component)?;
            deltas.merge(component, &mut weights)?;
            Ok(weights)
        };
        let (config, component) = &opened.unet;
        let unet = Unet::new(config, &component.filled(filled(component)?).parts())?;
        let (config, component) = &opened.vae;
        let vae = Vae::new(config, &component.filled(filled(component)?).parts())?;
        let mut texts = Vec::new();
        for text in &opened.texts {
            let weights = filled(&text.component)?;
            texts.push(Clip::new(&text.config, &text.component.filled(weights).parts())?);
        }
        let early = texts.len() > 1;
        Ok(Self { unet, vae, texts, early })
    }

    /// Reads a prompt, given as tokens for each encoder.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when there is no such token.
    pub(crate) fn read(&self, ids: &[Vec<u32>]) -> Result<Read, GeneratorError> {
        let mut encoded = Vec::new();
        for (clip, ids) in self.texts.iter().zip(ids) {
            encoded.push(clip.encode(ids)?);
        }
        let count = ids.first().map_or(0, Vec::len).max(1);
        let sides: Vec<&[f32]> = encoded
            .iter()
            .map(|side| if self.early { &side.penultimate[..] } else { &side.last[..] })
            .collect();
        let width = sides.iter().map(|side| side.len() / count).sum();
        let mut rows = Vec::with_capacity(count * width);
        for token in 0..count {
            for side in &sides {
                let width = side.len() / count;
                rows.extend_from_slice(side.get(token * width..(token + 1) * width).unwrap_or(&[]));
            }
        }
        let pooled = encoded.pop().map(|last| last.pooled).unwrap_or_default();
        Ok(Read { rows: Context { width, rows }, pooled })
    }
}

struct Reading<'a> {
    opened: &'a Opened,
    events: Option<&'a EventSender>,
    done: u64,
    total: u64,
}

impl Reading<'_> {
    fn weights(&mut self, component: &Component) -> Result<Weights, GeneratorError> {
        let (events, total) = (self.events, self.total);
        let done = &mut self.done;
        let mut progress = |bytes| {
            *done += bytes;
            let event = Event::Loading { done: *done, total };
            events.map_or(Ok(()), |events| events.send_blocking(event))
        };
        let Opened { files, listing, .. } = self.opened;
        Weights::read(files, listing, &component.shards, &|_| true, &mut progress)
    }
}
