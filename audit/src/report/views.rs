//! What is made of entries for people, while they pass by once: a report, or an asset's story.

use types::Language;

use super::{
    Document, Evaluation, Extent, Facts, HEADING, LogHead, Regime, RegimeError, RenderError,
    Report, SOFTWARE, Seen, Story, Words, layout, page, pdf, tally::Tally,
};

/// A report that is being made.
#[derive(Debug)]
pub struct Views {
    evaluation: Evaluation,
    tally: Tally,
    story: Option<Story>,
    regime: String,
    title: Words,
    extent: Extent,
    facts: Facts,
    language: Language,
}

impl Views {
    /// Begins.
    ///
    /// # Errors
    /// [`RegimeError`] when the regime cannot be used.
    pub fn new(
        regime: &Regime,
        facts: &Facts,
        extent: &Extent,
        language: Language,
    ) -> Result<Self, RegimeError> {
        Ok(Self {
            evaluation: Evaluation::new(regime, facts)?,
            tally: Tally::default(),
            story: extent.asset.map(|asset| Story::new(asset, language)),
            regime: regime.id.clone(),
            title: regime.title.clone(),
            extent: extent.clone(),
            facts: facts.clone(),
            language,
        })
    }

    /// Looks at the next entry.
    pub fn see(&mut self, seen: &Seen<'_>) {
        self.evaluation.see(seen);
        self.tally.see(seen.record);
        if let Some(story) = &mut self.story {
            story.see(seen.index, seen.record);
        }
    }

    /// The report, and the document that shows it.
    #[must_use]
    pub fn finish(self, log: &LogHead, generated: &str) -> Rendered {
        let (entries, checks) = self.evaluation.finish();
        let report = Report {
            schema: "imprimatur.report.1".to_owned(),
            heading: HEADING,
            regime: self.regime,
            title: self.title,
            generated: generated.to_owned(),
            software: SOFTWARE.to_owned(),
            extent: self.extent,
            log: log.clone(),
            facts: self.facts,
            entries,
            counts: self.tally.finish(),
            checks,
        };
        let document = match self.story {
            Some(story) => story.document(log, generated),
            None => layout::document(&report, self.language),
        };
        Rendered { report, document }
    }
}

/// A report and its form for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The report.
    pub report: Report,
    /// What people read.
    pub document: Document,
}

impl Rendered {
    /// As HTML that needs nothing else.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails, which is a bug.
    pub fn html(&self) -> Result<String, RenderError> {
        page::html(&self.document)
    }

    /// As PDF with embedded fonts.
    ///
    /// # Errors
    /// [`RenderError`] when a font or the document cannot be written.
    pub fn pdf(&self) -> Result<Vec<u8>, RenderError> {
        pdf::pdf(&self.document)
    }
}
