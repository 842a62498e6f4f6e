//! One run: from a job to a text, token by token.

use types::Sampling;

use super::{
    json::Constraint,
    opened::Opened,
    prompt::Prompt,
    sampler::{Sampler, SamplerSettings},
    spelling::Spelling,
    stop::{StopTexts, Stopped},
};
use crate::{
    FinishReason, GeneratorError, Job, SampledBy, SamplerHook, TextOutput, Usage, Warning,
};

/// A job that this model can do.
pub(crate) struct Plan {
    prompt: Prompt,
    settings: SamplerSettings,
    constraint: Option<Constraint>,
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
        let Sampling { max_tokens, stop, format, .. } = &job.sampling;
        let defaults = &opened.manual.defaults;
        let wanted = max_tokens.or(defaults.max_tokens).map_or(usize::MAX, |count| count as usize);
        // Keys of a short text cannot be used in a long one: an answer stays on its side.
        let short = opened.config.long_from.filter(|from| read < *from);
        let context = short.map_or(context, |from| from.min(context));
        let tokens_max = wanted.min(context - read);
        let vocabulary = || opened.vocabulary();
        Ok(Self {
            settings: SamplerSettings::new(&job.sampling, defaults),
            constraint: Constraint::new(format, vocabulary, tokens_max)?,
            tokens_max,
            stops: stop.clone(),
            tenant: job.tenant,
            long: opened.config.long_from.is_some() && short.is_none(),
            hook: job.sampler_hook,
            prompt,
        })
    }
}

fn check(job: &Job) -> Result<(), GeneratorError> {
    let asked = &job.sampling;
    let within =
        |value: Option<f32>, min, max| value.is_none_or(|value| value >= min && value <= max);
    let repeated = asked.repetition_penalty;
    let checks = [
        ("temperature", within(asked.temperature, 0.0, 2.0), "must be from 0 to 2"),
        ("top_p", within(asked.top_p, 0.0, 1.0), "must be from 0 to 1"),
        ("min_p", within(asked.min_p, 0.0, 1.0), "must be from 0 to 1"),
        ("presence_penalty", within(asked.presence_penalty, -2.0, 2.0), "must be from -2 to 2"),
        ("frequency_penalty", within(asked.frequency_penalty, -2.0, 2.0), "must be from -2 to 2"),
        (
            "repetition_penalty",
            repeated.is_none_or(|p| p > 0.0 && p <= 2.0),
            "must be above 0, at most 2",
        ),
        ("top_k", asked.top_k != Some(0), "must be at least 1"),
        ("max_tokens", asked.max_tokens != Some(0), "must be at least 1"),
        ("top_logprobs", asked.top_logprobs.is_none_or(|count| count <= 20), "must be at most 20"),
        ("stop", asked.stop.iter().all(|stop| !stop.is_empty()), "must not hold an empty text"),
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
        let Plan { prompt, settings, constraint, tokens_max, stops, hook, .. } = plan;
        let mut sampler = Sampler::new(settings);
        sampler.read(&prompt.ids);
        sampler.constrain(constraint);
        let writing = Self {
            sampler,
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
        let whole = self.sampler.is_whole();
        let last = whole || self.usage.completion_tokens == self.tokens_max;
        let (fresh, stopped) = self.writer.take(id, last)?;
        self.writer.text.push_str(&fresh);
        let finish =
            if stopped { Some(FinishReason::Stop) } else { last.then_some(FinishReason::Length) };
        Ok(Drawn { id, fresh, finish })
    }

    /// The whole text.
    pub(crate) fn output(&mut self, finish_reason: FinishReason) -> TextOutput {
        let opened = self.writer.opened;
        let ends = |id| opened.end_tokens.contains(&id);
        TextOutput {
            sampler: SampledBy::Here,
            logprobs: self.sampler.logprobs(&opened.tokenizer, ends),
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
