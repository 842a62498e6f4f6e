//! What is known about one file, as `/v1/verify` tells it to the same asker: pages show nothing else.

use serde::Deserialize;

use crate::texts::Texts;

/// The states of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Unchanged, signed by someone on a list.
    Trusted,
    /// Unchanged, the signer is on no list.
    UntrustedSigner,
    /// The certificate has expired, and no trusted time helps.
    ExpiredSigner,
    /// Changed after signing.
    AlteredAfterSigning,
    /// The credentials are damaged.
    Invalid,
    /// They are kept elsewhere.
    RemoteOnly,
    /// There are none.
    None,
    /// The file cannot be read.
    Unreadable,
    /// Its format is not known.
    Unsupported,
}

/// The members of a report that pages show.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// The state.
    pub verdict: Verdict,
    /// The state in a sentence, in the reader's language.
    pub summary: String,
    /// Whether the file is unchanged since it was signed.
    pub intact: Option<bool>,
    /// Who signed.
    pub signer: Option<Signer>,
    /// When, RFC 3339.
    pub signed_at: Option<String>,
    /// Where the asset stands, if it is one of ours.
    pub publication: Option<Publication>,
    /// Who vouches for the time.
    pub time_stamp: Option<TimeStamp>,
    /// AI is declared in this file.
    pub ai_declared_active: bool,
    /// AI is declared in it, or in something that it was made from.
    pub ai_declared_anywhere: bool,
    /// Something that it was made from did not check out.
    pub ingredient_warning: bool,
    /// Labels in metadata that nobody has signed.
    pub labels: Labels,
    /// The manifest's name.
    pub manifest_label: Option<String>,
    /// The mark.
    pub mark: Option<Mark>,
    /// What the file most likely came from.
    pub recovered: Option<Recovered>,
    /// All that it may have come from and that the asker may know.
    #[serde(default)]
    pub matches: Vec<Match>,
    /// The record of the asset.
    pub receipt: Option<Receipt>,
    /// The lists by which signers were judged.
    pub lists: Vec<List>,
    /// Status codes.
    pub failures: Vec<String>,
    /// What to know beside the verdict.
    pub warnings: Vec<String>,
    /// The asset's name.
    pub title: Option<String>,
    /// The program that made the claim.
    pub generator: Option<String>,
    /// The picture of it.
    pub thumbnail: Option<Thumbnail>,
    /// What was done.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Names beside the signer.
    #[serde(default)]
    pub identities: Vec<Identity>,
    /// What it was made from.
    #[serde(default)]
    pub ingredients: Vec<Ingredient>,
    /// There are more.
    #[serde(default)]
    pub ingredients_left_out: bool,
    /// How long the check took.
    pub ms: u64,
}

/// Whoever signed.
#[derive(Debug, Clone, Deserialize)]
pub struct Signer {
    /// The name in the certificate.
    pub name: String,
    /// The list that vouches for it.
    pub list: Option<String>,
    /// Since when the certificate does not count.
    pub revoked_at: Option<String>,
}

/// Where an asset stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Publication {
    /// `published`, `corrected`, `withdrawn`, `unpublished`, or how its request ended.
    pub state: String,
    /// Since when.
    pub at: Option<String>,
    /// Where readers find it.
    pub url: Option<String>,
    /// Where they find the notice.
    pub notice_url: Option<String>,
    /// What takes its place.
    pub replaced_by: Option<String>,
}

/// Who vouches for a time.
#[derive(Debug, Clone, Deserialize)]
pub struct TimeStamp {
    /// The authority is listed.
    pub trusted: bool,
    /// Its name.
    pub authority: Option<String>,
}

/// Labels in metadata.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Labels {
    /// IPTC's digital source type.
    pub source_type: Option<String>,
    /// The object of GB 45438-2025.
    pub aigc: Option<serde_json::Value>,
}

/// A mark.
#[derive(Debug, Clone, Deserialize)]
pub struct Mark {
    /// Whether one is claimed.
    pub found: bool,
    /// Its algorithm.
    pub algorithm: String,
    /// Its payload.
    pub id: Option<String>,
    /// Whether the file is large enough to tell.
    pub decidable: bool,
}

/// What a file came from.
#[derive(Debug, Clone, Deserialize)]
pub struct Recovered {
    /// What led there.
    pub how: String,
    /// `exact`, `likely` or `possible`.
    pub certainty: String,
    /// All that strangers hear of unpublished work.
    pub statement: Option<String>,
}

/// An asset that a file may have come from.
#[derive(Debug, Clone, Deserialize)]
pub struct Match {
    /// Its id.
    pub asset_id: String,
    /// What led there.
    pub how: String,
    /// `exact`, `likely` or `possible`.
    pub certainty: String,
    /// What it is.
    pub media_type: String,
    /// When it was made.
    pub made_at: String,
    /// Where it stands.
    pub publication: Publication,
}

