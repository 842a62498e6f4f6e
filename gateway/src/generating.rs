//! Runs the model and lets its text pass policy's hold-back window as it is written.

mod picture;
mod sound;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use generators::{
    Event, EventReceiver, EventSender, GeneratorError, Job, ModelCard, Output,
    server::upstream_trace,
};
use policy::{Hook, StreamJudge};
use tokio::sync::mpsc;
use types::{Action, Modality, SoundFormat, TextFormat};

use crate::{
    admitting,
    case::Case,
    config::Unmarkable,
    marking::TextMarking,
    pipeline::{Delivery, LineError, Piece},
    product::{Draft, Film, Product, Speech, Text},
    screening,
};

/// Events that may wait before generation pauses.
const EVENTS_WAITING_MAX: usize = 32;

/// Generates; stops early when policy blocks what has been written.
pub(crate) async fn run(case: &mut Case, delivery: Delivery) -> Result<Draft, LineError> {
    let start = Instant::now();
    // Of the request, not of the model alone.
    let began = start.checked_sub(case.trace.elapsed()).unwrap_or(start);
    case.stages.metrics.generator_calls.inc();
    let marking = TextMarking::new(case.stages.mark_keys.of(&case.principal.tenant));
    let mut job = Job::from(&case.request);
    job.pictures = case.pictures.clone();
    job.material = case.material.clone();
    job.tenant = Some(case.principal.tenant.to_string());
    job.whole = matches!(delivery, Delivery::Whole);
    let seconds = case.stages.installation.config().server.request_seconds_max;
    job.deadline = tokio::time::Instant::now().checked_add(Duration::from_secs(seconds));
    let bound = case.request.sampling.format != TextFormat::Text;
    if case.modality() == Modality::Text && !bound {
        job.sampler_hook = Some(marking.hook());
    }
    let scope = screening::scope_of(case, Hook::Output, &case.request.prompt());
    let mut flow = Flow::new(delivery, case.stages.policy().stream(&scope));
    flow.bound = bound;
    flow.format = case.request.speaking.format;
    flow.doing = match case.modality() {
        Modality::Audio => "speaking",
        Modality::Video => "filming",
        Modality::Text | Modality::Image => "drawing",
    };
    let opening = case.stages.labelling.opening(case.request.unlabelled.is_some());
    // A line before JSON would break it, so what becomes of that is decided at its end.
    flow.withheld = buffered(case) || (bound && opening.is_some());
    flow.opening = opening.filter(|_| !bound);
    let (sender, receiver) = EventSender::channel(EVENTS_WAITING_MAX);
    let generator = case.generator().ok_or(LineError::Stopped)?;
    let reader = flow.pieces.clone();
    let running = async {
        let turn = admitting::turn(case).await?;
        let generated = upstream_trace(case.trace.traceparent(), generator.generate(job, sender));
        let run = tokio::join!(generated, flow.follow(receiver));
        drop(turn);
        Ok(run)
    };
    let outcome = tokio::select! {
        run = running => run,
        // Dropping the run stops the model.
        ending = admitting::ended(case) => Err(LineError::Ended(ending)),
        // Also while the model says nothing.
        () = gone(reader.as_ref()) => Err(LineError::ClientGone),
    };
    case.trace.first_token = flow.first.map(|first| first.saturating_duration_since(began));
    // Whoever leaves before the end has used what was written for them.
    match &outcome {
        Ok((Ok(output), _)) => admitting::charge_output(case, output).await,
        _ => admitting::charge_tokens(case, flow.tokens).await,
    }
    let (output, followed) = outcome?;
    followed?;
    case.ran = flow.ran.take();
    let output = match output {
        Ok(Output::Sound(file)) => Ok(Output::Speech(sound::opened(case, file).await?)),
        Ok(Output::Picture(file)) => Ok(Output::Image(picture::opened(case, file).await?)),
        output => output,
    };
    let output = match output {
        Ok(Output::Image(image)) => Ok(Output::Image(picture::kept(case, image).await?)),
        output => output,
    };
    case.stage("generate", start);
    flow.draft(output, marking).await
}

/// Whether nothing may leave before the end, because the asset may be held or refused even then.
fn buffered(case: &Case) -> bool {
    let asked = case.input.as_ref().map_or(Action::Allow, |decision| decision.action);
    let unmarkable = case.stages.installation.config().watermark.unmarkable;
    let opinions = case.stages.checkers.are_asked(Hook::Output);
    asked >= Action::Rewrite
        || opinions
        || screening::quotes::may_stop(case)
        || unmarkable != Unmarkable::Release
        || case.stages.labelling.waits()
}

/// Returns when the reader of a stream has left.
async fn gone(reader: Option<&mpsc::Sender<Piece>>) {
    match reader {
        Some(reader) => reader.closed().await,
        None => std::future::pending().await,
    }
}

struct Flow {
    pieces: Option<mpsc::Sender<Piece>>,
    screen: StreamJudge,
    /// All that the model wrote so far.
    written: String,
    blocked: bool,
    /// A rule asks for a person: nothing more is sent, but generation goes on.
    withheld: bool,
    /// The line that labels a stream, until it is told.
    opening: Option<String>,
    is_opened: bool,
    tokens: u32,
    /// When the model's first token came.
    first: Option<Instant>,
    /// Which of several models did it.
    ran: Option<ModelCard>,
    /// The text must have a form, such as JSON.
    bound: bool,
    /// The file that is wanted of spoken words.
    format: SoundFormat,
    /// What a step is one of.
    doing: &'static str,
}

