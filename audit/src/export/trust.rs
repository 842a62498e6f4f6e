//! What ties the log's history to others: the chain of its keys, and what witnesses have seen of it.
//!
//! ```text
//! data/rotations/SIZE.note    statements by which one key of the log followed another
//! data/cosigned/checkpoint    the last checkpoint that enough witnesses have cosigned
//! data/cosigned/extended      an `add-checkpoint` request (C2SP tlog-witness): proof that
//!                             data/checkpoint extends the cosigned one
//! ```

use super::{Enclosures, bag::Bag, names, payload::Error};
use crate::{
    AddCheckpoint, Checkpoint, Log, LogError, Rotation, note::SignedNote, rotation,
    witness::Cosigner,
};

/// The statements of rotation and the cosigned checkpoint that go into a bag.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    rotations: Vec<Rotation>,
    cosigned: Option<(Checkpoint, AddCheckpoint)>,
}

impl Trust {
    /// What belongs to a bag under `checkpoint`.
    pub(super) fn gather(
        log: &Log,
        enclosures: &Enclosures,
        checkpoint: &Checkpoint,
    ) -> Result<Self, LogError> {
        let Some(folder) = &enclosures.log_folder else { return Ok(Self::default()) };
        let mut rotations = rotation::statements(folder)?;
        rotations.retain(|statement| statement.size <= checkpoint.size);
        let cosigned = crate::witness::cosigned::load(folder, log.verifier())?;
        let cosigned = cosigned.filter(|cosigned| cosigned.size <= checkpoint.size);
        let cosigned = cosigned.and_then(|cosigned| {
            let proof = log.consistency(cosigned.size, checkpoint.size)?;
            let (old, checkpoint) = (cosigned.size, checkpoint.note.clone());
            Some((cosigned, AddCheckpoint { old, proof, checkpoint }))
        });
        Ok(Self { rotations, cosigned })
    }

    /// How many of the witnesses' lines the bag's checkpoints carry.
    pub(super) fn cosignatures(&self, witnesses: &[String]) -> u64 {
        self.cosigned.as_ref().map_or(0, |(checkpoint, _)| {
            signed_by(&checkpoint.note, witnesses).map_or(0, |names| names.len() as u64)
        })
    }

    pub(super) fn enclose(&self, bag: &mut Bag) -> Result<(), Error> {
        for statement in &self.rotations {
            bag.data(&names::rotation(statement.size), statement.note.as_bytes())?;
        }
        if let Some((checkpoint, extended)) = &self.cosigned {
            bag.data(names::COSIGNED, checkpoint.note.as_bytes())?;
            bag.data(names::EXTENDED, extended.text().as_bytes())?;
        }
        Ok(())
    }
}

/// The names of those witnesses whose valid cosignature a checkpoint carries.
///
/// # Errors
/// [`LogError::Note`] when a line in a witness's name is not by it, or a vkey is none.
pub(super) fn signed_by(note: &str, witnesses: &[String]) -> Result<Vec<String>, LogError> {
    let signed = SignedNote::parse(note, "cosigned checkpoint")?;
    let one = |vkey: &String| {
        let found = Cosigner::parse(vkey)?.among(signed.text, &signed.signatures)?;
        Ok(found.map(|cosignature| cosignature.witness))
    };
    witnesses.iter().map(one).filter_map(Result::transpose).collect()
}
