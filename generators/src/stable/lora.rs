//! Style packs: small changes of weights from `lora/*.safetensors`, merged when a model is read.

use std::collections::BTreeMap;

use super::{parts::Component, shape};
use crate::{
    GeneratorError,
    files::{Listing, ModelFiles},
    weights::{Header, Kind, Stored, Weights},
};

/// How much of each pack is taken, by file name; 1 where it is not named.
const SHARES: &str = "lora/lora.json";

/// All packs of a model folder.
#[derive(Debug, Default)]
pub(crate) struct Loras(Vec<Pack>);

/// One file.
#[derive(Debug)]
struct Pack {
    name: String,
    share: f32,
    changes: Vec<Change>,
}

/// The change of one weight: `up` · `down`, by their names in the file.
#[derive(Debug, Clone)]
struct Change {
    folder: &'static str,
    weight: String,
    down: String,
    up: String,
    alpha: Option<String>,
}

/// What a tensor of a pack is to its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Down,
    Up,
    Alpha,
}

/// Endings of names, by who trains: kohya, peft, diffusers new and old.
const ENDINGS: [(&str, Role); 11] = [
    (".lora_down.weight", Role::Down),
    (".lora_up.weight", Role::Up),
    (".lora_A.weight", Role::Down),
    (".lora_B.weight", Role::Up),
    (".lora.down.weight", Role::Down),
    (".lora.up.weight", Role::Up),
    (".lora_linear_layer.down.weight", Role::Down),
    (".lora_linear_layer.up.weight", Role::Up),
    ("_lora.down.weight", Role::Down),
    ("_lora.up.weight", Role::Up),
    (".alpha", Role::Alpha),
];

/// Beginnings of names and the folder of the network that they change.
const BEGINNINGS: [(&str, &str); 8] = [
    ("lora_unet_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("lora_te_", "text_encoder"),
    ("unet.", "unet"),
    ("text_encoder_2.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
    ("base_model.model.", "unet"),
];

impl Loras {
    /// Finds the packs and which weights they change.
    ///
    /// # Errors
    /// [`GeneratorError::File`] naming a pack with a key that fits no weight.
    pub(crate) fn find(
        files: &ModelFiles,
        components: &[&Component],
    ) -> Result<Self, GeneratorError> {
        let inner = match files {
            ModelFiles::Folder(folder) if folder.join("lora").is_dir() => {
                ModelFiles::Folder(folder.join("lora"))
            }
            _ => return Ok(Self::default()),
        };
        let names = inner.ending_with(".safetensors")?;
        let shares = shares(files, &names)?;
        let layers = layers(components);
        let mut packs = Vec::new();
        for name in names {
            let path = format!("lora/{name}");
            let shapes = Header::of(files, &path)?.shapes();
            let changes = changes(&shapes, &layers)
                .map_err(|reason| GeneratorError::file(files.path(&path), reason))?;
            let share = shares.get(&name).copied().unwrap_or(1.0);
            packs.push(Pack { name: path, share, changes });
        }
        Ok(Self(packs))
    }

    /// The files that they are in.
    pub(crate) fn names(&self, files: &ModelFiles) -> Vec<String> {
        let shares = files.has(SHARES).then(|| SHARES.to_owned());
        self.0.iter().map(|pack| pack.name.clone()).chain(shares).collect()
    }

    /// Reads their numbers.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a file is no longer the one that was listed.
    pub(crate) fn read(
        &self,
        files: &ModelFiles,
        listing: &Listing,
    ) -> Result<Deltas<'_>, GeneratorError> {
        let mut packs = Vec::new();
        for pack in &self.0 {
            let shards = std::slice::from_ref(&pack.name);
            let weights = Weights::read(files, listing, shards, &|_| true, &mut |_| Ok(()))?;
            packs.push((pack, weights));
        }
        Ok(Deltas(packs))
    }
}

/// Packs in memory.
pub(crate) struct Deltas<'a>(Vec<(&'a Pack, Weights)>);

