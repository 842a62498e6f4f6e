//! What policy saw and decided.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::Sha256;

/// What follows from a rule; ordered, the strictest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing.
    Allow,
    /// Release with a label.
    Label,
    /// Release, and tell the desk.
    Flag,
    /// Release with the found spans replaced.
    Redact,
    /// Release only after a rewrite.
    Rewrite,
    /// Hold for a person.
    Review,
    /// Refuse.
    Block,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Label => "label",
            Self::Flag => "flag",
            Self::Redact => "redact",
            Self::Rewrite => "rewrite",
            Self::Review => "review",
            Self::Block => "block",
        })
    }
}

/// A category: one of OpenAI's 13, or one of ours beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the names are those of OpenAI's moderation API and of the rule packs"
)]
pub enum Category {
    #[serde(rename = "harassment")]
    Harassment,
    #[serde(rename = "harassment/threatening")]
    HarassmentThreatening,
    #[serde(rename = "hate")]
    Hate,
    #[serde(rename = "hate/threatening")]
    HateThreatening,
    #[serde(rename = "illicit")]
    Illicit,
    #[serde(rename = "illicit/violent")]
    IllicitViolent,
    #[serde(rename = "self-harm")]
    SelfHarm,
    #[serde(rename = "self-harm/intent")]
    SelfHarmIntent,
    #[serde(rename = "self-harm/instructions")]
    SelfHarmInstructions,
    #[serde(rename = "sexual")]
    Sexual,
    #[serde(rename = "sexual/minors")]
    SexualMinors,
    #[serde(rename = "violence")]
    Violence,
    #[serde(rename = "violence/graphic")]
    ViolenceGraphic,
    #[serde(rename = "injection")]
    Injection,
    #[serde(rename = "pii")]
    Pii,
    #[serde(rename = "secrets")]
    Secrets,
    #[serde(rename = "election_synthetic")]
    ElectionSynthetic,
    #[serde(rename = "likeness_consent")]
    LikenessConsent,
    #[serde(rename = "fabricated_quote")]
    FabricatedQuote,
    #[serde(rename = "minors_identifiable")]
    MinorsIdentifiable,
    #[serde(rename = "defamation")]
    Defamation,
    #[serde(rename = "suicide_method")]
    SuicideMethod,
}

impl Category {
    /// OpenAI's 13 categories, in the order of their documentation.
    pub const OPENAI: [Self; 13] = [
        Self::Harassment,
        Self::HarassmentThreatening,
        Self::Hate,
        Self::HateThreatening,
        Self::Illicit,
        Self::IllicitViolent,
        Self::SelfHarm,
        Self::SelfHarmIntent,
        Self::SelfHarmInstructions,
        Self::Sexual,
        Self::SexualMinors,
        Self::Violence,
        Self::ViolenceGraphic,
    ];

    /// The categories that stand beside OpenAI's.
    pub const OWN: [Self; 9] = [
        Self::Injection,
        Self::Pii,
        Self::Secrets,
        Self::ElectionSynthetic,
        Self::LikenessConsent,
        Self::FabricatedQuote,
        Self::MinorsIdentifiable,
        Self::Defamation,
        Self::SuicideMethod,
    ];
}

/// A stretch of the original text, in code points: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// One rule that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id in its pack.
    pub rule: String,
    /// The rule's version.
    pub rule_version: u32,
    /// What the rule asks for.
    pub action: Action,
    /// What it is about.
    pub category: Category,
    /// What matched: `term`, `regex`, `pii.credit_card`, `secret.aws_access_key`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// 0.0–1.0; matchers without a probability give 1.0.
    pub score: f32,
    /// Where in the original text.
    pub spans: Vec<Span>,
    /// The match was found only after undoing a disguise.
    pub obfuscated: bool,
    /// The rule runs in shadow mode: recorded, without effect.
    pub shadow: bool,
    /// What to tell the person, in their language.
    pub message: String,
}

/// Whether a check ran, so that the record tells the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// The check's name, for example `terms` or `image_content`.
    pub check: String,
    /// `ran`, or why it did not: `not_classified`, `timed_out`, `failed`.
    pub outcome: String,
}

/// The exact rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// The pack's id.
    pub id: String,
    /// The pack's version.
    pub version: String,
    /// SHA-256 of the pack's canonical form.
    pub sha256: Sha256,
}

/// What policy decided about one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The strictest action of the rules that are enforced.
    pub action: Action,
    /// Every rule that fired, also in shadow.
    pub findings: Vec<Finding>,
    /// Which checks ran and which did not.
    pub checks: Vec<CheckRun>,
    /// The rules that were in force.
    pub policy: PolicyVersion,
}
