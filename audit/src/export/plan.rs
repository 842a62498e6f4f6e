//! What goes into a bag.

use std::{fmt, path::PathBuf};

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use types::{AssetId, Language, PolicyVersion};

use super::{ExportError, Redaction};
use crate::report::Extent;

/// What is to be exported or reported.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which entries.
    pub extent: Extent,
    /// The regime of the report.
    pub regime: String,
    /// The language of the report.
    pub language: Language,
    /// What is withheld.
    pub redaction: Redaction,
    /// Why it is withheld; a usual ground if absent.
    pub ground: Option<String>,
    /// Whose act it is in the log.
    pub author: Author,
}

/// Whose act an export is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The organisation under which it is recorded.
    pub tenant: String,
    /// The pseudonym of who asked.
    pub actor: String,
}

impl Author {
    /// Whoever runs the installation.
    #[must_use]
    pub fn operator() -> Self {
        Self { tenant: "installation".to_owned(), actor: "operator".to_owned() }
    }
}

impl Plan {
    /// Everything, under the own rules, in English, with nothing withheld.
    #[must_use]
    pub fn everything(author: Author) -> Self {
        Self {
            extent: Extent::default(),
            regime: "internal".to_owned(),
            language: Language::En,
            redaction: Redaction::None,
            ground: None,
            author,
        }
    }

    /// The story of one asset.
    #[must_use]
    pub fn case(asset: AssetId, author: Author) -> Self {
        let extent = Extent { asset: Some(asset), ..Extent::default() };
        Self { extent, ..Self::everything(author) }
    }

    /// The ground that is stated for what is withheld.
    pub(super) fn stated_ground(&self) -> String {
        match (&self.ground, self.redaction) {
            (Some(ground), Redaction::People | Redaction::Content) => ground.clone(),
            (_, level) => level.ground().to_owned(),
        }
    }
}

/// An extent between two times, `from` inclusive, `to` exclusive; days begin at midnight UTC.
///
/// # Errors
/// [`ExportError::Time`] when one is neither a day nor an RFC 3339 time.
pub fn extent(
    tenant: Option<String>,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Extent, ExportError> {
    let time = |text: Option<&str>| text.map(moment).transpose();
    Ok(Extent { tenant, from: time(from)?, to: time(to)?, asset: None })
}

fn moment(text: &str) -> Result<String, ExportError> {
    let wrong = || ExportError::Time(text.to_owned());
    let midnight = format!("{text}T00:00:00Z");
    let day = OffsetDateTime::parse(&midnight, &Rfc3339);
    let time = day.or_else(|_| OffsetDateTime::parse(text, &Rfc3339)).map_err(|_| wrong())?;
    let utc = time.to_offset(UtcOffset::UTC);
    utc.format(&Rfc3339).map_err(|_| wrong())
}

/// What the gateway knows and the log does not.
#[derive(Debug, Clone, Default)]
pub struct Enclosures {
    /// Certificates by which assets are signed.
    pub certificates: Vec<Certificate>,
    /// Rule packs that were in force at some time.
    pub policies: Vec<PolicyText>,
    /// Verifier keys of witnesses that cosign checkpoints.
    pub witnesses: Vec<String>,
    /// How long originals are kept, in calendar months.
    pub retention_months: Option<u32>,
    /// Where time-stamped checkpoints lie: `SIZE.note` and `SIZE.tsr`.
    pub anchors: Option<PathBuf>,
    /// The log's own folder, for its statements of rotation and its cosigned checkpoint.
    pub log_folder: Option<PathBuf>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// What it is for, for example `root.pem`.
    pub name: String,
    /// PEM.
    pub pem: String,
}

/// A rule pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// How records name it.
    pub version: PolicyVersion,
    /// Its text.
    pub toml: String,
}

/// Told how many of how many entries were looked at.
pub type Progress<'a> = dyn Fn(u64, u64) + Send + Sync + 'a;

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::People => "people",
            Self::Content => "content",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_become_utc() {
        let cases = [
            ("2026-11-24", Some("2026-11-24T00:00:00Z")),
            ("2026-11-24T18:00:00+02:00", Some("2026-11-24T16:00:00Z")),
            ("yesterday", None),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(text).ok().as_deref(), expected, "{text}");
        }
    }
}