/// A record.
#[derive(Debug, Clone, Deserialize)]
pub struct Receipt {
    /// Its place in the log.
    pub index: u64,
    /// Its hash.
    pub leaf_hash: String,
    /// `proved`, `pending` or `wrong`.
    pub inclusion: Option<String>,
}

/// A list.
#[derive(Debug, Clone, Deserialize)]
pub struct List {
    /// Its name.
    pub name: String,
    /// The digest of its file.
    pub sha256: String,
    /// How many certificates it holds.
    pub certificates: u64,
    /// How many of them have expired.
    pub expired: u64,
    /// When it was issued.
    pub as_of: Option<String>,
    /// By when a newer one is due.
    pub next_update: Option<String>,
}

/// A picture in a manifest.
#[derive(Debug, Clone, Deserialize)]
pub struct Thumbnail {
    /// Its digest, by which the page finds the picture.
    pub sha256: String,
}

/// Something that was done.
#[derive(Debug, Clone, Deserialize)]
pub struct Action {
    /// Such as `c2pa.created`.
    pub action: String,
    /// When.
    pub when: Option<String>,
    /// By which program or model.
    pub agent: Option<String>,
    /// A term of IPTC's `digitalsourcetype`.
    pub source_type: Option<String>,
}

/// Someone named beside the signer.
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    /// The name.
    pub name: Option<String>,
    /// Who vouches for it.
    pub issuer: Option<String>,
    /// `confirmed`, `unlisted` or `unconfirmed`.
    pub status: String,
}

/// Something that a file was made from.
#[derive(Debug, Clone, Deserialize)]
pub struct Ingredient {
    /// Its name.
    pub title: Option<String>,
    /// `parentOf`, `componentOf` or `inputTo`.
    pub relationship: String,
    /// Its media type, as stated.
    pub media_type: Option<String>,
    /// What its own credentials say.
    pub verdict: Verdict,
    /// Who signed them.
    pub signer: Option<Signer>,
    /// When.
    pub signed_at: Option<String>,
    /// It declares AI.
    pub ai_declared: bool,
    /// Its picture.
    pub thumbnail: Option<Thumbnail>,
    /// What it was made from itself.
    #[serde(default)]
    pub ingredients: Vec<Self>,
}

impl Verdict {
    /// The name in the API.
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

    pub(crate) const fn icon(self) -> &'static str {
        match self {
            Self::Trusted => "sealed",
            Self::UntrustedSigner | Self::ExpiredSigner => "ring",
            Self::AlteredAfterSigning | Self::Invalid => "broken",
            Self::RemoteOnly => "arrow",
            Self::None => "open",
            Self::Unreadable | Self::Unsupported => "file",
        }
    }

    /// What the verdict does and does not mean.
    pub(crate) const fn means(self, t: Texts) -> &'static str {
        match self {
            Self::Trusted => t.means_trusted(),
            Self::UntrustedSigner => t.means_untrusted(),
            Self::ExpiredSigner => t.means_expired(),
            Self::AlteredAfterSigning => t.means_altered(),
            Self::Invalid => t.means_invalid(),
            Self::RemoteOnly => t.means_remote(),
            Self::None => t.means_none(),
            Self::Unreadable | Self::Unsupported => t.means_unreadable(),
        }
    }

    /// A word for something that a file was made from.
    pub(crate) const fn short(self, t: Texts) -> &'static str {
        match self {
            Self::Trusted => t.short_trusted(),
            Self::UntrustedSigner => t.short_untrusted(),
            Self::ExpiredSigner => t.short_expired(),
            Self::AlteredAfterSigning => t.short_altered(),
            Self::Invalid => t.short_invalid(),
            Self::RemoteOnly => t.short_remote(),
            Self::None => t.short_none(),
            Self::Unreadable | Self::Unsupported => t.short_unreadable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use types::Language;

    use super::*;

    #[test]
    fn every_verdict_says_what_it_means() {
        use Verdict as V;
        let all = [
            V::Trusted,
            V::UntrustedSigner,
            V::ExpiredSigner,
            V::AlteredAfterSigning,
            V::Invalid,
            V::RemoteOnly,
            V::None,
            V::Unreadable,
            V::Unsupported,
        ];
        for verdict in all {
            for t in [Texts(Language::En), Texts(Language::Zh)] {
                assert!(!verdict.means(t).is_empty() && !verdict.short(t).is_empty());
            }
            let read: Verdict = serde_json::from_str(&format!("\"{}\"", verdict.name())).unwrap();
            assert_eq!(read, verdict);
        }
    }
}
