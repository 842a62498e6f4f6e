//! The claim signer: a key with its certificates and a time-stamp authority.

use std::sync::{Mutex, PoisonError};

use c2pa::SigningAlg;
use rand_core::{OsRng, RngCore as _};

use crate::{
    ClaimKey, ProvenanceError, StampRequest, TimeStampAuthority, TrustLists,
    timestamp::{Check, TimeStampRule},
};

/// What a COSE signature holds beside certificates, signature and token: headers, CBOR framing.
const FRAME_BYTES: usize = 128;
/// `c2pa` fills the reserved room with one byte string, and fails where that would have fewer than
/// 256 bytes: it counts a header of seven.
const PADDING_BYTES_MIN: usize = 256 + 7;

/// Signs one manifest.
pub(crate) struct ClaimSigner<'a> {
    key: &'a ClaimKey,
    /// Claim signer first, DER.
    chain: &'a [Vec<u8>],
    time_stamps: &'a dyn TimeStampAuthority,
    rule: TimeStampRule,
    failure: Mutex<Option<ProvenanceError>>,
    unstamped: Mutex<Option<String>>,
}

impl<'a> ClaimSigner<'a> {
    pub(crate) const fn new(
        key: &'a ClaimKey,
        chain: &'a [Vec<u8>],
        time_stamps: &'a dyn TimeStampAuthority,
        rule: TimeStampRule,
    ) -> Self {
        let failure = Mutex::new(None);
        Self { key, chain, time_stamps, rule, failure, unstamped: Mutex::new(None) }
    }

    /// Why there is no time-stamp, where that is allowed.
    ///
    /// # Errors
    /// What stopped the signing: `c2pa` keeps only a general error.
    pub(crate) fn finish(self) -> Result<Option<String>, ProvenanceError> {
        match self.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(failure) => Err(failure),
            None => Ok(self.unstamped.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// An answer that has been checked as far as its authority asks for.
    fn time_stamp(&self, message: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let mut nonce = [0; 8];
        OsRng.fill_bytes(&mut nonce);
        let request = StampRequest::new(message, nonce);
        let answer = self.time_stamps.stamp(request.der())?;
        match self.time_stamps.check() {
            Check::Imprint => request.fits(&answer).map(drop)?,
            Check::Signature => request.check(&answer, &TrustLists::default()).map(drop)?,
            Check::Vouched(lists) => {
                let stamped = request.check(&answer, lists)?;
                if !stamped.trusted {
                    let name = stamped.authority.unwrap_or_else(|| "nobody known".to_owned());
                    let reason =
                        format!("{name} stamped it, whom no trusted certificate vouches for");
                    return Err(ProvenanceError::TimeStamp(reason));
                }
            }
        }
        Ok(answer)
    }

    fn fail(&self, error: ProvenanceError) -> c2pa::Error {
        let general = c2pa::Error::OtherError(error.to_string().into());
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        general
    }
}

impl c2pa::Signer for ClaimSigner<'_> {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        self.key.sign(data).map_err(|error| self.fail(error))
    }

    fn alg(&self) -> SigningAlg {
        self.key.algorithm().in_claims()
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        Ok(self.chain.to_vec())
    }

    /// As small as is safe: every reserved byte that is not used is padding in the file.
    fn reserve_size(&self) -> usize {
        let chain: usize = self.chain.iter().map(Vec::len).sum();
        let signed = chain + self.key.signature_bytes() + self.time_stamps.response_bytes_max();
        signed + FRAME_BYTES + PADDING_BYTES_MIN
    }

    fn send_timestamp_request(&self, message: &[u8]) -> Option<c2pa::Result<Vec<u8>>> {
        match (self.time_stamp(message), self.rule) {
            (Ok(answer), _) => Some(Ok(answer)),
            (Err(error), TimeStampRule::Required) => Some(Err(self.fail(error))),
            (Err(error), TimeStampRule::Optional) => {
                let mut unstamped = self.unstamped.lock().unwrap_or_else(PoisonError::into_inner);
                *unstamped = Some(error.to_string());
                None
            }
        }
    }
}
