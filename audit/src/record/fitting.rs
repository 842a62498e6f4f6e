//! Makes a record fit into the log where a text has so many findings that it would not.
//!
//! What is left out is what says least: first spans beside others of the same finding, then the least
//! strict findings, at last the remaining spans. `findings_total` goes on counting all of them.

use super::{PolicyRecord, Record};
use crate::LogError;

/// The canonical bytes of `record`, its lists shortened until they are no more than `max`.
///
/// # Errors
/// [`LogError::RecordTooLarge`] when what is left is still too long.
pub(crate) fn fit(record: &mut Record, max: usize) -> Result<Vec<u8>, LogError> {
    loop {
        let bytes = record.bytes()?;
        if bytes.len() <= max {
            return Ok(bytes);
        }
        if !shorten(record) {
            return Err(LogError::RecordTooLarge { bytes: bytes.len(), max });
        }
    }
}

/// Takes one thing away; `false` when nothing is left to take.
fn shorten(record: &mut Record) -> bool {
    drop_span(record, 1) || drop_finding(record) || drop_span(record, 0)
}

fn decisions(record: &mut Record) -> impl Iterator<Item = &mut PolicyRecord> {
    [&mut record.input, &mut record.output].into_iter().flatten()
}

/// The last span of the finding that has most of them, if those are more than `left`.
fn drop_span(record: &mut Record, left: usize) -> bool {
    let findings = decisions(record).flat_map(|decision| &mut decision.findings);
    let most = findings.max_by_key(|finding| finding.spans.len());
    most.filter(|finding| finding.spans.len() > left)
        .and_then(|finding| finding.spans.pop())
        .is_some()
}

/// The least strict finding of the decision that has more of them; each keeps its strictest.
fn drop_finding(record: &mut Record) -> bool {
    let longer = decisions(record).max_by_key(|decision| decision.findings.len());
    longer
        .filter(|decision| decision.findings.len() > 1)
        .and_then(|decision| decision.findings.pop())
        .is_some()
}

#[cfg(test)]
mod tests {
    use types::{Action, Category, CheckRun, PolicyVersion, Sha256, Span};

    use super::{
        super::{FindingRecord, RECORD_BYTES_MAX},
        *,
    };
    use crate::Event;

    fn decision() -> PolicyRecord {
        let finding = |at: usize| FindingRecord {
            rule: format!("a-rule-of-a-usual-length-{at}"),
            rule_version: 1,
            action: if at == 0 { Action::Redact } else { Action::Flag },
            category: Category::Pii,
            spans: vec![Span { start: 1_000, end: 1_020 }; 4],
            shadow: false,
        };
        PolicyRecord {
            action: Action::Redact,
            findings: (0..8).map(finding).collect(),
            findings_total: 11,
            checks: vec![CheckRun { check: "scores".into(), outcome: "x".repeat(300) }],
            policy: PolicyVersion {
                id: "newsroom".into(),
                version: "3".into(),
                sha256: Sha256::of(b"pack"),
            },
        }
    }

    #[test]
    fn a_text_with_many_findings_is_recorded_with_its_strictest_ones() {
        let mut record = Record::new(Event::Released, "press", "abc");
        (record.input, record.output) = (Some(decision()), Some(decision()));
        record.detail = Some("x".repeat(1_000));
        assert!(record.canonical().is_err(), "it is too long as it is");
        fit(&mut record, RECORD_BYTES_MAX).unwrap();
        record.canonical().unwrap();
        for decision in [&record.input, &record.output] {
            let decision = decision.as_ref().unwrap();
            assert_eq!(
                (decision.findings[0].action, decision.findings_total),
                (Action::Redact, 11)
            );
            assert_eq!(decision.findings[0].spans.len(), 1, "spans go first");
        }
    }

    #[test]
    fn what_fits_stays_and_what_cannot_fit_is_refused() {
        let mut short = Record::new(Event::Refused, "press", "abc");
        short.input = Some(decision());
        let before = short.clone();
        fit(&mut short, RECORD_BYTES_MAX).unwrap();
        assert_eq!(short, before);
        let mut long = Record::new(Event::Failed, "press", "abc");
        long.detail = Some("x".repeat(5_000));
        assert!(matches!(fit(&mut long, RECORD_BYTES_MAX), Err(LogError::RecordTooLarge { .. })));
    }
}
