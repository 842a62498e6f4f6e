//! Evidence: what goes into the vault on its way through the line, and who may take it out again.
//!
//! Here are the deposits. `erasing`, `mentions` and `expiring` destroy, `holding` keeps from
//! destroying, `revealing` shows originals to two people, `answering` gives a person what is kept
//! about them, `person` says whom a name means.
//!
//! Every original is durable before the record that points at it, and if it cannot be kept the
//! request ends as `failed`.

mod answering;
mod conversation;
mod erasing;
mod expiring;
mod holding;
mod mentions;
mod person;
mod revealing;

use std::time::Instant;

pub use answering::{Answered, answer, answer_mentioned};
use audit::{
    LogError, StateError, VaultError,
    vault::{Deposit, EntryRecord, FollowError, Hold, INSTALLATION, Kind, VaultRecord},
};
pub(crate) use conversation::{
    Conversation, Found, conversation, find as find_conversation, forget,
};
pub use erasing::{Erasure, Kept, erase, record_interrupted};
pub use expiring::{Expiry, expire, expire_daily};
pub use holding::{hold, release, scope};
pub use mentions::erase_mentioned;
pub use person::{Person, find, find_caller};
pub use revealing::{Requested, Revealed, confirm, request};
use types::{Action, Category, Decision, MediaType, Principal, Role, Sha256};

use crate::{case::Case, pipeline::LineError, recording, wiring::Stages};

/// Why evidence is not shown, held or destroyed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultingError {
    /// Nothing is known of a person of this name.
    #[error("nothing is kept about `{0}`; name them as `keys list` does, or by their pseudonym")]
    Nobody(String),
    /// Several tenants know a person of this name.
    #[error("`{name}` is somebody in {tenants}: say which with --tenant")]
    Ambiguous {
        /// The name.
        name: String,
        /// The tenants.
        tenants: String,
    },
    /// Nothing is kept under an id.
    #[error("nothing is kept under `{0}`: it was erased, has expired, or never was")]
    Unknown(String),
    /// The role may not do this.
    #[error("the role {0} may not do this; it takes an auditor or standards key")]
    Role(Role),
    /// Nobody has asked for this reveal.
    #[error("nobody has asked to read `{0}`: ask with --reason first")]
    NotRequested(String),
    /// The request is too old.
    #[error("the request to read `{0}` is older than 24 hours: ask again")]
    RequestExpired(String),
    /// One person alone does not read originals.
    #[error("nobody confirms what they asked for themselves: a second person does")]
    SamePerson,
    /// There is no hold of this number.
    #[error("there is no hold {0}; `imprimatur audit hold list` shows those in force")]
    NoHold(u64),
    /// A reason that is no code.
    #[error("a reason is a code of up to 64 letters, digits and `-_./ `, without names")]
    Reason,
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault cannot follow the log.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The log did not take the record.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The request cannot be kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// The person's profile cannot be read or removed.
    #[error(transparent)]
    Profile(#[from] crate::profiles::ProfilesError),
    /// The answer cannot be written.
    #[error("the answer cannot be written: {0}")]
    Answer(String),
    /// The program is ending.
    #[error("the program is ending")]
    Stopped,
}

/// Who acts on the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    tenant: String,
    pseudonym: String,
}

impl Actor {
    /// Whoever runs commands on the machine itself.
    #[must_use]
    pub fn operator() -> Self {
        Self { tenant: INSTALLATION.to_owned(), pseudonym: "operator".to_owned() }
    }

    /// A person with a key of a role that may audit.
    ///
    /// # Errors
    /// [`VaultingError::Role`] for other roles.
    pub fn auditor(stages: &Stages, principal: &Principal) -> Result<Self, VaultingError> {
        if !principal.role.may_audit() {
            return Err(VaultingError::Role(principal.role));
        }
        let pseudonym = recording::pseudonym(&stages.pseudonym_key, principal);
        Ok(Self { tenant: principal.tenant.clone(), pseudonym })
    }
}

