//! Breaks text into lines and lines into pages.

use krilla::{
    Document as Pdf,
    color::rgb,
    geom::Point,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Node, SpanTag, Tag, TagGroup},
};

use super::{Kind, Paragraph, letters::Letters};
use crate::report::RenderError;

/// A4, in points.
const PAGE: (f32, f32) = (595.276, 841.89);
const MARGIN: f32 = 56.0;
const LINE_WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const LINE_HEIGHT: f32 = 1.4;

/// How large and how heavy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) bold: bool,
}

impl Style {
    pub(super) const TITLE: Self = Self { size: 18.0, bold: true };
    pub(super) const HEADING: Self = Self { size: 14.0, bold: true };
    pub(super) const SUBHEADING: Self = Self { size: 10.5, bold: true };
    pub(super) const TEXT: Self = Self { size: 10.5, bold: false };
    pub(super) const SMALL: Self = Self { size: 9.0, bold: false };
}

/// A line at its place.
struct Placed {
    text: String,
    bold: bool,
    size: f32,
    at: (f32, f32),
    /// Which cell of the paragraph it belongs to.
    cell: usize,
}

/// A paragraph's lines on one page.
struct Piece {
    kind: Kind,
    text: String,
    cells: usize,
    lines: Vec<Placed>,
}

/// Paragraphs on pages.
pub(super) struct Flow {
    letters: Letters,
    pages: Vec<Vec<Piece>>,
    y: f32,
}

impl Flow {
    pub(super) fn new(letters: Letters) -> Self {
        Self { letters, pages: vec![Vec::new()], y: MARGIN }
    }

    /// Places a paragraph, on the next page if it does not fit on this one.
    pub(super) fn add(&mut self, paragraph: Paragraph) {
        let Paragraph { cells, style, space, kind } = paragraph;
        let broken: Vec<Vec<String>> = cells
            .iter()
            .map(|cell| self.wrap(&cell.text, cell.bold, style.size, cell.width * LINE_WIDTH))
            .collect();
        let height = style.size * LINE_HEIGHT;
        let rows = broken.iter().map(Vec::len).max().unwrap_or(0);
        // A heading stays with the two lines that follow it.
        let keep = if matches!(kind, Kind::Heading | Kind::Subheading) { 3 } else { 0 };
        let needed = steps(rows.min(40) + keep) * height + space;
        if self.y + needed > PAGE.1 - MARGIN {
            self.turn();
        } else {
            self.y += space;
        }
        let text = cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ");
        let mut lines = Vec::new();
        for row in 0..rows {
            if self.y + height > PAGE.1 - MARGIN {
                self.place(Piece {
                    kind,
                    text: text.clone(),
                    cells: cells.len(),
                    lines: std::mem::take(&mut lines),
                });
                self.turn();
            }
            for (n, (cell, texts)) in cells.iter().zip(&broken).enumerate() {
                let Some(line) = texts.get(row) else { continue };
                let at = (MARGIN + cell.left * LINE_WIDTH, self.y + style.size);
                lines.push(Placed {
                    text: line.clone(),
                    bold: cell.bold,
                    size: style.size,
                    at,
                    cell: n,
                });
            }
            self.y += height;
        }
        self.place(Piece { kind, text, cells: cells.len(), lines });
    }

    /// Draws all pages; gives the tags in reading order.
    pub(super) fn paint(self, pdf: &mut Pdf) -> Result<Vec<Node>, RenderError> {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
        let settings = settings.ok_or_else(|| RenderError::new("PDF", "the page has no size"))?;
        let (mut nodes, mut table) = (Vec::<Node>::new(), None::<TagGroup>);
        let count = self.pages.len();
        for (number, pieces) in (1..).zip(&self.pages) {
            let mut page = pdf.start_page_with(settings.clone());
            let mut surface = page.surface();
            surface.set_fill(Some(Fill {
                paint: rgb::Color::new(26, 26, 26).into(),
                ..Fill::default()
            }));
            for piece in pieces {
                let group = draw(&self.letters, &mut surface, piece);
                if matches!(piece.kind, Kind::HeadRow | Kind::Row) {
                    table.get_or_insert_with(|| TagGroup::new(Tag::Table)).push(group);
                } else {
                    nodes.extend(table.take().map(Node::from));
                    nodes.push(group.into());
                }
            }
            footer(&self.letters, &mut surface, &format!("{number} / {count}"));
            surface.finish();
            page.finish();
        }
        nodes.extend(table.map(Node::from));
        Ok(nodes)
    }

    fn place(&mut self, piece: Piece) {
        if let (Some(page), false) = (self.pages.last_mut(), piece.lines.is_empty()) {
            page.push(piece);
        }
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Lines that fit: broken at spaces, between Chinese letters, and inside words that are too long.
    fn wrap(&self, text: &str, bold: bool, size: f32, width: f32) -> Vec<String> {
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
        for word in words(text) {
            let long: f32 =
                word.chars().map(|letter| self.letters.width(letter, bold) * size).sum();
            if used + long > width && used > 0.0 {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0.0;
            }
            for letter in word.chars() {
                if letter == ' ' && used == 0.0 {
                    continue;
                }
                let wide = self.letters.width(letter, bold) * size;
                if used + wide > width && used > 0.0 && letter != ' ' {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(letter);
                used += wide;
            }
        }
        lines.push(line.trim_end().to_owned());
        lines
    }
}

/// Pieces that are not broken unless they are too long: a word with the space behind it, or one
/// Chinese letter with the punctuation behind it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut ended = true;
    for letter in text.chars() {
        let letter = if letter.is_control() { ' ' } else { letter };
        let wide = ('\u{2e80}'..'\u{ff00}').contains(&letter);
        let clings = "，。；：、）》”！？,.;:)".contains(letter) || letter == ' ';
        match words.last_mut() {
            Some(word) if clings || !(ended || wide) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        ended = letter == ' ' || wide;
    }
    words
}

fn draw(letters: &Letters, surface: &mut Surface<'_>, piece: &Piece) -> TagGroup {
    let mut group = piece.kind.group(&piece.text);
    for cell in 0..piece.cells {
        let mut lines = Vec::new();
        for line in piece.lines.iter().filter(|line| line.cell == cell) {
            lines.push(Node::from(surface.start_tagged(ContentTag::Span(SpanTag::empty()))));
            write(letters, surface, line);
            surface.end_tagged();
        }
        if lines.is_empty() {
            continue;
        }
        match piece.kind {
            Kind::HeadRow => {
                let head = Tag::TH(krilla::tagging::TableHeaderScope::Column);
                group.push(TagGroup::with_children(head, lines));
            }
            Kind::Row => group.push(TagGroup::with_children(Tag::TD, lines)),
            _ => lines.into_iter().for_each(|line| group.push(line)),
        }
    }
    group
}

fn footer(letters: &Letters, surface: &mut Surface<'_>, text: &str) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    let at = (MARGIN, PAGE.1 - MARGIN / 2.0);
    let line = Placed { text: text.to_owned(), bold: false, size: 8.0, at, cell: 0 };
    write(letters, surface, &line);
    surface.end_tagged();
}

fn write(letters: &Letters, surface: &mut Surface<'_>, line: &Placed) {
    let (mut x, y) = line.at;
    for run in letters.runs(&line.text, line.bold) {
        surface.draw_glyphs(
            Point::from_xy(x, y),
            &run.glyphs,
            run.font.clone(),
            &run.text,
            line.size,
            false,
        );
        x += run.width(line.size);
    }
}

fn steps(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::MAX, f32::from)
}
