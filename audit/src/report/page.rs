//! HTML that needs nothing else: no script, no font, no picture from elsewhere.

use askama::Template;

use super::{Document, RenderError, document::Block};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a Document,
    language: &'a str,
}

/// A document as HTML.
pub(super) fn html(document: &Document) -> Result<String, RenderError> {
    let page = Page { document, language: document.language_tag() };
    page.render().map_err(|error| RenderError::new("HTML", error))
}
