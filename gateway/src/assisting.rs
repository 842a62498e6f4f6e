//! Help for writers: correction, headlines, ideas, suggestions, descriptions of pictures.
//!
//! The tools are rules and look only at the caller's own words, so nothing here is marked or signed:
//! no model has made it. What a configured model writes on, in answer to `suggest`, goes through
//! the whole line and is an asset like any other. Policy judges text and answer all the same, and
//! the record says that there was help, never with what.

pub mod picture;

use std::sync::Arc;

use assist::{
    alt_text::{self, Facts},
    correct, headline, ideas,
    profile::{Profile, Proposal},
    suggest, summary,
};
use audit::Event;
use policy::Hook;
use serde_json::{Value, json};
use types::{
    Action, Decision, GenerationRequest, Language, Message, Modality, Principal, Receipt,
    RequestId, Sampling, Speaker, Task,
};

use crate::{
    case::Case, outcome::Refusal, pipeline::LineError, profiles, recording, screening, vaulting,
    wiring::Stages,
};

/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 100_000;
/// Longest and shortest headline or summary that can be asked for, in characters.
pub const LENGTHS: std::ops::RangeInclusive<usize> = 8..=2000;
/// So much of a text's end a model is shown to write on from.
const SHOWN_CHARS_MAX: usize = 2000;

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// How a text could go on, or be put shorter.
    Suggest,
    /// What is written wrong.
    Correct,
    /// What a text lacks.
    Ideas,
    /// Headlines, and a summary.
    Headline,
    /// A description of a picture.
    AltText,
}

impl Tool {
    /// Its name, as in the URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suggest => "suggest",
            Self::Correct => "correct",
            Self::Ideas => "ideas",
            Self::Headline => "headline",
            Self::AltText => "alt-text",
        }
    }
}

/// What help is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// With which tool.
    pub tool: Tool,
    /// The text; for a picture its caption, title and prompt.
    pub text: String,
    /// The language, if the characters shall not tell.
    pub language: Option<Language>,
    /// How long a headline may be, in characters.
    pub chars_max: Option<usize>,
    /// What is known about a picture.
    pub facts: Facts,
}

/// An answer that is on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Assisted {
    /// The request.
    pub request_id: RequestId,
    /// The record's receipt.
    pub receipt: Receipt,
    /// What policy decided about text and answer.
    pub decision: Decision,
    /// The answer.
    pub body: Value,
}

/// Helps, on record. A text that policy blocks, or whose answer it blocks, is refused.
///
/// # Errors
/// [`LineError`] when policy, vault or log fail; nothing is answered then.
pub async fn assist(
    stages: &Arc<Stages>,
    principal: Principal,
    ask: Ask,
) -> Result<Result<Assisted, Box<Refusal>>, LineError> {
    let profile = profile(stages, &principal).await?;
    let tool = ask.tool;
    let mut case = Case::assisting(Arc::clone(stages), principal, ask.text.clone());
    let action = match screening::input(&mut case).await {
        Ok(action) => action,
        Err(error) => return Err(case.fail(error).await),
    };
    if action == Action::Block {
        let case = vaulting::prompt(case, ask.text).await?;
        return Ok(Err(case.refuse().await?));
    }
    let mut case = vaulting::commit(case, ask.text.clone()).await?;
    let helping = tokio::task::spawn_blocking(move || help(&ask, &profile));
    let Ok(mut body) = helping.await else {
        return Err(case.fail(LineError::Stopped).await);
    };
    match judged(&mut case, &mut body).await {
        Ok(Action::Block) => return Ok(Err(case.refuse().await?)),
        Ok(_) => {}
        Err(error) => return Err(case.fail(error).await),
    }
    let mut record = recording::record(&case, Event::Assisted);
    record.detail = Some(tool.name().to_owned());
    let (request_id, decision) = (case.request_id(), case.decision());
    let receipt = case.close(record).await?;
    Ok(Ok(Assisted { request_id, receipt, decision, body }))
}

/// A request that lets a model write on, if one is named or configured that can: a starter model
/// writes from facts and cannot.
#[must_use]
pub fn continuation(
    stages: &Stages,
    text: &str,
    model: Option<String>,
) -> Option<GenerationRequest> {
    let able = |name: &String| {
        stages.generators.get(name).is_some_and(|generator| !generator.card().starter)
    };
    let model =
        model.or_else(|| stages.default_model(Modality::Text, Task::Create).filter(able))?;
    let skipped = text.chars().count().saturating_sub(SHOWN_CHARS_MAX);
    let end: String = text.chars().skip(skipped).collect();
    let told = match assist::language::detect(text) {
        Language::En => "Continue the text with one or two sentences. Add no names and no numbers.",
        Language::Zh => "请用一两句话续写下文，不要添加人名和数字。",
    };
    let message = |role, text| Message { role, text };
    let messages = vec![message(Speaker::System, told.to_owned()), message(Speaker::User, end)];
    let sampling = Sampling { seed: rand::random(), max_tokens: Some(120), ..Sampling::default() };
    Some(GenerationRequest::new(Modality::Text, model, messages, sampling))
}

async fn profile(stages: &Stages, principal: &Principal) -> Result<Profile, LineError> {
    let kept = profiles::get(stages, principal).await;
    let kept = kept.map_err(|error| match error {
        profiles::ProfilesError::State(error) => LineError::State(error),
        profiles::ProfilesError::Vault(error) => LineError::Vault(error),
        profiles::ProfilesError::Log(error) => LineError::Log(error),
        // A profile that cannot be read must not be taken for none.
        other => LineError::Policy(other.to_string()),
    })?;
    Ok(kept.map(|kept| kept.profile).unwrap_or_default())
}

