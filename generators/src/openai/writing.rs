//! From a server's answer to a text: whole, or piece by piece.

use serde_json::Value;

use super::{
    sse::Events,
    wire::{Choice, Completion, Counts, Said},
};
use crate::{
    Event, EventSender, FinishReason, GeneratorError, SampledBy, TextOutput, TokenLogprob, Usage,
    server::{Answer, Fault, UpstreamError, client::code_of},
};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// The longest text that is taken.
const TEXT_BYTES_MAX: usize = 4 << 20;
/// Alternatives to a token: so many, and so long, as tokens of vocabularies are.
const ALTERNATIVES_MAX: usize = 20;
const ALTERNATIVE_BYTES_MAX: usize = 64;
/// Ends a stream.
const DONE: &str = "[DONE]";

/// Reads a text and tells of it.
///
/// # Errors
/// [`GeneratorError::Upstream`], or [`GeneratorError::Cancelled`] when nobody listens.
pub(super) async fn read(
    answer: &mut Answer,
    stream: bool,
    events: &EventSender,
) -> Result<TextOutput, GeneratorError> {
    let mut writing = Writing::default();
    // A server that knows no streams answers in one piece.
    let reading = if stream && answer.is_events() {
        pieces(answer, &mut writing, events).await
    } else {
        whole(answer, &mut writing, events).await
    };
    match reading {
        Ok(()) => Ok(answer.judged(writing.finish())?),
        Err(GeneratorError::Upstream(error)) => Ok(answer.judged(Err(error))?),
        Err(error) => Err(error),
    }
}

async fn whole(
    answer: &mut Answer,
    writing: &mut Writing,
    events: &EventSender,
) -> Result<(), GeneratorError> {
    let body = answer.whole(ANSWER_BYTES_MAX).await?;
    let text = writing.take(&body)?;
    if writing.finish_reason.is_none() {
        writing.finish_reason = Some(FinishReason::Stop);
    }
    // An answer without a text is an error, and nothing was told then.
    if writing.begun { events.send(Event::token(text)).await } else { Ok(()) }
}

async fn pieces(
    answer: &mut Answer,
    writing: &mut Writing,
    events: &EventSender,
) -> Result<(), GeneratorError> {
    let mut read = Events::default();
    loop {
        let bytes = answer.next(ANSWER_BYTES_MAX).await?;
        match &bytes {
            Some(bytes) => read.push(bytes).map_err(UpstreamError::from)?,
            None => read.finish().map_err(UpstreamError::from)?,
        }
        while let Some(data) = read.next() {
            if data == DONE {
                // What ended the text need not have been said.
                writing.finish_reason.get_or_insert(FinishReason::Stop);
                return Ok(());
            }
            let text = writing.take(data.as_bytes())?;
            if !text.is_empty() {
                events.send(Event::token(text)).await?;
            }
        }
        if bytes.is_none() {
            // A text whose end was told is whole, also where the last word of the protocol is missing.
            let whole = writing.finish_reason.is_some();
            return if whole { Ok(()) } else { Err(UpstreamError::from(Fault::Reset).into()) };
        }
    }
}

/// A text that is being read.
#[derive(Debug, Default)]
struct Writing {
    text: String,
    begun: bool,
    usage: Option<Counts>,
    pieces: usize,
    finish_reason: Option<FinishReason>,
    logprobs: Vec<TokenLogprob>,
}

impl Writing {
    /// Takes a completion or a piece of one, and gives the text that came with it.
    fn take(&mut self, body: &[u8]) -> Result<String, UpstreamError> {
        let malformed = |_| Fault::Malformed("it is not the JSON of a completion");
        let body: Completion = serde_json::from_slice(body).map_err(malformed)?;
        if let Some(error) = body.error.filter(|error| !error.is_null()) {
            return Err(Fault::Reported(code_of(&error)).into());
        }
        self.usage = body.usage.or(self.usage);
        let mut text = String::new();
        for choice in body.choices.into_iter().filter(|choice| choice.index == 0) {
            text.push_str(&self.choice(choice)?);
        }
        if self.text.len() + text.len() > TEXT_BYTES_MAX {
            return Err(Fault::TooLarge.into());
        }
        self.text.push_str(&text);
        self.pieces += usize::from(!text.is_empty());
        Ok(text)
    }