impl Flow {
    fn new(delivery: Delivery, screen: StreamJudge) -> Self {
        let pieces = match delivery {
            Delivery::Whole => None,
            Delivery::Stream(pieces) => Some(pieces),
        };
        Self {
            pieces,
            screen,
            written: String::new(),
            blocked: false,
            withheld: false,
            opening: None,
            is_opened: false,
            tokens: 0,
            first: None,
            ran: None,
            bound: false,
            format: SoundFormat::default(),
            doing: "drawing",
        }
    }

    async fn follow(&mut self, mut events: EventReceiver) -> Result<(), LineError> {
        while let Some(event) = events.recv().await {
            match event {
                Event::Token { text, .. } => {
                    self.tokens = self.tokens.saturating_add(1);
                    self.first.get_or_insert_with(Instant::now);
                    self.text(text).await?;
                }
                Event::Step { done, total } => {
                    self.progress(self.doing, done.into(), total.into()).await?
                }
                Event::Runs { card } => self.ran = Some(*card),
                Event::Loading { done, total } => self.progress("loading", done, total).await?,
                _ => {}
            }
            if self.blocked {
                break; // dropping the receiver stops the model
            }
        }
        Ok(())
    }

    async fn text(&mut self, text: String) -> Result<(), LineError> {
        if self.pieces.as_ref().is_some_and(mpsc::Sender::is_closed) {
            return Err(LineError::ClientGone);
        }
        self.open().await?;
        self.written.push_str(&text);
        // A bug in policy refuses, like everything else that keeps it from deciding.
        let judging = AssertUnwindSafe(|| self.screen.push(&text));
        let step = catch_unwind(judging).map_err(|_| LineError::Policy("a panic".to_owned()))?;
        let verdict = step.verdict.map_or(Action::Allow, |judgement| judgement.decision.action);
        if !self.withheld && !step.emit.is_empty() {
            self.send(Piece::Text(step.emit)).await?;
        }
        self.blocked = verdict == Action::Block;
        self.withheld |= verdict >= Action::Rewrite;
        Ok(())
    }

    /// The label comes first, and policy does not look at it: it is not from the model.
    async fn open(&mut self) -> Result<(), LineError> {
        if self.pieces.is_none() || self.withheld {
            return Ok(());
        }
        let Some(opening) = self.opening.take() else { return Ok(()) };
        self.is_opened = true;
        self.send(Piece::Text(opening)).await
    }

    async fn progress(&self, what: &'static str, done: u64, total: u64) -> Result<(), LineError> {
        self.send(Piece::Progress { what, done, total }).await
    }

    async fn send(&self, piece: Piece) -> Result<(), LineError> {
        match &self.pieces {
            None => Ok(()),
            Some(pieces) => pieces.send(piece).await.map_err(|_| LineError::ClientGone),
        }
    }

    async fn draft(
        mut self,
        output: Result<Output, GeneratorError>,
        marking: TextMarking,
    ) -> Result<Draft, LineError> {
        let (product, warnings) = match output {
            Ok(Output::Image(image)) => {
                let warnings = sentences(&image.warnings);
                return Ok(Draft::of(Product::Image(image), warnings));
            }
            Ok(Output::Speech(output)) => {
                let warnings = sentences(&output.warnings);
                let speech = Speech { output, format: self.format };
                return Ok(Draft::of(Product::Speech(speech), warnings));
            }
            Ok(Output::Video(output)) => {
                let warnings = sentences(&output.warnings);
                return Ok(Draft::of(Product::Film(Film { output, label: None }), warnings));
            }
            Ok(Output::Transcript(transcript)) => {
                let warnings = sentences(&transcript.warnings);
                let text = Text::given(transcript, marking);
                self.account(&text.text).await?;
                (text, warnings)
            }
            Ok(Output::Text(output)) => {
                self.account(&output.text).await?;
                let warnings = sentences(&output.warnings);
                (
                    Text { is_opened: self.is_opened, ..Text::whole(output, marking, self.bound) },
                    warnings,
                )
            }
            Err(GeneratorError::Cancelled) if self.blocked => {
                (Text::stopped(self.written, self.tokens, marking), Vec::new())
            }
            Err(error) => return Err(error.into()),
            Ok(_) => return Err(LineError::Stopped),
        };
        let pieces = self.pieces.filter(|_| !self.blocked && !self.withheld);
        Ok(Draft { product: Product::Text(product), screen: Some(self.screen), pieces, warnings })
    }

    /// Policy has judged the pieces, so they must be the text, to the byte.
    async fn account(&mut self, text: &str) -> Result<(), LineError> {
        if self.blocked || self.written == text {
            return Ok(());
        }
        if self.written.is_empty() {
            // A model that tells nothing while it writes.
            return self.text(text.to_owned()).await;
        }
        Err(LineError::Pieces)
    }
}

fn sentences(warnings: &[generators::Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}