/// What a case's records say of its originals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// Under the person's key: it means nothing once that is destroyed.
    pub(crate) prompt_commitment: Option<Sha256>,
    entries: Vec<EntryRecord>,
}

impl Evidence {
    /// The pointers, if anything is kept.
    pub(crate) fn record(&self) -> Option<VaultRecord> {
        let entries = self.entries.clone();
        (!entries.is_empty()).then(|| VaultRecord { entries, ..VaultRecord::default() })
    }
}

/// Keeps what a person wrote, as policy has seen it; commits to it at least.
pub(crate) async fn prompt(mut case: Case, prompt: String) -> Result<Case, LineError> {
    let start = Instant::now();
    let keep = case.stages.installation.config().audit.vault.prompts
        && case.input.as_ref().is_some_and(|decision| !prohibited(decision));
    let outcome = if keep {
        keep_text(&mut case, Kind::Prompt, prompt).await
    } else {
        commit_to(&mut case, prompt).await
    };
    case.stage("vault", start);
    closed(case, outcome).await
}

/// Commits to a prompt that policy has not seen: whether it may be kept is not known.
pub(crate) async fn commit(mut case: Case, prompt: String) -> Result<Case, LineError> {
    let outcome = commit_to(&mut case, prompt).await;
    closed(case, outcome).await
}

/// Keeps a file that a person brought, and gives it back.
pub(crate) async fn input(
    mut case: Case,
    bytes: Vec<u8>,
    media_type: MediaType,
) -> Result<(Case, Vec<u8>), LineError> {
    if !case.stages.installation.config().audit.vault.inputs {
        return Ok((case, bytes));
    }
    match keep(&mut case, Kind::Input, media_type, bytes).await {
        Ok(bytes) => Ok((case, bytes)),
        Err(error) => Err(case.fail(error).await),
    }
}

/// Keeps the files that came with a request, unless policy found what may be kept nowhere.
pub(crate) async fn attachments(mut case: Case) -> Result<Case, LineError> {
    let keeps = case.stages.installation.config().audit.vault.inputs
        && !case.input.as_ref().is_some_and(prohibited);
    if !keeps {
        return Ok(case);
    }
    for file in case.request.attachments.clone() {
        let kept = keep(&mut case, Kind::Input, file.media_type, file.bytes.to_vec()).await;
        if let Err(error) = kept {
            return Err(case.fail(error).await);
        }
    }
    Ok(case)
}

/// Keeps what a model wrote and policy refused, if that is configured.
pub(crate) async fn refused_output(case: &mut Case, text: String) -> Result<(), LineError> {
    let configured = case.stages.installation.config().audit.vault.refused_outputs;
    let decisions = [&case.input, &case.output];
    if !configured || decisions.into_iter().flatten().any(prohibited) {
        return Ok(());
    }
    keep_text(case, Kind::RefusedOutput, text).await
}

/// Content whose making is prohibited (Regulation (EU) 2024/1689, Article 5) is kept nowhere:
/// sexual content about children, and intimate content about people who have not consented.
fn prohibited(decision: &Decision) -> bool {
    decision.findings.iter().any(|finding| match finding.category {
        Category::SexualMinors => true,
        Category::Sexual | Category::LikenessConsent => finding.action == Action::Block,
        _ => false,
    })
}

async fn keep_text(case: &mut Case, kind: Kind, text: String) -> Result<(), LineError> {
    if text.is_empty() {
        return Ok(());
    }
    keep(case, kind, MediaType::PlainText, text.into_bytes()).await.map(drop)
}

