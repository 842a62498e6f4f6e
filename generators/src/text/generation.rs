//! One run: from a job to a text.

use types::Sampling;

use super::{
    network::{Memory, Network},
    opened::Opened,
    prompt::Prompt,
    sampler::{CANDIDATES_MAX, Sampler, SamplerSettings},
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
        let Sampling { seed, temperature, top_p, top_k, max_tokens, stop, .. } = job.sampling;
        let defaults = &opened.manual.defaults;
        let top_k = top_k.or(defaults.top_k).map_or(CANDIDATES_MAX, |top_k| top_k as usize);
        let wanted = max_tokens.or(defaults.max_tokens).map_or(usize::MAX, |count| count as usize);
        Ok(Self {
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
        ("top_k", sampling.top_k != Some(0), "must be at least 1"),
        ("max_tokens", sampling.max_tokens != Some(0), "must be at least 1"),
        ("stop", sampling.stop.iter().all(|stop| !stop.is_empty()), "must not hold an empty text"),
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
    let Plan { prompt, settings, tokens_max, stops, mut hook } = plan;
    let mut memory = Memory::new(&opened.config, prompt.ids.len() + tokens_max);
    let mut sampler = Sampler::new(settings);
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
        let last = drawn == tokens_max;
        let (fresh, stopped) = writer.take(id, last)?;
        writer.text.push_str(&fresh);
        events.send_blocking(Event::token(fresh))?;
        if stopped {
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
        logprobs: None,
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
