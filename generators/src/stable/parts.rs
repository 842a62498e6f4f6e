//! The tensors of one network, by name.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::Deserialize;

use crate::{
    Event, EventSender, GeneratorError,
    files::{Listing, ModelFiles},
    math::{Convolution, Linear, Norm},
    weights::{self, Header, Kind, Stored, Weights},
};

/// The longest index of shards that is read.
const INDEX_BYTES_MAX: u64 = 64 << 20;

/// A network of a folder: its files, and the shapes that they hold.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// Its folder.
    pub(crate) folder: &'static str,
    /// Its weight files, by their names in the model folder.
    pub(crate) shards: Vec<String>,
    /// The index that names them.
    pub(crate) index: Option<String>,
    pub(crate) shapes: BTreeMap<String, Vec<usize>>,
    path: PathBuf,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Component {
    /// Finds the weights `stem` in `folder`: whole, in shards, or as 16-bit variant.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when there are none, a shard is missing or a header is damaged.
    pub(crate) fn find(
        files: &ModelFiles,
        folder: &'static str,
        stem: &str,
    ) -> Result<Self, GeneratorError> {
        for variant in ["", ".fp16"] {
            let single = format!("{folder}/{stem}{variant}.safetensors");
            if files.has(&single) {
                return Self::of(files, folder, vec![single], None);
            }
            let index = format!("{folder}/{stem}.safetensors.index{variant}.json");
            if files.has(&index) {
                return Self::of(files, folder, shards(files, folder, &index)?, Some(index));
            }
        }
        let missing = files.path(&format!("{folder}/{stem}.safetensors"));
        let reason = "is missing: the weights must be safetensors, whole or in shards";
        Err(GeneratorError::file(missing, reason))
    }

    /// The weights at the top of a folder of `transformers`: whole or in shards.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when there are none, a shard is missing or a header is damaged.
    pub(crate) fn top(files: &ModelFiles) -> Result<Self, GeneratorError> {
        let found = weights::files_of(files)?;
        Self::of(files, ".", found.shards, found.index.map(str::to_owned))
    }

    fn of(
        files: &ModelFiles,
        folder: &'static str,
        shards: Vec<String>,
        index: Option<String>,
    ) -> Result<Self, GeneratorError> {
        let mut shapes = BTreeMap::new();
        for shard in &shards {
            shapes.extend(Header::of(files, shard)?.shapes());
        }
        let path = files.path(index.as_ref().or(shards.first()).map_or(folder, String::as_str));
        Ok(Self { folder, shards, index, shapes, path })
    }

    /// Reads all its tensors and tells of it.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is not what it was, or nobody listens any more.
    pub(crate) fn load(
        &self,
        files: &ModelFiles,
        listing: &Listing,
        events: Option<&EventSender>,
    ) -> Result<Weights, GeneratorError> {
        let sizes = listing.files().iter().filter(|file| self.shards.contains(&file.name));
        let (mut done, total) = (0, sizes.map(|file| file.bytes).sum());
        let mut progress = |bytes| {
            done += bytes;
            events.map_or(Ok(()), |events| events.send_blocking(Event::Loading { done, total }))
        };
        let wanted = |name: &str| self.shapes.contains_key(name);
        Weights::read(files, listing, &self.shards, &wanted, &mut progress)
    }

    /// Its tensors without their numbers: builds networks that show whether all is there.
    pub(crate) fn outline(&self) -> Source<'_> {
        Source { component: self, weights: None, taken: Cell::new(0) }
    }

    /// Its tensors with their numbers.
    pub(crate) fn filled(&self, weights: Weights) -> Source<'_> {
        Source { component: self, weights: Some(RefCell::new(weights)), taken: Cell::new(0) }
    }
}

fn shards(files: &ModelFiles, folder: &str, index: &str) -> Result<Vec<String>, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(index), reason);
    let text = files.read(index, INDEX_BYTES_MAX)?;
    let parsed: Index = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let names: BTreeSet<String> = parsed.weight_map.into_values().collect();
    // A name with a path would read outside the folder.
    if let Some(name) = names.iter().find(|name| name.contains(['/', '\\']) || *name == "..") {
        return Err(wrong(format!("names `{name}`, which is not a file beside it")));
    }
    if names.is_empty() {
        return Err(wrong("names no file".to_owned()));
    }
    Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
}

