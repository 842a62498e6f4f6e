//! Recognition on a server.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;
use types::Modality;

use super::{AudioPaths, wav};
use crate::{
    Event, EventSender, GeneratorError, ModelCard,
    openai::{Settings, model_of},
    recogniser::{Hearing, RATE, Recogniser, Segment, Transcript, Word},
    seats::Seats,
    server::{
        self, Ask, Client, Fault, Scheme, UpstreamError, client::code_of, form::Form, visit::parsed,
    },
    translation::languages,
};

/// The largest answer that is read: hours of words with their times.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A model on a server that writes down what is said.
#[derive(Debug)]
pub struct UpstreamRecogniser {
    card: ModelCard,
    paths: AudioPaths,
    client: Client,
    model: OnceCell<String>,
    seats: Seats,
}

impl UpstreamRecogniser {
    /// A model that is called `name` here. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when an address or the key cannot be used.
    pub fn new(name: &str, settings: Settings, paths: AudioPaths) -> Result<Self, GeneratorError> {
        let client = Client::new(&settings.connection(), Scheme::Bearer)?;
        let called = settings.model.as_deref().unwrap_or(name);
        let card = server::card("openai", called, Modality::Text, &[]);
        let seats = Seats::queued(settings.requests_max, settings.queue);
        Ok(Self { card, paths, client, model: OnceCell::new_with(settings.model), seats })
    }

    async fn ask(&self, hearing: &Hearing) -> Result<Transcript, GeneratorError> {
        hearing.check()?;
        let path =
            if hearing.to_english { &self.paths.translations } else { &self.paths.transcriptions };
        // whisper.cpp's server has one model and lists none.
        let own = AudioPaths::default();
        let model = if *path == own.transcriptions || *path == own.translations {
            model_of(&self.client, &self.model).await?
        } else {
            self.model.get().map_or("", String::as_str)
        };
        let (kind, body) = self.form(hearing, model);
        // The whole sound is heard before the first byte comes.
        let ask = Ask::post(path, &kind, &body, self.client.waits().total);
        let mut answer = self.client.ask(ask).await?;
        let read = answer.whole(ANSWER_BYTES_MAX).await;
        let read = read.and_then(|body| transcript(&body, hearing));
        Ok(answer.judged(read)?)
    }

    fn form(&self, hearing: &Hearing, model: &str) -> (String, Vec<u8>) {
        let file = wav::file(&hearing.samples, RATE);
        let mut form = Form::new().field("response_format", "verbose_json");
        if !model.is_empty() {
            form = form.field("model", model);
        }
        if let (Some(language), false) = (&hearing.language, hearing.to_english) {
            form = form.field("language", language);
        }
        if let Some(prompt) = &hearing.prompt {
            form = form.field("prompt", prompt);
        }
        if hearing.temperature > 0.0 {
            form = form.field("temperature", &hearing.temperature.to_string());
        }
        if hearing.word_times {
            form = form.field("timestamp_granularities[]", "word");
            form = form.field("timestamp_granularities[]", "segment");
        }
        if hearing.to_english && self.paths.translations == self.paths.transcriptions {
            form = form.field("translate", "true");
        }
        form.file("file", "sound.wav", "audio/wav", &file).finish()
    }
}

#[async_trait]
impl Recogniser for UpstreamRecogniser {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn hear(
        &self,
        hearing: Hearing,
        events: EventSender,
    ) -> Result<Transcript, GeneratorError> {
        let _seat = self.seats.take(&events).await?;
        // What is dropped here closes its connection, which tells the server to stop.
        let transcript = tokio::select! {
            transcript = self.ask(&hearing) => transcript?,
            () = events.closed() => return Err(GeneratorError::Cancelled),
        };
        for segment in &transcript.segments {
            events.send(Event::token(segment.text.clone())).await?;
        }
        Ok(transcript)
    }
}

/// `verbose_json` as servers write it; some leave out all but the text.
#[derive(Debug, Deserialize)]
struct Answer {
    error: Option<Value>,
    text: Option<String>,
    language: Option<String>,
    #[serde(default)]
    segments: Vec<Piece>,
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    start: f64,
    end: f64,
    text: String,
    #[serde(default)]
    tokens: Vec<u32>,
    #[serde(default)]
    temperature: f32,
    #[serde(default)]
    avg_logprob: f32,
    #[serde(default)]
    no_speech_prob: f32,
    #[serde(default)]
    compression_ratio: f32,
    /// whisper.cpp has the words within.
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Debug, Deserialize)]
struct Spoken {
    word: String,
    start: f64,
    end: f64,
}

