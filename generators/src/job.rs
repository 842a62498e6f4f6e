//! What a model is asked to do.

use std::fmt;

use tokio::time::Instant;
use types::{Drawing, Filming, GenerationRequest, Listening, Message, Sampling, Speaker, Speaking};

use crate::{
    SamplerHook,
    picture::{Material, Pictures},
};

/// One run of a model.
#[derive(Default)]
pub struct Job {
    /// The conversation; for a picture one user message, its prompt.
    pub messages: Vec<Message>,
    /// How to sample, and the seed.
    pub sampling: Sampling,
    /// How a picture is to be made.
    pub drawing: Drawing,
    /// How words are to be spoken.
    pub speaking: Speaking,
    /// How a video is to be made.
    pub filming: Filming,
    /// How a sound is to be written down, or a text to be translated.
    pub listening: Listening,
    /// The pictures that came with it.
    pub pictures: Pictures,
    /// What a video is made of.
    pub material: Material,
    /// Whose job it is: where many wait, tenants take turns.
    pub tenant: Option<String>,
    /// Nobody waits for pieces: a backend may tell the text at its end.
    pub whole: bool,
    /// When whoever waits for it gives up: servers are asked no longer.
    pub deadline: Option<Instant>,
    /// Has a say in every token of a text.
    pub sampler_hook: Option<Box<dyn SamplerHook + Send>>,
}

impl Job {
    /// What the person asked last, without blanks around it: the prompt of models that hold no
    /// conversation.
    #[must_use]
    pub fn prompt(&self) -> &str {
        let mut asked = self.messages.iter().rev().filter(|message| message.role == Speaker::User);
        asked.next().map_or("", |message| message.text.trim())
    }

    /// The same job for another model, with the hook that is given.
    pub(crate) fn again(&self, sampler_hook: Option<Box<dyn SamplerHook + Send>>) -> Self {
        Self {
            messages: self.messages.clone(),
            sampling: self.sampling.clone(),
            drawing: self.drawing.clone(),
            speaking: self.speaking.clone(),
            filming: self.filming.clone(),
            listening: self.listening.clone(),
            pictures: self.pictures.clone(),
            material: self.material.clone(),
            tenant: self.tenant.clone(),
            whole: self.whole,
            deadline: self.deadline,
            sampler_hook,
        }
    }

    /// The conversation as plain lines, for models without a chat template and servers without
    /// chat: ends with `Assistant:`. One message of a person alone is to be continued as it is.
    pub(crate) fn lines(&self) -> String {
        if let [Message { role: Speaker::User, text }] = self.messages.as_slice() {
            return text.clone();
        }
        let line = |message: &Message| match message.role {
            Speaker::System => format!("{}\n\n", message.text),
            Speaker::User => format!("User: {}\n", message.text),
            Speaker::Assistant => format!("Assistant: {}\n", message.text),
        };
        self.messages.iter().map(line).collect::<String>() + "Assistant:"
    }
}

impl From<&GenerationRequest> for Job {
    fn from(request: &GenerationRequest) -> Self {
        Self {
            messages: request.messages.clone(),
            sampling: request.sampling.clone(),
            drawing: request.drawing.clone(),
            speaking: request.speaking.clone(),
            filming: request.filming.clone(),
            listening: request.listening.clone(),
            pictures: Pictures::default(),
            material: Material::default(),
            tenant: None,
            whole: false,
            deadline: None,
            sampler_hook: None,
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("messages", &self.messages)
            .field("sampling", &self.sampling)
            .field("drawing", &self.drawing)
            .field("speaking", &self.speaking)
            .field("filming", &self.filming)
            .field("listening", &self.listening)
            .field("pictures", &self.pictures)
            .field("material", &self.material)
            .field("tenant", &self.tenant)
            .field("whole", &self.whole)
            .field("deadline", &self.deadline)
            .field("sampler_hook", &self.sampler_hook.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_without_template_is_plain_lines() {
        let say = |role, text: &str| Message { role, text: text.into() };
        let lines = |messages| Job { messages, ..Job::default() }.lines();
        assert_eq!(lines(vec![say(Speaker::User, "Once upon")]), "Once upon");
        let talk = vec![say(Speaker::System, "Be brief."), say(Speaker::User, "Hello")];
        assert_eq!(lines(talk), "Be brief.\n\nUser: Hello\nAssistant:");
    }

    #[test]
    fn the_prompt_is_what_the_person_asked_last() {
        let say = |role, text: &str| Message { role, text: text.into() };
        let mut job = Job::default();
        assert_eq!(job.prompt(), "");
        job.messages = vec![
            say(Speaker::System, "Be brief."),
            say(Speaker::User, "first"),
            say(Speaker::Assistant, "answer"),
            say(Speaker::User, " second \n"),
        ];
        assert_eq!(job.prompt(), "second");
    }
}
