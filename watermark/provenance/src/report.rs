//! What verification says about a file.

use serde::Serialize;
use serde_json::Value;

use crate::{contents::Contents, summary::Summary};

/// What is known about a file through its credentials. It says nothing about whether the content
/// is true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The state, one of nine.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub summary: Summary,
    /// Whether the file is unchanged since it was signed; `None` where nothing can be said.
    pub intact: Option<bool>,
    /// Who signed.
    pub signer: Option<Signer>,
    /// When, RFC 3339 UTC: as stated by the time-stamp, whether or not its authority is listed.
    pub signed_at: Option<String>,
    /// Who vouches for the time.
    pub time_stamp: Option<TimeStamp>,
    /// The active manifest declares that generative AI took part.
    pub ai_declared_active: bool,
    /// It, or a manifest of something that the file was made from, declares that.
    pub ai_declared_anywhere: bool,
    /// Something that the file was made from had credentials that did not check out.
    pub ingredient_warning: bool,
    /// The active manifest's unique name.
    pub manifest_label: Option<String>,
    /// Where the credentials are kept, if not with the file; an address that a stranger wrote.
    pub remote_url: Option<String>,
    /// What the active manifest says.
    #[serde(flatten)]
    pub contents: Contents,
    /// Labels in the file's metadata, which nobody has to have signed.
    pub labels: Labels,
    /// Status codes (C2PA 2.4, section 15.2) or reasons that led to the verdict.
    pub failures: Vec<String>,
    /// What a reader should know beside the verdict.
    pub warnings: Vec<String>,
}

impl Report {
    /// A report on a file that could not be read.
    #[must_use]
    pub fn unreadable(reason: &str) -> Self {
        Self {
            failures: vec![reason.to_owned()],
            ..Self::bare(Verdict::Unreadable, Summary::unreadable(reason))
        }
    }

    /// A report without any manifest.
    pub(crate) fn bare(verdict: Verdict, summary: Summary) -> Self {
        Self {
            verdict,
            summary,
            intact: None,
            signer: None,
            signed_at: None,
            time_stamp: None,
            ai_declared_active: false,
            ai_declared_anywhere: false,
            ingredient_warning: false,
            manifest_label: None,
            remote_url: None,
            contents: Contents::default(),
            labels: Labels { source_type: None, aigc: None },
            failures: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// The nine states of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Unchanged, and signed by someone on a list.
    Trusted,
    /// Unchanged, but nobody on a list vouches for the signer.
    UntrustedSigner,
    /// The signature is intact, but its certificate has expired and nothing shows that it was made
    /// in time.
    ExpiredSigner,
    /// Changed after signing.
    AlteredAfterSigning,
    /// The credentials themselves are damaged.
    Invalid,
    /// The credentials are elsewhere and were not fetched.
    RemoteOnly,
    /// There are none.
    None,
    /// The file or its credentials cannot be parsed.
    Unreadable,
    /// The format cannot carry credentials that we read.
    Unsupported,
}

impl Verdict {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::UntrustedSigner => "untrusted_signer",
            Self::ExpiredSigner => "expired_signer",
            Self::AlteredAfterSigning => "altered_after_signing",
            Self::Invalid => "invalid",
            Self::RemoteOnly => "remote_only",
            Self::None => "none",
            Self::Unreadable => "unreadable",
            Self::Unsupported => "unsupported",
        }
    }
}

/// Whoever signed the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The organisation in the certificate, which only a list makes more than a claim.
    pub name: String,
    /// The first list that vouches for the certificate.
    pub list: Option<String>,
    /// Since when the certificate is revoked, where that is known.
    pub revoked_at: Option<String>,
}

/// The time-stamp of the claim signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeStamp {
    /// Whether the authority is listed.
    pub trusted: bool,
    /// The authority's name.
    pub authority: Option<String>,
}

/// Labels in XMP.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Labels {
    /// IPTC `DigitalSourceType`.
    pub source_type: Option<String>,
    /// The label object of GB 45438-2025.
    pub aigc: Option<Value>,
}
