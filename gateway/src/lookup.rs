//! The way back: from bytes to credentials, else to the mark, else to a near fingerprint, and from
//! there to the registry and the record.
//!
//! A recovered id is "possible" unless the content fingerprint also matches, because marks can be
//! copied from one picture to another.

use std::{fs::File, path::Path, sync::Arc, time::Instant};

use audit::{AssetEntry, Filter, Log, LogError, merkle};
use provenance::{ProvenanceError, Report, TrustList, TrustLists, Verdict, Verifier};
use serde::Serialize;
use types::Sha256;

use crate::detecting::{Detector, MarkFound};

/// Near-identical pictures differ in at most this many of 256 bits (PDQ's published threshold).
pub(crate) const IMAGE_DISTANCE_MAX: u32 = 31;
/// Light edits keep at least this share of a text's shingles.
pub(crate) const TEXT_SIMILARITY_MIN: f32 = 0.5;

/// So many assets are named for one file: renditions share a mark, and pictures may look alike.
const ORIGINS_MAX: usize = 16;

/// What is to be looked up.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// A manifest that lies beside it.
    pub sidecar: Option<Vec<u8>>,
    /// The format by file extension or media type, where the bytes do not tell.
    pub format: Option<String>,
    /// Look for mark and fingerprint also when the credentials are intact.
    pub recover: bool,
}

impl Subject {
    /// Bytes alone.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, sidecar: None, format: None, recover: false }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Verification {
    /// What the credentials say.
    pub report: Report,
    /// The mark, if it was looked for.
    pub mark: Option<MarkFound>,
    /// The asset that this is, or those that it may come from, likeliest first.
    pub origins: Vec<Origin>,
    /// How the file stands to our log; `None` where it is not ours, or nothing was looked up.
    pub standing: Option<Standing>,
    /// How long it took.
    pub ms: u64,
}

impl Verification {
    /// The asset that this is, or most likely comes from.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origins.first()
    }
}

/// How a file with our signature, or of our making, stands to our log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The file's bytes are those that were delivered.
    Exact,
    /// The signature is intact and on record, but the bytes are not those that were delivered: a
    /// signature leaves a few bytes of its own open.
    OtherBytes,
    /// Our signature, and no record of it.
    NotInLog,
}

impl Standing {
    /// What a reader should know, if anything.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Exact => None,
            Self::OtherBytes => Some("signature intact, not the exact file we published"),
            Self::NotInLog => Some("signed with our key, but not in our log"),
        }
    }
}

/// What a checked inclusion proof says about an asset's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Inclusion {
    /// It is under the last signed checkpoint.
    Proved,
    /// No checkpoint covers it yet.
    Pending,
    /// The record, or the proof, is not what the receipt promised.
    Wrong,
}

/// An asset of our log that a file is, or came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The asset.
    pub asset: AssetEntry,
    /// What led there.
    pub how: How,
    /// Whether the asset's record is under the log's last checkpoint; `None` where the log could
    /// not be read.
    pub inclusion: Option<Inclusion>,
}

/// What led to an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The file's bytes are those that were delivered.
    Bytes,
    /// The file's intact credentials are those that we made.
    Manifest,
    /// The file carries the asset's mark and looks like it.
    MarkAndFingerprint,
    /// The file carries the asset's mark.
    Mark,
    /// The file looks, or reads, like the asset.
    Fingerprint,
}

impl How {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "sha256",
            Self::Manifest => "manifest",
            Self::MarkAndFingerprint => "watermark+fingerprint",
            Self::Mark => "watermark",
            Self::Fingerprint => "fingerprint",
        }
    }

    /// How sure: one piece of evidence that can be copied is only possible.
    #[must_use]
    pub const fn certainty(self) -> &'static str {
        match self {
            Self::Bytes | Self::Manifest => "exact",
            Self::MarkAndFingerprint => "likely",
            Self::Mark | Self::Fingerprint => "possible",
        }
    }

    /// Whether the file itself is on record, not only something like it.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Bytes | Self::Manifest)
    }
}