async fn keep(
    case: &mut Case,
    kind: Kind,
    media_type: MediaType,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, LineError> {
    let subject = recording::subject(&case.stages.pseudonym_key, &case.principal)?;
    let (vault, log) = (case.stages.vault.clone(), case.stages.log.clone());
    let (tenant, request_id) = (case.principal.tenant.clone(), case.request_id());
    let keeping = tokio::task::spawn_blocking(move || {
        let tenant = tenant.as_str();
        let deposit = Deposit { subject, tenant, request_id, kind, media_type, bytes: &bytes };
        let kept = vault.keep(&deposit, || log.size());
        kept.map(|kept| (kept, bytes))
    });
    let (kept, bytes) = keeping.await.map_err(|_| LineError::Stopped)??;
    let mut entry = kept.entry;
    if kind == Kind::Prompt {
        case.evidence.prompt_commitment = Some(kept.commitment);
    } else {
        entry.commitment = Some(kept.commitment);
    }
    case.evidence.entries.push(entry);
    Ok(bytes)
}

async fn commit_to(case: &mut Case, prompt: String) -> Result<(), LineError> {
    if prompt.is_empty() {
        return Ok(());
    }
    let subject = recording::subject(&case.stages.pseudonym_key, &case.principal)?;
    let (vault, log) = (case.stages.vault.clone(), case.stages.log.clone());
    let committing = tokio::task::spawn_blocking(move || {
        vault.commit(subject, || log.size(), Kind::Prompt, prompt.as_bytes())
    });
    let commitment = committing.await.map_err(|_| LineError::Stopped)??;
    case.evidence.prompt_commitment = Some(commitment);
    Ok(())
}

/// Without its evidence a request does not go on.
async fn closed(case: Case, outcome: Result<(), LineError>) -> Result<Case, LineError> {
    match outcome {
        Ok(()) => Ok(case),
        Err(error) => Err(case.fail(error).await),
    }
}

/// Reasons go into the log, which holds no names and no sentences.
fn reason(text: &str) -> Result<String, VaultingError> {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_./ ".contains(c);
    let code = !text.trim().is_empty() && text.len() <= 64 && text.chars().all(known);
    if code { Ok(text.to_owned()) } else { Err(VaultingError::Reason) }
}

/// Holds in force, also those that another gateway has only just put on record.
async fn holds(stages: &Stages) -> Result<Vec<Hold>, VaultingError> {
    if stages.sharing.is_some() {
        stages.read_to_the_end().await?;
        let (vault, log) = (stages.vault.clone(), stages.log.clone());
        let following = tokio::task::spawn_blocking(move || vault.follow(&log));
        following.await.map_err(|_| VaultingError::Stopped)??;
    }
    Ok(stages.vault.holds())
}

/// Runs vault work off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultingError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| VaultingError::Stopped)??)
}

#[cfg(test)]
mod tests {
    use types::{Finding, PolicyVersion};

    use super::*;

    fn decision(category: Category, action: Action) -> Decision {
        let finding = Finding {
            rule: "r".into(),
            rule_version: 1,
            action,
            category,
            kind: "term".into(),
            score: 1.0,
            spans: vec![],
            obfuscated: false,
            shadow: false,
            message: String::new(),
        };
        let policy =
            PolicyVersion { id: "p".into(), version: "1".into(), sha256: Sha256::of(b"p") };
        Decision { action, findings: vec![finding], checks: vec![], policy }
    }

    #[test]
    fn prohibited_content_is_known_by_its_category() {
        let check = |category, action, expected| {
            assert_eq!(prohibited(&decision(category, action)), expected, "{category:?} {action}");
        };
        check(Category::SexualMinors, Action::Block, true);
        check(Category::SexualMinors, Action::Flag, true);
        check(Category::LikenessConsent, Action::Block, true);
        check(Category::LikenessConsent, Action::Review, false);
        check(Category::Hate, Action::Block, false);
    }

    #[test]
    fn a_reason_is_a_code() {
        for text in ["suit 12/2026", "court-order", "a"] {
            assert!(reason(text).is_ok(), "{text}");
        }
        for text in ["", "  ", "<b>", "süß", &"a".repeat(65)] {
            assert!(matches!(reason(text), Err(VaultingError::Reason)), "{text}");
        }
    }
}
