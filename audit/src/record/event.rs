//! What a record can be about.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Policy let a request in.
    Admitted,
    /// Terminal: policy or configuration refused.
    Refused,
    /// Terminal: released to the caller.
    Released,
    /// Terminal: kept for a review.
    Held,
    /// Terminal: a stage failed.
    Failed,
    /// Terminal: the caller left or the process ended.
    Interrupted,
    /// A reviewer released a held asset.
    Approved,
    /// A reviewer kept a held asset back.
    Rejected,
    /// An asset was published: from now on strangers may learn what it is.
    Published,
    /// A published asset was corrected: its notice says how.
    Corrected,
    /// A published asset was withdrawn: its notice says why.
    Withdrawn,
    /// A reader has complained; the detail says about what, and names the complaint.
    ComplaintReceived,
    /// A complaint was dealt with; the detail says how, and names it.
    ComplaintClosed,
    /// Somebody's agreement to be shown or heard was entered; the detail names it and what it covers.
    ConsentRecorded,
    /// Such an agreement was withdrawn.
    ConsentWithdrawn,
    /// An API key was made.
    KeyCreated,
    /// An API key was ended.
    KeyRevoked,
    /// An API key got a new secret.
    KeyRotated,
    /// Somebody who may sign in was made.
    PersonCreated,
    /// A person got another desk, role or password, or was let in again.
    PersonChanged,
    /// A person may no longer come in.
    PersonDisabled,
    /// Somebody has signed in; the detail says how.
    SignedIn,
    /// Somebody has tried in vain.
    SignInFailed,
    /// Somebody has signed out.
    SignedOut,
    /// A log that could not go on was replaced by a new one.
    EpochBegun,
    /// The log's key was replaced by the one in the detail.
    LogKeyRotated,
    /// A new key makes invisible marks from now on.
    MarkKeyRotated,
    /// A key was made, and a certificate asked for, that may sign assets later.
    SigningKeyRequested,
    /// Another key signs assets from now on.
    SigningKeyChanged,
    /// A certificate that signed assets counts no more.
    SigningKeyRevoked,
    /// Another list of those whose signatures count.
    TrustListUpdated,
    /// Rules came into force.
    PolicyLoaded,
    /// Other rules came into force than those before.
    PolicyChanged,
    /// What was asked and written in a period was judged again by other rules.
    PolicyReplayed,
    /// An authenticated caller had a file verified.
    Verified,
    /// The program has looked again at a file that it had released: what it shows, and whether its
    /// mark is still read without metadata.
    AssetExamined,
    /// A person and a model have begun to talk: whether the person was told first that it is one.
    DialogueBegun,
    /// An authenticated caller had a text corrected, shortened or looked at; the detail says which.
    Assisted,
    /// A person has set what they prefer.
    ProfileSet,
    /// What a person prefers was destroyed on their request.
    ProfileErased,
    /// Evidence was exported.
    Exported,
    /// Originals in the vault were destroyed on request.
    Erased,
    /// Originals were asked to be destroyed and had to be kept.
    ErasureRefused,
    /// Originals in the vault were destroyed after their term.
    Expired,
    /// Somebody asks to read originals.
    RevealRequested,
    /// A second person let originals be read.
    Revealed,
    /// Originals must be kept for a legal reason.
    HoldAdded,
    /// That reason has ended.
    HoldReleased,
    /// A person was given what is kept about them.
    AccessAnswered,
    /// The installation was restored from a backup.
    Restored,
}

impl Event {
    /// The name in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Published => "published",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
            Self::ComplaintReceived => "complaint_received",
            Self::ComplaintClosed => "complaint_closed",
            Self::ConsentRecorded => "consent_recorded",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::KeyCreated => "key_created",
            Self::KeyRevoked => "key_revoked",
            Self::KeyRotated => "key_rotated",
            Self::PersonCreated => "person_created",
            Self::PersonChanged => "person_changed",
            Self::PersonDisabled => "person_disabled",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::EpochBegun => "epoch_begun",
            Self::LogKeyRotated => "log_key_rotated",
            Self::MarkKeyRotated => "mark_key_rotated",
            Self::SigningKeyRequested => "signing_key_requested",
            Self::SigningKeyChanged => "signing_key_changed",
            Self::SigningKeyRevoked => "signing_key_revoked",
            Self::TrustListUpdated => "trust_list_updated",
            Self::PolicyLoaded => "policy_loaded",
            Self::PolicyChanged => "policy_changed",
            Self::PolicyReplayed => "policy_replayed",
            Self::Verified => "verified",
            Self::AssetExamined => "asset_examined",
            Self::DialogueBegun => "dialogue_begun",
            Self::Assisted => "assisted",
            Self::ProfileSet => "profile_set",
            Self::ProfileErased => "profile_erased",
            Self::Exported => "exported",
            Self::Erased => "erased",
            Self::ErasureRefused => "erasure_refused",
            Self::Expired => "expired",
            Self::RevealRequested => "reveal_requested",
            Self::Revealed => "revealed",
            Self::HoldAdded => "hold_added",
            Self::HoldReleased => "hold_released",
            Self::AccessAnswered => "access_answered",
            Self::Restored => "restored",
        }
    }

    /// Whether it ends a request.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Released | Self::Held | Self::Failed | Self::Interrupted
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        for event in [
            Event::ComplaintReceived,
            Event::ComplaintClosed,
            Event::KeyCreated,
            Event::KeyRotated,
            Event::PersonCreated,
            Event::PersonChanged,
            Event::PersonDisabled,
            Event::SignedIn,
            Event::SignInFailed,
            Event::SignedOut,
            Event::LogKeyRotated,
            Event::Published,
            Event::TrustListUpdated,
            Event::Corrected,
            Event::Withdrawn,
            Event::MarkKeyRotated,
            Event::SigningKeyRequested,
            Event::SigningKeyChanged,
            Event::SigningKeyRevoked,
            Event::TrustListUpdated,
            Event::Admitted,
            Event::PolicyChanged,
            Event::PolicyReplayed,
            Event::Verified,
            Event::AssetExamined,
            Event::DialogueBegun,
            Event::Assisted,
            Event::ProfileSet,
            Event::ProfileErased,
        ] {
            assert_eq!(serde_json::to_value(event).unwrap(), event.name());
        }
    }
}
