//! Quotations in what a model wrote: they stand in what the person gave it, or somebody looks.
//!
//! Sources are all messages of the request but those of the model itself, as the model has read them.

use types::{Action, Category, CheckRun, Decision, Finding, Language, Message, Span, Speaker};

use super::language;
use crate::{case::Case, config::QuotesSection, pipeline::LineError, product::Product, working};

/// The name in records.
const CHECK: &str = "quotes";
const RULE: &str = "unsourced-quote";

/// What is configured for this request's desk.
fn configured(case: &Case) -> Option<QuotesSection> {
    let quotes = case.stages.installation.config().policy.quotes.clone();
    quotes.filter(|quotes| quotes.concerns(&case.principal.desk))
}

/// Whether a text may be held or refused at its end because of what it quotes.
pub(crate) fn may_stop(case: &Case) -> bool {
    configured(case).is_some_and(|quotes| quotes.action > Action::Redact)
}

/// Looks for the quotations of a text, or of what is said, among the sources.
///
/// # Errors
/// [`LineError::Policy`] when it cannot be said.
pub(super) async fn look(
    case: &Case,
    product: &Product,
    decision: &mut Decision,
) -> Result<(), LineError> {
    let Some(QuotesSection { action, words_min, .. }) = configured(case) else { return Ok(()) };
    let text = match product {
        Product::Text(text) if text.transcript.is_none() => text.text.clone(),
        Product::Speech(speech) => speech.output.transcript.clone(),
        Product::Film(film) => film.output.transcript.clone(),
        // Nobody here has chosen the words of what was heard.
        _ => return Ok(()),
    };
    let said_in = language(&text);
    let sources = sources(&case.request.messages);
    let bytes = text.len() + sources.iter().map(String::len).sum::<usize>();
    let looking = working::done(bytes, move || {
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        policy::unsourced_quotes(&text, &sources, words_min)
    });
    let spans = looking.await.map_err(|error| LineError::Policy(error.to_string()))?;
    decision.checks.push(CheckRun { check: CHECK.to_owned(), outcome: "ran".to_owned() });
    if !spans.is_empty() {
        decision.action = decision.action.max(action);
        decision.findings.push(finding(action, spans, said_in));
    }
    Ok(())
}

fn sources(messages: &[Message]) -> Vec<String> {
    let given = messages.iter().filter(|message| message.role != Speaker::Assistant);
    given.map(|message| message.text.clone()).collect()
}

fn finding(action: Action, spans: Vec<Span>, language: Language) -> Finding {
    let message = match language {
        Language::En => {
            "A quotation stands in nothing that you gave: add its source, or take it out."
        }
        Language::Zh => "有引语未见于您提供的材料：请补充来源或删去。",
    };
    Finding {
        rule: RULE.to_owned(),
        rule_version: 1,
        action,
        category: Category::FabricatedQuote,
        kind: CHECK.to_owned(),
        score: 1.0,
        spans,
        obfuscated: false,
        shadow: false,
        message: message.to_owned(),
    }
}
