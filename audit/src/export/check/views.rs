//! What people read follows from the entries: the table, and the report in all its forms.

use std::fs;

use super::{
    super::{
        Fault,
        about::About,
        events::{self, COLUMNS, WITHHELD},
        names, payload,
    },
    SMALL_MAX,
    entries::{Entries, Entry},
    source::Source,
};
use crate::report::{Regime, SOFTWARE, Seen, Views};

/// Makes the table and the report again, and compares.
pub(super) fn check(
    source: &mut Source,
    about: &About,
    notes: &mut Vec<String>,
) -> Result<(), Fault> {
    let mut table = Table::open(source)?;
    let mut entries = Entries::open(source, about)?;
    let mut views = views(about)?;
    while let Some((index, entry)) = entries.next()? {
        table.compare(index, &entry)?;
        if let (Entry::Shown { record, .. }, Some(views)) = (&entry, &mut views) {
            let manifest = match (record.asset_id, &record.c2pa) {
                (Some(asset), Some(_)) => Some(!about.manifests_missing.contains(&asset)),
                _ => None,
            };
            views.see(&Seen { index, record, proved: true, manifest });
        }
    }
    table.end()?;
    let Some(views) = views else {
        let reason = if about.withheld > 0 {
            "entries are withheld".to_owned()
        } else {
            format!("it was made by {}", about.software)
        };
        notes.push(format!(
            "the report was not made again because {reason}; it is as the log recorded it"
        ));
        return Ok(());
    };
    let made = views.finish(&about.log, &about.generated);
    let broken = |file: &str, error: &dyn std::fmt::Display| Fault::broken(file, error.to_string());
    let json = payload::json(&made.report).map_err(|error| broken(names::REPORT_JSON, &error))?;
    let html = made.html().map_err(|error| broken(names::REPORT_HTML, &error))?;
    let pdf = made.pdf().map_err(|error| broken(names::REPORT_PDF, &error))?;
    let forms = [
        (names::REPORT_JSON, json),
        (names::REPORT_HTML, html.into_bytes()),
        (names::REPORT_PDF, pdf),
    ];
    for (file, expected) in forms {
        if source.bytes(file, SMALL_MAX)? != expected {
            let reason = "made again from the entries it reads differently".to_owned();
            return Err(Fault::View { file: file.to_owned(), reason });
        }
    }
    Ok(())
}

/// The report can be made again by the program that made it, when it sees what that one saw.
fn views(about: &About) -> Result<Option<Views>, Fault> {
    if about.withheld > 0 || about.software != SOFTWARE {
        return Ok(None);
    }
    let broken = |error: &dyn std::fmt::Display| Fault::broken(names::ABOUT, error.to_string());
    let regime = Regime::named(&about.regime).map_err(|error| broken(&error))?;
    let views = Views::new(&regime, &about.facts, &about.extent, about.language);
    views.map(Some).map_err(|error| broken(&error))
}

/// `events.csv`, row by row.
struct Table {
    rows: csv::StringRecordsIntoIter<fs::File>,
}

impl Table {
    fn open(source: &mut Source) -> Result<Self, Fault> {
        let mut reader = csv::Reader::from_reader(source.spool(names::EVENTS)?);
        let head = reader.headers().map_err(|error| differs(error.to_string()))?;
        if !head.iter().eq(COLUMNS.iter().map(|(name, _)| *name)) {
            return Err(differs("its columns are others".to_owned()));
        }
        Ok(Self { rows: reader.into_records() })
    }

    fn compare(&mut self, index: u64, entry: &Entry) -> Result<(), Fault> {
        let wrong = |reason: &str| differs(format!("the row of entry {index} {reason}"));
        let row = self.rows.next().ok_or_else(|| wrong("is missing"))?;
        let row = row.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let matches = match entry {
            Entry::Shown { line, record, .. } => {
                row.iter().eq(events::row(index, Some(*line), record, &[]))
            }
            // Of a withheld entry only its place is proved; the rest of the row is the publisher's word.
            Entry::Withheld(entry) => {
                let (index, seq) = (index.to_string(), entry.tenant_seq.to_string());
                let place = [&index, "", &entry.tenant, &seq, &entry.time];
                let hidden = COLUMNS.iter().zip(row.iter().skip(place.len()));
                let withheld = |member: &str| entry.withheld.iter().any(|name| name == member);
                row.len() == COLUMNS.len()
                    && row.iter().take(place.len()).eq(place)
                    && COLUMNS
                        .iter()
                        .zip(&row)
                        .all(|((_, member), value)| !withheld(member) || value == WITHHELD)
                    && hidden.count() > 0
            }
        };
        if matches { Ok(()) } else { Err(wrong("says something else")) }
    }

    fn end(&mut self) -> Result<(), Fault> {
        match self.rows.next() {
            None => Ok(()),
            Some(_) => Err(differs("there are rows after the last entry".to_owned())),
        }
    }
}

fn differs(reason: String) -> Fault {
    Fault::View { file: names::EVENTS.to_owned(), reason }
}
