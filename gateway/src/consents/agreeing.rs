//! What a consent changes for the request that names it.

use time::OffsetDateTime;
use types::{Action, Category, CheckRun, Decision, Modality, Task};

use super::{ConsentError, Covered, Kept, PREFIX, found, instant};
use crate::{case::Case, config::ConsentNamed, pipeline::LineError};

/// The agreement that a request names, in force for it.
#[derive(Debug, Clone)]
pub(crate) struct Agreement {
    id: String,
    names: Vec<String>,
}

/// Looks up what the request names; a place where an agreement is kept is taken at its word, unless
/// configuration wants agreements that were entered here.
///
/// # Errors
/// [`LineError::ConsentNeeded`] where one is needed and none is named, [`LineError::Consent`] saying why
/// the one that is named does not count.
pub(crate) async fn agreed(case: &Case) -> Result<Option<Agreement>, LineError> {
    let named = case.request.consent.as_deref().map(str::trim).filter(|named| !named.is_empty());
    let Some(named) = named else {
        if case.request.drawing.task == Task::TryOn {
            return Err(LineError::ConsentNeeded);
        }
        return Ok(None);
    };
    let registered = case.stages.installation.config().policy.consent == ConsentNamed::Registered;
    if !named.starts_with(PREFIX) && !registered {
        return Ok(None);
    }
    let kept = match found(&case.stages, &case.principal.tenant, named).await {
        Ok(row) => row.kept,
        Err(ConsentError::Unknown) => return Err(LineError::Consent("is not one of this house")),
        Err(ConsentError::Vault(error)) => return Err(error.into()),
        Err(ConsentError::State(error)) => return Err(error.into()),
        Err(error) => return Err(LineError::Policy(error.to_string())),
    };
    let now = OffsetDateTime::now_utc();
    match objection(&kept, &case.principal.desk, case.modality(), now) {
        Some(objection) => Err(LineError::Consent(objection)),
        None => Ok(Some(Agreement { id: kept.id, names: kept.consent.names })),
    }
}

/// Why a consent does not count for an asset of this kind, made for this desk at this time.
fn objection(
    kept: &Kept,
    desk: &str,
    modality: Modality,
    now: OffsetDateTime,
) -> Option<&'static str> {
    let consent = &kept.consent;
    let at = |time: &Option<String>| time.as_deref().and_then(instant);
    if kept.withdrawn_at.is_some() {
        return Some("was withdrawn");
    }
    if at(&consent.valid_from).is_some_and(|from| now < from) {
        return Some("does not hold yet");
    }
    if at(&consent.valid_until).is_some_and(|until| now >= until) {
        return Some("has ended");
    }
    if !consent.desks.is_empty() && !consent.desks.iter().any(|named| named == desk) {
        return Some("was given to other desks");
    }
    if !Covered::of(modality).iter().all(|needed| consent.covers.contains(needed)) {
        return Some("does not cover what is asked for");
    }
    None
}

/// Lets through what a rule held only because a person's agreement was open: where the words name the
/// person of the agreement, and the rule has found one such passage. Two may be about two people.
pub(crate) fn settle(decision: &mut Decision, agreement: Option<&Agreement>, prompt: &str) {
    let Some(Agreement { id, names }) = agreement else { return };
    let open = |finding: &types::Finding| {
        finding.category == Category::LikenessConsent
            && finding.action == Action::Review
            && !finding.shadow
    };
    let named = names.iter().any(|name| calls(prompt, name));
    let passages = decision.findings.iter().filter(|finding| open(finding));
    let outcome = match (named, passages.map(passages_of).sum::<usize>()) {
        (false, _) => "person_not_named",
        (true, 0 | 1) => "in_force",
        (true, _) => "several_passages",
    };
    decision.checks.push(CheckRun { check: id.clone(), outcome: outcome.to_owned() });
    if outcome != "in_force" {
        return;
    }
    for finding in decision.findings.iter_mut().filter(|finding| open(finding)) {
        finding.action = Action::Flag;
    }
    if decision.action == Action::Review {
        let counted = decision.findings.iter().filter(|finding| !finding.shadow);
        decision.action = counted.map(|finding| finding.action).max().unwrap_or(Action::Allow);
    }
}

/// Spans of a finding that do not touch each other.
fn passages_of(finding: &types::Finding) -> usize {
    let mut spans = finding.spans.clone();
    spans.sort_unstable();
    let (mut passages, mut end) = (0, 0);
    for span in spans {
        passages += usize::from(passages == 0 || span.start > end);
        end = end.max(span.end);
    }
    passages.max(1)
}

