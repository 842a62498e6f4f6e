//! Runs the model and lets its text pass policy's hold-back window as it is written.

use std::{io::Cursor, time::Instant};

use generators::{
    Event, EventReceiver, EventSender, GeneratorError, ImageOutput, Job, ModelCard, Output,
    PictureFile, Pictures, Raster, SampledBy, TextOutput, TokenLogprob,
};
use image::{ImageReader, Limits, imageops::FilterType};
use policy::{Hook, StreamJudge};
use tokio::sync::mpsc;
use types::{Action, Task, TextFormat};

use crate::{
    bringing::Brought,
    case::Case,
    config::Unmarkable,
    marking::TextMarking,
    pipeline::{Delivery, LineError, Piece},
    screening,
};

/// Events that may wait before generation pauses.
const EVENTS_WAITING_MAX: usize = 32;

/// Why a text of a server behind this one carries no statistical mark; reports look for it.
const ELSEWHERE: &str = "sampler of an upstream: its words were chosen elsewhere";
/// Why a text of a given form carries none.
const BOUND: &str = "JSON: its wording is bound by its form";
/// Pictures of servers with longer sides are not taken.
const SIDE_PIXELS_MAX: u32 = 16_384;
/// Nor those that need more memory.
const PICTURE_BYTES_MAX: u64 = 512 << 20;

/// What a model has produced; policy has not seen all of it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) product: Product,
    /// Where the text stands in policy's window.
    pub(crate) screen: Option<StreamJudge>,
    /// Where the rest of the text goes, if the caller streams and nothing was stopped.
    pub(crate) pieces: Option<mpsc::Sender<Piece>>,
    pub(crate) warnings: Vec<String>,
}

impl Draft {
    /// A file that was brought in.
    pub(crate) const fn brought(file: Brought) -> Self {
        Self { product: Product::Brought(file), screen: None, pieces: None, warnings: Vec::new() }
    }
}

/// Content without mark or credentials.
#[derive(Debug)]
pub(crate) enum Product {
    /// A file that was brought in.
    Brought(Brought),
    /// A text and how it was marked while sampling.
    Text(Text),
    /// A picture.
    Image(ImageOutput),
}

/// A text and how it was marked while sampling.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) prompt_tokens: u32,
    pub(crate) completion_tokens: u32,
    pub(crate) finish_reason: &'static str,
    pub(crate) marking: TextMarking,
    /// Why the words carry no statistical mark, where that does not depend on how many there are.
    pub(crate) unmarkable: Option<&'static str>,
    pub(crate) logprobs: Option<Vec<TokenLogprob>>,
    /// The caller's stream has begun with the label's line already.
    pub(crate) is_opened: bool,
}

/// Generates; stops early when policy blocks what has been written.
pub(crate) async fn run(case: &mut Case, delivery: Delivery) -> Result<Draft, LineError> {
    let start = Instant::now();
    case.stages.metrics.generator_calls.inc();
    let marking = TextMarking::new(case.stages.mark_keys.of(&case.principal.tenant));
    let mut job = Job::from(&case.request);
    job.pictures = case.pictures.clone();
    job.tenant = Some(case.principal.tenant.to_string());
    job.whole = matches!(delivery, Delivery::Whole);
    let bound = case.request.sampling.format != TextFormat::Text;
    if case.modality() == types::Modality::Text && !bound {
        job.sampler_hook = Some(marking.hook());
    }
    let scope =
        screening::scope(&case.principal, case.modality(), Hook::Output, &case.request.prompt());
    let mut flow = Flow::new(delivery, case.stages.policy().stream(&scope));
    flow.bound = bound;
    let opening = case.stages.labelling.opening(case.request.unlabelled.is_some());
    // A line before JSON would break it, so what becomes of that is decided at its end.
    flow.withheld = buffered(case) || (bound && opening.is_some());
    flow.opening = opening.filter(|_| !bound);
    let (sender, receiver) = EventSender::channel(EVENTS_WAITING_MAX);
    let generator = case.generator().ok_or(LineError::Stopped)?;
    let (output, followed) = tokio::join!(generator.generate(job, sender), flow.follow(receiver));
    followed?;
    case.ran = flow.ran.take();
    let output = match output {
        Ok(Output::Picture(file)) => Ok(Output::Image(opened(case, file).await?)),
        output => output,
    };
    let output = match output {
        Ok(Output::Image(image)) => Ok(Output::Image(kept(case, image)?)),
        output => output,
    };
    case.stages.metrics.stage("generate", start);
    flow.draft(output, marking).await
}

