//! Asking a time-stamp authority about any bytes, and checking its answer (RFC 3161).

use c2pa::{
    crypto::{cose::CertificateTrustPolicy, time_stamp::verify_time_stamp},
    status_tracker::StatusTracker,
};
use sha2::{Digest as _, Sha256};

use crate::{
    ProvenanceError, TrustLists,
    der::{self, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
    timestamp::{imprint_and_nonce, oid},
    token::Token,
};

/// A request for a time-stamp, and what its answer must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampRequest {
    /// What is to be stamped.
    data: Vec<u8>,
    der: Vec<u8>,
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The stated time, Unix seconds.
    pub at_unix_s: i64,
    /// The name in the authority's certificate.
    pub authority: Option<String>,
    /// Whether the lists vouch for the authority at that time.
    pub trusted: bool,
}

impl StampRequest {
    /// A request over the SHA-256 of `data`. The nonce binds the answer to this request: it must be
    /// random.
    #[must_use]
    pub fn new(data: &[u8], nonce: [u8; 8]) -> Self {
        let sha256 = der::tlv(SEQUENCE, &der::tlv(OBJECT_IDENTIFIER, oid::SHA256));
        let digest = der::tlv(OCTET_STRING, &Sha256::digest(data));
        let imprint = der::all(SEQUENCE, &[&sha256, &digest]);
        // The last member asks for the authority's certificates.
        let certificates = der::tlv(BOOLEAN, &[0xff]);
        let version = der::unsigned(&[1]);
        let der = der::all(SEQUENCE, &[&version, &imprint, &der::unsigned(&nonce), &certificates]);
        Self { data: data.to_vec(), der }
    }

    /// The `TimeStampReq`, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Checks a `TimeStampResp`: granted, for these bytes and this nonce, and signed by the
    /// certificate that it carries, which was valid then.
    ///
    /// # Errors
    /// [`ProvenanceError::TimeStamp`] saying what does not fit.
    pub fn check(&self, answer: &[u8], trust: &TrustLists) -> Result<Stamped, ProvenanceError> {
        let token = self.fits(answer)?;
        let (policy, mut log) = (CertificateTrustPolicy::new(), StatusTracker::default());
        verify_time_stamp(answer, &self.data, &policy, &mut log, false)
            .map_err(|error| wrong(&format!("the token does not check out: {error}")))?;
        let trusted = trust.keeps_time(&token.chain, token.at);
        Ok(Stamped { at_unix_s: token.at, authority: token.authority(), trusted })
    }

    /// The token of an answer that is granted, for these bytes and this nonce. Its signature is not
    /// checked.
    pub(crate) fn fits(&self, answer: &[u8]) -> Result<Token, ProvenanceError> {
        if !granted(answer) {
            return Err(wrong("the authority did not grant it"));
        }
        let token = Token::read(answer).ok_or_else(|| wrong("the answer holds no token"))?;
        let (imprint, nonce) =
            imprint_and_nonce(&self.der).ok_or_else(|| wrong("the request is broken"))?;
        if token.imprint != imprint {
            return Err(wrong("the token is about other bytes"));
        }
        if token.nonce.as_deref() != Some(nonce) {
            return Err(wrong("the token answers another request"));
        }
        Ok(token)
    }
}

fn wrong(reason: &str) -> ProvenanceError {
    ProvenanceError::TimeStamp(reason.to_owned())
}

const BOOLEAN: u8 = 0x01;

/// Whether a `TimeStampResp` says `granted` or `grantedWithMods`.
fn granted(answer: &[u8]) -> bool {
    let status =
        der::tagged(answer, SEQUENCE).and_then(|answer| der::tagged(answer.contents, SEQUENCE));
    let status = status.and_then(|status| der::tagged(status.contents, INTEGER));
    status.is_some_and(|status| matches!(status.contents, [0 | 1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Authority, TimeStampAuthority as _};

    fn authority() -> Authority {
        Authority::create(tempfile::tempdir().unwrap().path(), "Test Press").unwrap()
    }

    #[test]
    fn an_answer_is_for_its_request_only() {
        let authority = authority();
        let (own, nobody) = (TrustLists::own(&authority).unwrap(), TrustLists::default());
        let request = StampRequest::new(b"checkpoint", [1, 2, 3, 4, 5, 6, 7, 8]);
        let answer = authority.time_stamps().stamp(request.der()).unwrap();
        let stamped = request.check(&answer, &own).unwrap();
        assert!(stamped.trusted);
        assert_eq!(stamped.authority.as_deref(), Some("Test Press Time-Stamp Authority"));
        assert!(!request.check(&answer, &nobody).unwrap().trusted);

        let others = [
            StampRequest::new(b"another", [1, 2, 3, 4, 5, 6, 7, 8]),
            StampRequest::new(b"checkpoint", [8, 7, 6, 5, 4, 3, 2, 1]),
        ];
        for other in others {
            assert!(other.check(&answer, &own).is_err());
        }
        let refused = der::tlv(SEQUENCE, &der::tlv(SEQUENCE, &der::unsigned(&[2])));
        let error = request.check(&refused, &own).unwrap_err().to_string();
        assert!(error.contains("did not grant"), "{error}");
    }

    #[test]
    fn a_flipped_signature_is_refused() {
        let authority = authority();
        let own = TrustLists::own(&authority).unwrap();
        // Also a nonce that needs a sign byte, and one that begins with zeros.
        for nonce in [[0xff; 8], [0, 0, 0, 0, 0, 0, 0, 7], [0; 8]] {
            let request = StampRequest::new(b"checkpoint", nonce);
            let mut answer = authority.time_stamps().stamp(request.der()).unwrap();
            request.check(&answer, &own).unwrap();
            // The signature is the last thing in an answer.
            if let Some(last) = answer.last_mut() {
                *last ^= 1;
            }
            assert!(request.check(&answer, &own).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_the_check_panic(answer: Vec<u8>) {
            let request = StampRequest::new(b"x", [0; 8]);
            proptest::prop_assert!(request.check(&answer, &TrustLists::default()).is_err());
        }
    }
}