/// Whether words call somebody by this name, whole: with another letter beside it, it may be another's.
/// Chinese is written without borders, so a name there ends before 的 or what is no Chinese character.
fn calls(prompt: &str, name: &str) -> bool {
    let (prompt, name) = (folded(prompt), folded(name));
    let chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    // A name of signs alone calls nobody.
    !name.is_empty()
        && prompt.match_indices(&name).any(|(at, _)| {
            let before = prompt.get(..at).and_then(|text| text.chars().next_back());
            let after = prompt.get(at + name.len()..).and_then(|text| text.chars().next());
            if name.chars().any(chinese) {
                after.is_none_or(|c| c == '的' || !chinese(c))
            } else {
                let borders =
                    |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() || chinese(c));
                borders(before) && borders(after)
            }
        })
}

/// In small letters, with single blanks.
fn folded(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use types::{Finding, Span};

    use super::*;
    use crate::consents::Consent;

    fn kept() -> Kept {
        Kept {
            id: "consent_1".to_owned(),
            subject: String::new(),
            tenant: "press".to_owned(),
            at: String::new(),
            withdrawn_at: None,
            consent: Consent {
                names: vec!["Alan Reyes".to_owned(), "李明".to_owned()],
                covers: vec![Covered::Voice],
                kept_at: "safe 3".to_owned(),
                valid_from: Some("2026-01-01T00:00:00Z".to_owned()),
                valid_until: Some("2027-01-01T00:00:00Z".to_owned()),
                desks: vec!["politics".to_owned()],
            },
        }
    }

    #[test]
    fn a_consent_counts_for_its_time_its_desks_and_what_it_covers() {
        let at = |text: &str| instant(text).unwrap();
        let now = at("2026-06-01T00:00:00Z");
        let ask = |kept: &Kept, desk, modality, now| objection(kept, desk, modality, now);
        assert_eq!(ask(&kept(), "politics", Modality::Audio, now), None);
        assert_eq!(ask(&kept(), "politics", Modality::Text, now), None);
        for (desk, modality, now, expected) in [
            ("politics", Modality::Image, now, "does not cover what is asked for"),
            ("politics", Modality::Video, now, "does not cover what is asked for"),
            ("sports", Modality::Audio, now, "was given to other desks"),
            ("politics", Modality::Audio, at("2025-12-31T23:59:59Z"), "does not hold yet"),
            ("politics", Modality::Audio, at("2027-01-01T00:00:00Z"), "has ended"),
        ] {
            assert_eq!(ask(&kept(), desk, modality, now), Some(expected), "{desk} {modality}");
        }
        let gone = Kept { withdrawn_at: Some(String::new()), ..kept() };
        assert_eq!(ask(&gone, "politics", Modality::Audio, now), Some("was withdrawn"));
    }

    #[test]
    fn a_name_of_signs_alone_calls_nobody() {
        assert!(!calls("Clone the voice of -- and read", "--"));
    }

    fn finding(category: Category, action: Action, spans: &[(usize, usize)]) -> Finding {
        let spans = spans.iter().map(|(start, end)| Span { start: *start, end: *end });
        Finding {
            rule: "r".to_owned(),
            rule_version: 1,
            action,
            category,
            kind: "regex".to_owned(),
            score: 1.0,
            spans: spans.collect(),
            obfuscated: false,
            shadow: false,
            message: String::new(),
        }
    }

    fn settled(prompt: &str, findings: Vec<Finding>) -> (Action, String) {
        let action = findings.iter().map(|finding| finding.action).max().unwrap();
        let engine = policy::Engine::newsroom().unwrap();
        let mut decision =
            Decision { action, findings, checks: Vec::new(), policy: engine.version().clone() };
        let Kept { id, consent, .. } = kept();
        let agreement = Agreement { id, names: consent.names };
        settle(&mut decision, Some(&agreement), prompt);
        (decision.action, decision.checks.remove(0).outcome)
    }

    #[test]
    fn only_the_person_of_the_agreement_is_let_through_and_only_for_that_rule() {
        let held = || finding(Category::LikenessConsent, Action::Review, &[(0, 5), (3, 9)]);
        let (flag, review) = (Action::Flag, Action::Review);
        for prompt in ["Clone the voice of ALAN\n Reyes.", "用李明的声音播报", "用Alan Reyes的声音"]
        {
            assert_eq!(settled(prompt, vec![held()]), (flag, "in_force".to_owned()), "{prompt}");
        }
        for prompt in
            ["Clone the voice of Alan Reyesson", "Clone the voice of Alan", "用李明华的声音播报"]
        {
            assert_eq!(settled(prompt, vec![held()]), (review, "person_not_named".to_owned()));
        }
        let two = finding(Category::LikenessConsent, review, &[(0, 5), (20, 30)]);
        assert_eq!(settled("Alan Reyes", vec![two]), (review, "several_passages".to_owned()));
        let other = finding(Category::ElectionSynthetic, review, &[(0, 5)]);
        assert_eq!(settled("Alan Reyes", vec![held(), other]).0, review);
        let blocked = finding(Category::LikenessConsent, Action::Block, &[(0, 5)]);
        assert_eq!(settled("Alan Reyes", vec![blocked]).0, Action::Block);
    }
}
