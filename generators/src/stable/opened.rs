//! What is known of a model before its weights are in memory.

use std::sync::{Arc, Mutex, PoisonError};

use types::{Modality, Task};

use super::{
    clip::{Clip, ClipConfig},
    lora::Loras,
    manual::{self, Manual},
    networks::Networks,
    parts::Component,
    scheduler::{self, SchedulerConfig},
    shape,
    unet::{Unet, UnetConfig},
    vae::{Vae, VaeConfig},
    words::{self, Words},
};
use crate::{
    EventSender, GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
};

const INDEX: &str = "model_index.json";

/// Folders of text encoders and of their tokenizers.
const TEXTS: [(&str, &str); 2] = [("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2")];

/// Parts of pipelines that change pictures and are not served.
const UNSERVED: [&str; 3] = ["image_encoder", "controlnet", "prior"];

/// A text encoder of a folder.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) config: ClipConfig,
    pub(crate) component: Component,
    /// Where its tokenizer is.
    tokenizer: &'static str,
}

/// A model whose files fit together.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) card: ModelCard,
    pub(crate) unet: (UnetConfig, Component),
    pub(crate) vae: (VaeConfig, Component),
    pub(crate) texts: Vec<Text>,
    pub(crate) scheduler: SchedulerConfig,
    pub(crate) manual: Manual,
    pub(crate) loras: Loras,
    pub(crate) files: ModelFiles,
    pub(crate) listing: Listing,
    /// What is not wanted is all zeros where nobody says anything else.
    pub(crate) zeros: bool,
    networks: Mutex<Option<Arc<Networks>>>,
}

impl Opened {
    /// Reads and checks everything but the weights, of which it reads the headers and the digest.
    ///
    /// # Errors
    /// [`GeneratorError`] for the first thing that is wrong.
    pub(crate) fn open(files: ModelFiles, name: &str) -> Result<Self, GeneratorError> {
        let index = match files.has(INDEX) {
            true => shape::json(&files, INDEX)?,
            false => serde_json::Value::Null,
        };
        let used = |part: &&&str| index.get(part).is_some_and(|value| value[0].is_string());
        if let Some(part) = UNSERVED.iter().find(used) {
            let reason = format!("has a part `{part}`, which is not served");
            return Err(GeneratorError::file(files.path(INDEX), reason));
        }
        let stem = "diffusion_pytorch_model";
        let unet = (UnetConfig::read(&files)?, Component::find(&files, "unet", stem)?);
        let vae = (VaeConfig::read(&files)?, Component::find(&files, "vae", stem)?);
        let texts = texts(&files)?;
        let scheduler = SchedulerConfig::read(&files)?;
        let manual = Manual::read(&files)?;
        let parameters = fit(&files, &unet, &vae, &texts)?;
        let changing = [&unet.1].into_iter().chain(texts.iter().map(|text| &text.component));
        let loras = Loras::find(&files, &changing.collect::<Vec<_>>())?;
        let all = [&unet.1, &vae.1].into_iter().chain(texts.iter().map(|text| &text.component));
        let listing = files.list(&names(&files, all, &loras))?;
        let card = card(&manual, &listing, (name, parameters), texts.len());
        let zeros = index.get("force_zeros_for_empty_prompt").and_then(|value| value.as_bool());
        Ok(Self {
            card,
            unet,
            vae,
            zeros: texts.len() > 1 && zeros.unwrap_or(true),
            texts,
            scheduler,
            manual,
            loras,
            files,
            listing,
            networks: Mutex::new(None),
        })
    }

    /// The tokenizers, one for each text encoder.
    ///
    /// # Errors
    /// [`GeneratorError::File`] naming what is missing or damaged.
    pub(crate) fn words(&self) -> Result<Vec<Words>, GeneratorError> {
        let read = |text: &Text| Words::read(&self.files, text.tokenizer, &text.config);
        self.texts.iter().map(read).collect()
    }

