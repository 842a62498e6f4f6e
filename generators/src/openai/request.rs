//! From a job to the bodies of OpenAI's protocol.

use serde_json::{Map, Value, json};
use types::{Message, Sampling, TextFormat};

use super::settings::Protocol;
use crate::{GeneratorError, Job, server::Wanted};

/// The path and body that ask for a text.
///
/// # Errors
/// [`GeneratorError`] when there is no prompt, or the protocol cannot express what is wanted.
pub(super) fn text(
    job: &Job,
    model: &str,
    protocol: Protocol,
) -> Result<(&'static str, Value), GeneratorError> {
    if job.prompt().is_empty() {
        return Err(GeneratorError::PromptEmpty);
    }
    let mut body = sampling(&job.sampling);
    body.insert("model".to_owned(), json!(model));
    body.insert("stream".to_owned(), json!(!job.whole));
    if !job.whole {
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    let path = match protocol {
        Protocol::Chat => {
            let messages: Vec<Value> = job.messages.iter().map(message).collect();
            body.insert("messages".to_owned(), json!(messages));
            chat_only(&mut body, &job.sampling)?;
            "chat/completions"
        }
        Protocol::Completions => {
            body.insert("prompt".to_owned(), json!(job.lines()));
            if job.sampling.format != TextFormat::Text {
                let reason = "is not served by this model".to_owned();
                return Err(GeneratorError::Parameter { parameter: "response_format", reason });
            }
            if let Some(count) = job.sampling.top_logprobs {
                body.insert("logprobs".to_owned(), json!(count));
            }
            "completions"
        }
    };
    Ok((path, Value::Object(body)))
}

fn chat_only(body: &mut Map<String, Value>, sampling: &Sampling) -> Result<(), GeneratorError> {
    if let Some(count) = sampling.top_logprobs {
        body.insert("logprobs".to_owned(), json!(true));
        body.insert("top_logprobs".to_owned(), json!(count));
    }
    let format = match &sampling.format {
        TextFormat::Text => return Ok(()),
        TextFormat::JsonObject => json!({"type": "json_object"}),
        TextFormat::JsonSchema { name, schema } => {
            let schema: Value = serde_json::from_str(schema).map_err(|error| {
                let reason = format!("is no schema: {error}");
                GeneratorError::Parameter { parameter: "response_format", reason }
            })?;
            json!({"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": true}})
        }
    };
    body.insert("response_format".to_owned(), format);
    Ok(())
}

/// What was not asked for is not sent: the server's own defaults hold.
fn sampling(sampling: &Sampling) -> Map<String, Value> {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("seed", Some(json!(sampling.seed.cast_signed())));
    set("temperature", sampling.temperature.map(decimal));
    set("top_p", sampling.top_p.map(decimal));
    set("top_k", sampling.top_k.map(Value::from));
    set("min_p", sampling.min_p.map(decimal));
    set("presence_penalty", sampling.presence_penalty.map(decimal));
    set("frequency_penalty", sampling.frequency_penalty.map(decimal));
    set("repetition_penalty", sampling.repetition_penalty.map(decimal));
    set("max_tokens", sampling.max_tokens.map(Value::from));
    set("stop", (!sampling.stop.is_empty()).then(|| json!(sampling.stop)));
    let bias = || -> Map<String, Value> {
        let each = sampling.logit_bias.iter();
        each.map(|(token, bias)| (token.to_string(), decimal(*bias))).collect()
    };
    set("logit_bias", (!sampling.logit_bias.is_empty()).then(|| Value::Object(bias())));
    body
}

/// 0.7 stays 0.7, which as a 64-bit number it would not.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn message(message: &Message) -> Value {
    json!({"role": message.role, "content": message.text})
}

/// The body that asks for a picture.
///
/// # Errors
/// [`GeneratorError::PromptEmpty`]
pub(super) fn picture(job: &Wanted, model: &str) -> Result<Value, GeneratorError> {
    if job.prompt.is_empty() {
        return Err(GeneratorError::PromptEmpty);
    }
    let mut body = json!({
        "model": model, "prompt": job.prompt, "n": 1, "response_format": "b64_json",
        "seed": job.seed.cast_signed(),
    });
    if let Some(body) = body.as_object_mut() {
        if let Some((width, height)) = job.drawing.size {
            body.insert("size".to_owned(), json!(format!("{width}x{height}")));
        }
        if !names_format(model) {
            body.remove("response_format");
            body.remove("seed");
        }
    }
    Ok(body)
}

/// Whether the model may be asked for base64 by name, and for a seed. OpenAI's newer models give
/// base64 only and refuse both parameters.
pub(super) fn names_format(model: &str) -> bool {
    !["gpt-image", "chatgpt-image"].iter().any(|family| model.starts_with(family))
}

#[cfg(test)]
mod tests {
    use types::Speaker;

    use super::*;

    fn job(whole: bool) -> Job {
        let say = |role, text: &str| Message { role, text: text.into() };
        let messages = vec![say(Speaker::System, "Be brief."), say(Speaker::User, "Hello")];
        Job { messages, whole, ..Job::default() }
    }

    #[test]
    fn only_what_was_asked_for_is_sent() {
        let (path, body) = text(&job(true), "m", Protocol::Chat).unwrap();
        assert_eq!(path, "chat/completions");
        let messages = json!([
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"},
        ]);
        let expected = json!({"model": "m", "messages": messages, "seed": 0, "stream": false});
        assert_eq!(body, expected);
    }

    #[test]
    fn every_parameter_is_sent_by_its_name() {
        let mut job = job(false);
        job.sampling = Sampling {
            seed: u64::MAX,
            temperature: Some(0.7),
            top_p: Some(0.9),
            top_k: Some(40),
            min_p: Some(0.05),
            presence_penalty: Some(0.1),
            frequency_penalty: Some(-0.2),
            repetition_penalty: Some(1.1),
            logit_bias: [(7, -100.0)].into(),
            max_tokens: Some(5),
            stop: vec!["\n".into()],
            top_logprobs: Some(2),
            format: TextFormat::JsonSchema { name: "x".into(), schema: "{}".into() },
        };
        let (_, body) = text(&job, "m", Protocol::Chat).unwrap();
        let expected = json!({
            "model": "m", "messages": body["messages"], "stream": true,
            "stream_options": {"include_usage": true}, "seed": -1, "temperature": 0.7,
            "top_p": 0.9, "top_k": 40, "min_p": 0.05, "presence_penalty": 0.1,
            "frequency_penalty": -0.2, "repetition_penalty": 1.1, "logit_bias": {"7": -100.0},
            "max_tokens": 5, "stop": ["\n"], "logprobs": true, "top_logprobs": 2,
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": true}},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_server_without_chat_gets_plain_lines() {
        let (path, body) = text(&job(true), "m", Protocol::Completions).unwrap();
        assert_eq!(
            (path, &body["prompt"]),
            ("completions", &json!("Be brief.\n\nUser: Hello\nAssistant:"))
        );
    }
}
