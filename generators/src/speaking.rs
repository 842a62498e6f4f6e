//! The built-in voice behind the seam: the crate `voice`, which speaks by fixed rules.

use async_trait::async_trait;
use types::{Modality, Sha256};
use voice::{Delivery, Speech, Voice, VoiceError};

use crate::{
    Event, EventSender, Generator, GeneratorError, Job, ModelCard, Output, SpeechOutput,
    SpokenWord, Token, Warning, seats::Seats,
};

/// A run keeps one core busy.
const RUNNING_MAX: usize = 2;
/// Names the rules, whose code is part of the program.
const RULES: &str = concat!("voice ", env!("CARGO_PKG_VERSION"));
/// OpenAI's names of voices, which clients send when nobody chose one: each stands for a voice in the
/// list of the crate `voice`, in turn.
const ALIASES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
];

/// Speaks.
#[derive(Debug)]
pub struct Speaking {
    card: ModelCard,
    seats: Seats,
}

impl Speaking {
    /// The voice, under this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let card = ModelCard {
            name: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: Sha256::of(RULES.as_bytes()),
            modality: Modality::Audio,
            tasks: Vec::new(),
            algorithmic: true,
            backend: "voice".to_owned(),
            starter: true,
            architecture: "formant synthesis by fixed rules".to_owned(),
            parameters: 0,
            languages: vec!["en".to_owned(), "zh".to_owned()],
            licence: None,
        };
        Self { card, seats: Seats::new(RUNNING_MAX) }
    }
}

#[async_trait]
impl Generator for Speaking {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            let told = &mut |done, total| events.send_blocking(Event::Step { done, total }).is_ok();
            spoken(job.prompt(), &job.speaking, told).map(|said| Output::Speech(output(said)))
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

/// A short notice, said by the first voice.
///
/// # Errors
/// [`GeneratorError::Parameter`] when there is nothing to say.
pub fn notice(words: &str) -> Result<SpeechOutput, GeneratorError> {
    spoken(words, &types::Speaking::default(), &mut |_, _| true).map(output)
}

/// Words in the voice that is wanted, with the times of their sounds.
///
/// # Errors
/// [`GeneratorError::Parameter`] naming what cannot be served.
pub(crate) fn spoken(
    words: &str,
    wanted: &types::Speaking,
    told: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<Speech, GeneratorError> {
    let mut delivery = Delivery::default();
    if let Some(speed) = wanted.speed {
        delivery.speed = speed;
    }
    voice::speak(words, voice_of(wanted.voice.as_deref())?, &delivery, told).map_err(wrong)
}

fn voice_of(name: Option<&str>) -> Result<&'static Voice, GeneratorError> {
    let all = voice::voices();
    let none = || GeneratorError::Failed("there is no voice".to_owned());
    let Some(name) = name else { return all.first().ok_or_else(none) };
    let alias = ALIASES.iter().position(|alias| *alias == name);
    let stands_for = alias.and_then(|place| all.get(place % all.len().max(1)));
    voice::voice(name).or(stands_for).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|voice| voice.id).collect();
        let reason = format!("`{name}` is none of its voices: use {}", known.join(", "));
        GeneratorError::Parameter { parameter: "voice", reason }
    })
}

fn output(said: Speech) -> SpeechOutput {
    let words = said.words.into_iter().map(|word| SpokenWord {
        text: word.text,
        start: word.start,
        end: word.end,
        sentence: word.sentence,
    });
    SpeechOutput {
        rate: voice::RATE,
        samples: said.samples,
        transcript: said.text,
        words: words.collect(),
        warnings: said.warnings.into_iter().map(Warning::Limit).collect(),
    }
}

fn wrong(error: VoiceError) -> GeneratorError {
    match error {
        VoiceError::Cancelled => GeneratorError::Cancelled,
        error => GeneratorError::Parameter {
            parameter: "input",
            reason: format!("cannot be said: {error}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use types::{Message, Speaker};

    use super::*;

    fn job(text: &str) -> Job {
        let message = Message { role: Speaker::User, text: text.to_owned() };
        Job { messages: vec![message], ..Job::default() }
    }

    async fn run(job: Job) -> Result<SpeechOutput, GeneratorError> {
        let (sender, mut receiver) = EventSender::channel(1);
        let model = Speaking::new("voice");
        let heard = async { while receiver.recv().await.is_some() {} };
        let (output, ()) = tokio::join!(model.generate(job, sender), heard);
        match output? {
            Output::Speech(speech) => Ok(speech),
            other => panic!("{other:?} is no speech"),
        }
    }

    #[tokio::test]
    async fn words_are_said_at_their_times_in_both_languages() {
        for text in
            ["The river rose by 12 centimetres. It will rain.", "河水上涨了十二厘米。明天有雨。"]
        {
            let said = run(job(text)).await.unwrap();
            let seconds = said.samples.len() as f64 / f64::from(said.rate);
            assert!((1.0..12.0).contains(&seconds), "{seconds}");
            assert!(said.words.iter().all(|word| word.start < word.end && word.end <= seconds));
            assert!(said.words.is_sorted_by(|one, other| one.start <= other.start));
            assert_eq!(said.words.last().unwrap().sentence, 1);
        }
    }

    #[tokio::test]
    async fn a_voice_of_openai_stands_for_one_of_ours_and_others_are_named() {
        let mut asked = job("Hello there.");
        asked.speaking.voice = Some("shimmer".to_owned());
        assert!(!run(asked).await.unwrap().samples.is_empty());
        let mut asked = job("Hello there.");
        asked.speaking.voice = Some("nobody".to_owned());
        let error = run(asked).await.unwrap_err().to_string();
        assert!(error.contains("`nobody`") && error.contains(voice::voices()[0].id), "{error}");
    }

    #[tokio::test]
    async fn nothing_to_say_is_no_sound() {
        let error = run(job(" ... ")).await.unwrap_err();
        assert!(matches!(error, GeneratorError::Parameter { parameter: "input", .. }), "{error}");
    }
}