    /// Whether the weights are in memory.
    pub(crate) fn is_loaded(&self) -> bool {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The networks, read if they are not in memory; `events` hears of the reading. A failure is
    /// told, and tried again next time.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is not what it was, or nobody listens any more.
    pub(crate) fn networks(
        &self,
        events: Option<&EventSender>,
    ) -> Result<Arc<Networks>, GeneratorError> {
        // A thread that panicked while loading has stored nothing.
        let mut slot = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(networks) = slot.as_ref() {
            return Ok(Arc::clone(networks));
        }
        let networks = Arc::new(Networks::load(self, events)?);
        *slot = Some(Arc::clone(&networks));
        Ok(networks)
    }
}

fn texts(files: &ModelFiles) -> Result<Vec<Text>, GeneratorError> {
    let mut texts = Vec::new();
    for (folder, tokenizer) in TEXTS {
        let name = format!("{folder}/config.json");
        // The second encoder is there or not; the first must be.
        if folder == "text_encoder_2" && !files.has(&name) {
            continue;
        }
        let fixed = [("model_type", "clip_text_model|clip")];
        let config: ClipConfig = shape::read(files, &name, &fixed)?;
        config.check_words().map_err(|reason| GeneratorError::file(files.path(&name), reason))?;
        let component = Component::find(files, folder, "model")?;
        texts.push(Text { config, component, tokenizer });
    }
    Ok(texts)
}

/// Builds outlines of all networks, which shows whether tensors are missing, and compares where one
/// network meets another. Answers how many numbers were learned.
fn fit(
    files: &ModelFiles,
    (unet, unet_tensors): &(UnetConfig, Component),
    (vae, vae_tensors): &(VaeConfig, Component),
    texts: &[Text],
) -> Result<u64, GeneratorError> {
    let outline = unet_tensors.outline();
    Unet::new(unet, &outline.parts())?;
    let mut parameters = outline.taken();
    let outline = vae_tensors.outline();
    Vae::new(vae, &outline.parts())?;
    parameters += outline.taken();
    let mut pooled = None;
    for text in texts {
        let outline = text.component.outline();
        pooled = Clip::new(&text.config, &outline.parts())?.pooled_width().or(pooled);
        parameters += outline.taken();
    }
    let wrong = |reason| Err(GeneratorError::file(files.path("unet/config.json"), reason));
    let latent = vae.latent_channels;
    if unet.outputs != latent || ![latent, 2 * latent + 1].contains(&unet.inputs) {
        return wrong(format!(
            "has {} channels in and {} out; the autoencoder makes {latent}, so {latent} or {} in \
             (for repair) are served",
            unet.inputs,
            unet.outputs,
            2 * latent + 1
        ));
    }
    let context: usize = texts.iter().map(|text| text.config.hidden_size).sum();
    if unet.levels.iter().any(|level| level.context != context) {
        return wrong(format!(
            "has `cross_attention_dim` {} where the text encoders make {context} numbers",
            unet.context()
        ));
    }
    match (unet.added, texts.len()) {
        (Some(added), 2) if pooled == Some(added.pooled) => Ok(parameters),
        (None, 1) => Ok(parameters),
        _ => wrong(
            "does not fit the text encoders: added conditions come with two, the second \
                    with a projection"
                .to_owned(),
        ),
    }
}

/// The files that decide what a model does.
fn names<'a>(
    files: &ModelFiles,
    components: impl Iterator<Item = &'a Component>,
    loras: &Loras,
) -> Vec<String> {
    let mut names: Vec<String> = [INDEX, manual::NAME, scheduler::NAME]
        .into_iter()
        .filter(|name| files.has(name))
        .map(str::to_owned)
        .collect();
    for component in components {
        names.push(format!("{}/config.json", component.folder));
        names.extend(component.shards.iter().cloned());
        names.extend(component.index.clone());
    }
    for (_, folder) in TEXTS {
        names.extend(words::names(files, folder));
    }
    names.extend(loras.names(files));
    names
}

fn card(
    manual: &Manual,
    listing: &Listing,
    (name, parameters): (&str, u64),
    texts: usize,
) -> ModelCard {
    let sha256 = listing.sha256();
    // A model without a version is named by its content.
    let content = || sha256.to_string().chars().take(12).collect();
    ModelCard {
        name: manual.name.clone().unwrap_or_else(|| name.to_owned()),
        version: manual.version.clone().unwrap_or_else(content),
        sha256,
        modality: Modality::Image,
        tasks: vec![Task::Create, Task::Inpaint, Task::Vary],
        algorithmic: false,
        backend: super::KIND.to_owned(),
        starter: false,
        architecture: if texts > 1 { "Stable Diffusion XL" } else { "Stable Diffusion" }.to_owned(),
        parameters,
        languages: manual.languages.clone(),
        licence: manual.licence.clone(),
    }
}
