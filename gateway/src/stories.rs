//! Stories: a plan, chapter by chapter a text, a picture and a narration, each through the line as an
//! asset of its own, and a bundle that names them as ingredients.

mod bundle;

pub(crate) use bundle::is_bundle;

use generators::SpokenWord;
use story::{ChapterPlan, Plan};
use tokio::sync::mpsc;
use types::{
    AssetId, GenerationRequest, Language, MediaType, Message, Modality, Principal, Sampling,
    SoundFormat, Speaker, Speaking, Task,
};

use crate::{
    outcome::{Outcome, Refusal, Release},
    pipeline::{Delivery, Line, LineError},
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The story.
    pub brief: story::Brief,
    /// The model that writes; the usual one if absent.
    pub text_model: Option<String>,
    /// The model that draws.
    pub image_model: Option<String>,
    /// The model that speaks.
    pub speech_model: Option<String>,
    /// The voice.
    pub voice: Option<String>,
    /// EPUB or HTML.
    pub form: Form,
}

/// What a story is bundled as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// EPUB 3 with media overlays.
    #[default]
    Epub,
    /// One HTML file.
    Html,
}

impl Form {
    /// What its files are.
    #[must_use]
    pub const fn media_type(self) -> MediaType {
        match self {
            Self::Epub => MediaType::Epub,
            Self::Html => MediaType::Html,
        }
    }
}

/// A part of a story that is done.
#[derive(Debug, Clone)]
pub struct Part {
    /// The chapter, from 1.
    pub chapter: u32,
    /// What it is.
    pub modality: Modality,
    /// Parts done, and all parts with the bundle.
    pub done: (u32, u32),
    /// The asset.
    pub asset: AssetId,
    /// The words of a text.
    pub text: Option<String>,
}

/// How a story ended.
#[derive(Debug)]
pub enum Ended {
    /// It is bundled.
    Bundled {
        /// The bundle.
        bundle: Box<Release>,
        /// The story as ninjs 3.0.
        ninjs: serde_json::Value,
        /// What could not be done as asked.
        warnings: Vec<String>,
    },
    /// A part was refused; what was made before it stays.
    Refused(Box<Refusal>),
    /// A part waits for a person.
    Held(Box<Release>),
}

/// Why a story was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoriesError {
    /// The brief, or the bundle.
    #[error(transparent)]
    Story(#[from] story::StoryError),
    /// A part.
    #[error(transparent)]
    Line(#[from] LineError),
    /// No model makes a part.
    #[error("no configured model makes {0}: name one, or ask for a story without it")]
    NoModel(Modality),
}

/// Makes a story; tells of every part when it is done. A story that nobody listens to any more ends
/// before its next part.
///
/// # Errors
/// [`StoriesError`] by what the person can do about it.
pub async fn make(
    line: &Line,
    principal: &Principal,
    wanted: Wanted,
    told: mpsc::Sender<Part>,
) -> Result<Ended, StoriesError> {
    let plan = story::plan(&wanted.brief)?;
    let parts: u32 =
        plan.chapters.iter().map(|c| 1 + u32::from(c.illustrated) + u32::from(c.narrated)).sum();
    let mut making = Making {
        line,
        principal,
        models: Models::of(line, &wanted, &plan)?,
        told,
        done: (0, parts + 1),
        warnings: Vec::new(),
    };
    let mut chapters = Vec::new();
    let mut so_far = String::new();
    for chapter in &plan.chapters {
        match making.chapter(chapter, &so_far).await? {
            Step::Go(made) => {
                so_far.push_str(&String::from_utf8_lossy(&made.text.bytes));
                so_far.push_str("\n\n");
                chapters.push(*made);
            }
            Step::Stop(ended) => return Ok(ended),
        }
    }
    let Making { warnings, .. } = making;
    Ok(match bundle::bundled(line, principal, wanted.form, &plan, &chapters).await? {
        Ended::Bundled { bundle, ninjs, .. } => Ended::Bundled { bundle, ninjs, warnings },
        ended => ended,
    })
}

/// A chapter that is made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) plan: ChapterPlan,
    pub(crate) text: Release,
    pub(crate) picture: Option<Release>,
    pub(crate) narration: Option<Release>,
}

impl Made {
    /// Its assets.
    pub(crate) fn releases(&self) -> impl Iterator<Item = &Release> {
        [Some(&self.text), self.picture.as_ref(), self.narration.as_ref()].into_iter().flatten()
    }

    /// When its words are said.
    pub(crate) fn words(&self) -> &[SpokenWord] {
        self.narration.as_ref().map_or(&[], |release| &release.generation.words)
    }
}

enum Step<T> {
    Go(T),
    Stop(Ended),
}