/// Where the tensors of a network come from.
pub(crate) struct Source<'a> {
    component: &'a Component,
    weights: Option<RefCell<Weights>>,
    /// Numbers taken so far.
    taken: Cell<u64>,
}

impl Source<'_> {
    /// The top of the network.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts { source: self, prefix: String::new() }
    }

    /// How many numbers were taken.
    pub(crate) const fn taken(&self) -> u64 {
        self.taken.get()
    }
}

/// A part of a network.
#[derive(Clone)]
pub(crate) struct Parts<'a> {
    source: &'a Source<'a>,
    prefix: String,
}

impl Parts<'_> {
    /// The part called `name` of this part.
    pub(crate) fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { source: self.source, prefix: format!("{}{name}.", self.prefix) }
    }

    /// Whether there is a tensor `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.source.component.shapes.contains_key(&format!("{}{name}", self.prefix))
    }

    /// The numbers of the tensor `name`; none in an outline.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing or has another shape. Sides of 1 at the end do
    /// not matter: the same map is stored as a matrix and as a convolution of one place.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, GeneratorError> {
        Ok(self.stored(name, shape)?.floats())
    }

    /// The tensor `name` in the number format of its file; empty in an outline.
    ///
    /// # Errors
    /// [`GeneratorError::File`] as for a tensor.
    pub(crate) fn stored(&self, name: &str, shape: &[usize]) -> Result<Stored, GeneratorError> {
        let name = format!("{}{name}", self.prefix);
        let component = self.source.component;
        let wrong = |reason: String| Err(GeneratorError::file(&component.path, reason));
        match component.shapes.get(&name) {
            None => return wrong(format!("has no tensor `{name}`: it is of another model")),
            Some(found) if squeezed(found) != squeezed(shape) => {
                return wrong(format!(
                    "has `{name}` as {found:?} where {}/config.json says {shape:?}",
                    component.folder
                ));
            }
            Some(_) => {}
        }
        self.source.taken.set(self.source.taken.get() + shape.iter().product::<usize>() as u64);
        let Some(weights) = &self.source.weights else {
            return Ok(Stored { kind: Kind::F32, shape: shape.to_vec(), bytes: Vec::new() });
        };
        Ok(Stored { shape: shape.to_vec(), ..weights.borrow_mut().take(&name)? })
    }

    /// A linear map; `biased` says whether it has a bias.
    ///
    /// # Errors
    /// [`GeneratorError::File`] as for a tensor.
    pub(crate) fn linear(
        &self,
        inputs: usize,
        outputs: usize,
        biased: bool,
    ) -> Result<Linear, GeneratorError> {
        let weight = self.tensor("weight", &[outputs, inputs])?;
        let bias = if biased { self.tensor("bias", &[outputs])? } else { Vec::new() };
        Ok(Linear::new(inputs, outputs, &weight, bias))
    }

    /// A convolution over squares of `side` places.
    ///
    /// # Errors
    /// [`GeneratorError::File`] as for a tensor.
    pub(crate) fn convolution(
        &self,
        inputs: usize,
        outputs: usize,
        side: usize,
    ) -> Result<Convolution, GeneratorError> {
        let weight = self.tensor("weight", &[outputs, inputs, side, side])?;
        let bias = self.tensor("bias", &[outputs])?;
        Ok(Convolution::new((inputs, outputs, side), &weight, bias))
    }

    /// A normalisation.
    ///
    /// # Errors
    /// [`GeneratorError::File`] as for a tensor.
    pub(crate) fn norm(&self, channels: usize, epsilon: f64) -> Result<Norm, GeneratorError> {
        let weight = self.tensor("weight", &[channels])?;
        let bias = self.tensor("bias", &[channels])?;
        Ok(Norm { weight, bias, epsilon })
    }
}

fn squeezed(shape: &[usize]) -> &[usize] {
    let kept = shape.iter().rposition(|side| *side != 1).map_or(1, |last| last + 1);
    shape.get(..kept.min(shape.len())).unwrap_or_default()
}
