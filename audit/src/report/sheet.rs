//! A report as a table, and cells that no spreadsheet takes for a formula.

use types::Language;

use super::{CheckResult, RenderError, Report};

/// What makes spreadsheets take a cell for a formula, also in full width (OWASP, CSV injection).
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A writer that quotes every cell.
pub(crate) fn writer<W: std::io::Write>(inner: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(inner)
}

/// A cell that is shown, not calculated.
pub(crate) fn cell(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// One row a check.
pub(super) fn csv(report: &Report, language: Language) -> Result<Vec<u8>, RenderError> {
    let failed = |error: csv::Error| RenderError::new("CSV", error);
    let mut sheet = writer(Vec::new());
    let head = [
        "heading",
        "regime",
        "id",
        "law",
        "article",
        "title",
        "medium",
        "as_of",
        "source",
        "outcome",
        "examined",
        "passed",
        "failed",
        "reason",
        "entries",
        "entries_against",
        "limit",
        "looked_at",
        "looked_at_of",
        "failing_share_max",
    ];
    sheet.write_record(head).map_err(failed)?;
    for result in &report.checks {
        let check = &result.check;
        let [looked_at, of, share] = sample(result);
        let row = [
            report.heading.pick(language),
            &report.regime,
            &check.id,
            &check.law,
            &check.article,
            check.title.pick(language),
            &check.medium.join(" "),
            &check.as_of,
            &check.source,
            result.outcome.name(),
            &result.examined.to_string(),
            &result.passed.to_string(),
            &result.failed.to_string(),
            result.reason.pick(language),
            &result.entries.text(),
            &result.entries_against.text(),
            check.limit.pick(language),
            &looked_at,
            &of,
            &share,
        ];
        sheet.write_record(row.map(cell)).map_err(failed)?;
    }
    sheet.into_inner().map_err(|error| RenderError::new("CSV", error))
}

/// How many were looked at, of how many, and the bound of the share that would fail.
fn sample(result: &CheckResult) -> [String; 3] {
    let Some(sample) = &result.sample else { return Default::default() };
    let share = sample.failing_share_max.map(|share| format!("{share:.6}"));
    [sample.looked_at.to_string(), sample.of.to_string(), share.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected);
        }
    }
}
