//! Networks of picture models beside those of `diffusers` and `transformers`.
//!
//! A folder holds what `save_pretrained` writes of the parts of a pipeline, `golden.json` (`steps`,
//! `guidance`) and `golden.safetensors`: `ids` and `uncond_ids` (`ids_2` and `uncond_ids_2` where
//! there are two text encoders, then also `pooled`), `clip_emb`, `clip_uncond`, `init_latents`,
//! `unet_out_t0` (what is not wanted first), `timesteps`, `trajectory`, `image`, and perhaps
//! `vae_in`, `vae_mean`, `vae_logvar`. A folder of CLIP alone has `ids`, `pixels`, `text_embeds`,
//! `image_embeds`, `logits_per_image`.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use candle_core::{Device, Tensor, safetensors::load_buffer};
use generators::stable::{ClipPair, Seen, Studio, Text};

/// How far numbers may be off.
const TEXT: f32 = 1e-4;
const UNET: f32 = 2e-4;
const IMAGE: f32 = 1e-3;

/// Whether a folder holds CLIP alone.
fn scores(folder: &Path) -> bool {
    let Ok(text) = fs::read(folder.join("config.json")) else { return false };
    let config: serde_json::Value = serde_json::from_slice(&text).unwrap();
    config["model_type"] == "clip" && folder.join("golden.safetensors").is_file()
}

/// Whether a folder holds a pipeline of pictures, or CLIP, with golden values.
pub(crate) fn draws(folder: &Path) -> bool {
    let all = ["unet/config.json", "vae/config.json", "golden.safetensors"];
    all.iter().all(|name| folder.join(name).is_file()) || scores(folder)
}

fn compare_clip(folder: &Path) -> Result<Vec<(&'static str, f32, f32)>, String> {
    let said = |error: generators::GeneratorError| error.to_string();
    let bytes = fs::read(folder.join("golden.safetensors")).unwrap();
    let tensors = load_buffer(&bytes, &Device::Cpu).unwrap();
    let golden = Golden { tensors, steps: 0, guidance: 0.0 };
    let pair = ClipPair::open(folder).map_err(said)?;
    let ids: Vec<Vec<i64>> = golden.tensors["ids"].to_vec2().unwrap();
    let read = |ids: &Vec<i64>| {
        let ids: Vec<u32> = ids.iter().map(|id| *id as u32).collect();
        pair.words(&ids).map_err(said)
    };
    let words = ids.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let Seen { numbers, size } = golden.seen("pixels");
    let see = |numbers: &[f32]| {
        let seen = Seen { numbers: numbers.to_vec(), size };
        pair.picture(&seen).map_err(said)
    };
    let pictures = numbers.chunks(3 * size.0 * size.1).map(see).collect::<Result<Vec<_>, _>>()?;
    let fit = |picture: &Vec<f32>| words.iter().map(|words| pair.fit(picture, words)).collect();
    let fits: Vec<Vec<f32>> = pictures.iter().map(fit).collect();
    Ok(vec![
        ("words", golden.differs("text_embeds", &words.concat()), TEXT),
        ("picture", golden.differs("image_embeds", &pictures.concat()), TEXT),
        ("fit", golden.differs("logits_per_image", &fits.concat()), TEXT),
    ])
}

/// The largest difference of each network, or what is wrong.
pub(crate) fn compare(folder: &Path) -> Result<Vec<(&'static str, f32, f32)>, String> {
    if scores(folder) {
        return compare_clip(folder);
    }
    let golden = Golden::read(folder);
    let said = |error: generators::GeneratorError| error.to_string();
    let studio = Studio::open(folder).map_err(said)?;
    let mut found = Vec::new();
    let wanted = studio.read(&golden.ids("ids")).map_err(said)?;
    let unwanted = studio.read(&golden.ids("uncond_ids")).map_err(said)?;
    let mut text = golden.differs("clip_emb", wanted.rows());
    text = text.max(golden.differs("clip_uncond", unwanted.rows()));
    if golden.tensors.contains_key("pooled") {
        text = text.max(golden.differs("pooled", wanted.pooled()));
    }
    found.push(("text", text, TEXT));
    found.extend(golden.unet(&studio, &wanted, &unwanted).map_err(said)?);
    found.extend(golden.vae(&studio).map_err(said)?);
    Ok(found)
}

struct Golden {
    tensors: HashMap<String, Tensor>,
    steps: usize,
    guidance: f32,
}

