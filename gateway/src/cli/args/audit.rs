//! Arguments of exports and reports.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use types::AssetId;

/// `audit verify`
#[derive(Debug, Args)]
pub struct VerifyEvidence {
    /// An export (ZIP, or the folder it was unpacked to); the own log if absent
    pub export: Option<PathBuf>,
    /// A key of the log that is known from elsewhere (NAME+HASH+KEY), also one before a rotation
    #[arg(long)]
    pub vkey: Option<String>,
    /// A checkpoint that was saved earlier: what it covers must be unchanged
    #[arg(long)]
    pub since: Option<PathBuf>,
}

/// Which entries an export or report is about.
#[derive(Debug, Clone, Args)]
pub struct Scope {
    /// The first day or time, for example 2026-11-01 or 2026-11-01T08:00:00Z
    #[arg(long)]
    pub from: Option<String>,
    /// The day or time after the last
    #[arg(long)]
    pub to: Option<String>,
    /// One organisation; all if absent
    #[arg(long)]
    pub tenant: Option<String>,
    /// eu-art50, sb942, cn-gb45438, ny-fair or internal
    #[arg(long, default_value = "internal")]
    pub regime: String,
}

/// `audit export`
#[derive(Debug, Args)]
pub struct Export {
    /// Which entries
    #[command(flatten)]
    pub scope: Scope,
    /// The ZIP to write, or a folder for export-TENANT-FROM-TO.zip
    #[arg(short, long)]
    pub output: PathBuf,
    /// What is withheld
    #[command(flatten)]
    pub withheld: Withheld,
}

/// `audit case`
#[derive(Debug, Args)]
pub struct Case {
    /// The asset's id
    pub asset: AssetId,
    /// The ZIP to write, or a folder for case-ASSET.zip
    #[arg(short, long)]
    pub output: PathBuf,
    /// What is withheld
    #[command(flatten)]
    pub withheld: Withheld,
}

/// What is withheld from an export.
#[derive(Debug, Clone, Args)]
pub struct Withheld {
    /// Withhold entries that hold pseudonyms, or those that hold digests of content, too
    #[arg(long, value_enum, default_value_t = Redact::None)]
    pub redact: Redact,
    /// Why they are withheld
    #[arg(long)]
    pub ground: Option<String>,
}

/// `audit report`
#[derive(Debug, Args)]
pub struct Report {
    /// Which entries
    #[command(flatten)]
    pub scope: Scope,
    /// The form of the report
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// The file to write; without it a summary goes to stdout, or the report in the chosen form
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

/// `audit examine`
#[derive(Debug, Args)]
pub struct Examine {
    /// Assets made at this day or time, or later
    #[arg(long, alias = "from")]
    pub since: Option<String>,
    /// Assets made before this day or time
    #[arg(long, alias = "to")]
    pub until: Option<String>,
    /// One organisation; all if absent
    #[arg(long)]
    pub tenant: Option<String>,
    /// How many are drawn at random; those that this version has looked at before count
    #[arg(long, default_value_t = 100, conflicts_with = "all")]
    pub sample: usize,
    /// Look at every one
    #[arg(long)]
    pub all: bool,
    /// Also look at those that this version has looked at before
    #[arg(long)]
    pub again: bool,
}

/// What is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Redact {
    /// Nothing
    None,
    /// Pseudonyms of people
    People,
    /// Digests and fingerprints of content, too
    Content,
}

impl From<Redact> for audit::Redaction {
    fn from(redact: Redact) -> Self {
        match redact {
            Redact::None => Self::None,
            Redact::People => Self::People,
            Redact::Content => Self::Content,
        }
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page that needs nothing else
    Html,
    /// With embedded fonts
    Pdf,
    /// All of it, for programs
    Json,
    /// One row a check
    Csv,
}
