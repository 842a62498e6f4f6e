//! One run: from a job to a text, token by token.

use types::Sampling;

use super::{
    opened::Opened,
    prompt::Prompt,
    sampler::{CANDIDATES_MAX, Sampler, SamplerSettings},
    spelling::Spelling,
    stop::{StopTexts, Stopped},
};
use crate::{FinishReason, GeneratorError, Job, SamplerHook, TextOutput, Usage, Warning};

/// A job that this model can do.
pub(crate) struct Plan {
    prompt: Prompt,
    settings: SamplerSettings,
    tokens_max: usize,
    stops: Vec<String>,
    hook: Option<Box<dyn SamplerHook + Send>>,
    /// Whose turn it takes.
    pub(crate) tenant: Option<String>,
    /// Whether its positions turn by the factors for long texts.
    pub(crate) long: bool,
}

impl Plan {
    /// Checks a job and reads its prompt.
    ///
    /// # Errors
    /// [`GeneratorError`] naming the parameter, or when the prompt is empty or too long.
    pub(crate) fn new(opened: &Opened, job: Job) -> Result<Self, GeneratorError> {
        check(&job)?;
        let prompt = opened.manual.form.read(&job, &opened.tokenizer)?;
        let (read, context) = (prompt.ids.len(), opened.config.context);
        if read >= context {
            return Err(GeneratorError::ContextExceeded { prompt: read, context });
        }
        let Sampling { seed, temperature, top_p, max_tokens, stop } = job.sampling;
        let defaults = &opened.manual.defaults;
        let top_k = job.top_k.or(defaults.top_k).map_or(CANDIDATES_MAX, |top_k| top_k as usize);
        let wanted = max_tokens.or(defaults.max_tokens).map_or(usize::MAX, |count| count as usize);
        // Keys of a short text cannot be used in a long one: an answer stays on its side.
        let short = opened.config.long_from.filter(|from| read < *from);
        let context = short.map_or(context, |from| from.min(context));
        Ok(Self {
            long: opened.config.long_from.is_some() && short.is_none(),
            tenant: job.tenant,
            settings: SamplerSettings {
                temperature: temperature.or(defaults.temperature).unwrap_or(1.0),
                top_k,
                top_p: top_p.or(defaults.top_p).unwrap_or(1.0),
                seed,
            },
            tokens_max: wanted.min(context - read),
            stops: stop,
            hook: job.sampler_hook,
            prompt,
        })
    }
}

fn check(job: &Job) -> Result<(), GeneratorError> {
    let sampling = &job.sampling;
    let within = |value: Option<f32>, max| value.is_none_or(|value| (0.0..=max).contains(&value));
    let checks = [
        ("temperature", within(sampling.temperature, 2.0), "must be from 0 to 2"),
        ("top_p", within(sampling.top_p, 1.0), "must be from 0 to 1"),
        ("top_k", job.top_k != Some(0), "must be at least 1"),
        ("max_tokens", sampling.max_tokens != Some(0), "must be at least 1"),
        ("stop", sampling.stop.iter().all(|stop| !stop.is_empty()), "must not hold an empty text"),
    ];
    let wrong = checks.into_iter().find(|(_, right, _)| !right);
    wrong.map_or(Ok(()), |(parameter, _, reason)| {
        Err(GeneratorError::Parameter { parameter, reason: reason.to_owned() })
    })
}

impl Plan {
    /// Tokens of the prompt.
    pub(crate) fn prompt_tokens(&self) -> usize {
        self.prompt.ids.len()
    }
}

/// A text that is being written.
pub(crate) struct Writing<'a> {
    sampler: Sampler,
    writer: Writer<'a>,
    hook: Option<Box<dyn SamplerHook + Send>>,
    tokens_max: usize,
    usage: Usage,
    warnings: Vec<Warning>,
}

/// A token that was drawn.
pub(crate) struct Drawn {
    pub(crate) id: u32,
    /// The text that became final with it.
    pub(crate) fresh: String,
    /// Why the text ends with it, if it does.
    pub(crate) finish: Option<FinishReason>,
}

impl<'a> Writing<'a> {
    /// Begins a text; the tokens of its prompt are to be read first.
    pub(crate) fn new(opened: &'a Opened, plan: Plan) -> (Self, Vec<u32>) {
        let Plan { prompt, settings, tokens_max, stops, hook, .. } = plan;
        let writing = Self {
            sampler: Sampler::new(settings),
            writer: Writer::new(opened, stops),
            hook,
            tokens_max,
            usage: Usage { prompt_tokens: prompt.ids.len(), completion_tokens: 0 },
            warnings: prompt.warnings,
        };
        (writing, prompt.ids)
    }

    /// Draws the next token from the logits after the last one.
    pub(crate) fn draw(&mut self, logits: &[f32]) -> Result<Drawn, GeneratorError> {
        let previous = self.writer.previous;
        let id = self.sampler.draw(logits, previous, self.hook.as_deref_mut())?;
        self.usage.completion_tokens += 1;
        let last = self.usage.completion_tokens == self.tokens_max;
        let (fresh, stopped) = self.writer.take(id, last)?;
        self.writer.text.push_str(&fresh);
        let finish =
            if stopped { Some(FinishReason::Stop) } else { last.then_some(FinishReason::Length) };
        Ok(Drawn { id, fresh, finish })
    }

    /// The whole text.
    pub(crate) fn output(&mut self, finish_reason: FinishReason) -> TextOutput {
        TextOutput {
            text: std::mem::take(&mut self.writer.text),
            usage: self.usage,
            finish_reason,
            warnings: std::mem::take(&mut self.warnings),
        }
    }
}

/// Puts the text together, token by token.
struct Writer<'a> {
    opened: &'a Opened,
    spelling: Spelling<'a>,
    stops: StopTexts,
    text: String,
    /// The last token that is part of the text.
    previous: Option<u32>,
}

impl<'a> Writer<'a> {
    fn new(opened: &'a Opened, stops: Vec<String>) -> Self {
        let spelling = Spelling::new(&opened.tokenizer);
        Self { opened, spelling, stops: StopTexts::new(stops), text: String::new(), previous: None }
    }

    /// What became final with a token, and whether the text ends by itself.
    fn take(&mut self, id: u32, last: bool) -> Result<(String, bool), GeneratorError> {
        if self.opened.end_tokens.contains(&id) {
            return Ok((self.end()?.0, true));
        }
        if !self.opened.special_tokens.contains(&id) {
            self.previous = Some(id);
        }
        let piece = self.spelling.push(id)?;
        match self.stops.push(&piece) {
            Stopped::Yes(fresh) => Ok((fresh, true)),
            Stopped::No(fresh) if !last => Ok((fresh, false)),
            Stopped::No(fresh) => self.end().map(|(tail, stopped)| (fresh + &tail, stopped)),
        }
    }

    /// What was held back, and whether a stop text ends it.
    fn end(&mut self) -> Result<(String, bool), GeneratorError> {
        let tail = self.spelling.finish()?;
        Ok(match self.stops.push(&tail) {
            Stopped::Yes(fresh) => (fresh, true),
            Stopped::No(fresh) => (fresh + &self.stops.finish(), false),
        })
    }
}
