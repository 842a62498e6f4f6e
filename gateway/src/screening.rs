//! Policy before and after generation.

mod opinions;
mod pictures;
pub(crate) mod quotes;
mod spoken;

use std::time::Instant;

pub(crate) use opinions::{second_opinions, words};
pub(crate) use pictures::PictureLists;
use policy::{Engine, Hook, Judgement, Scope};
use types::{Action, CheckRun, Decision, Language, Message, Modality, Principal, TextFormat};

use crate::{
    case::Case,
    consents::agreeing,
    overriding,
    pipeline::{LineError, Piece},
    product::{Draft, Product},
    vaulting, working,
};

/// The check that looks at what a picture shows, in records.
const IMAGE_CONTENT: &str = "image_content";

/// Output that policy has let through, redacted where it asked for it.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) product: Product,
    pub(crate) warnings: Vec<String>,
    /// A rule asks for a person.
    pub(crate) hold: bool,
}

/// Whom and what a decision is about, at this moment.
pub(crate) fn scope(principal: &Principal, modality: Modality, hook: Hook, text: &str) -> Scope {
    Scope {
        tenant: principal.tenant.clone(),
        desk: principal.desk.clone(),
        role: principal.role,
        modality,
        hook,
        language: language(text),
        now: time::OffsetDateTime::now_utc().unix_timestamp(),
        overridden: Vec::new(),
    }
}

/// What a decision about a case is about; rules that its caller takes back are named.
pub(crate) fn scope_of(case: &Case, hook: Hook, text: &str) -> Scope {
    let overridden = case.request.overriding.iter().flat_map(|asked| asked.rules.clone());
    Scope {
        overridden: overridden.collect(),
        ..scope(&case.principal, case.modality(), hook, text)
    }
}

/// Refusals answer in the language of the text: Chinese if it has any Chinese character.
fn language(text: &str) -> Language {
    let chinese =
        text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'));
    if chinese { Language::Zh } else { Language::En }
}

/// Judges the prompt; redacts it where a rule asks for that.
pub(crate) async fn input(case: &mut Case) -> Result<Action, LineError> {
    let start = Instant::now();
    let prompt = case.request.prompt();
    let scope = scope_of(case, Hook::Input, &prompt);
    let engine = case.stages.policy().clone();
    let messages = std::mem::take(&mut case.request.messages);
    let asked =
        Asked { prompt: prompt.clone(), messages, schema: case.request.sampling.format.clone() };
    let judging = working::done(asked.bytes(), move || judge(&engine, &scope, asked));
    let (mut decision, messages) =
        judging.await.map_err(|error| LineError::Policy(error.to_string()))?;
    if !case.request.attachments.is_empty() {
        known(case, &mut decision).await?;
    }
    case.request.messages = messages;
    agreeing::settle(&mut decision, case.agreement.as_ref(), &prompt);
    decision.checks.extend(overriding::reason(case));
    let opinions = opinions::input(case, prompt, &mut decision).await;
    let action = decision.action;
    // Also what has no opinion is on record.
    case.input = Some(decision);
    case.stage("policy_input", start);
    opinions.map(|()| action)
}

/// Judges the pictures that came with a request: by the lists of known ones, for nothing here says
/// what a picture shows.
async fn known(case: &Case, decision: &mut Decision) -> Result<(), LineError> {
    let language = language(&case.request.prompt());
    let (lists, came) = (case.stages.picture_lists.clone(), case.pictures.clone());
    let mut judged = decision.clone();
    let judging = tokio::task::spawn_blocking(move || {
        let rasters = [came.source, came.style, came.garment];
        let rasters = rasters.iter().flatten().filter(|_| !lists.is_empty());
        let prints: Vec<_> = rasters.filter_map(|raster| pictures::of_raster(raster)).collect();
        lists.add(&mut judged, &prints, language);
        judged
    });
    *decision = judging.await.map_err(|error| LineError::Policy(error.to_string()))?;
    decision.checks.extend(unclassified(Modality::Image));
    Ok(())
}

/// Judges a text that was brought in as what a person wants to bring before readers. It is signed as
/// it is or not at all, so what a rule would take out waits for a person.
pub(crate) async fn brought(case: &mut Case, bytes: &[u8]) -> Result<Action, LineError> {
    let start = Instant::now();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let scope = scope_of(case, Hook::Output, &text);
    let (engine, words) = (case.stages.policy().clone(), text.clone());
    let judging = tokio::task::spawn_blocking(move || engine.judge(&scope, &words).decision);
    let mut decision = judging.await.map_err(|error| LineError::Policy(error.to_string()))?;
    if decision.action == Action::Redact {
        decision.action = Action::Review;
    }
    let opinions = opinions::words(case, Hook::Output, text, &mut decision).await;
    let action = decision.action;
    case.input = Some(decision);
    case.stage("policy_input", start);
    opinions.map(|()| action)
}

