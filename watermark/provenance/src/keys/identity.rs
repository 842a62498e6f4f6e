//! A key with the certificates that say whose it is.

use time::OffsetDateTime;

use super::{Chain, ClaimKey};
use crate::ProvenanceError;

/// A key and its chain, which belong together and which no validator refuses for their form.
#[derive(Debug)]
pub struct Identity {
    key: ClaimKey,
    chain: Chain,
}

impl Identity {
    /// Joins what belongs together. The time is checked when something is signed, because it passes.
    ///
    /// # Errors
    /// [`ProvenanceError::Chain`] with the first thing that validators would refuse.
    pub fn new(key: ClaimKey, chain: Chain) -> Result<Self, ProvenanceError> {
        match chain.problems(&key).into_iter().next() {
            Some(problem) => Err(ProvenanceError::Chain(problem)),
            None => Ok(Self { key, chain }),
        }
    }

    /// The certificates.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The key, where it may be used now.
    ///
    /// # Errors
    /// [`ProvenanceError::Chain`] outside the time of the certificate.
    pub fn key(&self, now: OffsetDateTime) -> Result<&ClaimKey, ProvenanceError> {
        self.chain.in_time(now).map_err(ProvenanceError::Chain)?;
        Ok(&self.key)
    }
}
