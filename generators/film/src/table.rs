//! Tables of numbers from CSV: gaps stay gaps, and what cannot be read is named by line and column.

use crate::{error::FilmError, number};

/// The most bytes of a table.
const BYTES_MAX: usize = 1 << 20;
/// The most rows and columns.
const ROWS_MAX: usize = 2000;
const COLUMNS_MAX: usize = 24;
/// The most letters of a cell.
const LETTERS_MAX: usize = 200;
/// How tables say that there is no value.
const GAPS: [&str; 13] =
    ["", "-", "–", "—", ".", "..", "…", "na", "n/a", "nan", "null", "none", "无"];

/// A table with a header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its columns from left to right.
    pub columns: Vec<Column>,
    /// How many rows it has below the header.
    pub rows: usize,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What the header says, without the unit.
    pub name: String,
    /// The unit, from brackets in the header or from its cells.
    pub unit: Option<String>,
    /// What the cells hold.
    pub cells: Cells,
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Words, such as names and days.
    Words(Vec<String>),
    /// Numbers; `None` where there is no value.
    Numbers(Vec<Option<f64>>),
}

impl Table {
    /// Reads a table with a header line, separated by commas, semicolons or tabs.
    ///
    /// The first column holds words. Another column holds numbers when one of its cells is a
    /// number: then each cell is a number or a gap (empty, `-`, `n/a` and the like). Thousands may
    /// be separated; a `%` or a sign of money is taken as the unit.
    ///
    /// # Errors
    /// [`FilmError::Table`] names line and column of what cannot be read;
    /// [`FilmError::TooMany`] a table that is too large.
    pub fn parse_csv(text: &str) -> Result<Self, FilmError> {
        limit("bytes of the table", text.len(), BYTES_MAX)?;
        let text = text.trim_start_matches('\u{feff}');
        let (lines, rows) = rows(text)?;
        let Some((header, rows)) = rows.split_first() else {
            return Err(at(1, 1, "the table is empty: write a header and at least one row"));
        };
        if rows.is_empty() {
            return Err(at(2, 1, "there is only a header: write at least one row"));
        }
        limit("rows of the table", rows.len(), ROWS_MAX)?;
        limit("columns of the table", header.len(), COLUMNS_MAX)?;
        let lines = lines.get(1..).unwrap_or_default();
        let columns = header.iter().enumerate().map(|(number, head)| {
            let cells = || {
                rows.iter()
                    .zip(lines)
                    .map(move |(row, line)| (*line, row.get(number).map_or("", String::as_str)))
            };
            column(number, head, &cells().collect::<Vec<_>>())
        });
        Ok(Self { columns: columns.collect::<Result<_, _>>()?, rows: rows.len() })
    }

    /// The words of the first column.
    pub(crate) fn labels(&self) -> &[String] {
        match self.columns.first().map(|column| &column.cells) {
            Some(Cells::Words(words)) => words,
            _ => &[],
        }
    }

    /// The columns of numbers.
    pub(crate) fn series(&self) -> impl Iterator<Item = (&Column, &[Option<f64>])> {
        self.columns.iter().filter_map(|column| match &column.cells {
            Cells::Numbers(numbers) => Some((column, numbers.as_slice())),
            Cells::Words(_) => None,
        })
    }
}

fn limit(what: &str, count: usize, most: usize) -> Result<(), FilmError> {
    if count <= most {
        return Ok(());
    }
    Err(FilmError::TooMany { what: what.to_owned(), count: count as u64, most: most as u64 })
}

fn at(line: u64, column: usize, reason: impl Into<String>) -> FilmError {
    FilmError::Table { line, column: column as u64, reason: reason.into() }
}

