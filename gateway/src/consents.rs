//! Who has agreed to be shown or heard: kept until withdrawn, each sealed under a key of its own in the
//! vault, and looked up by the requests that name it.
//!
//! The store holds ciphertext only. `audit erase` with a consent's subject destroys it, also in backups;
//! then nobody can name it any more.

pub(crate) mod agreeing;

use audit::{Event, Record, StateError, Subject, VaultError};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Modality, Principal, Role};

use crate::{recording, wiring::Stages};

/// Longest name of a person, and longest place of an agreement, in characters.
pub const TEXT_CHARS_MAX: usize = 300;
/// Most names of one person, and most desks.
pub const NAMES_MAX: usize = 8;
/// Room for when it was withdrawn: every consent that is kept can be withdrawn.
const END_BYTES: usize = 64;
/// The store takes 4 KiB, and encryption needs 40 bytes.
const BYTES_MAX: usize = 4000;
const PURPOSE: &str = "consent";
const KEYS: &[u8] = b"consent/";
/// What ids begin with.
const PREFIX: &str = "consent_";

/// Why a consent is not kept, shown or withdrawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// A field does not fit.
    #[error("{1}")]
    Field(&'static str, String),
    /// The role may not.
    #[error("the role {0} may not keep or read consents; it takes an editor or standards key")]
    Role(Role),
    /// No consent has this id, or it is another house's.
    #[error("no consent has this id")]
    Unknown,
    /// It was withdrawn before.
    #[error("this consent is withdrawn already")]
    Withdrawn,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log.
    #[error(transparent)]
    Log(#[from] audit::LogError),
    /// It cannot be read or written.
    #[error("the consent cannot be read or written: {0}")]
    Broken(String),
}

/// What somebody has agreed to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Covered {
    /// To be shown otherwise than a camera saw them.
    Likeness,
    /// To be heard saying what they have not said.
    Voice,
}

impl Covered {
    /// What must be agreed to for an asset of this kind; a text shows and sounds like nobody.
    const fn of(modality: Modality) -> &'static [Self] {
        match modality {
            Modality::Text => &[],
            Modality::Image => &[Self::Likeness],
            Modality::Audio => &[Self::Voice],
            Modality::Video => &[Self::Likeness, Self::Voice],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Likeness => "likeness",
            Self::Voice => "voice",
        }
    }
}

/// An agreement, as an editor enters it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The names by which requests call the person: in full, and as they are known.
    pub names: Vec<String>,
    /// What they have agreed to.
    pub covers: Vec<Covered>,
    /// Where the signed agreement is kept.
    pub kept_at: String,
    /// From when it holds, RFC 3339; from now on if absent.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Until when, RFC 3339; until it is withdrawn if absent.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// For these desks only; for all of the house, if there is none.
    #[serde(default)]
    pub desks: Vec<String>,
}

/// A consent that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What requests name: `consent_` and whom the vault knows it by.
    pub id: String,
    /// Whom the vault knows it by; `audit erase` takes this.
    pub subject: String,
    /// Whose house it was given to.
    pub tenant: String,
    /// When it was entered, RFC 3339.
    pub at: String,
    /// When it was withdrawn, RFC 3339.
    #[serde(default)]
    pub withdrawn_at: Option<String>,
    /// What was agreed.
    #[serde(flatten)]
    pub consent: Consent,
}

/// A consent where it lies.
struct Row {
    sealed: Vec<u8>,
    kept: Kept,
}

/// Keeps a consent, on record. The record names the consent and what it covers, not the person.
///
/// # Errors
/// [`ConsentError`] naming what does not fit, or what failed.
pub async fn keep(
    stages: &Stages,
    who: &Principal,
    consent: Consent,
) -> Result<Kept, ConsentError> {
    permitted(who)?;
    let consent = checked(consent)?;
    let subject = format!("{:032x}", rand::random::<u128>());
    let kept = Kept {
        id: format!("{PREFIX}{subject}"),
        tenant: who.tenant.clone(),
        at: now()?,
        withdrawn_at: None,
        subject,
        consent,
    };
    let sealed = sealed(stages, &kept, BYTES_MAX - END_BYTES)?;
    let key = [KEYS, kept.subject.as_bytes()].concat();
    if !stages.state.compare_and_swap(&key, None, Some(&sealed)).await? {
        return Err(ConsentError::Broken("its number was taken".to_owned()));
    }
    if let Err(error) = record(stages, who, Event::ConsentRecorded, &kept).await {
        // What is not on record does not count.
        stages.state.compare_and_swap(&key, Some(&sealed), None).await?;
        return Err(error);
    }
    Ok(kept)
}

/// The consents of the reader's house, newest first.
///
/// # Errors
/// [`ConsentError::Role`] for other roles than editor and standards.
pub async fn list(stages: &Stages, reader: &Principal) -> Result<Vec<Kept>, ConsentError> {
    permitted(reader)?;
    let mut found = Vec::new();
    for (key, sealed) in stages.state.scan(KEYS).await? {
        let subject = key.get(KEYS.len()..).and_then(|subject| std::str::from_utf8(subject).ok());
        let Some(subject) = subject.and_then(|subject| subject.parse().ok()) else { continue };
        let kept = opened(stages, subject, &sealed)?;
        found.extend(kept.filter(|kept| kept.tenant == reader.tenant));
    }
    found.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.id.cmp(&other.id)));
    Ok(found)
}

