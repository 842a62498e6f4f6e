//! One run: from a job to a text.

use types::Sampling;

use super::{
    json::Constraint,
    network::{Memory, Network},
    opened::Opened,
    prompt::Prompt,
    sampler::{Sampler, SamplerSettings},
    spelling::Spelling,
    stop::{StopTexts, Stopped},
};
use crate::{
    Event, EventSender, FinishReason, GeneratorError, Job, SampledBy, SamplerHook, TextOutput,
    Usage,
};

/// Tokens of a prompt that are read at once; between them the run can be cancelled.
const READ_AT_ONCE: usize = 256;

/// A job that this model can do.
pub(crate) struct Plan {
    prompt: Prompt,
    settings: SamplerSettings,
    constraint: Option<Constraint>,
    tokens_max: usize,
    stops: Vec<String>,
    hook: Option<Box<dyn SamplerHook + Send>>,
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
        let tokens_max = wanted.min(context - read);
        let vocabulary = || opened.vocabulary();
        Ok(Self {
            settings: SamplerSettings::new(&job.sampling, defaults),
            constraint: Constraint::new(format, vocabulary, tokens_max)?,
            tokens_max,
            stops: stop.clone(),
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

/// Writes a text. Blocks: call it on a thread for blocking work.
///
/// # Errors
/// [`GeneratorError::Cancelled`] when nobody listens any more.
pub(crate) fn run(
    opened: &Opened,
    network: &Network,
    plan: Plan,
    events: &EventSender,
) -> Result<TextOutput, GeneratorError> {
    let Plan { prompt, settings, constraint, tokens_max, stops, mut hook } = plan;
    let mut memory = Memory::new(&opened.config, prompt.ids.len() + tokens_max);
    let mut sampler = Sampler::new(settings);
    sampler.read(&prompt.ids);
    sampler.constrain(constraint);
    let mut writer = Writer::new(opened, stops);
    let mut logits = Vec::new();
    for some in prompt.ids.chunks(READ_AT_ONCE) {
        events.wanted()?;
        logits = network.forward(some, &mut memory)?;
    }
    let mut drawn = 0;
    let finish_reason = loop {
        let id = sampler.draw(&logits, writer.previous, hook.as_deref_mut())?;
        drawn += 1;
        let last = drawn == tokens_max || sampler.is_whole();
        let (fresh, stopped) = writer.take(id, last)?;
        writer.text.push_str(&fresh);
        events.send_blocking(Event::token(fresh))?;
        if stopped {
            break FinishReason::Stop;
        }
        if sampler.is_whole() {
            break FinishReason::Stop;
        }
        if last {
            break FinishReason::Length;
        }
        logits = network.forward(&[id], &mut memory)?;
    };
    Ok(TextOutput {
        text: writer.text,
        usage: Usage { prompt_tokens: prompt.ids.len(), completion_tokens: drawn },
        finish_reason,
        warnings: prompt.warnings,
        sampler: SampledBy::Here,
        logprobs: sampler.logprobs(&opened.tokenizer, |id| opened.end_tokens.contains(&id)),
    })
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
