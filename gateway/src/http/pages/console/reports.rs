//! `/console/compliance`

use audit::{
    Event, Record, Redaction,
    report::{self, CheckResult, Count, Outcome, Sample, Words},
};
use axum::{
    Form,
    extract::{Query, State},
    response::Response,
};
use pages::console::reports::{self, Counts, Filled, REGIMES, Reports, Row};
use serde::Deserialize;
use types::Language;

use super::{Paged, member};
use crate::{
    exporting::Wish,
    http::{audit as evidence, console::Session, error::ApiError},
    pipeline::Line,
};

/// What the form says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    regime: String,
    redact: String,
    act: String,
}

pub(super) async fn show(session: Session, page: Paged, Query(asked): Query<Asked>) -> Response {
    let view = Reports { filled: filled(asked), ..Reports::default() };
    page.show(reports::page(&page.frame, &member(&session), &view))
}

fn filled(asked: Asked) -> Filled {
    let Asked { from, to, regime, redact, .. } = asked;
    Filled { from, to, regime, redact }
}

pub(super) async fn act(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(asked): Form<Asked>,
) -> Result<Response, ApiError> {
    if !REGIMES.contains(&asked.regime.as_str()) {
        return Err(ApiError::invalid("regime", format!("Use one of {}.", REGIMES.join(", "))));
    }
    let who = &session.pass.principal;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let wish = Wish {
        tenant: Some(who.tenant.clone()),
        from: given(&asked.from),
        to: given(&asked.to),
        regime: given(&asked.regime),
        redaction: match asked.redact.as_str() {
            "people" => Redaction::People,
            "content" => Redaction::Content,
            _ => Redaction::None,
        },
        ground: None,
        language: page.frame.language,
    };
    if asked.act == "export" {
        return evidence::exported(&line, who, wish).await;
    }
    let stages = line.stages();
    let author = stages.author(who);
    let plan = wish.plan(author.clone()).map_err(evidence::explain)?;
    let report = stages.report(&plan, &|_, _| {}).await.map_err(evidence::explain)?.report;
    let mut record = Record::new(Event::Exported, author.tenant, author.actor);
    record.detail = Some(format!("report entries {} regime {}", report.entries, report.regime));
    stages.append(record).await?;
    let language = page.frame.language;
    let view = Reports {
        title: said(&report.title, language),
        entries: report.entries,
        counts: counts(&report.counts, language),
        rows: report.checks.iter().map(|check| row(check, language)).collect(),
        filled: filled(asked),
        error: None,
    };
    Ok(page.show(reports::page(&page.frame, &member(&session), &view)))
}

fn counts(counts: &[Count], language: Language) -> Counts {
    let report::document::Table { caption, head, rows } = report::table(counts, language);
    Counts { caption, head, rows }
}

fn row(check: &CheckResult, language: Language) -> Row {
    Row {
        id: check.check.id.clone(),
        asks: said(&check.check.title, language),
        outcome: said(&check.outcome.words(), language),
        open: matches!(check.outcome, Outcome::Fail | Outcome::NotMet),
        examined: check.examined,
        passed: check.passed,
        reason: reason(check, language),
        against: check.entries_against.first(),
    }
}

/// Why, and how many of all were looked at where that is a choice.
fn reason(check: &CheckResult, language: Language) -> String {
    let reason = said(&check.reason, language);
    match check.sample.as_ref().map(Sample::words) {
        Some(sample) => format!("{reason} ({})", said(&sample, language)),
        None => reason,
    }
}

fn said(words: &Words, language: Language) -> String {
    match language {
        Language::En => words.en.clone().into_owned(),
        Language::Zh => words.zh.clone().into_owned(),
    }
}
