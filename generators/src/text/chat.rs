//! The chat template that came with a model: Jinja as transformers runs it.

use minijinja::{Environment, Error, ErrorKind, context, syntax::SyntaxConfig, value::Value};
use types::{Message, Speaker};

use crate::GeneratorError;

const NAME: &str = "chat_template";

/// A template that parses.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl ChatTemplate {
    /// Parses a template; `begin` and `end` are the texts of `bos_token` and `eos_token`.
    ///
    /// # Errors
    /// What is wrong with it, as text.
    pub(crate) fn new(source: String, begin: String, end: String) -> Result<Self, String> {
        let mut environment = Environment::new();
        // As in transformers: lines that hold only a statement leave nothing behind.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| error.to_string())?);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        let added = environment.add_template_owned(NAME, source);
        added.map_err(|error| format!("its chat template cannot be read: {error}"))?;
        Ok(Self { environment, begin, end })
    }

    /// Writes a conversation, up to where the model answers.
    pub(crate) fn render(&self, messages: &[Message]) -> Result<String, GeneratorError> {
        let turns: Vec<Value> = messages.iter().map(turn).collect();
        let values = context! {
            messages => turns,
            add_generation_prompt => true,
            bos_token => self.begin.as_str(),
            eos_token => self.end.as_str(),
        };
        let rendered =
            self.environment.get_template(NAME).and_then(|template| template.render(values));
        rendered.map_err(|error| GeneratorError::PromptNotUnderstood {
            hint: format!("its chat template says {error}"),
        })
    }
}

fn turn(message: &Message) -> Value {
    let role = match message.role {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    };
    context! { role => role, content => message.text.as_str() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
{% for message in messages %}
    {% if message['role'] == 'system' and not loop.first %}
        {{ raise_exception('system comes first') }}
    {% endif %}
{{- '<|im_start|>' + message.role + '\\n' + message['content'].strip() + '<|im_end|>' + '\\n' -}}
{% endfor %}
{% if add_generation_prompt %}
{{ bos_token }}<|im_start|>assistant
{% endif %}";

    fn template(source: &str) -> Result<ChatTemplate, String> {
        ChatTemplate::new(source.to_owned(), "<s>".to_owned(), "</s>".to_owned())
    }

    fn say(role: Speaker, text: &str) -> Message {
        Message { role, text: text.into() }
    }

    #[test]
    fn a_template_of_the_usual_kind_is_written_as_transformers_does() {
        let written = template(TEMPLATE).unwrap().render(&[say(Speaker::User, " Hello ")]).unwrap();
        assert_eq!(written, "<|im_start|>user\nHello<|im_end|>\n<s><|im_start|>assistant\n");
    }

    #[test]
    fn what_a_template_refuses_is_passed_on() {
        let talk = [say(Speaker::User, "Hello"), say(Speaker::System, "Be brief.")];
        let error = template(TEMPLATE).unwrap().render(&talk).unwrap_err();
        assert!(error.to_string().contains("system comes first"), "{error}");
        assert!(template("{% if %}").unwrap_err().contains("cannot be read"));
    }
}