/// Which model makes what.
struct Models {
    text: String,
    is_starter: bool,
    image: Option<String>,
    speech: Option<String>,
    voice: Option<String>,
}

impl Models {
    fn of(line: &Line, wanted: &Wanted, plan: &Plan) -> Result<Self, StoriesError> {
        let stages = line.stages();
        let named = |name: &Option<String>, modality| {
            let model = name.clone().or_else(|| stages.default_model(modality, Task::Create));
            model.ok_or(StoriesError::NoModel(modality))
        };
        let text = named(&wanted.text_model, Modality::Text)?;
        let draws = plan.chapters.iter().any(|chapter| chapter.illustrated);
        let speaks = plan.chapters.iter().any(|chapter| chapter.narrated);
        Ok(Self {
            is_starter: stages.generators.get(&text).is_some_and(|model| model.card().starter),
            text,
            image: draws.then(|| named(&wanted.image_model, Modality::Image)).transpose()?,
            speech: speaks.then(|| named(&wanted.speech_model, Modality::Audio)).transpose()?,
            voice: wanted.voice.clone(),
        })
    }
}

struct Making<'a> {
    line: &'a Line,
    principal: &'a Principal,
    models: Models,
    told: mpsc::Sender<Part>,
    done: (u32, u32),
    warnings: Vec<String>,
}

impl Making<'_> {
    async fn chapter(
        &mut self,
        plan: &ChapterPlan,
        so_far: &str,
    ) -> Result<Step<Box<Made>>, StoriesError> {
        let prompt = match self.models.is_starter {
            true => plan.starter_prompt(),
            false => plan.text_prompt(so_far),
        };
        let text = self.models.text.clone();
        let text = match self.part(plan, request(Modality::Text, text, prompt, plan.seed)).await? {
            Step::Go(release) => release,
            Step::Stop(ended) => return Ok(Step::Stop(ended)),
        };
        let mut made = Made { plan: plan.clone(), text, picture: None, narration: None };
        if let Some(model) = self.models.image.clone().filter(|_| plan.illustrated) {
            let wanted = request(Modality::Image, model, plan.picture_prompt(), plan.seed);
            match self.part(plan, wanted).await? {
                Step::Go(release) => made.picture = Some(release),
                Step::Stop(ended) => return Ok(Step::Stop(ended)),
            }
        }
        if let Some(model) = self.models.speech.clone().filter(|_| plan.narrated) {
            let words = String::from_utf8_lossy(&made.text.bytes).into_owned();
            let mut wanted = request(Modality::Audio, model, words, plan.seed);
            let voice = self.models.voice.clone();
            wanted.speaking = Speaking { voice, format: SoundFormat::Mp3, ..Speaking::default() };
            match self.part(plan, wanted).await? {
                Step::Go(release) => made.narration = Some(release),
                Step::Stop(ended) => return Ok(Step::Stop(ended)),
            }
        }
        Ok(Step::Go(Box::new(made)))
    }

    async fn part(
        &mut self,
        plan: &ChapterPlan,
        request: GenerationRequest,
    ) -> Result<Step<Release>, StoriesError> {
        let modality = request.modality;
        if self.told.is_closed() {
            return Err(LineError::ClientGone.into());
        }
        let release = match self.line.run(self.principal.clone(), request, Delivery::Whole).await? {
            Outcome::Released(release) => *release,
            Outcome::Held(release) => return Ok(Step::Stop(Ended::Held(release))),
            Outcome::Refused(refusal) => return Ok(Step::Stop(Ended::Refused(refusal))),
        };
        self.done.0 += 1;
        for warning in &release.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
        let words = || String::from_utf8_lossy(&release.bytes).into_owned();
        let part = Part {
            chapter: plan.number,
            modality,
            done: self.done,
            asset: release.asset_id,
            text: (modality == Modality::Text).then(words),
        };
        // Whoever left is noticed before the next part.
        let _ = self.told.send(part).await;
        Ok(Step::Go(release))
    }
}

fn request(modality: Modality, model: String, words: String, seed: u64) -> GenerationRequest {
    let messages = vec![Message { role: Speaker::User, text: words }];
    let sampling = Sampling { seed, ..Sampling::default() };
    GenerationRequest::new(modality, model, messages, sampling)
}

/// The language of a story's notice.
pub(crate) fn language(tag: &str) -> Language {
    if tag.to_ascii_lowercase().starts_with("zh") { Language::Zh } else { Language::En }
}

/// Where an asset is.
pub(crate) fn content_url(asset: AssetId) -> String {
    format!("/v1/assets/{asset}/content")
}

/// Who publishes.
pub(crate) fn publisher(line: &Line) -> String {
    line.stages().installation.config().provenance.publisher.clone()
}
