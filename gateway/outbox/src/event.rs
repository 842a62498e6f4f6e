//! What is told: the records of the log that other systems wait for.

use std::{fmt, str::FromStr};

use audit::{Event, Record};

use crate::OutboxError;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An asset waits for a person.
    AssetHeld,
    /// An asset was released to its caller.
    AssetReleased,
    /// A request was refused.
    RequestRefused,
    /// A person has decided about an asset.
    ReviewDecided,
    /// An asset was published.
    AssetPublished,
    /// A published asset was corrected.
    AssetCorrected,
    /// A published asset was withdrawn.
    AssetWithdrawn,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::AssetHeld, "asset.held"),
        (Self::AssetReleased, "asset.released"),
        (Self::RequestRefused, "request.refused"),
        (Self::ReviewDecided, "review.decided"),
        (Self::AssetPublished, "asset.published"),
        (Self::AssetCorrected, "asset.corrected"),
        (Self::AssetWithdrawn, "asset.withdrawn"),
    ];

    /// What a record is told as; `None` where it is not.
    #[must_use]
    pub const fn of(record: &Record) -> Option<Self> {
        Some(match record.event {
            Event::Held => Self::AssetHeld,
            Event::Released => Self::AssetReleased,
            Event::Refused => Self::RequestRefused,
            Event::Approved | Event::Rejected => Self::ReviewDecided,
            Event::Published => Self::AssetPublished,
            Event::Corrected => Self::AssetCorrected,
            Event::Withdrawn => Self::AssetWithdrawn,
            _ => return None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = OutboxError;

    fn from_str(name: &str) -> Result<Self, OutboxError> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(kind, _)| *kind).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
            OutboxError::Event { name: name.to_owned(), known: known.join(", ") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_others_are_told_what_there_is() {
        for (kind, name) in Kind::ALL {
            assert_eq!((name.parse::<Kind>().unwrap(), kind.name()), (kind, name));
        }
        let error = "asset.hold".parse::<Kind>().unwrap_err().to_string();
        assert!(error.contains("asset.held"), "{error}");
    }

    #[test]
    fn most_records_are_nobody_elses_business() {
        let of = |event| Kind::of(&Record::new(event, "press", "ada"));
        assert_eq!(of(Event::Rejected), Some(Kind::ReviewDecided));
        assert_eq!(of(Event::Withdrawn), Some(Kind::AssetWithdrawn));
        for event in [Event::Admitted, Event::KeyCreated, Event::Failed, Event::Revealed] {
            assert_eq!(of(event), None);
        }
    }
}