/// All rows, and the line where each starts.
fn rows(text: &str) -> Result<(Vec<u64>, Vec<Vec<String>>), FilmError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let (mut lines, mut rows) = (Vec::new(), Vec::<Vec<String>>::new());
    for record in reader.records() {
        let record = record.map_err(|error| {
            at(error.position().map_or(1, csv::Position::line), 1, "the row cannot be read")
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        let row: Vec<String> = record.iter().map(str::to_owned).collect();
        if row.iter().all(String::is_empty) {
            continue;
        }
        let columns = rows.first().map_or(row.len(), Vec::len);
        if row.len() != columns {
            let reason = format!(
                "the row has {} cells, the header {columns}: give as many (quote cells that hold separators)",
                row.len()
            );
            return Err(at(line, row.len().min(columns) + 1, reason));
        }
        if let Some(long) = row.iter().position(|cell| cell.chars().count() > LETTERS_MAX) {
            return Err(at(line, long + 1, format!("write at most {LETTERS_MAX} letters")));
        }
        lines.push(line);
        rows.push(row);
    }
    Ok((lines, rows))
}

/// What separates the cells of the header.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let most = [b',', b';', b'\t'].into_iter().rev();
    most.max_by_key(|byte| header.bytes().filter(|other| other == byte).count()).unwrap_or(b',')
}

fn column(number: usize, head: &str, cells: &[(u64, &str)]) -> Result<Column, FilmError> {
    let (name, mut unit) = number::unit_of(head);
    let is_number = |cell: &str| !is_gap(cell) && number::read(cell).is_some();
    if number == 0 || !cells.iter().any(|(_, cell)| is_number(cell)) {
        let words = cells.iter().map(|(_, cell)| (*cell).to_owned()).collect();
        return Ok(Column { name, unit, cells: Cells::Words(words) });
    }
    let mut numbers = Vec::with_capacity(cells.len());
    for (line, cell) in cells {
        if is_gap(cell) {
            numbers.push(None);
            continue;
        }
        let Some((value, sign)) = number::read(cell) else {
            let reason = format!("`{cell}` is no number: write one, or leave the cell empty");
            return Err(at(*line, number + 1, reason));
        };
        if let Some(sign) = sign {
            if unit.as_ref().is_some_and(|unit| !unit.contains(&sign)) {
                let reason = format!("`{cell}` has another unit than the column");
                return Err(at(*line, number + 1, reason));
            }
            unit.get_or_insert(sign);
        }
        numbers.push(Some(value));
    }
    Ok(Column { name, unit, cells: Cells::Numbers(numbers) })
}

fn is_gap(cell: &str) -> bool {
    GAPS.contains(&cell.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(text: &str, column: usize) -> Vec<Option<f64>> {
        let table = Table::parse_csv(text).unwrap();
        table.series().nth(column).unwrap().1.to_vec()
    }

    #[test]
    fn gaps_stay_gaps() {
        let text = "Day,Level (cm),Flow\nMon,\"1,234\",3\nTue,,n/a\nWed,-5,–\n";
        assert_eq!(numbers(text, 0), [Some(1234.0), None, Some(-5.0)]);
        assert_eq!(numbers(text, 1), [Some(3.0), None, None]);
        let table = Table::parse_csv(text).unwrap();
        assert_eq!(table.columns[1].name, "Level");
        assert_eq!(table.columns[1].unit.as_deref(), Some("cm"));
        assert_eq!(table.labels(), ["Mon", "Tue", "Wed"]);
    }

    #[test]
    fn signs_become_units() {
        let table = Table::parse_csv("Party;Share\nA;41,5 %\nB;58.5%\n").unwrap();
        assert_eq!(table.columns[1].unit.as_deref(), Some("%"));
        assert_eq!(numbers("Party;Share\nA;41,5 %\nB;58.5%\n", 0), [Some(41.5), Some(58.5)]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |text: &str, line, column| match Table::parse_csv(text) {
            Err(FilmError::Table { line: l, column: c, .. }) => {
                assert_eq!((l, c), (line, column), "{text:?}");
            }
            other => panic!("{text:?}: {other:?}"),
        };
        check("", 1, 1);
        check("a,b\n", 2, 1);
        check("a,b\nx,1\ny,much\n", 3, 2);
        check("a,b\nx,1\ny,1,2\n", 3, 3);
        check("a,b\nx,1\n\ny\n", 4, 2);
        check("a,b\nx,5 %\ny,$5\n", 3, 2);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-c0-9,;\n\"%. é中-]{0,80}") {
            let _ = Table::parse_csv(&text);
        }
    }
}