impl Verification {
    /// Of a file that could not be read.
    pub(crate) fn unreadable(reason: &str) -> Self {
        let report = Report::unreadable(reason);
        Self { report, mark: None, origins: Vec::new(), standing: None, ms: 0 }
    }
}

/// Looks files up with whatever is at hand: trust lists always, keys and log where there are some.
#[derive(Debug, Clone)]
pub struct Lookup {
    verifier: Arc<Verifier>,
    detector: Option<Detector>,
    log: Option<Log>,
}

impl Lookup {
    /// Reads credentials only.
    #[must_use]
    pub const fn new(verifier: Arc<Verifier>) -> Self {
        Self { verifier, detector: None, log: None }
    }

    /// Reads marks, too.
    #[must_use]
    pub fn with_detector(self, detector: Detector) -> Self {
        Self { detector: Some(detector), ..self }
    }

    /// Finds assets, too.
    #[must_use]
    pub fn with_log(self, log: Log) -> Self {
        Self { log: Some(log), ..self }
    }

    /// The trust lists by which signers are judged.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &TrustList> {
        self.verifier.lists().about()
    }

    /// Verifies credentials and, where they do not settle it, recovers.
    pub async fn verify(&self, subject: Subject) -> Verification {
        let start = Instant::now();
        let lookup = self.clone();
        let looking = tokio::task::spawn_blocking(move || lookup.look(&subject));
        // A file that makes a parser panic must not end the server.
        let found = looking.await;
        let found =
            found.unwrap_or_else(|_| Verification::unreadable("the check ended unexpectedly"));
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Verification { ms, ..found }
    }

    /// Verifies a file's credentials, and whether its bytes or its manifest are on record, without
    /// bringing it into memory. Marks and likenesses are not looked for. Blocks.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it cannot be read.
    pub fn verify_file(
        &self,
        path: &Path,
        sidecar: Option<&[u8]>,
    ) -> Result<(Sha256, Verification), ProvenanceError> {
        let start = Instant::now();
        let report = self.verifier.verify_file(path, sidecar)?;
        let hashed = File::open(path).and_then(Sha256::of_reader);
        let sha256 = hashed.map_err(|error| ProvenanceError::File {
            path: path.to_path_buf(),
            reason: error.to_string(),
        })?;
        let exact = self.exact(&sha256, &report);
        let standing = self.standing(exact.as_ref(), &report);
        let origins = exact.into_iter().collect();
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok((sha256, Verification { report, mark: None, origins, standing, ms }))
    }

    fn look(&self, subject: &Subject) -> Verification {
        let Subject { bytes, sidecar, format, recover } = subject;
        let report = self.verifier.verify(bytes, sidecar.as_deref(), format.as_deref());
        let exact = self.exact(&Sha256::of(bytes), &report);
        let standing = self.standing(exact.as_ref(), &report);
        let settled = report.verdict.names_a_signer() && !recover;
        // A file that the detector cannot read either has told all it can.
        let detector = self.detector.as_ref().filter(|_| !settled);
        let mark = detector.and_then(|detector| detector.detect(bytes).ok());
        let origins = match exact {
            Some(exact) => vec![exact],
            None if settled => Vec::new(),
            None => self.recover(bytes, mark.as_ref().filter(|mark| mark.found)),
        };
        Verification { report, mark, origins, standing, ms: 0 }
    }

    fn standing(&self, exact: Option<&Origin>, report: &Report) -> Option<Standing> {
        self.log.as_ref()?;
        let list = report.signer.as_ref().and_then(|signer| signer.list.as_deref());
        match exact.map(|origin| origin.how) {
            Some(How::Bytes) => Some(Standing::Exact),
            Some(_) => Some(Standing::OtherBytes),
            None if report.intact == Some(true) && list == Some(TrustLists::OWN) => {
                Some(Standing::NotInLog)
            }
            None => None,
        }
    }

    /// Checks as a stranger would, with the entry and the proof that they would be given.
    fn inclusion(&self, asset: &AssetEntry) -> Option<Inclusion> {
        let log = self.log.as_ref()?;
        let entry = log.entry(asset.index).ok()?;
        let proved = match log.proof(asset.index) {
            Ok(proof) => proof.verifies(&entry, log.verifier()),
            Err(LogError::Unknown(_)) => return Some(Inclusion::Pending),
            Err(_) => false,
        };
        let promised = merkle::leaf_hash(&entry) == asset.leaf_hash;
        Some(if proved && promised { Inclusion::Proved } else { Inclusion::Wrong })
    }

    /// The asset that the file is, by its bytes or by its intact manifest.
    fn exact(&self, sha256: &Sha256, report: &Report) -> Option<Origin> {
        let registry = self.log.as_ref()?.registry();
        // A failing index finds nothing; the credentials are still worth reporting.
        if let Some(asset) = registry.by_sha256(sha256).ok().flatten() {
            return Some(self.origin(asset, How::Bytes));
        }
        let label =
            report.manifest_label.as_deref().filter(|_| report.verdict == Verdict::Trusted)?;
        let asset = registry.by_manifest(label).ok().flatten()?;
        Some(self.origin(asset, How::Manifest))
    }

    fn origin(&self, asset: AssetEntry, how: How) -> Origin {
        Origin { inclusion: self.inclusion(&asset), asset, how }
    }

    /// The assets whose mark the file carries, then those that it looks or reads like.
    fn recover(&self, bytes: &[u8], mark: Option<&MarkFound>) -> Vec<Origin> {
        let (marked, near) = (self.marked(mark), self.near(bytes));
        let among = |asset: &AssetEntry, others: &[AssetEntry]| {
            others.iter().any(|other| other.asset_id == asset.asset_id)
        };
        let rest: Vec<_> = near.iter().filter(|asset| !among(asset, &marked)).cloned().collect();
        let (both, mark_only): (Vec<_>, Vec<_>) =
            marked.into_iter().partition(|asset| among(asset, &near));
        // A text mark shows the key but names no asset: the fingerprint does.
        let unnamed = mark.is_some_and(|mark| mark.id.is_none());
        let alike = if unnamed { How::MarkAndFingerprint } else { How::Fingerprint };
        let found = both.into_iter().map(|asset| (asset, How::MarkAndFingerprint));
        let found = found.chain(mark_only.into_iter().map(|asset| (asset, How::Mark)));
        let found = found.chain(rest.into_iter().map(|asset| (asset, alike)));
        found.take(ORIGINS_MAX).map(|(asset, how)| self.origin(asset, how)).collect()
    }

    fn marked(&self, mark: Option<&MarkFound>) -> Vec<AssetEntry> {
        let id = mark.and_then(|mark| mark.id);
        let (Some(log), Some(id)) = (&self.log, id) else { return Vec::new() };
        log.registry().assets(&Filter::Mark(id), ORIGINS_MAX).unwrap_or_default()
    }

    fn near(&self, bytes: &[u8]) -> Vec<AssetEntry> {
        let Some(log) = &self.log else { return Vec::new() };
        let registry = log.registry();
        if let Ok(text) = std::str::from_utf8(bytes) {
            let fingerprint = watermark::fingerprint::text(text);
            let near = registry.near_texts(&fingerprint, TEXT_SIMILARITY_MIN, ORIGINS_MAX);
            return near.unwrap_or_default().into_iter().map(|(asset, _)| asset).collect();
        }
        let Ok(fingerprint) = watermark::fingerprint::image(bytes) else { return Vec::new() };
        let near = registry.near_images(&fingerprint, IMAGE_DISTANCE_MAX, ORIGINS_MAX);
        near.unwrap_or_default().into_iter().map(|(asset, _)| asset).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_that_can_be_copied_is_only_possible() {
        let all = [How::Bytes, How::Manifest, How::MarkAndFingerprint, How::Mark, How::Fingerprint];
        for how in all {
            assert_eq!(how.is_exact(), how.certainty() == "exact", "{how:?}");
        }
        assert_eq!(How::Mark.certainty(), "possible");
        assert_eq!(How::Fingerprint.certainty(), "possible");
    }
}
