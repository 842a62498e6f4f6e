//! PDF with embedded fonts, tagged so that screen readers find headings, tables and their order.

mod flow;
mod letters;

use krilla::{
    Document as Pdf, SerializeSettings,
    metadata::Metadata,
    tagging::{Tag, TagGroup, TagTree},
};

use self::{
    flow::{Flow, Style},
    letters::Letters,
};
use super::{
    Document, RenderError,
    document::{Block, Table},
};

/// A document as PDF; the same document gives the same bytes.
pub(super) fn pdf(document: &Document) -> Result<Vec<u8>, RenderError> {
    let letters = Letters::load()?;
    let mut pdf =
        Pdf::new_with(SerializeSettings { enable_tagging: true, ..SerializeSettings::default() });
    let language = document.language_tag().to_owned();
    pdf.set_metadata(
        Metadata::new()
            .title(document.title.clone())
            .language(language.clone())
            .creator(super::SOFTWARE.to_owned()),
    );
    let mut flow = Flow::new(letters);
    for line in blocks(document) {
        flow.add(line);
    }
    let mut tree = TagTree::new().with_lang(Some(language));
    for group in flow.paint(&mut pdf)? {
        tree.push(group);
    }
    pdf.set_tag_tree(tree);
    pdf.finish().map_err(|error| RenderError::new("PDF", format!("{error:?}")))
}

/// One block of text lines under one tag.
#[derive(Debug)]
struct Paragraph {
    cells: Vec<Cell>,
    style: Style,
    /// Space above, in points.
    space: f32,
    kind: Kind,
}

/// Text in a column; `left` and `width` are shares of the line.
#[derive(Debug)]
struct Cell {
    text: String,
    left: f32,
    width: f32,
    bold: bool,
}

/// What a paragraph is to a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Title,
    Heading,
    Subheading,
    Text,
    Caption,
    HeadRow,
    Row,
}

impl Kind {
    fn group(self, text: &str) -> TagGroup {
        let level = |level| std::num::NonZeroU16::new(level).unwrap_or(std::num::NonZeroU16::MIN);
        match self {
            Self::Title => TagGroup::new(Tag::Hn(level(1), Some(text.to_owned()))),
            Self::Heading => TagGroup::new(Tag::Hn(level(2), Some(text.to_owned()))),
            Self::Subheading => TagGroup::new(Tag::Hn(level(3), Some(text.to_owned()))),
            Self::Text | Self::Caption => TagGroup::new(Tag::P),
            Self::HeadRow | Self::Row => TagGroup::new(Tag::TR),
        }
    }
}

fn blocks(document: &Document) -> Vec<Paragraph> {
    let mut lines = vec![whole(&document.title, Style::TITLE, 0.0, Kind::Title)];
    for block in &document.blocks {
        match block {
            Block::Heading(text) => lines.push(whole(text, Style::HEADING, 18.0, Kind::Heading)),
            Block::Subheading(text) => {
                lines.push(whole(text, Style::SUBHEADING, 12.0, Kind::Subheading));
            }
            Block::Paragraph(text) => lines.push(whole(text, Style::TEXT, 6.0, Kind::Text)),
            Block::Facts(facts) => lines.extend(facts.iter().map(fact)),
            Block::Table(table) => lines.extend(rows(table)),
        }
    }
    lines
}

fn whole(text: &str, style: Style, space: f32, kind: Kind) -> Paragraph {
    let cell = Cell { text: text.to_owned(), left: 0.0, width: 1.0, bold: style.bold };
    Paragraph { cells: vec![cell], style, space, kind }
}

fn fact((name, value): &(String, String)) -> Paragraph {
    let cells = vec![
        Cell { text: name.clone(), left: 0.0, width: 0.24, bold: false },
        Cell { text: value.clone(), left: 0.26, width: 0.74, bold: false },
    ];
    Paragraph { cells, style: Style::SMALL, space: 2.0, kind: Kind::Text }
}

/// Columns share the line by the longest of their texts, none less than a twelfth.
fn rows(table: &Table) -> Vec<Paragraph> {
    let length = |column: usize| {
        let texts = std::iter::once(&table.head).chain(&table.rows);
        let longest =
            texts.filter_map(|row| row.get(column)).map(|text| text.chars().count()).max();
        u16::try_from(longest.unwrap_or(1).clamp(13, 64)).map_or(13.0, f32::from)
    };
    let widths: Vec<f32> = (0..table.head.len()).map(length).collect();
    let sum: f32 = widths.iter().sum();
    let row = |texts: &[String], kind: Kind| {
        let mut left = 0.0;
        let cells = texts.iter().zip(&widths).map(|(text, width)| {
            let share = width / sum;
            let cell = Cell {
                text: text.clone(),
                left,
                width: share - 0.015,
                bold: kind == Kind::HeadRow,
            };
            left += share;
            cell
        });
        Paragraph { cells: cells.collect(), style: Style::SMALL, space: 3.0, kind }
    };
    let mut lines = vec![
        whole(&table.caption, Style::SMALL, 8.0, Kind::Caption),
        row(&table.head, Kind::HeadRow),
    ];
    lines.extend(table.rows.iter().map(|texts| row(texts, Kind::Row)));
    lines
}