    fn choice(&mut self, choice: Choice) -> Result<String, UpstreamError> {
        let tools = |said: &Said| {
            said.function_call.is_some() || said.tool_calls.as_ref().is_some_and(|c| !c.is_empty())
        };
        if choice.message.as_ref().is_some_and(tools) {
            return Err(Fault::Malformed("it calls tools, which nobody offered").into());
        }
        // After its end a text has no more words.
        let said = choice.message.and_then(|said| said.content.or(said.refusal)).or(choice.text);
        if self.finish_reason.is_some() && said.as_ref().is_some_and(|said| !said.is_empty()) {
            return Err(Fault::Malformed("it goes on after its end").into());
        }
        self.begun |= said.is_some();
        self.logprobs.extend(logprobs(&choice.logprobs));
        if let Some(reason) = choice.finish_reason {
            self.finish_reason = Some(finish_reason(&reason)?);
        }
        Ok(said.unwrap_or_default())
    }

    fn finish(self) -> Result<TextOutput, UpstreamError> {
        if !self.begun {
            return Err(Fault::Malformed("it holds no text").into());
        }
        let usage = self.usage.map_or(
            // Nobody counted; pieces are mostly tokens.
            Usage { prompt_tokens: 0, completion_tokens: self.pieces },
            |counts| Usage {
                prompt_tokens: counts.prompt_tokens,
                completion_tokens: counts.completion_tokens,
            },
        );
        let logprobs = spelling(self.logprobs, &self.text);
        Ok(TextOutput {
            text: self.text,
            usage,
            finish_reason: self.finish_reason.unwrap_or(FinishReason::Stop),
            warnings: Vec::new(),
            sampler: SampledBy::Upstream,
            logprobs,
        })
    }
}

fn finish_reason(name: &str) -> Result<FinishReason, UpstreamError> {
    match name {
        "length" | "max_tokens" => Ok(FinishReason::Length),
        "content_filter" => Ok(FinishReason::Filtered),
        "tool_calls" | "function_call" => {
            Err(Fault::Malformed("it calls tools, which nobody offered").into())
        }
        "error" | "abort" => Err(Fault::Reported(None).into()),
        // `stop`, and the names that servers have for an end of their own.
        _ => Ok(FinishReason::Stop),
    }
}

/// OpenAI's `logprobs.content`; what is not of that shape is left out.
fn logprobs(value: &Value) -> Vec<TokenLogprob> {
    let content = value.get("content").cloned().unwrap_or_default();
    serde_json::from_value(content).unwrap_or_default()
}

/// The tokens that spell a text, and no more: rules judge texts, so nothing else of a server's
/// words may leave with its log probabilities. `None` where they do not spell it.
fn spelling(tokens: Vec<TokenLogprob>, text: &str) -> Option<Vec<TokenLogprob>> {
    let mut rest = text.as_bytes();
    let mut told = Vec::new();
    for token in tokens {
        let token = by_its_bytes(token);
        // A stop text may have cut the last token short; what follows is not part of the text.
        let Some(after) = rest.strip_prefix(token.bytes.as_deref().unwrap_or_default()) else {
            break;
        };
        rest = after;
        let others = token.top_logprobs.into_iter().map(by_its_bytes);
        let short = |other: &TokenLogprob| other.token.len() <= ALTERNATIVE_BYTES_MAX;
        let top_logprobs = others.filter(short).take(ALTERNATIVES_MAX).collect();
        told.push(TokenLogprob { top_logprobs, ..token });
    }
    (rest.is_empty() && !told.is_empty()).then_some(told)
}

