//! What people prefer: kept with their consent, under their key in the vault, until they erase it.
//!
//! A profile orders what [`crate::assisting`] proposes. Policy never sees it. On disk there is only
//! ciphertext, and the log says no more than that there is a profile; who destroys the person's key
//! has destroyed it.

use assist::profile::{Profile, Proposal, Verdict};
use audit::{Event, LogError, Record, StateError, Subject, VaultError};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::Principal;

use crate::{recording, wiring::Stages};

const PURPOSE: &str = "profile";
/// The store takes 4 KiB, and encryption needs 40 bytes.
const BYTES_MAX: usize = 4000;
/// Somebody else may change the same profile at the same time, so often.
const TRIES_MAX: usize = 8;
/// Most features of a proposal that teach.
const FEATURES_MAX: usize = 12;

/// Why a profile cannot be kept or taught.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfilesError {
    /// There is none.
    #[error("there is no profile: set one first, with consent")]
    Missing,
    /// What was set does not fit.
    #[error(transparent)]
    Profile(#[from] assist::profile::ProfileError),
    /// It is too long as a whole.
    #[error("the profile has {0} bytes; at most {BYTES_MAX} are kept: shorten its lists")]
    TooLong(usize),
    /// A proposal is told by its features.
    #[error(
        "`features` takes 1 to {FEATURES_MAX} names such as `matter:source`, as a proposal carries them"
    )]
    Features,
    /// Others are changing it.
    #[error("the profile is being changed elsewhere; try again")]
    Busy,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It cannot be read or written.
    #[error("the profile cannot be read: {0}")]
    Broken(String),
}

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// When the person agreed to it, RFC 3339.
    pub consented_at: String,
    /// What they prefer.
    pub profile: Profile,
}

/// A person's profile, if they have one.
///
/// # Errors
/// [`ProfilesError`] when store or vault fail.
pub async fn get(stages: &Stages, principal: &Principal) -> Result<Option<Kept>, ProfilesError> {
    let subject = recording::subject(&stages.pseudonym_key, principal)?;
    Ok(read(stages, subject).await?.map(|(_, kept)| kept))
}

/// The profile of somebody who is known by their pseudonym.
pub(crate) async fn of(stages: &Stages, subject: Subject) -> Result<Option<Kept>, ProfilesError> {
    Ok(read(stages, subject).await?.map(|(_, kept)| kept))
}

/// Sets what a person prefers; they have agreed. What was learned stays unless `profile` says
/// otherwise.
///
/// # Errors
/// [`ProfilesError`] naming what does not fit.
pub async fn set(
    stages: &Stages,
    principal: &Principal,
    profile: Profile,
) -> Result<Kept, ProfilesError> {
    let profile = profile.checked()?;
    let subject = recording::subject(&stages.pseudonym_key, principal)?;
    let now = OffsetDateTime::now_utc().format(&Rfc3339);
    let now = now.map_err(|error| ProfilesError::Broken(error.to_string()))?;
    let kept = change(stages, subject, |before| {
        let mut profile = profile.clone();
        if let (Some(before), true) = (&before, profile.learned.is_empty()) {
            profile.learned.clone_from(&before.profile.learned);
            profile.answers = before.profile.answers;
        }
        let consented_at = before.map_or_else(|| now.clone(), |kept| kept.consented_at);
        Ok(Kept { consented_at, profile })
    });
    let kept = kept.await?;
    record(stages, principal, Event::ProfileSet).await?;
    Ok(kept)
}

