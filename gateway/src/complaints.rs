//! What readers say is wrong: kept until it is dealt with, sealed under a key of its own in the vault.
//!
//! The store holds ciphertext only. Destroying the key of a complaint's subject (`audit erase`)
//! destroys it, also in backups.

mod closing;

use audit::{Event, Record, StateError, Subject, VaultError};
pub use closing::{Closed, NOTE_CHARS_MAX, Outcome, close};
use pages::public::complaint::KINDS;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{AssetId, Principal, Role};

use crate::{recording, wiring::Stages};

/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 1000;
/// Longest name of a work, and longest contact, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// The store takes 4 KiB, and encryption needs 40 bytes.
const BYTES_MAX: usize = 4000;
/// Room for how a complaint ended, without a note: every complaint that is kept can be closed.
const END_BYTES: usize = 200;
/// More are not taken: strangers must not be able to fill the disk.
const KEPT_MAX: u64 = 10_000;
/// Others may write at the same time, so often.
const TRIES_MAX: usize = 16;
const PURPOSE: &str = "complaint";
const PREFIX: &[u8] = b"complaint/";
const COUNT: &[u8] = b"complaints-kept";
/// Without letters that are taken for digits, or that make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a complaint is not kept, or not shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComplaintError {
    /// There is no text.
    #[error("`text` must say in a sentence or two what happened")]
    Empty,
    /// A field is too long.
    #[error(
        "this is too long: `text` takes {TEXT_CHARS_MAX} characters, `asset` and `contact` {NAME_CHARS_MAX}"
    )]
    Long,
    /// An unknown kind.
    #[error("`about` is one of {}", KINDS.join(", "))]
    Kind,
    /// The role may not read them.
    #[error("the role {0} may not read complaints; it takes an editor or standards key")]
    Role(Role),
    /// No complaint has this ticket, or it is about another house's work.
    #[error("no complaint has the ticket {0}")]
    Unknown(String),
    /// Somebody has dealt with it.
    #[error("this complaint is closed already; whoever wrote it may send another one")]
    Closed,
    /// The note is too long.
    #[error("`note` takes {NOTE_CHARS_MAX} characters, and fewer beside a long complaint")]
    Note,
    /// There are too many.
    #[error("so many complaints wait that no more are taken; please write to the publisher")]
    Full,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log cannot be asked which work is meant.
    #[error(transparent)]
    Log(#[from] audit::LogError),
    /// It cannot be read or written.
    #[error("the complaint cannot be read or written: {0}")]
    Broken(String),
}

/// What a reader writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// `result`, `content`, `label`, `person` or `other`.
    pub about: String,
    /// The work: its id, its address, or where it was seen.
    #[serde(default)]
    pub asset: String,
    /// The verdict that it is about.
    #[serde(default)]
    pub verdict: String,
    /// What happened.
    pub text: String,
    /// Where the reader can be reached.
    #[serde(default)]
    pub contact: String,
}

/// A complaint that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The number that the reader has.
    pub ticket: String,
    /// When it came, RFC 3339.
    pub at: String,
    /// Whom the vault knows it by; `audit erase` takes this.
    pub subject: String,
    /// The asset of ours that it names, if it does.
    pub asset_id: Option<AssetId>,
    /// What the reader wrote.
    #[serde(flatten)]
    pub complaint: Complaint,
    /// How it was dealt with.
    #[serde(default)]
    pub closed: Option<Closed>,
}

/// Keeps a complaint, on record; its ticket. The record names the complaint and not who wrote it.
///
/// # Errors
/// [`ComplaintError`] naming what does not fit, or what failed.
pub async fn keep(stages: &Stages, complaint: Complaint) -> Result<String, ComplaintError> {
    let complaint = checked(complaint)?;
    let (ticket, now) = (ticket(), OffsetDateTime::now_utc());
    let name = recording::commitment(&stages.pseudonym_key, PURPOSE, &ticket).to_string();
    let subject: Subject = name.get(..32).unwrap_or_default().parse()?;
    let kept = Kept {
        at: now.format(&Rfc3339).map_err(|error| ComplaintError::Broken(error.to_string()))?,
        subject: subject.to_string(),
        asset_id: named(&complaint.asset),
        ticket,
        complaint,
        closed: None,
    };
    let sealed = sealed(stages, &kept, BYTES_MAX - END_BYTES)?;
    count(stages, true).await?;
    // Keys sort by time; the subject is needed to open the value.
    let millis = now.unix_timestamp_nanos() / 1_000_000;
    let key = [PREFIX, format!("{millis:014}/{subject}").as_bytes()].concat();
    if !stages.state.compare_and_swap(&key, None, Some(&sealed)).await? {
        return Err(ComplaintError::Broken("its number was taken".to_owned()));
    }
    let asset = asset_of(stages, &kept)?;
    let tenant = asset.map_or_else(|| "installation".to_owned(), |asset| asset.tenant);
    let mut record = Record::new(Event::ComplaintReceived, tenant, "reader");
    record.asset_id = kept.asset_id;
    record.detail = Some(format!("{} {}", kept.complaint.about, kept.subject));
    stages.log.append(record).await?;
    Ok(kept.ticket)
}

/// The work of ours that a complaint names, if there is one.
fn asset_of(stages: &Stages, kept: &Kept) -> Result<Option<audit::AssetEntry>, audit::LogError> {
    let found = kept.asset_id.map(|id| stages.log.registry().asset(id)).transpose()?;
    Ok(found.flatten())
}