impl Golden {
    fn read(folder: &Path) -> Self {
        let bytes = fs::read(folder.join("golden.safetensors")).unwrap();
        let text = fs::read(folder.join("golden.json")).unwrap();
        let settings: serde_json::Value = serde_json::from_slice(&text).unwrap();
        Self {
            tensors: load_buffer(&bytes, &Device::Cpu).unwrap(),
            steps: settings["steps"].as_u64().unwrap() as usize,
            guidance: settings["guidance"].as_f64().unwrap() as f32,
        }
    }

    /// Tokens for each text encoder.
    fn ids(&self, name: &str) -> Vec<Vec<u32>> {
        let second = format!("{name}_2");
        let names = [name, second.as_str()];
        let tensors = names.iter().filter_map(|name| self.tensors.get(*name));
        tensors
            .map(|ids| {
                let ids: Vec<i64> = ids.flatten_all().unwrap().to_vec1().unwrap();
                ids.into_iter().map(|id| id as u32).collect()
            })
            .collect()
    }

    fn numbers(&self, name: &str) -> Vec<f32> {
        self.tensors[name].flatten_all().unwrap().to_vec1().unwrap()
    }

    fn seen(&self, name: &str) -> Seen {
        let dims = self.tensors[name].dims();
        Seen { numbers: self.numbers(name), size: (dims[dims.len() - 2], dims[dims.len() - 1]) }
    }

    fn differs(&self, name: &str, ours: &[f32]) -> f32 {
        largest(ours, &self.numbers(name))
    }

    fn unet(
        &self,
        studio: &Studio,
        wanted: &Text,
        unwanted: &Text,
    ) -> Result<Vec<(&'static str, f32, f32)>, generators::GeneratorError> {
        let noise = self.seen("init_latents");
        let mut found = Vec::new();
        // Networks whose first input is scaled say so by a tensor of its own.
        let first = if self.tensors.contains_key("first_input") {
            self.seen("first_input")
        } else {
            noise.clone()
        };
        let times = self.tensors["timesteps"].to_dtype(candle_core::DType::F64).unwrap();
        let time: f64 = times.to_vec1().unwrap()[0];
        let both = studio.predict(&first, time, &[unwanted.clone(), wanted.clone()])?;
        let both: Vec<f32> = both.into_iter().flat_map(|seen| seen.numbers).collect();
        found.push(("unet", self.differs("unet_out_t0", &both), UNET));
        // No guidance, as for networks that were taught to need none.
        let compared = (self.guidance > 1.0).then_some(unwanted);
        let after = studio.steps(&noise, self.steps, (wanted, compared), self.guidance)?;
        let all: Vec<f32> = after.iter().flat_map(|seen| seen.numbers.iter().copied()).collect();
        found.push(("steps", self.differs("trajectory", &all), IMAGE));
        let image = studio.decode(after.last().unwrap())?;
        found.push(("image", self.differs("image", &image.numbers), IMAGE));
        Ok(found)
    }

    fn vae(
        &self,
        studio: &Studio,
    ) -> Result<Vec<(&'static str, f32, f32)>, generators::GeneratorError> {
        let image = studio.decode(&self.seen("final_latents"))?;
        let mut found = vec![("decoder", self.differs("image", &image.numbers), IMAGE)];
        if self.tensors.contains_key("vae_in") {
            let moments = studio.encode(&self.seen("vae_in"))?;
            let theirs = [self.numbers("vae_mean"), self.numbers("vae_logvar")].concat();
            found.push(("encoder", largest(&moments.numbers, &theirs), IMAGE));
        }
        Ok(found)
    }
}

fn largest(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len(), "numbers");
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    differences.fold(0.0, |worst, next| if next.is_nan() { f32::INFINITY } else { worst.max(next) })
}

/// Compares every folder and prints a table; what is off is answered.
pub(crate) fn compare_all(folders: &[PathBuf]) -> (usize, Vec<String>) {
    let mut failed = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy();
        match compare(folder) {
            Ok(found) => {
                for (network, worst, most) in found {
                    println!(
                        "{name:24} {network:8} largest difference {worst:.1e} (at most {most:.0e})"
                    );
                    if worst > most {
                        failed
                            .push(format!("{name}: {network} differs by {worst}, at most {most}"));
                    }
                }
            }
            Err(reason) => failed.push(format!("{name}: {reason}")),
        }
    }
    (folders.len(), failed)
}