/// Teaches a person's profile what became of a proposal with these features.
///
/// # Errors
/// [`ProfilesError::Missing`] without a profile: nothing is learned about whoever has not agreed.
pub async fn learn(
    stages: &Stages,
    principal: &Principal,
    features: Vec<String>,
    verdict: Verdict,
) -> Result<Kept, ProfilesError> {
    let name = |feature: &String| {
        let known = |c: char| c.is_ascii_lowercase() || c == '_' || c == ':';
        (1..=48).contains(&feature.len()) && feature.chars().all(known)
    };
    if features.is_empty() || features.len() > FEATURES_MAX || !features.iter().all(name) {
        return Err(ProfilesError::Features);
    }
    let subject = recording::subject(&stages.pseudonym_key, principal)?;
    let told = Told(features);
    change(stages, subject, |before| {
        let mut kept = before.ok_or(ProfilesError::Missing)?;
        kept.profile.learn(&told, verdict);
        // What says least makes room.
        while written(&kept)?.len() > BYTES_MAX && kept.profile.learned.len() > 1 {
            kept.profile.forget(kept.profile.learned.len() - 1);
        }
        Ok(kept)
    })
    .await
}

/// Destroys a person's profile; whether there was one.
///
/// # Errors
/// [`ProfilesError`] when the store fails.
pub async fn erase(stages: &Stages, principal: &Principal) -> Result<bool, ProfilesError> {
    let subject = recording::subject(&stages.pseudonym_key, principal)?;
    let erased = remove(stages, subject).await?;
    if erased {
        record(stages, principal, Event::ProfileErased).await?;
    }
    Ok(erased)
}

/// Removes what is kept of a person whose erasure is recorded elsewhere.
pub(crate) async fn remove(stages: &Stages, subject: Subject) -> Result<bool, ProfilesError> {
    let key = key(subject);
    for _ in 0..TRIES_MAX {
        let Some(sealed) = stages.state.get(&key).await? else { return Ok(false) };
        if stages.state.compare_and_swap(&key, Some(&sealed), None).await? {
            return Ok(true);
        }
    }
    Err(ProfilesError::Busy)
}

/// A proposal that is told again by its features.
struct Told(Vec<String>);

impl Proposal for Told {
    fn base(&self) -> f32 {
        0.0
    }

    fn features(&self) -> Vec<String> {
        self.0.clone()
    }

    fn text(&self) -> &str {
        ""
    }
}

fn key(subject: Subject) -> Vec<u8> {
    format!("profile/{subject}").into_bytes()
}

fn written(kept: &Kept) -> Result<Vec<u8>, ProfilesError> {
    serde_json::to_vec(kept).map_err(|error| ProfilesError::Broken(error.to_string()))
}

/// The ciphertext and what it says. One that does not open is of a key that was destroyed.
async fn read(stages: &Stages, subject: Subject) -> Result<Option<(Vec<u8>, Kept)>, ProfilesError> {
    let Some(sealed) = stages.state.get(&key(subject)).await? else { return Ok(None) };
    let Some(plain) = stages.vault.unseal(subject, PURPOSE, &sealed)? else { return Ok(None) };
    let kept =
        serde_json::from_slice(&plain).map_err(|error| ProfilesError::Broken(error.to_string()))?;
    Ok(Some((sealed, kept)))
}

async fn change(
    stages: &Stages,
    subject: Subject,
    work: impl Fn(Option<Kept>) -> Result<Kept, ProfilesError>,
) -> Result<Kept, ProfilesError> {
    let key = key(subject);
    for _ in 0..TRIES_MAX {
        let (sealed, before) = match read(stages, subject).await? {
            Some((sealed, kept)) => (Some(sealed), Some(kept)),
            None => (stages.state.get(&key).await?, None),
        };
        let kept = work(before)?;
        let plain = zeroize::Zeroizing::new(written(&kept)?);
        if plain.len() > BYTES_MAX {
            return Err(ProfilesError::TooLong(plain.len()));
        }
        let log = stages.log.clone();
        let new = stages.vault.seal(subject, || log.size(), PURPOSE, &plain)?;
        if stages.state.compare_and_swap(&key, sealed.as_deref(), Some(&new)).await? {
            return Ok(kept);
        }
    }
    Err(ProfilesError::Busy)
}

async fn record(stages: &Stages, principal: &Principal, event: Event) -> Result<(), LogError> {
    let actor = recording::pseudonym(&stages.pseudonym_key, principal);
    stages.log.append(Record::new(event, principal.tenant.clone(), actor)).await.map(drop)
}