impl Deltas<'_> {
    /// Changes the weights of one network.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when a tensor has vanished.
    pub(crate) fn merge(
        &mut self,
        component: &Component,
        weights: &mut Weights,
    ) -> Result<(), GeneratorError> {
        for (pack, numbers) in &mut self.0 {
            let here = pack.changes.iter().filter(|change| change.folder == component.folder);
            for change in here {
                let (down, up) = (numbers.take(&change.down)?, numbers.take(&change.up)?);
                let rank = down.shape.first().copied().unwrap_or(1).max(1);
                let alpha = match &change.alpha {
                    Some(name) => numbers.take(name)?.floats().first().copied(),
                    None => None,
                };
                let scale = pack.share * alpha.unwrap_or(rank as f32) / rank as f32;
                let before = weights.take(&change.weight)?;
                let mut after = before.floats();
                add_product(&mut after, &up.floats(), &down.floats(), (rank, scale));
                let bytes = after.iter().flat_map(|x| x.to_le_bytes()).collect();
                let stored = Stored { kind: Kind::F32, shape: before.shape, bytes };
                weights.put(change.weight.clone(), stored);
            }
        }
        Ok(())
    }
}

/// Adds `scale` · `up` · `down` to a matrix.
fn add_product(to: &mut [f32], up: &[f32], down: &[f32], (rank, scale): (usize, f32)) {
    let columns = down.len() / rank;
    for (row, up) in to.chunks_exact_mut(columns.max(1)).zip(up.chunks_exact(rank)) {
        for (factor, down) in up.iter().zip(down.chunks_exact(columns.max(1))) {
            row.iter_mut().zip(down).for_each(|(x, down)| *x += scale * factor * down);
        }
    }
}

fn shares(files: &ModelFiles, names: &[String]) -> Result<BTreeMap<String, f32>, GeneratorError> {
    if !files.has(SHARES) {
        return Ok(BTreeMap::new());
    }
    let wrong = |reason: String| GeneratorError::file(files.path(SHARES), reason);
    let shares: BTreeMap<String, f32> = serde_json::from_value(shape::json(files, SHARES)?)
        .map_err(|error| wrong(format!("must name a number for each file: {error}")))?;
    for (name, share) in &shares {
        if !names.contains(name) {
            return Err(wrong(format!("names `{name}`, which is not beside it")));
        }
        if !(-10.0..=10.0).contains(share) {
            return Err(wrong(format!("gives `{name}` {share}; -10 to 10 are served")));
        }
    }
    Ok(shares)
}

/// A weight that can be changed: its network, name and shape.
type Layer<'a> = (&'static str, &'a str, &'a [usize]);

