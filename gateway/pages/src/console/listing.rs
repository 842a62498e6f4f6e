//! Pages that only list: models, trust lists, health.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// Which page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/console/models`
    Models,
    /// `/console/trust`
    Trust,
    /// `/console/health`
    Health,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A name.
    Name,
    /// What it makes.
    Makes,
    /// What runs it.
    Backend,
    /// Its version.
    Version,
    /// A digest.
    Digest,
    /// The licence.
    Licence,
    /// How many certificates.
    Certificates,
    /// How many of them have expired.
    Expired,
    /// When it was issued.
    Issued,
    /// When a newer one is due.
    Due,
    /// What was looked at.
    Check,
    /// What was found.
    Found,
    /// How to mend it.
    Fix,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Which page.
    pub kind: Kind,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, a text for each column.
    pub rows: Vec<Vec<String>>,
    /// What needs somebody's attention.
    pub attention: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/listing.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Listing,
}

impl Page<'_> {
    const fn title(&self) -> &'static str {
        match self.view.kind {
            Kind::Models => self.t.console_nav_models(),
            Kind::Trust => self.t.console_nav_trust(),
            Kind::Health => self.t.console_nav_health(),
        }
    }

    const fn lead(&self) -> &'static str {
        match self.view.kind {
            Kind::Models => self.t.console_models_lead(),
            Kind::Trust => self.t.console_trust_lead(),
            Kind::Health => self.t.console_health_lead(),
        }
    }

    const fn heading(&self, column: &Column) -> &'static str {
        let t = self.t;
        match column {
            Column::Name => t.console_name_of(),
            Column::Makes => t.console_makes(),
            Column::Backend => t.console_backend(),
            Column::Version => t.console_version(),
            Column::Digest => "SHA-256",
            Column::Licence => t.console_licence(),
            Column::Certificates => t.console_certificates(),
            Column::Expired => t.console_expired(),
            Column::Issued => t.console_issued(),
            Column::Due => t.console_due(),
            Column::Check => t.console_fact_check(),
            Column::Found => t.console_state(),
            Column::Fix => t.console_fix(),
        }
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Listing) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