/// The answer of a tool: synchronous, and the same for the same text and profile.
fn help(ask: &Ask, profile: &Profile) -> Value {
    let text = ask.text.as_str();
    let language = ask.language.unwrap_or_else(|| assist::language::detect(text));
    let mut body = match ask.tool {
        Tool::Correct => {
            let corrected = correct::correct(text, Some(language));
            json!({"corrections": corrected.corrections, "text": corrected.text})
        }
        Tool::Headline => headlines(ask, language, profile),
        Tool::Ideas => json!({"ideas": told(&ideas::ideas(text, Some(language), profile))}),
        Tool::Suggest => {
            json!({"suggestions": told(&suggest::suggestions(text, Some(language), profile))})
        }
        Tool::AltText => {
            let described = alt_text::describe(
                &ask.facts,
                ask.language.unwrap_or_else(|| told_in(ask, profile)),
            );
            json!({"text": described.text, "from": described.from, "unseen": described.unseen})
        }
    };
    if let Some(members) = body.as_object_mut() {
        members.insert("object".to_owned(), json!(format!("assist.{}", ask.tool.name())));
        members.insert("language".to_owned(), json!(language));
        members.insert("by".to_owned(), json!("rules"));
        members.insert("ai_generated".to_owned(), json!(false));
    }
    body
}

/// The language of a description: that of what is known, else the person's.
fn told_in(ask: &Ask, profile: &Profile) -> Language {
    if ask.text.trim().is_empty() {
        return profile.language.unwrap_or_default();
    }
    assist::language::detect(&ask.text)
}

fn headlines(ask: &Ask, language: Language, profile: &Profile) -> Value {
    let most = ask.chars_max.unwrap_or_else(|| headline::usual_chars(language));
    let mut made = headline::headlines(&ask.text, Some(language), most);
    profile.rank(&mut made);
    let long = ask.chars_max.unwrap_or(0).max(summary::usual_chars(language));
    let summary = summary::summary(&ask.text, Some(language), long);
    json!({"headlines": told(&made), "summary": summary})
}

/// Proposals with the features by which feedback names them.
fn told<T: Proposal + serde::Serialize>(proposals: &[T]) -> Vec<Value> {
    let one = |proposal: &T| {
        let mut value = json!(proposal);
        if let Some(members) = value.as_object_mut() {
            members.insert("features".to_owned(), json!(proposal.features()));
        }
        value
    };
    proposals.iter().map(one).collect()
}

/// Output rules over all that the answer says; takes out what a rule takes out.
async fn judged(case: &mut Case, body: &mut Value) -> Result<Action, LineError> {
    let mut texts = Vec::new();
    each_text(body, &mut |text| texts.push(text.clone()));
    let whole = texts.join("\n");
    let scope = screening::scope(&case.principal, Modality::Text, Hook::Output, &whole);
    let (engine, said) = (case.stages.policy().clone(), whole.clone());
    let mut answer = body.take();
    let judging = tokio::task::spawn_blocking(move || {
        let judgement = engine.judge(&scope, &whole);
        if judgement.redacted.is_some() {
            each_text(&mut answer, &mut |text| {
                if let Some(redacted) = engine.judge(&scope, text).redacted {
                    *text = redacted;
                }
            });
        }
        (judgement.decision, answer)
    });
    let judged = judging.await.map_err(|error| LineError::Policy(error.to_string()))?;
    let (mut decision, answer) = judged;
    *body = answer;
    let opinions = screening::words(case, Hook::Output, said, &mut decision).await;
    let action = decision.action;
    case.output = Some(decision);
    opinions.map(|()| action)
}

/// Members that hold words: of the person, or about theirs.
const WORDS: [&str; 4] = ["text", "original", "replacements", "message"];

/// Visits what a person reads of an answer.
fn each_text(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if WORDS.contains(&name.as_str()) => visit(text),
                    Value::Array(texts) if WORDS.contains(&name.as_str()) => {
                        for text in texts {
                            if let Value::String(text) = text {
                                visit(text);
                            }
                        }
                    }
                    other => each_text(other, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(tool: Tool, text: &str) -> Ask {
        Ask {
            tool,
            text: text.to_owned(),
            language: None,
            chars_max: None,
            facts: Facts::default(),
        }
    }

    #[test]
    fn every_tool_says_what_it_is() {
        for tool in [Tool::Suggest, Tool::Correct, Tool::Ideas, Tool::Headline, Tool::AltText] {
            let body = help(&ask(tool, "The goverment closed the bridge."), &Profile::default());
            assert_eq!(body["object"], format!("assist.{}", tool.name()));
            assert_eq!((&body["by"], &body["ai_generated"]), (&json!("rules"), &json!(false)));
        }
    }

    #[test]
    fn all_that_is_read_is_judged() {
        let mut body =
            help(&ask(Tool::Headline, "The bridge in Bergen was closed."), &Profile::default());
        let mut seen = 0;
        each_text(&mut body, &mut |text| {
            seen += 1;
            *text = String::new();
        });
        assert!(seen >= 2 && !body.to_string().contains("ridge"), "{body}");

        let mut body = help(&ask(Tool::Correct, "The goverment closed it."), &Profile::default());
        assert!(body.to_string().contains("goverment"));
        each_text(&mut body, &mut |text| *text = String::new());
        assert!(
            !body.to_string().contains("overment") && !body.to_string().contains("overnment"),
            "{body}"
        );
    }
}
