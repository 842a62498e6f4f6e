//! What is written into the metadata of a file, as plain data.

use serde::Serialize;
use serde_json::Value;

use super::aigc::Aigc;

/// Labels beside the source type, which follows from the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The system that IPTC's fields name. Where it is `None` and a model is stated as the maker, that
    /// model is named.
    pub ai_system: Option<AiSystem>,
    /// The implicit label of GB 45438-2025. A file that carries one already keeps its producer's
    /// fields, and only those of whoever passes it on are set.
    pub aigc: Option<Aigc>,
}

/// A generative system as IPTC Photo Metadata 2025.1 names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AiSystem {
    /// `AISystemUsed`.
    pub name: String,
    /// `AISystemVersionUsed`.
    pub version: Option<String>,
}

/// What the metadata of a file states. Nobody has to have signed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// IPTC `DigitalSourceType`, as it stands there: an identifier.
    pub source_type: Option<String>,
    /// IPTC `AISystemUsed` and `AISystemVersionUsed`.
    pub ai_system: Option<AiSystem>,
    /// The object of GB 45438-2025.
    pub aigc: Option<Value>,
}
