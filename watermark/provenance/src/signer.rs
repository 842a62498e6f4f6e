//! The claim signer: an Ed25519 key with its certificates and a time-stamp authority.

use std::sync::{Mutex, PoisonError};

use c2pa::SigningAlg;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::{ProvenanceError, TimeStampAuthority, timestamp::imprint_and_nonce, token::Token};

/// What a COSE signature holds beside certificates and token: headers, CBOR framing and the Ed25519
/// signature (64 bytes).
const FRAME_BYTES: usize = 192;
/// `c2pa` fills the reserved room with one byte string, and fails where that would have fewer than
/// 256 bytes: it counts a header of seven.
const PADDING_BYTES_MIN: usize = 256 + 7;

/// Signs one manifest.
pub(crate) struct ClaimSigner<'a> {
    pub(crate) key: &'a SigningKey,
    /// Claim signer first, DER.
    pub(crate) chain: &'a [Vec<u8>],
    pub(crate) time_stamps: &'a dyn TimeStampAuthority,
    failure: Mutex<Option<ProvenanceError>>,
}

impl<'a> ClaimSigner<'a> {
    pub(crate) const fn new(
        key: &'a SigningKey,
        chain: &'a [Vec<u8>],
        time_stamps: &'a dyn TimeStampAuthority,
    ) -> Self {
        Self { key, chain, time_stamps, failure: Mutex::new(None) }
    }

    /// Why no time-stamp could be had: `c2pa` keeps only a general error.
    pub(crate) fn failure(self) -> Option<ProvenanceError> {
        self.failure.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn time_stamp(&self, message: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        use c2pa::Signer as _;
        let request = self.timestamp_request_body(message)?;
        let answer = self.time_stamps.stamp(&request)?;
        // An authority that refuses, or answers somebody else, has not stamped this.
        let token = Token::read(&answer);
        let ours = imprint_and_nonce(&request)
            .zip(token)
            .is_some_and(|((imprint, _), token)| token.imprint == imprint);
        let refused = || {
            ProvenanceError::TimeStamp(
                "the authority's answer holds no token for this request".to_owned(),
            )
        };
        ours.then_some(answer).ok_or_else(refused)
    }
}

impl c2pa::Signer for ClaimSigner<'_> {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        Ok(self.key.sign(data).to_vec())
    }

    fn alg(&self) -> SigningAlg {
        SigningAlg::Ed25519
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        Ok(self.chain.to_vec())
    }

    /// As small as is safe: every reserved byte that is not used is padding in the file.
    fn reserve_size(&self) -> usize {
        let chain: usize = self.chain.iter().map(Vec::len).sum();
        chain + self.time_stamps.response_bytes_max() + FRAME_BYTES + PADDING_BYTES_MIN
    }

    fn send_timestamp_request(&self, message: &[u8]) -> Option<c2pa::Result<Vec<u8>>> {
        let answer = self.time_stamp(message).map_err(|error| {
            let general = c2pa::Error::OtherError(error.to_string().into());
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            general
        });
        Some(answer)
    }
}