fn transcript(body: &[u8], hearing: &Hearing) -> Result<Transcript, UpstreamError> {
    let answer: Answer = parsed(body)?;
    if let Some(error) = answer.error.filter(|error| !error.is_null()) {
        return Err(Fault::Reported(code_of(&error)).into());
    }
    let mut segments: Vec<Segment> = answer.segments.into_iter().map(Segment::from).collect();
    if segments.is_empty() {
        let text = answer.text.ok_or(Fault::Malformed("it holds no text"))?;
        if !text.trim().is_empty() {
            let (start, end) = (0.0, hearing.seconds());
            segments.push(Segment::from(Piece::plain(start, end, text)));
        }
    }
    if segments.iter().any(|segment| !(segment.start >= 0.0 && segment.end >= segment.start)) {
        return Err(Fault::Malformed("its times are none").into());
    }
    for spoken in answer.words {
        let of = segments.iter_mut().rev().find(|segment| segment.start <= spoken.start + 0.01);
        if let Some(segment) = of.filter(|_| hearing.word_times) {
            segment.words.push(Word::from(spoken));
        }
    }
    let said = answer.language.as_deref().map(languages::of_name);
    let language = said.or_else(|| hearing.language.clone()).unwrap_or_else(|| "und".to_owned());
    Ok(Transcript { language, seconds: hearing.seconds(), segments, warnings: Vec::new() })
}

impl Piece {
    const fn plain(start: f64, end: f64, text: String) -> Self {
        Self {
            start,
            end,
            text,
            tokens: Vec::new(),
            temperature: 0.0,
            avg_logprob: 0.0,
            no_speech_prob: 0.0,
            compression_ratio: 0.0,
            words: Vec::new(),
        }
    }
}

impl From<Piece> for Segment {
    fn from(piece: Piece) -> Self {
        // Servers differ in whether a piece begins with its space.
        let spaced = piece.text.starts_with(char::is_whitespace);
        let glued =
            piece.text.chars().next().is_none_or(|c| ('\u{2e80}'..='\u{ffef}').contains(&c));
        let space = if spaced || glued { "" } else { " " };
        Self {
            start: piece.start,
            end: piece.end,
            text: format!("{space}{}", piece.text),
            tokens: piece.tokens,
            temperature: piece.temperature,
            avg_logprob: piece.avg_logprob,
            no_speech_prob: piece.no_speech_prob,
            compression_ratio: piece.compression_ratio,
            words: piece.words.into_iter().map(Word::from).collect(),
        }
    }
}

impl From<Spoken> for Word {
    fn from(spoken: Spoken) -> Self {
        Self { text: spoken.word, start: spoken.start, end: spoken.end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Transcript, UpstreamError> {
        let hearing = Hearing { word_times: true, ..Hearing::new(vec![0.0; 32_000]) };
        transcript(body.as_bytes(), &hearing)
    }

    #[test]
    fn long_and_short_answers_are_read() {
        let verbose = read(
            r#"{"task":"transcribe","language":"english","duration":2.0,"text":"Good morning. Yes.",
                "segments":[{"id":0,"start":0.0,"end":1.2,"text":"Good morning.","avg_logprob":-0.2},
                            {"id":1,"start":1.2,"end":2.0,"text":" Yes."}],
                "words":[{"word":"Good","start":0.0,"end":0.4},{"word":"Yes","start":1.3,"end":1.6}]}"#,
        )
        .unwrap();
        assert_eq!(
            (verbose.language.as_str(), verbose.text().as_str()),
            ("en", "Good morning. Yes.")
        );
        assert_eq!(verbose.segments[1].words[0].text, "Yes");
        let short = read(r#"{"text":"你好。"}"#).unwrap();
        assert_eq!((short.language.as_str(), short.segments.len()), ("und", 1));
        assert_eq!(short.segments[0].end, 2.0);
        assert!(read(r#"{"text":" "}"#).unwrap().segments.is_empty());
    }

    #[test]
    fn what_is_no_transcript_is_said() {
        let times = r#"{"segments":[{"start":2.0,"end":1.0,"text":"x"}]}"#;
        for body in ["", "[]", "{}", "<html>", times] {
            assert_eq!(read(body).unwrap_err().code(), "upstream_malformed", "{body}");
        }
        let error = read(r#"{"error":{"code":"busy","message":"secret"}}"#).unwrap_err();
        assert_eq!(error.code(), "upstream_reported");
        assert!(!error.to_string().contains("secret"));
    }
}