fn sealed(stages: &Stages, kept: &Kept, most: usize) -> Result<Vec<u8>, ComplaintError> {
    let plain = serde_json::to_vec(kept);
    let plain = plain.map_err(|error| ComplaintError::Broken(error.to_string()))?;
    let plain = zeroize::Zeroizing::new(plain);
    if plain.len() > most {
        return Err(ComplaintError::Long);
    }
    let log = stages.log.clone();
    Ok(stages.vault.seal(kept.subject.parse()?, || log.size(), PURPOSE, &plain)?)
}

/// Complaints, newest first. Whoever reads sees those about works of their own tenant, and those that
/// name no work of ours.
///
/// # Errors
/// [`ComplaintError::Role`] for other roles than editor and standards.
pub async fn list(stages: &Stages, reader: &Principal) -> Result<Vec<Kept>, ComplaintError> {
    Ok(rows(stages, reader).await?.into_iter().map(|row| row.kept).collect())
}

/// A complaint where it lies.
struct Row {
    key: Vec<u8>,
    sealed: Vec<u8>,
    kept: Kept,
}

async fn rows(stages: &Stages, reader: &Principal) -> Result<Vec<Row>, ComplaintError> {
    if !reader.role.may_review() {
        return Err(ComplaintError::Role(reader.role));
    }
    let mut rows = Vec::new();
    for (key, sealed) in stages.state.scan(PREFIX).await?.into_iter().rev() {
        let Some(kept) = opened(stages, &key, &sealed)? else { continue };
        if asset_of(stages, &kept)?.is_none_or(|asset| asset.tenant == reader.tenant) {
            rows.push(Row { key, sealed, kept });
        }
    }
    Ok(rows)
}

/// What a row says; nothing where its key was destroyed.
fn opened(stages: &Stages, key: &[u8], sealed: &[u8]) -> Result<Option<Kept>, ComplaintError> {
    let broken = |error: String| ComplaintError::Broken(error);
    let subject = key.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let subject = std::str::from_utf8(subject).map_err(|error| broken(error.to_string()))?;
    let Some(plain) = stages.vault.unseal(subject.parse()?, PURPOSE, sealed)? else {
        return Ok(None);
    };
    serde_json::from_slice(&plain).map(Some).map_err(|error| broken(error.to_string()))
}

fn checked(complaint: Complaint) -> Result<Complaint, ComplaintError> {
    let Complaint { about, asset, verdict, text, contact } = complaint;
    if !KINDS.contains(&about.as_str()) {
        return Err(ComplaintError::Kind);
    }
    let tidy = |text: &str| -> String {
        let kept = text.chars().filter(|c| !c.is_control() || *c == '\n');
        kept.collect::<String>().trim().to_owned()
    };
    let (asset, text, contact) = (tidy(&asset), tidy(&text), tidy(&contact));
    if text.is_empty() {
        return Err(ComplaintError::Empty);
    }
    let longer = |text: &str, max: usize| text.chars().count() > max;
    let long = longer(&text, TEXT_CHARS_MAX)
        || longer(&asset, NAME_CHARS_MAX)
        || longer(&contact, NAME_CHARS_MAX)
        || longer(&verdict, 32);
    if long {
        return Err(ComplaintError::Long);
    }
    Ok(Complaint { about, asset, verdict: tidy(&verdict), text, contact })
}

/// The id in what a reader calls a work: the id itself, or an address that ends in it.
fn named(asset: &str) -> Option<AssetId> {
    let last = asset.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next()?;
    last.parse().ok()
}

/// Counts one more, or one less. Those that were dealt with take nobody's place.
async fn count(stages: &Stages, more: bool) -> Result<(), ComplaintError> {
    for _ in 0..TRIES_MAX {
        let before = stages.state.get(COUNT).await?;
        let number =
            before.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok());
        let number: u64 = number.unwrap_or(0);
        if more && number >= KEPT_MAX {
            return Err(ComplaintError::Full);
        }
        let next = if more { number + 1 } else { number.saturating_sub(1) }.to_string();
        if stages.state.compare_and_swap(COUNT, before.as_deref(), Some(next.as_bytes())).await? {
            return Ok(());
        }
    }
    Err(ComplaintError::Broken("others are writing".to_owned()))
}

/// Forty random bits that can be said on the telephone.
fn ticket() -> String {
    let letters = rand::random::<[u8; 8]>().map(|byte| {
        char::from(ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().unwrap_or(b'0'))
    });
    let text: String = letters.iter().collect();
    let (front, back) = text.split_at(4);
    format!("{front}-{back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> Complaint {
        Complaint { about: "result".to_owned(), text: text.to_owned(), ..Complaint::default() }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert!(matches!(checked(complaint(" \u{0}\n ")), Err(ComplaintError::Empty)));
        assert!(matches!(checked(complaint(&"字".repeat(1001))), Err(ComplaintError::Long)));
        let kind = Complaint { about: "x".to_owned(), ..complaint("a") };
        assert!(matches!(checked(kind), Err(ComplaintError::Kind)));
        assert_eq!(checked(complaint(" a\u{7}b\nc ")).unwrap().text, "ab\nc");
    }

    #[test]
    fn a_work_is_named_by_its_id_or_address() {
        let id = AssetId::new();
        for text in [id.to_string(), format!("https://a.example/verify/{id}?lang=zh")] {
            assert_eq!(named(&text), Some(id), "{text}");
        }
        assert_eq!(named("the picture on page 3"), None);
    }

    #[test]
    fn tickets_differ_and_can_be_said() {
        let (a, b) = (ticket(), ticket());
        assert_ne!(a, b);
        assert!(a.len() == 9 && !a.contains(['I', 'L', 'O', 'U']));
    }
}