/// The pixels of a picture that a server made; its file may hold credentials and is kept for them.
async fn opened(case: &mut Case, file: PictureFile) -> Result<ImageOutput, LineError> {
    let PictureFile { bytes, warnings } = file;
    let decoding = tokio::task::spawn_blocking(move || (decoded(&bytes), bytes));
    let (decoded, bytes) = decoding.await.map_err(|_| LineError::Stopped)?;
    case.original = Some(bytes);
    decoded.map(|image| ImageOutput { warnings, ..image }).ok_or(LineError::Picture)
}

/// What a mask keeps is put back to the bit, whatever the model made of it.
fn kept(case: &Case, image: ImageOutput) -> Result<ImageOutput, LineError> {
    let Pictures { source: Some(source), mask: Some(mask), .. } = &case.pictures else {
        return Ok(image);
    };
    // A mask of `restore` says where damage is; elsewhere noise and blur go, too.
    if !matches!(case.request.drawing.task, Task::Inpaint | Task::TryOn) {
        return Ok(image);
    }
    let ImageOutput { width, height, pixels, warnings } = image;
    let mut raster = sized(Raster { width, height, pixels }, source)?;
    generators::picture::keep(&mut raster, source, mask)?;
    let Raster { width, height, pixels } = raster;
    Ok(ImageOutput { width, height, pixels, warnings })
}

/// In the size of the source: servers give the sizes that their models know.
fn sized(made: Raster, source: &Raster) -> Result<Raster, LineError> {
    let (width, height) = (source.width, source.height);
    if (made.width, made.height) == (width, height) {
        return Ok(made);
    }
    let picture = image::RgbImage::from_raw(made.width, made.height, made.pixels);
    let picture = picture.ok_or(LineError::Picture)?;
    let resized = image::imageops::resize(&picture, width, height, FilterType::Lanczos3);
    Ok(Raster { width, height, pixels: resized.into_raw() })
}

fn decoded(file: &[u8]) -> Option<ImageOutput> {
    let mut reader = ImageReader::new(Cursor::new(file));
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.with_guessed_format().ok()?.decode().ok()?.into_rgb8();
    let (width, height) = picture.dimensions();
    Some(ImageOutput { width, height, pixels: picture.into_raw(), warnings: Vec::new() })
}

/// Whether nothing may leave before the end, because the asset may be held or refused even then.
fn buffered(case: &Case) -> bool {
    let asked = case.input.as_ref().map_or(Action::Allow, |decision| decision.action);
    let unmarkable = case.stages.installation.config().watermark.unmarkable;
    asked >= Action::Rewrite || unmarkable != Unmarkable::Release || case.stages.labelling.waits()
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
    /// Which of several models did it.
    ran: Option<ModelCard>,
    /// The text must have a form, such as JSON.
    bound: bool,
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
            ran: None,
            bound: false,
        }
    }

    async fn follow(&mut self, mut events: EventReceiver) -> Result<(), LineError> {
        while let Some(event) = events.recv().await {
            match event {
                Event::Token { text, .. } => {
                    self.tokens = self.tokens.saturating_add(1);
                    self.text(text).await?;
                }
                Event::Step { done, total } => {
                    self.progress("drawing", done.into(), total.into()).await?
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
        let step = self.screen.push(&text);
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
                return Ok(Draft {
                    product: Product::Image(image),
                    screen: None,
                    pieces: None,
                    warnings,
                });
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

impl Text {
    fn whole(output: TextOutput, marking: TextMarking, bound: bool) -> Self {
        Self {
            text: output.text,
            prompt_tokens: u32::try_from(output.usage.prompt_tokens).unwrap_or(u32::MAX),
            completion_tokens: u32::try_from(output.usage.completion_tokens).unwrap_or(u32::MAX),
            finish_reason: output.finish_reason.name(),
            marking,
            unmarkable: match output.sampler {
                SampledBy::Upstream => Some(ELSEWHERE),
                SampledBy::Here => bound.then_some(BOUND),
            },
            logprobs: output.logprobs,
            is_opened: false,
        }
    }

    /// It is refused, so nobody asks how it was marked.
    fn stopped(text: String, tokens: u32, marking: TextMarking) -> Self {
        Self {
            text,
            prompt_tokens: 0,
            completion_tokens: tokens,
            finish_reason: "content_filter",
            marking,
            unmarkable: None,
            logprobs: None,
            is_opened: false,
        }
    }
}
