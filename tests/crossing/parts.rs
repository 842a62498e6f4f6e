//! A checker with moods, and a model that makes everything small.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use gateway::checking::{Checker, CheckerError, Question};
use generators::{
    Event, EventSender, FinishReason, Generator, GeneratorError, ImageOutput, Job, ModelCard,
    Output, SampledBy, Segment, SpeechOutput, TextOutput, Token, Transcript, Usage,
};
use types::{Action, Category, Finding, Modality, Sha256, Task};

/// What a checker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Passes,
    Blocks,
    TimesOut,
    Errs,
    Panics,
}

/// A checker whose mood the test sets.
#[derive(Debug, Clone)]
pub(super) struct Guard(pub(super) Arc<Mutex<Mood>>);

#[async_trait]
impl Checker for Guard {
    async fn check(&self, _: &Question) -> Result<Vec<Finding>, CheckerError> {
        let mood = *self.0.lock().unwrap();
        match mood {
            Mood::Passes => Ok(Vec::new()),
            Mood::Blocks => Ok(vec![finding()]),
            Mood::TimesOut => std::future::pending().await,
            Mood::Errs => Err(CheckerError("out of order".to_owned())),
            // As a panic does, without its message in the tests' output.
            Mood::Panics => std::panic::resume_unwind(Box::new("a checker breaks down")),
        }
    }
}

fn finding() -> Finding {
    Finding {
        rule: "guard/hate".into(),
        rule_version: 1,
        action: Action::Block,
        category: Category::Hate,
        kind: "checker".into(),
        score: 1.0,
        spans: Vec::new(),
        obfuscated: false,
        shadow: false,
        message: "No.".into(),
    }
}

/// Words that only a model says, so that whoever reads them has read an output.
pub(super) const MARKER: &str = "Topaz";
/// What the rules of the test refuse in an output; the model says it when it is asked to shine.
const FORBIDDEN: &str = "Quartz";

/// Makes a short text, a small picture, a short sound or a transcript.
#[derive(Debug)]
pub(super) struct Maker(ModelCard);

impl Maker {
    pub(super) fn named(name: &str, modality: Modality, tasks: &[Task]) -> Arc<dyn Generator> {
        Arc::new(Self(ModelCard {
            name: name.into(),
            version: "1".into(),
            sha256: Sha256::of(name.as_bytes()),
            modality,
            tasks: tasks.to_vec(),
            backend: "test".into(),
            algorithmic: true,
            starter: false,
            architecture: "none".into(),
            parameters: 0,
            languages: vec!["en".into()],
            licence: None,
        }))
    }

    fn words(job: &Job) -> String {
        let shines = job.messages.iter().any(|message| message.text.contains("shine"));
        let last = if shines { FORBIDDEN } else { "granite" };
        format!("The {MARKER} lies beside the {last} and nobody has seen it before.")
    }
}

#[async_trait]
impl Generator for Maker {
    fn card(&self) -> &ModelCard {
        &self.0
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let text = Self::words(&job);
        match self.0.modality {
            Modality::Text if self.0.tasks.contains(&Task::Transcribe) => Ok(transcript(&text)),
            Modality::Text => {
                for word in text.split_inclusive(' ') {
                    events.send(Event::token(word.to_owned())).await?;
                }
                Ok(Output::Text(TextOutput {
                    text,
                    usage: Usage { prompt_tokens: 3, completion_tokens: 9 },
                    finish_reason: FinishReason::Stop,
                    warnings: Vec::new(),
                    sampler: SampledBy::Here,
                    logprobs: None,
                }))
            }
            Modality::Image => Ok(Output::Image(picture())),
            _ => Ok(Output::Speech(sound(text))),
        }
    }

    fn tokens(&self, _: &str) -> Option<Vec<Token>> {
        None
    }
}

fn picture() -> ImageOutput {
    let side = 256_u32;
    let point = |place: u32| {
        let (x, y) = (place % side, place / side);
        [(x / 2 + 40) as u8, (y / 2 + 60) as u8, ((x * y / 97) % 80 + 80) as u8]
    };
    let pixels = (0..side * side).flat_map(point).collect();
    ImageOutput { width: side, height: side, pixels, warnings: Vec::new() }
}

fn sound(transcript: String) -> SpeechOutput {
    let rate = 24_000;
    let samples = (0..rate).map(|place| (place as f32 * 0.05).sin() * 0.3).collect();
    SpeechOutput { rate, samples, transcript, words: Vec::new(), warnings: Vec::new() }
}

fn transcript(text: &str) -> Output {
    let segment = Segment {
        start: 0.0,
        end: 1.0,
        text: text.to_owned(),
        tokens: Vec::new(),
        temperature: 0.0,
        avg_logprob: -0.1,
        no_speech_prob: 0.0,
        compression_ratio: 1.0,
        words: Vec::new(),
    };
    Output::Transcript(Transcript {
        language: "en".into(),
        seconds: 1.0,
        segments: vec![segment],
        warnings: Vec::new(),
    })
}
