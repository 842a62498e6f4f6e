//! `events.csv`: one row an entry, for people with spreadsheets.

use types::Mark;

use crate::{
    PolicyRecord, Record,
    report::{cell, sheet_writer},
};

/// What stands where something is withheld.
pub(super) const WITHHELD: &str = "withheld";

/// The columns, and the member of the record that each shows; none is withheld without a member.
pub(super) const COLUMNS: [(&str, &str); 27] = [
    ("index", ""),
    ("line", ""),
    ("tenant", ""),
    ("tenant_seq", ""),
    ("time", ""),
    ("event", ""),
    ("actor", "actor"),
    ("request_id", ""),
    ("asset_id", ""),
    ("modality", ""),
    ("prompt_commitment", "prompt_commitment"),
    ("input_action", ""),
    ("input_rules", ""),
    ("output_action", ""),
    ("output_rules", ""),
    ("policy", ""),
    ("model", ""),
    ("model_version", ""),
    ("media_type", ""),
    ("sha256", "content"),
    ("bytes", "content"),
    ("mark", "mark"),
    ("mark_id", "mark"),
    ("manifest", "c2pa"),
    ("manifest_sha256", "c2pa"),
    ("review", ""),
    ("detail", "detail"),
];

/// Writes the table.
#[derive(Debug)]
pub(super) struct Events<W: std::io::Write> {
    rows: csv::Writer<W>,
}

impl<W: std::io::Write> Events<W> {
    pub(super) fn new(inner: W) -> std::io::Result<Self> {
        let mut rows = sheet_writer(inner);
        rows.write_record(COLUMNS.map(|(name, _)| name))?;
        Ok(Self { rows })
    }

    pub(super) fn add(&mut self, row: &[String]) -> std::io::Result<()> {
        Ok(self.rows.write_record(row)?)
    }

    pub(super) fn finish(self) -> std::io::Result<W> {
        self.rows.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// The row of an entry. `line` is its line in `entries.jsonl`, from 1; `None` if it is withheld.
pub(super) fn row(
    index: u64,
    line: Option<u64>,
    record: &Record,
    withheld: &[&'static str],
) -> Vec<String> {
    let values = values(index, line, record);
    let shown = COLUMNS.iter().zip(values).map(|((_, member), value)| {
        let hidden = !member.is_empty() && withheld.contains(member);
        if hidden { WITHHELD.to_owned() } else { cell(&value) }
    });
    shown.collect()
}

fn values(index: u64, line: Option<u64>, record: &Record) -> [String; 27] {
    let text = |value: Option<String>| value.unwrap_or_default();
    let content = record.content.as_ref();
    let generator = record.generator.as_ref();
    let c2pa = record.c2pa.as_ref();
    let policy = record.output.as_ref().or(record.input.as_ref()).map(|decision| &decision.policy);
    [
        index.to_string(),
        text(line.map(|line| line.to_string())),
        record.tenant.clone(),
        record.tenant_seq.to_string(),
        record.time.clone(),
        record.event.name().to_owned(),
        record.actor.clone(),
        text(record.request_id.map(|id| id.to_string())),
        text(record.asset_id.map(|id| id.to_string())),
        text(record.modality.map(|modality| modality.to_string())),
        text(record.prompt_commitment.map(|digest| digest.to_string())),
        text(record.input.as_ref().map(|decision| decision.action.to_string())),
        text(record.input.as_ref().map(rules)),
        text(record.output.as_ref().map(|decision| decision.action.to_string())),
        text(record.output.as_ref().map(rules)),
        text(policy.map(|policy| format!("{} {} {}", policy.id, policy.version, policy.sha256))),
        text(generator.map(|model| model.model.clone())),
        text(generator.map(|model| model.version.clone())),
        text(content.map(|content| content.media_type.name().to_owned())),
        text(content.map(|content| content.sha256.to_string())),
        text(content.map(|content| content.bytes.to_string())),
        text(record.mark.as_ref().map(mark)),
        text(record.mark.as_ref().and_then(mark_id)),
        text(c2pa.map(|c2pa| c2pa.manifest_label.clone())),
        text(c2pa.map(|c2pa| c2pa.manifest_sha256.to_string())),
        text(record.review.as_ref().map(|review| format!("{} {}", review.role, review.reason))),
        text(record.detail.clone()),
    ]
}

fn rules(decision: &PolicyRecord) -> String {
    let rule = |finding: &crate::record::FindingRecord| {
        format!("{} v{} {}", finding.rule, finding.rule_version, finding.action)
    };
    decision.findings.iter().map(rule).collect::<Vec<_>>().join("; ")
}

fn mark(mark: &Mark) -> String {
    match mark {
        Mark::Embedded { algorithm, .. } | Mark::Statistical { algorithm, .. } => algorithm.clone(),
        Mark::NotMarkable { reason } => reason.clone(),
    }
}

fn mark_id(mark: &Mark) -> Option<String> {
    match mark {
        Mark::Embedded { id, .. } => Some(id.to_string()),
        Mark::Statistical { .. } | Mark::NotMarkable { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    #[test]
    fn a_detail_that_looks_like_a_formula_is_shown_and_withheld_cells_say_so() {
        let mut record = Record::new(Event::Failed, "press", "pseudonym");
        record.detail = Some("=HYPERLINK(\"http://example.com\")".into());
        let shown = row(3, Some(1), &record, &["actor"]);
        assert_eq!(shown.len(), COLUMNS.len());
        assert_eq!(shown.last().unwrap(), "'=HYPERLINK(\"http://example.com\")");
        assert_eq!(shown[6], WITHHELD);
        let mut events = Events::new(Vec::new()).unwrap();
        events.add(&shown).unwrap();
        let text = String::from_utf8(events.finish().unwrap()).unwrap();
        assert!(text.lines().nth(1).unwrap().starts_with("\"3\",\"1\",\"press\""), "{text}");
    }
}