/// What people wrote.
struct Asked {
    /// All of it.
    prompt: String,
    messages: Vec<Message>,
    schema: TextFormat,
}

impl Asked {
    fn bytes(&self) -> usize {
        self.prompt.len() + self.schema.schema().map_or(0, str::len)
    }
}

/// The decision about all messages together, and the messages as the model may read them.
fn judge(engine: &Engine, scope: &Scope, asked: Asked) -> (Decision, Vec<Message>) {
    let Asked { prompt, mut messages, schema } = asked;
    let Judgement { mut decision, redacted } = engine.judge(scope, &prompt);
    if redacted.is_none() {
        return (decision, messages);
    }
    for message in &mut messages {
        if let Some(redacted) = engine.judge(scope, &message.text).redacted {
            message.text = redacted;
        }
    }
    let texts = messages.iter().map(|message| message.text.as_str());
    let texts: Vec<&str> = texts.chain(schema.schema()).collect();
    // What is spread over several messages, or in the schema, cannot be taken out of one of them.
    if engine.judge(scope, &texts.join("\n")).redacted.is_some() {
        decision.action = Action::Block;
    }
    (decision, messages)
}

/// Judges the whole output; `None` is a refusal.
pub(crate) async fn output(case: &mut Case, draft: Draft) -> Result<Option<Cleared>, LineError> {
    let start = Instant::now();
    let asked = case.input.as_ref().map_or(Action::Allow, |decision| decision.action);
    let Draft { product, screen, pieces, warnings } = draft;
    let product = match (product, screen) {
        (Product::Text(mut text), Some(screen)) => {
            let finished = screen.finish();
            if let (Some(pieces), false) = (&pieces, finished.emit.is_empty()) {
                let rest = pieces.send(Piece::Text(finished.emit)).await;
                rest.map_err(|_| LineError::ClientGone)?;
            }
            if let Some(redacted) = finished.judgement.redacted {
                text.text = redacted;
                // They would spell what was taken out.
                text.logprobs = None;
                text.transcript = None;
            }
            case.output = Some(finished.judgement.decision);
            Product::Text(text)
        }
        (product, _) => {
            let mut decision = case.decision();
            decision.action = Action::Allow;
            decision.findings.clear();
            decision.checks = unclassified(case.modality());
            let (decision, product) = match &product {
                Product::Speech(_) | Product::Film(_) => {
                    (spoken::judged(case, decision, &product).await?, product)
                }
                _ => drawn(case, decision, product).await?,
            };
            case.output = Some(decision);
            product
        }
    };
    if let Some(mut decision) = case.output.take() {
        let quotes = quotes::look(case, &product, &mut decision).await;
        let opinions = match quotes {
            Ok(()) => opinions::output(case, &product, &mut decision).await,
            unsaid => unsaid,
        };
        case.output = Some(decision);
        opinions?;
    }
    case.stage("policy_output", start);
    let decided = case.output.as_ref().map_or(Action::Allow, |decision| decision.action);
    if decided == Action::Block {
        if let Product::Text(text) = product {
            vaulting::refused_output(case, text.text).await?;
        }
        return Ok(None);
    }
    let hold = matches!(decided.max(asked), Action::Review | Action::Rewrite);
    Ok(Some(Cleared { product, warnings, hold }))
}

/// What a model has drawn, beside the lists of known pictures.
async fn drawn(
    case: &Case,
    mut decision: Decision,
    product: Product,
) -> Result<(Decision, Product), LineError> {
    let (lists, language) = (case.stages.picture_lists.clone(), language(&case.request.prompt()));
    if lists.is_empty() {
        return Ok((decision, product));
    }
    let judging = tokio::task::spawn_blocking(move || {
        if let Product::Image(image) = &product {
            let print = pictures::of_output(image);
            lists.add(&mut decision, print.as_slice(), language);
        }
        (decision, product)
    });
    judging.await.map_err(|error| LineError::Policy(error.to_string()))
}

/// No classifier of pictures, sounds or videos is part of this release, and the record says so. A text
/// that was brought in was judged when it came.
fn unclassified(modality: Modality) -> Vec<CheckRun> {
    let check = match modality {
        Modality::Text => return Vec::new(),
        Modality::Image => IMAGE_CONTENT,
        Modality::Audio => "audio_content",
        Modality::Video => "video_content",
    };
    vec![CheckRun { check: check.into(), outcome: "not_classified".into() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_answered_in_its_language() {
        assert_eq!(language("写一则简讯"), Language::Zh);
        assert_eq!(language("über uns"), Language::En);
    }
}
