//! Which records are about a finished asset.

use serde::Deserialize;
use types::Modality;

use crate::{Event, Record, report::Seen};

/// Which media a check is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Media {
    pub(super) media: Vec<Modality>,
}

impl Media {
    /// Whether the entry is the terminal record of an asset of these media.
    pub(super) fn made(&self, seen: &Seen<'_>) -> bool {
        made(seen.record) && medium(seen.record).is_some_and(|medium| self.media.contains(&medium))
    }
}

/// Whether it is the terminal record of an asset.
pub(super) const fn made(record: &Record) -> bool {
    matches!(record.event, Event::Released | Event::Held) && record.content.is_some()
}

/// What a person perceives of the asset.
pub(super) fn medium(record: &Record) -> Option<Modality> {
    record.content.as_ref().map(|content| content.media_type.modality())
}