/// Ends a consent, on record: from now on no request may name it. What was made before stays; whether it
/// is withdrawn from the public, too, is for an editor to say.
///
/// # Errors
/// [`ConsentError::Unknown`], [`ConsentError::Withdrawn`], or what failed; when the log takes no record
/// the consent stays as it was.
pub async fn withdraw(stages: &Stages, who: &Principal, id: &str) -> Result<Kept, ConsentError> {
    permitted(who)?;
    let Row { sealed: before, mut kept } = found(stages, &who.tenant, id).await?;
    if kept.withdrawn_at.is_some() {
        return Err(ConsentError::Withdrawn);
    }
    kept.withdrawn_at = Some(now()?);
    let after = sealed(stages, &kept, BYTES_MAX)?;
    let key = [KEYS, kept.subject.as_bytes()].concat();
    if !stages.state.compare_and_swap(&key, Some(&before), Some(&after)).await? {
        return Err(ConsentError::Withdrawn);
    }
    if let Err(error) = record(stages, who, Event::ConsentWithdrawn, &kept).await {
        stages.state.compare_and_swap(&key, Some(&after), Some(&before)).await?;
        return Err(error);
    }
    Ok(kept)
}

/// The consent `id` of a house.
async fn found(stages: &Stages, tenant: &str, id: &str) -> Result<Row, ConsentError> {
    let subject: Option<Subject> = id.strip_prefix(PREFIX).and_then(|subject| subject.parse().ok());
    let subject = subject.ok_or(ConsentError::Unknown)?;
    let key = [KEYS, subject.to_string().as_bytes()].concat();
    let sealed = stages.state.get(&key).await?.ok_or(ConsentError::Unknown)?;
    match opened(stages, subject, &sealed)? {
        Some(kept) if kept.tenant == tenant => Ok(Row { sealed, kept }),
        _ => Err(ConsentError::Unknown),
    }
}

async fn record(
    stages: &Stages,
    who: &Principal,
    event: Event,
    kept: &Kept,
) -> Result<(), ConsentError> {
    let actor = recording::pseudonym(&stages.pseudonym_key, who);
    let covers: Vec<&str> = kept.consent.covers.iter().map(|covered| covered.name()).collect();
    let mut record = Record::new(event, who.tenant.clone(), actor);
    record.detail = Some(format!("{} {} by {}", kept.id, covers.join(" "), who.role));
    stages.log.append(record).await?;
    Ok(())
}

const fn permitted(who: &Principal) -> Result<(), ConsentError> {
    if who.role.may_review() { Ok(()) } else { Err(ConsentError::Role(who.role)) }
}

fn now() -> Result<String, ConsentError> {
    let now = OffsetDateTime::now_utc().format(&Rfc3339);
    now.map_err(|error| ConsentError::Broken(error.to_string()))
}

fn sealed(stages: &Stages, kept: &Kept, most: usize) -> Result<Vec<u8>, ConsentError> {
    let plain = serde_json::to_vec(kept);
    let plain = plain.map_err(|error| ConsentError::Broken(error.to_string()))?;
    let plain = zeroize::Zeroizing::new(plain);
    if plain.len() > most {
        return Err(ConsentError::Field("names", "the consent is too long as a whole".to_owned()));
    }
    let log = stages.log.clone();
    Ok(stages.vault.seal(kept.subject.parse()?, || log.size(), PURPOSE, &plain)?)
}

/// What a value says; nothing where its key was destroyed.
fn opened(stages: &Stages, subject: Subject, sealed: &[u8]) -> Result<Option<Kept>, ConsentError> {
    let Some(plain) = stages.vault.unseal(subject, PURPOSE, sealed)? else { return Ok(None) };
    let kept = serde_json::from_slice(&plain);
    kept.map(Some).map_err(|error| ConsentError::Broken(error.to_string()))
}

/// A consent without blanks around its words.
fn checked(consent: Consent) -> Result<Consent, ConsentError> {
    let tidy = |text: &String| -> String {
        text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
    };
    let wrong = |field, says: &str| Err(ConsentError::Field(field, says.to_owned()));
    let Consent { names, mut covers, kept_at, valid_from, valid_until, desks } = consent;
    let (names, kept_at): (Vec<String>, String) =
        (names.iter().map(tidy).collect(), tidy(&kept_at));
    let fits = |text: &String| (2..=TEXT_CHARS_MAX).contains(&text.chars().count());
    if !(1..=NAMES_MAX).contains(&names.len()) || !names.iter().all(fits) {
        return wrong("names", "`names` takes 1 to 8 names of a person, 2 to 300 characters each");
    }
    if !fits(&kept_at) {
        return wrong(
            "kept_at",
            "`kept_at` says in 2 to 300 characters where the agreement is kept",
        );
    }
    covers.sort_unstable();
    covers.dedup();
    if covers.is_empty() {
        return wrong("covers", "`covers` names `likeness`, `voice` or both");
    }
    if desks.len() > NAMES_MAX {
        return wrong("desks", "`desks` takes at most 8 desks; without any it holds for all");
    }
    let day = |field, text: &Option<String>| match text.as_deref().map(instant) {
        Some(None) => Err(ConsentError::Field(
            field,
            format!("`{field}` is a time such as 2027-01-31T00:00:00Z"),
        )),
        Some(at) => Ok(at),
        None => Ok(None),
    };
    let (from, until) = (day("valid_from", &valid_from)?, day("valid_until", &valid_until)?);
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return wrong("valid_until", "`valid_until` comes after `valid_from`");
    }
    Ok(Consent { names, covers, kept_at, valid_from, valid_until, desks })
}

fn instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}