/// Weights by network and by their names as packs write them: without dots, and text encoders in
/// the layout with `text_model`.
fn layers<'a>(components: &[&'a Component]) -> BTreeMap<(&'static str, String), Layer<'a>> {
    let mut layers = BTreeMap::new();
    for component in components {
        let folder = component.folder;
        for (name, shape) in &component.shapes {
            let Some(layer) = name.strip_suffix(".weight") else { continue };
            let mut plain = layer.replace('.', "_");
            if folder != "unet" && !plain.starts_with("text_") {
                plain.insert_str(0, "text_model_");
            }
            layers.insert((folder, plain), (folder, name.as_str(), shape.as_slice()));
        }
    }
    layers
}

fn changes(
    shapes: &BTreeMap<String, Vec<usize>>,
    layers: &BTreeMap<(&'static str, String), Layer<'_>>,
) -> Result<Vec<Change>, String> {
    let mut found: BTreeMap<(&'static str, String), [Option<&String>; 3]> = BTreeMap::new();
    for key in shapes.keys() {
        let (place, role) = place(key)
            .filter(|(place, _)| layers.contains_key(place))
            .ok_or_else(|| format!("has `{key}`, which fits no weight of this model"))?;
        let [down, up, alpha] = found.entry(place).or_default();
        *match role {
            Role::Down => down,
            Role::Up => up,
            Role::Alpha => alpha,
        } = Some(key);
    }
    let mut changes = Vec::new();
    for (place, keys) in found {
        let Some((folder, weight, shape)) = layers.get(&place) else { continue };
        let [Some(down), Some(up), alpha] = keys else {
            return Err(format!("has only a part of the change of `{weight}`"));
        };
        let sides = |name: &String| shapes.get(name).cloned().unwrap_or_default();
        fits(&sides(down), &sides(up), shape)
            .map_err(|why| format!("changes `{weight}`: {why}"))?;
        changes.push(Change {
            folder,
            weight: (*weight).to_owned(),
            down: down.clone(),
            up: up.clone(),
            alpha: alpha.cloned(),
        });
    }
    Ok(changes)
}

/// The product must have the weight's shape.
fn fits(down: &[usize], up: &[usize], shape: &[usize]) -> Result<(), String> {
    let product = |sides: &[usize]| sides.iter().skip(1).product::<usize>();
    let (rank, outputs) = (down.first().copied(), up.first().copied());
    let fits = rank.is_some_and(|rank| rank > 0 && product(up) == rank)
        && outputs == shape.first().copied()
        && product(down) == product(shape);
    if fits { Ok(()) } else { Err(format!("{up:?} by {down:?} is no change of {shape:?}")) }
}

/// Which layer a key belongs to, and what it is to it.
fn place(key: &str) -> Option<((&'static str, String), Role)> {
    let ending = ENDINGS.iter().find(|(ending, _)| key.ends_with(ending));
    let (ending, role) = ending?;
    let layer = key.strip_suffix(ending)?;
    let beginning = BEGINNINGS.iter().find(|(beginning, _)| layer.starts_with(beginning));
    let (folder, layer) = match beginning {
        Some((beginning, folder)) => (*folder, layer.strip_prefix(beginning)?),
        None => ("unet", layer),
    };
    let mut plain = layer.replace(".processor.", ".").replace('.', "_");
    if plain.ends_with("_to_out") {
        plain.push_str("_0");
    }
    if folder != "unet" && !plain.starts_with("text_") {
        plain.insert_str(0, "text_model_");
    }
    Some(((folder, plain), *role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_all_trainers_name_the_same_layer() {
        let layer = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0";
        let dotted = "down_blocks.0.attentions.0.transformer_blocks.0.attn1";
        for key in [
            format!("lora_unet_{layer}.lora_down.weight"),
            format!("unet.{dotted}.to_out.0.lora_A.weight"),
            format!("{dotted}.to_out.0.lora.down.weight"),
            format!("unet.{dotted}.processor.to_out_lora.down.weight"),
            format!("base_model.model.{dotted}.to_out.0.lora_A.weight"),
        ] {
            assert_eq!(place(&key), Some((("unet", layer.to_owned()), Role::Down)), "{key}");
        }
        let text = "text_model_encoder_layers_0_self_attn_q_proj".to_owned();
        let key = "lora_te2_text_model_encoder_layers_0_self_attn_q_proj.alpha";
        assert_eq!(place(key), Some((("text_encoder_2", text.clone()), Role::Alpha)));
        let key = "text_encoder.encoder.layers.0.self_attn.q_proj.lora_B.weight";
        assert_eq!(place(key), Some((("text_encoder", text), Role::Up)));
        assert_eq!(place("lora_unet_x.hada_w1_a"), None);
    }

    #[test]
    fn a_change_is_the_product_of_its_halves() {
        let mut weight = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        add_product(&mut weight, &[1.0, 2.0], &[1.0, 10.0, 100.0], (1, 0.5));
        assert_eq!(weight, [1.5, 6.0, 51.0, 2.0, 11.0, 101.0]);
        assert!(fits(&[1, 3], &[2, 1], &[2, 3]).is_ok());
        assert!(fits(&[1, 3, 3, 3], &[2, 1, 1, 1], &[2, 3, 3, 3]).is_ok());
        assert!(fits(&[1, 4], &[2, 1], &[2, 3]).is_err());
    }
}