/// A token whose text is that of its bytes, whatever else the server calls it.
fn by_its_bytes(token: TokenLogprob) -> TokenLogprob {
    let bytes = token.bytes.unwrap_or_else(|| token.token.into_bytes());
    let token_text = String::from_utf8_lossy(&bytes).into_owned();
    TokenLogprob {
        token: token_text,
        logprob: token.logprob,
        bytes: Some(bytes),
        top_logprobs: token.top_logprobs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(bodies: &[&str]) -> Result<TextOutput, UpstreamError> {
        let mut writing = Writing::default();
        for body in bodies {
            writing.take(body.as_bytes())?;
        }
        writing.finish()
    }

    #[test]
    fn a_whole_answer_and_its_pieces_are_the_same_text() {
        let whole = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"河水 up"},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#;
        let pieces = [
            r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#,
            r#"{"choices":[{"delta":{"content":"河水"}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"another"}}]}"#,
            r#"{"choices":[{"delta":{"content":" up"},"finish_reason":"length"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
        ];
        let whole = take(&[whole]).unwrap();
        assert_eq!((whole.text.as_str(), whole.finish_reason), ("河水 up", FinishReason::Length));
        assert_eq!(whole.sampler, SampledBy::Upstream);
        assert_eq!(take(&pieces).unwrap(), whole);
        let legacy =
            r#"{"choices":[{"text":"x","index":0,"logprobs":null,"finish_reason":"stop"}]}"#;
        assert_eq!(take(&[legacy]).unwrap().text, "x");
    }

    #[test]
    fn what_is_no_text_has_a_name() {
        let cases = [
            ("not json", "upstream_malformed"),
            ("{}", "upstream_malformed"),
            (r#"{"choices":[]}"#, "upstream_malformed"),
            (r#"{"choices":[{"message":{"content":null}}]}"#, "upstream_malformed"),
            (r#"{"choices":[{"message":{"content":7}}]}"#, "upstream_malformed"),
            (
                r#"{"choices":[{"message":{"content":"x","tool_calls":[{}]}}]}"#,
                "upstream_malformed",
            ),
            (r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, "upstream_malformed"),
            (r#"{"choices":[{"message":{"content":"\ud83c"}}]}"#, "upstream_malformed"),
            (r#"{"error":{"message":"secret","code":"overloaded"}}"#, "upstream_reported"),
            (r#"{"error":"out of memory"}"#, "upstream_reported"),
        ];
        for (body, expected) in cases {
            let error = take(&[body]).unwrap_err();
            assert_eq!(error.code(), expected, "{body}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn log_probabilities_come_along() {
        let body = r#"{"choices":[{"message":{"content":"x"},"logprobs":{"content":[{"token":"x","logprob":-0.5,"bytes":[120],"top_logprobs":[{"token":"y","logprob":-1.5,"bytes":null}]}]}}]}"#;
        let logprobs = take(&[body]).unwrap().logprobs.unwrap();
        assert_eq!(logprobs[0].top_logprobs[0].token, "y");
    }

    #[test]
    fn log_probabilities_tell_no_words_but_those_of_the_text() {
        let token = |token: &str, bytes: Option<&[u8]>| TokenLogprob {
            token: token.to_owned(),
            logprob: -1.0,
            bytes: bytes.map(<[u8]>::to_vec),
            top_logprobs: Vec::new(),
        };
        let told = |tokens, text| -> Option<Vec<String>> {
            let told = spelling(tokens, text)?;
            Some(told.into_iter().map(|token| token.token).collect())
        };
        let spelled = || vec![token("The ", None), token("river", None)];
        assert_eq!(told(spelled(), "The river").unwrap(), ["The ", "river"]);
        assert_eq!(told(spelled(), "The "), Some(vec!["The ".to_owned()]), "cut by a stop text");
        assert_eq!(told(spelled(), "The bridge"), None);
        assert_eq!(told(spelled(), "The river rose"), None);
        assert_eq!(told(Vec::new(), ""), None);
        // A part of a character has bytes; a name that says otherwise is not told.
        let parts = vec![token("secret", Some(&[0xe6])), token("words", Some(&[0xb2, 0xb3]))];
        assert_eq!(told(parts, "河").unwrap(), ["\u{fffd}", "\u{fffd}\u{fffd}"]);
        let mut long = token("a", None);
        long.top_logprobs = vec![token(&"x".repeat(65), None), token("b", None)];
        let told = spelling(vec![long], "a").unwrap();
        assert_eq!(told[0].top_logprobs.len(), 1);
    }
}
