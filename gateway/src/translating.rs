//! From one language to another: what is said is written down, the words are translated, and they are
//! said again if that is wanted. Each step is a request and an asset of its own; the one before is its
//! ingredient.

use generators::Transcript;
use types::{
    Attachment, Drawing, GenerationRequest, Listening, Message, Modality, Part, Principal,
    Sampling, Speaker, Speaking, Task,
};

use crate::{
    outcome::{Outcome, Refusal, Release},
    pipeline::{Delivery, Line, LineError},
};

/// What is to be translated.
#[derive(Debug, Clone)]
pub enum Source {
    /// A text.
    Text(String),
    /// A sound, as a file of the request.
    Sound(Attachment),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is to be translated.
    pub source: Source,
    /// Its language, by ISO 639-1; found out where nobody says.
    pub from: Option<String>,
    /// The language that is wanted.
    pub to: String,
    /// The translation is also said, so.
    pub speak: Option<Speaking>,
    /// The model that translates; the usual one if absent.
    pub model: Option<String>,
}

/// The steps that were taken.
#[derive(Debug)]
pub struct Translated {
    /// What was said, where the source is a sound that had to be written down first.
    pub heard: Option<Release>,
    /// The translation.
    pub text: Release,
    /// When the lines of the translation are said in the source.
    pub times: Option<Transcript>,
    /// The translation as sound.
    pub spoken: Option<Release>,
}

/// How a translation ended.
#[derive(Debug)]
pub enum Ended {
    /// It is done.
    Translated(Box<Translated>),
    /// A step was refused; what was made before it stays.
    Refused(Box<Refusal>),
    /// A step waits for a person.
    Held(Box<Release>),
}

/// Why there is no translation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranslatingError {
    /// A step.
    #[error(transparent)]
    Line(#[from] LineError),
    /// No configured model does a step.
    #[error(
        "no configured model does the task `{0}`, and none comes with the program: download one and \
         add its folder with `imprimatur models add FOLDER`"
    )]
    ModelNeeded(Task),
}

/// Translates.
///
/// # Errors
/// [`TranslatingError`] by what the person can do about it.
pub async fn translate(
    line: &Line,
    principal: &Principal,
    wanted: Wanted,
) -> Result<Ended, TranslatingError> {
    let steps = Steps { line, principal };
    let (words, heard) = match &wanted.source {
        Source::Text(text) => (text.clone(), None),
        Source::Sound(sound) => match steps.heard(sound.clone(), &wanted).await? {
            Step::Go(heard) => (lines(&heard), Some(*heard)),
            Step::Stop(ended) => return Ok(ended),
        },
    };
    let text = match steps.translated(words, heard.as_ref(), &wanted).await? {
        Step::Go(text) => *text,
        Step::Stop(ended) => return Ok(ended),
    };
    let spoken = match &wanted.speak {
        None => None,
        Some(speaking) => match steps.spoken(&text, speaking.clone()).await? {
            Step::Go(spoken) => Some(*spoken),
            Step::Stop(ended) => return Ok(ended),
        },
    };
    let times = heard.as_ref().and_then(|heard| timed(heard, &text));
    Ok(Ended::Translated(Box::new(Translated { heard, text, times, spoken })))
}

enum Step {
    Go(Box<Release>),
    Stop(Ended),
}

struct Steps<'a> {
    line: &'a Line,
    principal: &'a Principal,
}

impl Steps<'_> {
    async fn heard(&self, sound: Attachment, wanted: &Wanted) -> Result<Step, TranslatingError> {
        let listening = Listening { language: wanted.from.clone(), ..Listening::default() };
        let request = self.request(Task::Transcribe, None, String::new(), listening)?;
        self.step(GenerationRequest { attachments: vec![sound], ..request }).await
    }

    async fn translated(
        &self,
        words: String,
        heard: Option<&Release>,
        wanted: &Wanted,
    ) -> Result<Step, TranslatingError> {
        let said = heard.and_then(|heard| heard.generation.transcript.as_ref());
        let from = wanted.from.clone().or_else(|| said.map(|said| said.language.clone()));
        let listening =
            Listening { language: from, to: Some(wanted.to.clone()), ..Listening::default() };
        let request = self.request(Task::Translate, wanted.model.clone(), words, listening)?;
        let script = heard.map(script).into_iter().collect();
        self.step(GenerationRequest { attachments: script, ..request }).await
    }

    async fn spoken(&self, text: &Release, speaking: Speaking) -> Result<Step, TranslatingError> {
        let model = self.line.stages().default_model(Modality::Audio, Task::Create);
        let model = model.ok_or(TranslatingError::ModelNeeded(Task::Create))?;
        let words = String::from_utf8_lossy(&text.bytes).into_owned();
        let messages = vec![Message { role: Speaker::User, text: words }];
        let request = GenerationRequest::new(Modality::Audio, model, messages, Sampling::default());
        self.step(GenerationRequest { speaking, attachments: vec![script(text)], ..request }).await
    }

    fn request(
        &self,
        task: Task,
        model: Option<String>,
        words: String,
        listening: Listening,
    ) -> Result<GenerationRequest, TranslatingError> {
        let default = || self.line.stages().default_model(Modality::Text, task);
        let model = model.or_else(default).ok_or(TranslatingError::ModelNeeded(task))?;
        let messages = vec![Message { role: Speaker::User, text: words }];
        let request = GenerationRequest::new(Modality::Text, model, messages, Sampling::default());
        let drawing = Drawing { task, ..Drawing::default() };
        Ok(GenerationRequest { drawing, listening, ..request })
    }

    async fn step(&self, request: GenerationRequest) -> Result<Step, TranslatingError> {
        let outcome = self.line.run(self.principal.clone(), request, Delivery::Whole).await?;
        Ok(match outcome {
            Outcome::Released(release) => Step::Go(release),
            Outcome::Held(release) => Step::Stop(Ended::Held(release)),
            Outcome::Refused(refusal) => Step::Stop(Ended::Refused(refusal)),
        })
    }
}

/// The step before, as the next one names it.
fn script(release: &Release) -> Attachment {
    Attachment {
        manifest: release.sidecar.clone().map(Into::into),
        ..Attachment::new(Part::Script, release.media_type, release.bytes.clone())
    }
}

/// What was said, a line each, so that the translation has the same lines.
fn lines(heard: &Release) -> String {
    match &heard.generation.transcript {
        Some(said) => {
            let lines: Vec<&str> = said.segments.iter().map(|said| said.text.trim()).collect();
            lines.join("\n")
        }
        None => String::from_utf8_lossy(&heard.bytes).into_owned(),
    }
}

/// The translation at the times of what was said; `None` when its lines are others.
fn timed(heard: &Release, text: &Release) -> Option<Transcript> {
    let mut times = heard.generation.transcript.clone()?;
    let text = String::from_utf8_lossy(&text.bytes);
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() != times.segments.len() {
        return None;
    }
    for (segment, line) in times.segments.iter_mut().zip(lines) {
        segment.text = line.to_owned();
        segment.words.clear();
    }
    Some(times)
}
