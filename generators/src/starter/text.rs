//! The starter text model: briefs from structured facts, in English and Chinese.
//!
//! Its card is `starter/text/MODEL_CARD.md`, its training `training/text`.

use std::sync::Arc;

use crate::{
    Generator, GeneratorError, TextModel,
    files::{Embedded, ModelFiles},
};

const FILES: &[Embedded] = &[
    ("config.json", include_bytes!("../../starter/text/config.json")),
    ("imprimatur.json", include_bytes!("../../starter/text/imprimatur.json")),
    ("model.safetensors", include_bytes!("../../starter/text/model.safetensors")),
    ("tokenizer.json", include_bytes!("../../starter/text/tokenizer.json")),
];

/// The starter text model; its weights are unpacked at first use.
///
/// # Errors
/// [`GeneratorError`] when the program was built with damaged files.
pub fn text() -> Result<Arc<dyn Generator>, GeneratorError> {
    let model = TextModel::from_files("newsdesk-starter", ModelFiles::Program(FILES))?;
    Ok(Arc::new(model))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use types::{Message, Sampling, Speaker};

    use super::*;
    use crate::{
        Event, EventSender, FinishReason, Job, Output, TextOutput, Warning, text::testing,
    };

    /// What the trainer computed with the shipped weights: see `training/text/export.py`.
    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        prompt: String,
        warnings: Vec<String>,
        ids: Vec<u32>,
        first_logits: Vec<(usize, f32)>,
        greedy: Vec<u32>,
        text: String,
    }

    fn golden() -> Vec<Case> {
        let text = include_str!("../../starter/text/golden.json");
        serde_json::from_str::<Golden>(text).unwrap().cases
    }

    async fn write(prompt: &str, temperature: Option<f32>) -> (TextOutput, String) {
        let message = Message { role: Speaker::User, text: prompt.to_owned() };
        let sampling = Sampling { seed: 1, temperature, ..Sampling::default() };
        let job = Job { messages: vec![message], sampling, ..Job::default() };
        let (sender, mut receiver) = EventSender::channel(8);
        let stream = async {
            let mut streamed = String::new();
            while let Some(event) = receiver.recv().await {
                if let Event::Token { text } = event {
                    streamed.push_str(&text);
                }
            }
            streamed
        };
        let model = text().unwrap();
        let (output, streamed) = tokio::join!(model.generate(job, sender), stream);
        let Output::Text(output) = output.unwrap() else { panic!("not a text") };
        (output, streamed)
    }

    #[tokio::test]
    async fn it_writes_what_the_trainer_has_seen_it_write() {
        for case in golden() {
            let (output, streamed) = write(&case.prompt, Some(0.0)).await;
            assert_eq!((&output.text, &streamed), (&case.text, &case.text));
            assert_eq!(output.usage.prompt_tokens, case.ids.len(), "{}", case.prompt);
            assert_eq!(output.usage.completion_tokens, case.greedy.len(), "{}", case.prompt);
            assert_eq!(output.warnings.is_empty(), case.warnings.is_empty(), "{}", case.prompt);
        }
    }

    #[test]
    fn its_logits_are_those_of_the_trainer() {
        let logits_after = testing::logits_after(ModelFiles::Program(FILES));
        for case in golden() {
            let logits = logits_after(&case.ids);
            for (id, expected) in case.first_logits {
                assert!((logits[id] - expected).abs() < 1e-4, "{}: token {id}", case.prompt);
            }
        }
    }

    #[tokio::test]
    async fn unknown_words_come_back_as_warnings() {
        let (output, _) = write("river; name=Elbe; level_cm=412; depth_m=3", None).await;
        assert_eq!(output.warnings, [Warning::UnknownWords(vec!["depth_m".to_owned()])]);
        assert_ne!(output.text, "");
        assert_eq!(output.finish_reason, FinishReason::Stop);
    }

    #[test]
    fn its_tokens_are_the_same_when_its_text_is_read_back() {
        let model = text().unwrap();
        // Half a character that a model wrote cannot be read back.
        let whole = |case: &Case| !case.text.contains(char::REPLACEMENT_CHARACTER);
        let cases: Vec<Case> = golden().into_iter().filter(whole).collect();
        assert!(cases.len() >= 3);
        for case in cases {
            let drawn = case.greedy.split_last().unwrap().1;
            let tokens = model.tokens(&case.text).unwrap();
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            assert_eq!(ids, drawn, "{}", case.text);
            let end = tokens.last().map(|token| token.span.end);
            assert_eq!(end, Some(case.text.chars().count()), "{}", case.text);
        }
    }

    #[test]
    fn its_card_says_what_it_is() {
        let model = text().unwrap();
        assert!(model.card().starter);
        assert_eq!(model.card().languages, ["en", "zh"]);
        assert!(FILES.iter().all(|file| file.1.len() <= 15_000_000));
    }
}
