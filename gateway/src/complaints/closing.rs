//! The end of a complaint: what came of it, by whom, on record.

use audit::{Event, Record};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Principal, Role};

use super::{BYTES_MAX, ComplaintError, Kept, Row, asset_of, count, rows, sealed};
use crate::{recording, wiring::Stages};

/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 500;

/// What came of a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The reader was right, and something was done: a correction, a withdrawal, a label.
    Upheld,
    /// Nothing was wrong.
    Rejected,
    /// It was a question, and it was answered.
    Answered,
}

impl Outcome {
    /// The name in records and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
            Self::Answered => "answered",
        }
    }
}

/// How a complaint was dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// What came of it.
    pub outcome: Outcome,
    /// When, RFC 3339.
    pub at: String,
    /// The role of whoever decided.
    pub role: Role,
    /// A word for colleagues; sealed with the complaint.
    #[serde(default)]
    pub note: String,
}

/// Closes a complaint, once.
///
/// # Errors
/// [`ComplaintError::Role`] for other roles than editor and standards, [`ComplaintError::Unknown`] for
/// a ticket that the reader may not see, [`ComplaintError::Closed`] where somebody was quicker. When
/// the log takes no record the complaint stays open.
pub async fn close(
    stages: &Stages,
    who: &Principal,
    ticket: &str,
    outcome: Outcome,
    note: &str,
) -> Result<Kept, ComplaintError> {
    let note = note.trim();
    if note.chars().count() > NOTE_CHARS_MAX {
        return Err(ComplaintError::Note);
    }
    let found = rows(stages, who).await?.into_iter().find(|row| row.kept.ticket == ticket);
    let unknown = || ComplaintError::Unknown(ticket.chars().take(16).collect());
    let Row { key, sealed: before, mut kept } = found.ok_or_else(unknown)?;
    if kept.closed.is_some() {
        return Err(ComplaintError::Closed);
    }
    let at = OffsetDateTime::now_utc().format(&Rfc3339);
    let at = at.map_err(|error| ComplaintError::Broken(error.to_string()))?;
    kept.closed = Some(Closed { outcome, at, role: who.role, note: note.to_owned() });
    let after = sealed(stages, &kept, BYTES_MAX).map_err(|error| match error {
        ComplaintError::Long => ComplaintError::Note,
        other => other,
    })?;
    if !stages.state.compare_and_swap(&key, Some(&before), Some(&after)).await? {
        return Err(ComplaintError::Closed);
    }
    let asset = asset_of(stages, &kept)?;
    let tenant = asset.map_or_else(|| who.tenant.clone(), |asset| asset.tenant);
    let actor = recording::pseudonym(&stages.pseudonym_key, who);
    let mut record = Record::new(Event::ComplaintClosed, tenant, actor);
    record.asset_id = kept.asset_id;
    record.detail = Some(format!("{} {} by {}", outcome.name(), kept.subject, who.role));
    if let Err(error) = stages.log.append(record).await {
        stages.state.compare_and_swap(&key, Some(&after), Some(&before)).await?;
        return Err(error.into());
    }
    count(stages, false).await?;
    Ok(kept)
}
