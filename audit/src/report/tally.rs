//! What became of what was asked for: records by event and by what was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::{Language, Modality};

use super::{Words, document::Table};
use crate::{Event, Record};

/// The events that are counted, in the order of an asset's life.
static EVENTS: [(Event, Words); 10] = [
    (Event::Released, Words::fixed("Released", "已放行")),
    (Event::Held, Words::fixed("Held for an editor", "待编辑审阅")),
    (Event::Refused, Words::fixed("Refused", "已拒绝")),
    (Event::Failed, Words::fixed("Failed", "失败")),
    (Event::Interrupted, Words::fixed("Interrupted", "已中断")),
    (Event::Approved, Words::fixed("Approved", "已批准")),
    (Event::Rejected, Words::fixed("Not approved", "未批准")),
    (Event::Published, Words::fixed("Published", "已发布")),
    (Event::Corrected, Words::fixed("Corrected", "已更正")),
    (Event::Withdrawn, Words::fixed("Withdrawn", "已撤回")),
];

/// What can be made; the last stands for records that name nothing.
static MADE: [(Option<Modality>, Words); 5] = [
    (Some(Modality::Text), Words::fixed("Text", "文字")),
    (Some(Modality::Image), Words::fixed("Picture", "图片")),
    (Some(Modality::Audio), Words::fixed("Sound", "声音")),
    (Some(Modality::Video), Words::fixed("Video", "视频")),
    (None, Words::fixed("Not named", "未注明")),
];

/// How many records tell of an event of one kind of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// What happened.
    pub event: Event,
    /// What was made; absent where the record does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality: Option<Modality>,
    /// How many records; never 0.
    pub count: u64,
}

/// Counts while records pass by.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(usize, usize), u64>);

impl Tally {
    pub(super) fn see(&mut self, record: &Record) {
        let event = EVENTS.iter().position(|(event, _)| *event == record.event);
        let made = MADE.iter().position(|(modality, _)| *modality == record.modality);
        if let (Some(event), Some(made)) = (event, made) {
            *self.0.entry((event, made)).or_default() += 1;
        }
    }

    /// By event, then by what was made, each in its order above.
    pub(super) fn finish(self) -> Vec<Count> {
        let of = |((event, made), count)| {
            let ((event, _), (modality, _)) = (EVENTS.get(event)?, MADE.get(made)?);
            Some(Count { event: *event, modality: *modality, count })
        };
        self.0.into_iter().filter_map(of).collect()
    }
}

/// A row for each event that occurred, a column for each kind of content that did, and all.
#[must_use]
pub fn table(counts: &[Count], language: Language) -> Table {
    let made: Vec<_> = MADE
        .iter()
        .filter(|(modality, _)| counts.iter().any(|count| count.modality == *modality))
        .collect();
    let pick = |en, zh| Words::fixed(en, zh).pick(language).to_owned();
    let mut head = vec![pick("What happened", "事件")];
    head.extend(made.iter().map(|(_, words)| words.pick(language).to_owned()));
    head.push(pick("All", "合计"));
    let mut rows = Vec::new();
    for (event, words) in &EVENTS {
        let of: Vec<&Count> = counts.iter().filter(|count| count.event == *event).collect();
        if of.is_empty() {
            continue;
        }
        let number = |modality: &Option<Modality>| {
            of.iter().filter(|count| count.modality == *modality).map(|count| count.count).sum()
        };
        let cells: Vec<u64> = made.iter().map(|(modality, _)| number(modality)).collect();
        let all = cells.iter().sum::<u64>().to_string();
        let mut row = vec![words.pick(language).to_owned()];
        row.extend(cells.iter().map(u64::to_string));
        row.push(all);
        rows.push(row);
    }
    let caption = pick(
        "What became of what was asked for, by kind of content: numbers of records",
        "各类内容的请求结果与审阅决定（记录数）",
    );
    Table { caption, head, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(event: Event, modality: Option<Modality>) -> Record {
        Record { modality, ..Record::new(event, "press", "ada") }
    }

    #[test]
    fn ends_and_decisions_are_counted_by_what_was_made_and_nothing_else_is() {
        let mut tally = Tally::default();
        let text = Some(Modality::Text);
        for (event, modality) in [
            (Event::Released, text),
            (Event::Published, Some(Modality::Image)),
            (Event::Released, Some(Modality::Image)),
            (Event::Released, text),
            (Event::Refused, None),
            (Event::Admitted, text),
        ] {
            tally.see(&record(event, modality));
        }
        let counts = tally.finish();
        let shown = table(&counts, Language::En);
        assert_eq!(shown.head, ["What happened", "Text", "Picture", "Not named", "All"]);
        let rows: [&[&str]; 3] = [
            &["Released", "2", "1", "0", "3"],
            &["Refused", "0", "0", "1", "1"],
            &["Published", "0", "1", "0", "1"],
        ];
        assert_eq!(shown.rows, rows);
        let json = serde_json::to_value(&counts).unwrap();
        assert_eq!(
            json[0],
            serde_json::json!({"event": "released", "modality": "text", "count": 2})
        );
        assert_eq!(json[2], serde_json::json!({"event": "refused", "count": 1}));
    }

    #[test]
    fn without_records_there_is_no_row() {
        assert_eq!(table(&[], Language::Zh).rows, Vec::<Vec<String>>::new());
    }
}
