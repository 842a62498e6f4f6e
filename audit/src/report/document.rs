//! A document for people, before it becomes HTML or PDF.

use types::Language;

/// Headings, paragraphs, facts and tables in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The first heading.
    pub title: String,
    /// The language of every word in it.
    pub language: Language,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A section's heading.
    Heading(String),
    /// The heading of a part of a section.
    Subheading(String),
    /// A paragraph.
    Paragraph(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
}

/// A table with a caption and a header row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The names of its columns.
    pub head: Vec<String>,
    /// Its rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Document {
    /// A document with a title and nothing else yet.
    #[must_use]
    pub const fn new(title: String, language: Language) -> Self {
        Self { title, language, blocks: Vec::new() }
    }

    /// `en` or `zh`, as HTML and PDF name languages.
    #[must_use]
    pub const fn language_tag(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }
}
