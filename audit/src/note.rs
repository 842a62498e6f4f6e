//! Signed notes, verifier keys, checkpoints and proofs, to the byte as C2SP specifies them:
//! <https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/tlog-proof>.

mod checkpoint;
mod key;
mod proof;
mod receipt;
mod signed;
#[cfg(test)]
mod tests;
mod verifier;

use base64::{Engine as _, engine::general_purpose::STANDARD};
pub use checkpoint::Checkpoint;
pub(crate) use key::{COSIGNATURE, ED25519, NoteKey};
pub use proof::Proof;
pub(crate) use receipt::receipt;
pub(crate) use signed::{SignatureLine, SignedNote, signature_lines};
use types::Sha256;
pub(crate) use verifier::Span;
pub use verifier::Verifier;

use crate::LogError;

/// Longest note that is read. Sixteen post-quantum signatures fit.
pub const NOTE_BYTES_MAX: usize = 256 << 10;
/// Most signatures of a note that are read; C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;
/// No tree of less than 2^64 leaves has a longer path.
pub const PATH_HASHES_MAX: usize = 63;

/// What is wrong with a note.
pub(crate) fn wrong(what: &'static str, reason: &str) -> LogError {
    LogError::Note { what, reason: reason.to_owned() }
}

/// A hash in base64, as it stands in checkpoints and proofs.
pub(crate) fn hash(text: &str) -> Option<Sha256> {
    let bytes: [u8; 32] = STANDARD.decode(text).ok()?.try_into().ok()?;
    Some(Sha256::from(bytes))
}

/// An ASCII decimal without sign and without leading zeros: each number has one form.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

/// The size in a checkpoint, before anything about it is verified.
pub(crate) fn size(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

/// Whether a checkpoint may take the place of `published`: it covers more, or the same with the same
/// root, and then only its signatures differ.
///
/// # Errors
/// [`LogError::Superseded`] when it covers less, [`LogError::Forked`] when the roots differ.
pub(crate) fn advances(published: &str, checkpoint: &Checkpoint) -> Result<(), LogError> {
    let held = size(published).ok_or_else(|| LogError::Note {
        what: "checkpoint",
        reason: "the published one has no size".to_owned(),
    })?;
    let body = |note: &str| note.lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    if held > checkpoint.size {
        return Err(LogError::Superseded { held, offered: checkpoint.size });
    }
    if held == checkpoint.size && body(published) != body(&checkpoint.note) {
        return Err(LogError::Forked(format!("two roots over {held} records are signed")));
    }
    Ok(())
}
